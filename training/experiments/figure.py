"""The report's pictures: one dot a run, a line for real motion; the training losses; measures over the ablations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.ticker import ScalarFormatter

from .arms import MAIN, NOISES, PIVOTS, RATIOS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .report import Runs

SHOWN = (
    ("accuracy", "accuracy, more is better", False),
    ("fid", "FID, less is better", False),
    ("diversity", "diversity", False),
    ("skating", "skating ratio", False),
    ("jerk", "jerk, m/s³", True),
)


def draw(runs: Runs, folder: Path, path: Path) -> str:
    """Draws the main arms; returns the picture's file name."""
    arms = [arm.name for arm in MAIN if arm.name in runs.arms]
    figure, axes = plt.subplots(2, 3, figsize=(11, 6.2), layout="constrained")
    colours = dict(zip(arms, plt.get_cmap("tab10").colors * 2, strict=False))  # type: ignore[attr-defined]
    for axis, (measure, title, logarithmic) in zip(axes.flat, SHOWN, strict=False):
        for place, arm in enumerate(arms):
            values = [run["measures"][measure] for run in runs.arms[arm].values()]
            axis.plot([place] * len(values), values, "o", color=colours[arm], alpha=0.75)
            axis.plot([place - 0.3, place + 0.3], [sum(values) / len(values)] * 2, color=colours[arm], linewidth=2)
        axis.axhline(runs.real["test"][measure], color="black", linestyle=":", label="real test clips")
        if logarithmic:
            axis.set_yscale("log")
            axis.yaxis.set_major_formatter(ScalarFormatter())
            axis.yaxis.set_minor_formatter(ScalarFormatter())
        axis.set_title(title)
        axis.set_xticks(range(len(arms)), arms, rotation=35, ha="right", fontsize=8)
    axes.flat[0].legend(fontsize=8)
    losses = axes.flat[5]
    for arm in arms:
        seed = min(runs.arms[arm])
        lines = (folder / f"{arm}-{seed}" / "log.jsonl").read_text("utf-8").splitlines()
        told = [json.loads(line) for line in lines]
        losses.plot([t["step"] for t in told], [t["loss"] for t in told], color=colours[arm], label=arm)
    losses.set_yscale("log")
    losses.set_title("training loss, first seed")
    losses.set_xlabel("step")
    losses.legend(fontsize=7)
    figure.savefig(path, dpi=110)
    plt.close(figure)
    return path.name


def draw_ablations(runs: Runs, path: Path) -> str:
    """Draws FID, accuracy and jerk over T*, the noisy share and the kind of noise; returns the picture's file name."""
    figure, axes = plt.subplots(3, 3, figsize=(11, 7.5), layout="constrained", sharey="row")
    rows = (("fid", "FID"), ("accuracy", "accuracy"), ("jerk", "jerk, m/s³"))
    noises = {kind: pair for kind, pair in NOISES.items() if any(name in runs.arms for name in pair)}
    for row, (measure, title) in zip(axes, rows, strict=True):
        for axis, arms, label in ((row[0], PIVOTS, "pivot T*"), (row[1], RATIOS, "noisy clips, %")):
            done = {str(place): name for place, name in arms.items() if name in runs.arms}
            _sweep(axis, runs, done, measure, "tab:green", "MotionMix")
            axis.set_xlabel(label)
        for way, (colour, name) in enumerate((("tab:green", "MotionMix"), ("tab:red", "plain training"))):
            _sweep(row[2], runs, {kind: pair[way] for kind, pair in noises.items()}, measure, colour, name)
        row[2].set_xlabel("noise of the labelled clips")
        row[0].set_ylabel(title)
        for axis in row:
            axis.axhline(runs.real["test"][measure], color="black", linestyle=":")
    axes[0, 2].legend(fontsize=8)
    figure.savefig(path, dpi=110)
    plt.close(figure)
    return path.name


def _sweep(axis: Axes, runs: Runs, arms: dict[str, str], measure: str, colour: str, label: str) -> None:
    """A dot a run and a line through the means, over the arms that have been run."""
    there = {place: runs.arms[name] for place, name in arms.items() if name in runs.arms}
    values = [[run["measures"][measure] for run in seeds.values()] for seeds in there.values()]
    places = [list(arms).index(place) for place in there]
    for place, some in zip(places, values, strict=True):
        axis.plot([place] * len(some), some, "o", color=colour, alpha=0.6)
    axis.plot(places, [sum(some) / len(some) for some in values], color=colour, label=label)
    axis.set_xticks(range(len(arms)), list(arms), fontsize=8)
    axis.set_xlim(-0.4, len(arms) - 0.6)
