"""`python -m training.benchmarks`: how fast and how large the product is, on this machine, beside MDM's network.

Every time is a wall-clock median over repeats on two CPU cores. What counts are the ratios between rows of one run:
absolute seconds belong to the machine that is named in the head of the report.
"""
