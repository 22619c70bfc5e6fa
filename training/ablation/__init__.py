"""Ablations: the same budget and seeds for every arm, measured on the validation split.

plan       an ablation's TOML file: question, base config, arms
arm_data   what an arm changes about the data: which clips, whose captions, simulated noise
runner     training and measuring arms; finished ones are never run twice
results    the tables, the data-size law, and their pages of the report
"""
