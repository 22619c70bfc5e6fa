"""Plots of a report, as small PNGs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter

from .curves import TITLES, Point
from .memory import Nearest

COLOURS = ("#1f5fa8", "#c0392b", "#2e8b57", "#8e6bb0")


def steps_figure(points: Sequence[Point], real: Mapping[str, float], path: Path) -> Path:
    """R@3, MM-Dist and jitter against steps, a line a sampler; real: the same measures of real clips, dashed."""
    figure, axes = canvas(3)
    titles = {"recall": "R@3 of all", "distance": "MM-Dist", "jitter": "jitter"}
    for axis, (name, title) in zip(axes, titles.items(), strict=True):
        for colour, sampler in zip(COLOURS, dict.fromkeys(point.sampler for point in points), strict=False):
            line = [point for point in points if point.sampler == sampler]
            values = [getattr(point, name).mean for point in line]
            axis.plot([p.steps for p in line], values, "o-", color=colour, label=TITLES[sampler], markersize=4)
        if name in real:
            axis.axhline(real[name], color="#777777", linestyle="--", linewidth=1, label="real clips")
        axis.set_xscale("log", base=2)
        axis.set_xticks(sorted({p.steps for p in points}), [str(s) for s in sorted({p.steps for p in points})])
        axis.set_title(title, fontsize=9)
        axis.set_xlabel("steps", fontsize=8)
    axes[0].legend(fontsize=7, frameon=False)
    return saved(figure, path)


def distances_figure(memory: Mapping[str, Sequence[Nearest]], path: Path) -> Path:
    """How large a share of each set's motions lies so near to a training clip, in metres and over the spacing there."""
    figure, axes = canvas(2)
    titles = ("metres to the nearest training clip", "the same over the spacing there (a copy: near 0)")
    for axis, title in zip(axes, titles, strict=True):
        for colour, (name, found) in zip((*COLOURS, "#777777"), memory.items(), strict=False):
            values = sorted(one.metres if axis is axes[0] else min(one.in_spacings, 4.0) for one in found)
            axis.step(values, np.arange(1, len(values) + 1) / len(values), color=colour, label=name, linewidth=1.2)
        axis.set_title(title, fontsize=9)
        axis.set_ylim(0, 1)
    axes[0].set_xlim(0, 0.5)
    axes[1].set_xlim(0, 4)
    axes[1].axvline(0.5, color="#777777", linestyle="--", linewidth=1)
    axes[0].set_ylabel("share of motions", fontsize=8)
    axes[1].legend(fontsize=7, frameon=False)
    return saved(figure, path)


def losses_figure(rows: Sequence[Mapping[str, float]], path: Path, starts: Sequence[int] = ()) -> Path:
    """Validation losses by noise level against training steps, as the run's log has them.

    starts: steps at which another run began, marked by dashed lines.
    """
    figure, (axis,) = canvas(1, width=7.0)
    bands = [name for name in rows[0] if name.startswith("loss@")]
    shades = np.linspace(0.85, 0.25, len(bands))
    for band, shade in zip(bands, shades, strict=True):
        colour = (0.12 * shade, 0.37 * shade + 0.1, shade)
        axis.plot([r["step"] for r in rows], [r[band] for r in rows], ".-", color=colour, label=band.split("@")[1])
    for start in starts:
        axis.axvline(start, color="#999999", linestyle="--", linewidth=0.8)
    axis.set_yscale("log")
    axis.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 3.0, 5.0)))
    axis.yaxis.set_major_formatter(ScalarFormatter())
    axis.yaxis.set_minor_formatter(NullFormatter())
    axis.set_xlabel("training steps" + ("; dashed: another run begins" if starts else ""), fontsize=8)
    axis.set_title("validation loss at five places of the schedule (0.9 = nearly noise)", fontsize=9)
    axis.legend(fontsize=7, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return saved(figure, path)


def extrapolation_figure(
    shares: Sequence[float], values: Sequence[float], law: tuple[float, float, float], name: str, path: Path
) -> Path:
    """A measure against the share of data, and the power law a + b share^-c through it, to four times the data."""
    figure, (axis,) = canvas(1, width=5.0)
    at = np.geomspace(min(shares), 4.0, 60)
    a, b, c = law
    axis.plot(at, a + b * at**-c, "-", color="#999999", linewidth=1)
    axis.plot(shares, values, "o", color=COLOURS[0])
    axis.set_xscale("log", base=2)
    axis.set_xticks([0.25, 0.5, 1, 2, 4], ["25 %", "50 %", "100 %", "200 %", "400 %"])
    axis.set_xlabel("training data", fontsize=8)
    axis.set_title(name, fontsize=9)
    return saved(figure, path)


def arms_figure(arms: Sequence[tuple[str, Sequence[Mapping[str, float]]]], names: Sequence[str], path: Path) -> Path:
    """A row an arm, a plot a measure, a dot a seed; the line is the first arm's mean. arms: label and runs of each."""
    figure, axes = canvas(len(names), width=3.4 * len(names) + 2.6, height=0.9 + 0.28 * len(arms))
    rows = range(len(arms), 0, -1)
    for axis, name in zip(axes, names, strict=True):
        for row, (_, runs) in zip(rows, arms, strict=True):
            axis.plot([run[name] for run in runs], [row] * len(runs), "o", color=COLOURS[0], markersize=4)
        axis.axvline(float(np.mean([run[name] for run in arms[0][1]])), color="#999999", linewidth=1)
        axis.set_title(name, fontsize=9)
        axis.set_ylim(0.4, len(arms) + 0.6)
        axis.locator_params(axis="x", nbins=5)  # long numbers would run into one another
        axis.set_yticks(list(rows), [""] * len(arms))
    axes[0].set_yticks(list(rows), [label for label, _ in arms], fontsize=7)
    return saved(figure, path)


def canvas(count: int, width: float = 10.0, height: float = 2.8) -> tuple[Figure, list]:
    """A figure (inches) and `count` plots side by side, with few lines."""
    figure = Figure(figsize=(width, height), dpi=90)
    FigureCanvasAgg(figure)
    axes = [figure.add_subplot(1, count, number + 1) for number in range(count)]
    for axis in axes:
        axis.tick_params(labelsize=7)
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(color="#eeeeee")
    return figure, axes


def saved(figure: Figure, path: Path) -> Path:
    """Writes the picture with its folder; returns where."""
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.tight_layout()
    figure.savefig(path)
    return path
