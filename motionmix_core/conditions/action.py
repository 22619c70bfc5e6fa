"""Action labels: the tables of the action data sets, numbers for names, and the class that stands for no label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import RequestError


@dataclass(frozen=True)
class ActionTable:
    """names: of the actions, each one's place its label. One more row, `null_label`, stands for "no label"."""

    name: str
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.names or len(set(self.names)) != len(self.names):
            raise RequestError(f"the action table {self.name} needs names, each one once")

    def __len__(self) -> int:
        return len(self.names)

    @property
    def null_label(self) -> int:
        """The class for clips without a label, behind the others (MotionMix; placeholders.placeholder_class)."""
        return len(self.names)

    @property
    def rows(self) -> int:
        """How many rows an embedding needs that knows the null class, too."""
        return len(self.names) + 1

    def label(self, action: str | int | None) -> int:
        """The label of an action by its name (case, spaces, - and _ don't matter) or number; None is the null class.

        Raises RequestError naming what there is.
        """
        if action is None:
            return self.null_label
        if isinstance(action, str):
            wanted = _plain(action)
            for label, name in enumerate(self.names):
                if _plain(name) == wanted:
                    return label
            if not action.strip().isdecimal():
                raise RequestError(f"{self.name} has no action '{action}': use one of {', '.join(self.names)}")
            action = int(action)
        if not 0 <= action < len(self.names):
            raise RequestError(f"{self.name} has the actions 0 to {len(self.names) - 1}, not {action}")
        return int(action)

    def labels(self, actions: Sequence[str | int | None]) -> NDArray[np.int64]:
        """(N,) labels for a batch. Raises RequestError."""
        return np.array([self.label(action) for action in actions], np.int64)


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


HUMANACT12_ACTIONS = ActionTable(
    "HumanAct12",
    ("warm up", "walk", "run", "jump", "drink", "lift dumbbell", "sit", "eat", "turn steering wheel", "phone", "boxing",
     "throw"),
)  # fmt: skip
BANDAI_ACTIONS = ActionTable(
    "Bandai-Namco",
    ("walk", "walk-turn-left", "walk-turn-right", "run", "wave-both-hands", "wave-left-hand", "wave-right-hand",
     "raise-up-both-hands", "raise-up-left-hand", "raise-up-right-hand"),
)  # fmt: skip
