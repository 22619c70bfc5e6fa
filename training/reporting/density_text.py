"""The report's words, tables and plot on why samples lie as near to the training clips as they do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from motionmix_core.metrics.report import Estimate

from .density import AS_FAST, DRAWS, FRESH, SHARES, Curve, Density, Reach, chance_of_reaching, over_as_fast

MADE = "clips that training.prepare made, from all other takes"
_COUNTED = 1000  # times the takes: beyond, a number would only pretend
_FURTHEST = 16.0  # times the takes: how far the plot follows the law


def density_text(density: Density, real: str, generated: str, picture: str | None) -> str:
    """Three nulls for the goal of distance. real, generated: names of the rows that the goal compares."""
    rows = {**density.others, FRESH: density.fresh.of_kind(False), MADE: density.fresh.of_kind(True)}
    curves = density.curves()
    lines = [
        "### Why so near\n",
        "The goal holds samples against test clips. Three more things to hold them against. *Fresh draws*: captured",
        "training clips of the test clips' data sets, each held against all OTHER takes: real, no copies, of what the",
        "model was taught. *Speed*: what moves little lies near to something, so distances are divided by the median",
        f"of the {AS_FAST} fresh draws that move as fast. *All that it was taught*: with the clips that were made by",
        "formula or by repeating a gait, which nobody can copy in a harmful sense.\n",
        "| motions | to captured clips, median m | to all that it was taught | median m/s | over fresh draws as fast |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, reach in rows.items():
        if len(reach.clips):
            lines.append(
                f"| {name} ({len(reach.clips)}) | {reach.median()} | {reach.median(made=True)} | "
                f"{np.median(reach.speeds):.2f} | {over_as_fast(reach, density.fresh):.2f} |"
            )
    lines += [
        "",
        "± is the 95 % interval over takes. The same by how many of the captured takes there are to lie near to "
        f"({DRAWS} draws of each share, as in the ablation of the data's size; ± is their spread), and what twice the "
        "takes multiply it by:\n",
        "| motions | " + " | ".join(f"{share:.0%}" for share in SHARES) + " | twice the takes |",
        "|---|" + "---:|" * (len(SHARES) + 1),
    ]
    lines += [
        f"| {name} | " + " | ".join(f"{m:.3f}" for m in curve.metres) + f" | x {curve.doubling:.2f} |"
        for name, curve in curves.items()
    ]
    lines += ["", *_in_words(density, curves, real, generated)]
    if picture:
        lines += ["", f"![distance against takes and against speed]({picture})"]
    return "\n".join(lines) + "\n"


def _in_words(density: Density, curves: Mapping[str, Curve], real: str, generated: str) -> list[str]:
    reach, made, fresh = density.others[real], density.others[generated], density.fresh.of_kind(False)
    bar, near, null = reach.median(), made.median(), fresh.median()
    clips = len(set(reach.clips))
    chance = chance_of_reaching(fresh, bar.mean, clips)
    beside = "as near as real motion of other takes does, within the intervals"
    if abs(near.mean - null.mean) > near.interval + null.interval:
        beside = f"{'nearer' if near.mean < null.mean else 'further away'} than real motion of other takes does"
    fast, made_fast = (over_as_fast(one, density.fresh) for one in (reach, made))
    more = curves[generated].metres[-1].mean / curves[real].metres[-1].mean
    few = curves[generated].metres[0].mean / curves[real].metres[0].mean
    closing = "close the gap" if more > few + 0.05 else "do not close the gap"
    return [
        f"- **Fresh draws**: samples ({near} m) lie {beside} ({null} m). "
        f"{chance:.0%} of 1,000 draws of {clips} training takes have their median at the test clips' {bar.mean:.3f} m "
        "or above: that is how often real motion that nobody copied would reach the bar. The test clips are the more "
        f"unusual motion, {fast:.2f} times as far out as fresh draws of their speed.",
        f"- **Speed**: samples move at {np.median(made.speeds):.2f} m/s, the test clips at "
        f"{np.median(reach.speeds):.2f} (medians). Over draws as fast, samples lie at {made_fast:.2f}, test clips "
        f"at {fast:.2f}: {_apart(near.mean / bar.mean, fast, made_fast)}. (Few fresh draws run, so runs come out too "
        "high in this measure, real ones as well as made ones.)",
        f"- **Takes**: {_takes(curves[real], near.mean)} The same takes would draw the samples of this model nearer, "
        f"too (x {curves[generated].doubling:.2f} a doubling, test clips x {curves[real].doubling:.2f}): they lie at "
        f"{few:.2f} of the test clips' distance with a quarter of the takes and at {more:.2f} with all. More takes of "
        f"these sorts alone {closing}.",
        "- What this doesn't say: the samples are those of the network that was taught on all takes. Small networks "
        "taught on shares of them are in the ablation of the data's size (“samples to training”).",
    ]


def _takes(real: Curve, near: float) -> str:
    if real.metres[-1].mean <= near:
        return "test clips lie as near as the samples do already."
    mean, half = real.doubling.mean, real.doubling.interval
    few, some, many = (
        replace(real, doubling=Estimate(value)).share_for(near) for value in (mean - half, mean, mean + half)
    )
    most = f"{many:.0f}" if many < _COUNTED else f"more than {_COUNTED:,}"
    if some >= _COUNTED:
        return f"no number of takes within reach would bring the test clips to {near:.3f} m by the law."
    return f"by the law, {some:.0f} times the takes would bring the test clips to {near:.3f} m ({few:.0f} to {most})."


def _apart(plain: float, real: Estimate, made: Estimate) -> str:
    over = made.mean / real.mean
    if abs(real.mean - made.mean) <= np.hypot(real.interval, made.interval):
        if plain >= 1:
            return "no gap"
        return (
            f"a gap of {1 - plain:.0%} becomes one of {abs(1 - over):.0%}, which so few clips don't tell from none. "
            "What is nearer about the samples is that they are calmer"
        )
    return "nearer even so" if over < 1 else "further away"


def density_figure(density: Density, path: Path) -> Path:
    """Left: distances against the number of takes, with their laws. Right: against speed."""
    from .figures import COLOURS, canvas, saved

    figure, axes = canvas(2, height=3.4)
    rows = {**density.others, FRESH: density.fresh.of_kind(False)}
    at = np.geomspace(1, _FURTHEST, 20)
    for colour, (name, curve) in zip((*COLOURS, "#777777"), density.curves().items(), strict=False):
        axes[0].plot(SHARES, [m.mean for m in curve.metres], "o-", color=colour, markersize=4, label=name.split(":")[0])
        axes[0].plot(at, [curve.at(float(share)) for share in at], ":", color=colour, linewidth=1)
        speeds, metres = _by_speed(rows[name])
        axes[1].plot(speeds, metres, "o-", color=colour, markersize=3, linewidth=1)
    axes[0].set_xscale("log", base=2)
    axes[0].set_xticks([0.25, 0.5, 1, 2, 4, 8, 16], ["1/4", "1/2", "1", "2", "4", "8", "16"])
    axes[0].set_xlabel("times the captured takes; dotted: by the law", fontsize=8)
    axes[0].set_ylabel("median m to the nearest take", fontsize=8)
    axes[0].set_ylim(bottom=0)
    axes[0].legend(fontsize=7, frameon=False)
    axes[1].set_xscale("log")
    axes[1].set_yscale("log")
    for axis, ticks in ((axes[1].xaxis, (0.1, 0.2, 0.5, 1.0, 2.0)), (axes[1].yaxis, (0.05, 0.1, 0.2, 0.4))):
        axis.set_ticks(ticks, [f"{tick:g}" for tick in ticks])
        axis.set_ticks([], minor=True)
    axes[1].set_xlabel("speed of the joints, m/s (medians of fifths of the motions)", fontsize=8)
    axes[0].set_title("distance to the training clips, by how many there are", fontsize=9)
    axes[1].set_title("the same with all takes, by how fast the motion is", fontsize=9)
    return saved(figure, path)


def _by_speed(reach: Reach) -> tuple[list[float], list[float]]:
    """Medians of speed and distance of fifths of the motions, slow to fast."""
    nearest: NDArray[np.float64] = reach.nearest()
    fifths = [part for part in np.array_split(np.argsort(reach.speeds), 5) if len(part)]
    return [float(np.median(reach.speeds[p])) for p in fifths], [float(np.median(nearest[p])) for p in fifths]
