"""The report's picture: one dot a run, a line for real motion, and the training losses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.ticker import ScalarFormatter

from .arms import ARMS

if TYPE_CHECKING:
    from .report import Runs

SHOWN = (
    ("accuracy", "accuracy, more is better", False),
    ("fid", "FID, less is better", False),
    ("diversity", "diversity", False),
    ("skating", "skating ratio", False),
    ("jerk", "jerk, m/s³", True),
)


def draw(runs: Runs, folder: Path, path: Path) -> str:
    """Draws the picture; returns its file name."""
    arms = [name for name in ARMS if name in runs.arms]
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
