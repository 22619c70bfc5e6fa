"""Judges of our own: text-motion encoders that score any motion against any caption (TMR-like, anchors 4.1).

A judge is a motion encoder and a text encoder that were taught, on the training split alone, to put a caption and its
motion at one place. It sees joint positions only (22 joints, canonicalised), so that any method and any file can be
scored, and reads captions by words and letter groups of its own, so that it shares no text encoder with the generator.

    features    joint positions -> what a judge sees
    words       captions -> word and letter-group ids
    duplicates  which captions say nearly the same
    pairs       training and validation pairs out of the motion cache
    network     the two encoders
    learning    contrastive training with early stopping
    judge       a trained judge: numpy in, numpy out; files
"""
