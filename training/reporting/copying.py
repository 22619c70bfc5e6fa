"""Samples beside the real motion of the same captions: who lies nearer to the training clips, action by action?

What is done decides most of the distance (standing people are alike, breakdancers aren't), so each sample is paired
with the real stretch that its caption was written for, and stretches of one clip count as the one performance they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from motionmix_core.metrics.report import Estimate
from training.evaluators.duplicates import stem
from training.evaluators.words import words_of

from .density import Reach, as_fast
from .memory import Nearest
from .stretches import Stretch
from .uncertainty import over_groups

ACTIONS = {
    "walks": ("walk", "stroll"),
    "runs": ("run", "jog", "sprint"),
    "jumps": ("jump", "hop", "leap"),
    "dances": ("dance", "dancer", "ballet", "breakdance", "breakdancer", "salsa", "arabesque"),
    "kicks and blows": ("kick", "punch", "box", "chop", "swing"),
    "work of the hands": ("wash", "wipe", "window", "drink", "unscrew", "stir", "mop", "paint"),
}
"""By the words of a clip's captions: the action that most of its captions name."""
OTHERS = "others"


@dataclass(frozen=True)
class Case:
    """One captioned stretch: its real motion, and the samples for its captions."""

    clip: str
    action: str
    real: Nearest
    made: tuple[Nearest, ...]

    @property
    def difference(self) -> float:
        """Metres by which its samples lie further from the training clips than the real motion does (mean)."""
        return float(np.mean([one.metres for one in self.made])) - self.real.metres


def cases_of(
    stretches: Sequence[Stretch], real: Sequence[Nearest], made: Sequence[Sequence[Nearest]]
) -> tuple[Case, ...]:
    """One case a stretch; real and made in the stretches' order."""
    said: dict[str, list[str]] = {}
    for stretch in stretches:
        said.setdefault(stretch.clip, []).extend(stretch.captions)
    actions = {clip: action_of(captions) for clip, captions in said.items()}
    return tuple(
        Case(stretch.clip, actions[stretch.clip], one, tuple(some))
        for stretch, one, some in zip(stretches, real, made, strict=True)
    )


def action_of(captions: Sequence[str]) -> str:
    """The action of a clip: the one that most of its captions name, the first of ACTIONS among equals."""
    stems = {action: {stem(word) for word in words} for action, words in ACTIONS.items()}
    spoken = [{stem(word) for word in words_of(caption)} for caption in captions]
    counts = {action: sum(bool(words & one) for one in spoken) for action, words in stems.items()}
    most = max(counts, key=lambda action: counts[action])
    return most if counts[most] else OTHERS


def less_real(cases: Sequence[Case]) -> Estimate:
    """Median metres of samples less median metres of real stretches; the interval is over clips."""

    def value(chosen: NDArray[np.int64]) -> float:
        made = [one.metres for i in chosen for one in cases[i].made]
        return float(np.median(made) - np.median([cases[i].real.metres for i in chosen]))

    return over_groups(value, [case.clip for case in cases])


def paired(cases: Sequence[Case]) -> Estimate:
    """Mean difference, each clip counted once; the interval is over clips."""
    means = _by_clip(cases)
    values = np.array(list(means.values()))
    return over_groups(lambda chosen: float(values[chosen].mean()), list(means))


def copying_text(cases: Mapping[str, Sequence[Case]], fresh: Reach | None = None) -> str:
    """A table a split: samples and real motion of the same captions, by action. cases: split -> one a stretch.

    fresh: with it, distances are given over those of fresh draws as fast, too.
    """
    over = "" if fresh is None else " real, over fresh draws as fast | generated, over fresh draws as fast |"
    lines = []
    for split, found in cases.items():
        if not found:
            continue
        lines += [
            "",
            f"Captions of {split} clips, samples beside the real motion that they were written for:",
            "",
            "| action | clips | stretches | real, median m | generated, median m | generated less real, by clip | "
            f"real m/s | generated m/s |{over}",
            "|---|" + "---:|" * (7 if fresh is None else 9),
        ]
        for action in (*ACTIONS, OTHERS):
            chosen = [case for case in found if case.action == action]
            if chosen:
                lines.append(_row(action, chosen, fresh))
        lines.append(_row("**all**", found, fresh))
    if not lines:
        return ""
    return "\n".join([*lines, "", *_in_words(cases)]) + "\n"


def _in_words(cases: Mapping[str, Sequence[Case]]) -> list[str]:
    lines = [
        "Generated less real: each clip counted once, however many stretches of it have captions; ± is the 95 % "
        "interval over clips. m/s: mean speed of the joints.",
    ]
    for split, found in cases.items():
        if not found:
            continue
        text = (
            f"{split.capitalize()} captions: samples lie {_apart(paired(found))} than real motion, each clip counted "
        )
        text += f"once; by medians over stretches {_apart(less_real(found))}"
        left_out = {action: [case for case in found if case.action != action] for action in (*ACTIONS, OTHERS)}
        left_out = {action: rest for action, rest in left_out.items() if len(found) / 2 <= len(rest) < len(found)}
        if left_out:
            whole = less_real(found).mean
            most = max(left_out, key=lambda action: abs(less_real(left_out[action]).mean - whole))
            count = len(found) - len(left_out[most])
            text += f". “{most}” ({count} stretches) moves these medians most: without it "
            text += _apart(less_real(left_out[most]))
        lines += ["", text + "."]
    return lines


def _apart(difference: Estimate) -> str:
    size = f"{abs(difference.mean):.3f}" + (f" ± {difference.interval:.3f}" if difference.repeats > 1 else "")
    return f"{size} m {'nearer' if difference.mean < 0 else 'further away'}"


def _row(action: str, cases: Sequence[Case], fresh: Reach | None) -> str:
    difference = paired(cases)
    shown = f"{difference.mean:+.3f}" + (f" ± {difference.interval:.3f}" if difference.repeats > 1 else "")
    made = [one for case in cases for one in case.made]
    clips = len({case.clip for case in cases})
    real = np.median([case.real.metres for case in cases])
    speeds = np.mean([case.real.speed for case in cases]), np.mean([one.speed for one in made])
    return (
        f"| {action} | {clips} | {len(cases)} | {real:.3f} | {np.median([one.metres for one in made]):.3f} | {shown} | "
        f"{speeds[0]:.2f} | {speeds[1]:.2f} |" + _as_fast([[case.real for case in cases], made], fresh)
    )


def _as_fast(sets: Sequence[Sequence[Nearest]], fresh: Reach | None) -> str:
    """Of each set the median of its distances over those of fresh draws as fast."""
    if fresh is None:
        return ""
    over = [np.array([n.metres for n in found]) / as_fast(fresh, np.array([n.speed for n in found])) for found in sets]
    return "".join(f" {np.median(values):.2f} |" for values in over)


def _by_clip(cases: Sequence[Case]) -> dict[str, float]:
    """Mean difference of each clip's stretches."""
    found: dict[str, list[float]] = {}
    for case in cases:
        found.setdefault(case.clip, []).append(case.difference)
    return {clip: float(np.mean(values)) for clip, values in found.items()}
