"""Training and sampling the papers' networks on the papers' data sets, by the configs in training/configs/papers.

space                                          numbers a frame, to and from motion
clips, text_clips, action_clips, dance_clips   a data set as a trainer sees it, and its fixed corruption
training_set, batches                          roles of clips, batches with timesteps
networks, conditioning, objective              what is trained, with what, for what
trainer, checkpoints                           the loop
sampling, long_form, request, editing          what a trained run makes
public                                         checkpoints that MDM's authors published
"""
