"""The question of MotionMix's paper, asked of actions that train on a CPU: is half noisy and labelled, half clean and
unlabelled, as good as all clean and labelled?

    arms, evaluator, measures   what is compared, by what judge, on which numbers
    mixed_actions               the runs: python -m training.experiments.mixed_actions
    report                      the report from the runs' logs: python -m training.experiments.report
"""
