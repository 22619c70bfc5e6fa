"""What `python -m training.report` stands on: from a model folder to training/reports/<model>.md by one command.

stretches    captioned stretches of a split, with their mirror images
orders       what is to be generated, and where finished samples are kept
baselines    the nearest training clip; shuffled captions
scores       FID, KID, R@k, MM-Dist, diversity, multimodality, repeated, with intervals
memory       is a sample a copy of a training clip
curves       quality against steps
goals        what was wanted, and whether it was reached
figures      plots
document     the page
"""
