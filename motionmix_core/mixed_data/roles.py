"""Roles of clips: which are noisy and annotated, which clean and without annotation (MotionMix, data preparation).

The split is drawn once, from a seed, and can be stored as the list of clip ids, so that two runs train on the same
data. Clips of one *family* (a clip and its mirror image, overlapping windows of one take) always share a role: else the
clean half would hold the clean twin of a noisy clip.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, RequestError


@dataclass(frozen=True)
class RoleSplit:
    """A division of clips into two roles; every clip has exactly one.

    noisy: sorted ids of the clips to be corrupted, which keep their annotation. clean: sorted ids of the others.
    noisy_ratio, seed: what the split was drawn with.
    """

    noisy: tuple[str, ...]
    clean: tuple[str, ...]
    noisy_ratio: float
    seed: int

    def is_clean(self, clip_ids: Sequence[str]) -> NDArray[np.bool_]:
        """(N,) True for clips of the clean role. Raises DataError for a clip that the split doesn't know."""
        clean, noisy = set(self.clean), set(self.noisy)
        for clip_id in clip_ids:
            if clip_id not in clean and clip_id not in noisy:
                raise DataError(f"clip '{clip_id}' is not in the stored role split; draw a new split for this data")
        return np.array([clip_id in clean for clip_id in clip_ids], bool)

    def save(self, path: Path) -> None:
        """Write the split as JSON."""
        record = {"format": 1, "noisy_ratio": self.noisy_ratio, "seed": self.seed}
        path.write_text(json.dumps({**record, "noisy": self.noisy, "clean": self.clean}, indent=1) + "\n", "utf-8")

    @staticmethod
    def load(path: Path) -> RoleSplit:
        """Read a split written by `save`. Raises DataError for a file that isn't one."""
        try:
            record = json.loads(path.read_text("utf-8"))
            split = RoleSplit(
                tuple(map(str, record["noisy"])),
                tuple(map(str, record["clean"])),
                float(record["noisy_ratio"]),
                int(record["seed"]),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataError(f"{path}: not a stored role split ({error})") from error
        both = set(split.noisy) & set(split.clean)
        if both:
            raise DataError(f"{path}: clip '{min(both)}' has both roles")
        return split


def split_roles(
    clip_ids: Sequence[str],
    noisy_ratio: float,
    seed: int,
    *,
    strata: Mapping[str, Hashable] | None = None,
    families: Mapping[str, Hashable] | None = None,
) -> RoleSplit:
    """Draw the roles: int(n * noisy_ratio) clips become noisy, in each stratum.

    Args:
        clip_ids: all training clips, in any order; the outcome doesn't depend on it.
        noisy_ratio: 0 (all clean: the mix is off) to 1.
        seed: the same seed and clips give the same split on every machine.
        strata: clip id -> class, to divide each action class in the same ratio (HumanAct12, UESTC); one class if None.
        families: clip id -> what it was cut or mirrored from; a family isn't divided. Where it doesn't fit into what is
            left of the ratio it becomes clean, so the noisy count may fall short but never exceeds the ratio.
    Raises:
        RequestError: a ratio outside 0..1 or an id that occurs twice.
    """
    if not 0 <= noisy_ratio <= 1:
        raise RequestError(f"the share of noisy clips must be between 0 and 1, not {noisy_ratio}")
    ordered = sorted(clip_ids)
    if len(set(ordered)) != len(ordered):
        raise RequestError("two training clips have the same id")
    members: dict[Hashable, list[str]] = defaultdict(list)
    for clip_id in ordered:
        members[("family", families[clip_id]) if families and clip_id in families else clip_id].append(clip_id)
    by_stratum: dict[Hashable, list[list[str]]] = defaultdict(list)
    for family in members.values():
        by_stratum[strata[family[0]] if strata else None].append(family)

    generator = np.random.Generator(np.random.PCG64(seed))
    noisy: list[str] = []
    for groups in by_stratum.values():
        wanted = int(sum(map(len, groups)) * noisy_ratio)
        taken = 0
        for position in generator.permutation(len(groups)):
            group = groups[position]
            if taken + len(group) <= wanted:
                noisy += group
                taken += len(group)
    chosen = set(noisy)
    return RoleSplit(tuple(sorted(noisy)), tuple(i for i in ordered if i not in chosen), noisy_ratio, seed)
