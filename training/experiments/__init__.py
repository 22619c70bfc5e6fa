"""The question of MotionMix's paper, asked of actions that train on a CPU: is half noisy and labelled, half clean and
unlabelled, as good as all clean and labelled?

    python -m training.experiments   the whole study: the commands below, one after the other

    arms, evaluator, measures   what is compared, by what judge, on which numbers
    mixed_actions               the runs: python -m training.experiments.mixed_actions
    resample                    the runs' networks sampled in other steps: python -m training.experiments.resample
    handover                    how much predictions tremble at each step: python -m training.experiments.handover
    report                      the report from the runs' logs: python -m training.experiments.report
"""
