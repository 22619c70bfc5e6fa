"""What was wanted of the model, and, plainly, whether it was reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    """name: of the measure. value: what came out, None = not measured. limit: the bound it is held against.

    at_most: whether smaller is better. shown: format of both numbers. how: what exactly was compared. sure: half of the
    value's 95 % interval, None = not known.
    """

    name: str
    value: float | None
    limit: float | None
    at_most: bool
    how: str
    shown: str = ".3f"
    sure: float | None = None

    @property
    def met(self) -> bool | None:
        """None where either number is missing."""
        if self.value is None or self.limit is None:
            return None
        return self.value <= self.limit if self.at_most else self.value >= self.limit

    @property
    def verdict(self) -> str:
        """In words."""
        if self.met is None:
            return "not measured"
        if self.met:
            return "reached"
        assert self.value is not None and self.limit is not None
        short = abs(self.value - self.limit) / abs(self.limit) if self.limit else float("inf")
        near = self.sure is not None and abs(self.value - self.limit) <= self.sure
        tail = "; the bound lies inside the interval" if near else ""
        return f"**not reached** ({'over' if self.at_most else 'under'} by {short:.0%}{tail})"


def markdown(goals: Sequence[Goal]) -> str:
    """The table of goals, and one sentence that counts them."""
    lines = ["| goal | wanted | measured | |", "|---|---:|---:|---|"]
    for goal in goals:
        sign = "≤" if goal.at_most else "≥"
        wanted = "–" if goal.limit is None else f"{sign} {goal.limit:{goal.shown}}"
        measured = "–" if goal.value is None else f"{goal.value:{goal.shown}}"
        measured += "" if goal.value is None or goal.sure is None else f" ± {goal.sure:{goal.shown}}"
        lines.append(f"| {goal.name} ({goal.how}) | {wanted} | {measured} | {goal.verdict} |")
    reached = sum(goal.met is True for goal in goals)
    missed = sum(goal.met is False for goal in goals)
    unknown = len(goals) - reached - missed
    tail = f", {unknown} not measured" if unknown else ""
    verbs = ["is" if count == 1 else "are" for count in (reached, missed)]
    head = f"{reached} of {len(goals)} goals {verbs[0]} reached, {missed} {verbs[1]} not{tail}."
    return "\n".join([head, "", *lines]) + "\n"
