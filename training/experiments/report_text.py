"""The report's words: what is asked and how it was done, filled in from the runs' own records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .arms import LONG, MAIN

PREFACE = """# MotionMix's question, on actions that train on a CPU

The paper trains one network on two poor halves: noisy motion with labels, for the noisy timesteps, and clean motion
without labels, for the last ones. Is that as good as having everything clean and labelled? Here the question is asked
of the Bandai-Namco actions (ten actions, action to motion), with a network that trains in minutes. It is an experiment
about the method: the data is for research only, and none of its weights are kept.

`python -m training.experiments --data bandai_nc --runs runs/bandai` makes all of it anew: runs, tables, pictures.
"""
HANDOVER_PREFACE = """A hundred motions of each network, sampled as above, and what it believed the clean motion to be
at some of the steps. With T* = 30, t = 40 is the last of these steps that MotionMix makes with the label; t = 25 and
t = 10 are its second stage."""


def settings_lines(real: Mapping[str, Any], arms: Mapping[str, Mapping[int, Mapping[str, Any]]]) -> list[str]:
    """How it was done."""
    config, facts = real["config"], real["facts"]
    mix, training, network, data = config["mix"], config["training"], config["network"], config["data"]
    small = {name: runs for name, runs in arms.items() if not name.startswith("long-")}
    first = next(iter(next(iter(small.values())).values()))
    seeds = sorted({seed for runs in small.values() for seed in runs})
    seconds = [run["training_cpu_seconds"] for runs in small.values() for run in runs.values()]
    lines = [
        "## How",
        "",
        f"- Data: {real['clips']['train']} training and {real['clips']['test']} test clips, the pack's own split, at "
        f"{data['fps']:g} frames a second, windows of {data['frames']} frames ({data['frames'] / data['fps']:g} s), "
        "each clip turned to face forward, 25 x 6 numbers a frame.",
        f"- Network: MDM's encoder, width {network['width']}, {network['layers']} layers, {first['parameters']:,} "
        f"weights; {training['steps']} steps of {training['batch']} windows, learning rate "
        f"{training['learning_rate']:g}, averaged weights, the published loss (all four parts).",
        f"- Diffusion: {config['diffusion']['schedule']}, {config['diffusion']['steps']} timesteps, x0; sampled by "
        "DDIM in the same 26 steps for all arms, six of them below timestep 100; no guidance, as published.",
        f"- Mix, the paper's row for actions: {mix['noisy_ratio']:.0%} of the clips of each action noisy, T1 = "
        f"{mix['noise_from']}, T2 = {mix['noise_to']}, T* = {mix['pivot']}; white noise on axis-angles and path, one "
        "level a clip, drawn once.",
        f"- Seeds {', '.join(map(str, seeds))}: each draws its own roles, noise, weights and batches. Arms of one seed "
        "share roles and noise.",
        "- Judge: a GRU classifier of joint positions trained on clean training clips (30 features behind a tanh, as "
        "HumanAct12's), never seen by the networks. 500 motions a run, 50 of each action; FID and KID against 500 "
        "windows of the test clips. Skating is GMD's ratio at 20 frames a second, jerk the mean third derivative of "
        "joint positions in m/s^3; the floor is set under the lowest 5 % of toes, since the numbers don't know it.",
        f"- Machine: {facts['processor']}, {facts['cores used']} cores used, no GPU, shared with other work; one "
        f"training took {min(seconds):.0f} to {max(seconds):.0f} s of processor time.",
        "",
        "| arm | what it is trained on |",
        "|---|---|",
    ]
    lines += [f"| {arm.name} | {arm.title} |" for arm in MAIN if arm.name in arms]
    return lines


def longer_lines(arms: Mapping[str, Mapping[int, Mapping[str, Any]]]) -> list[str]:
    """What is larger and longer about the long arms."""
    run = next(run for arm in LONG for run in arms.get(arm.name, {}).values())
    network, training = run["config"]["network"], run["config"]["training"]
    return [
        f"The same arms with width {network['width']}, {network['layers']} layers, {run['parameters']:,} weights, "
        f"{training['steps']:,} steps of {training['batch']} windows at learning rate {training['learning_rate']:g}; "
        "all else is the same, and so are judge and sampling.",
    ]


def notes_of(real: Mapping[str, Any], arms: Mapping[str, Mapping[int, Mapping[str, Any]]]) -> list[str]:
    """What to keep in mind while reading."""
    counts = {len(runs) for runs in arms.values()}
    longest = max(run["steps"] for runs in arms.values() for run in runs.values())
    return [
        "## Keep in mind",
        "",
        f"- The networks are small and briefly trained: {real['config']['training']['steps']} to {longest} steps, the "
        "paper has hundreds of thousands.",
        "- A small evaluator on one data set: the numbers can be compared with one another, not with published ones. "
        "Real test clips score as the first row says, and FID isn't 0 for them, since two draws of windows differ.",
        f"- Arms were run with {min(counts)} to {max(counts)} seeds; an interval over so few is wide: \"can't be told "
        "apart\" doesn't mean equal.",
        "- White noise is the paper's; real captures err in other ways (`motionmix_core/mixed_data/corruption.py`).",
    ]
