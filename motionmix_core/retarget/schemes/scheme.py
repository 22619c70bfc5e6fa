"""What a naming scheme says: for each place of the body, the names that its bones may have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..rig import CHAIN_SLOTS


@dataclass(frozen=True)
class Scheme:
    """names: slot -> names, the preferred first; for "spine" and "neck" all the names that may take part in the chain.

    Limb slots are written for both sides at once: the key "hip" stands for left_hip and right_hip, and in its names
    {side} is replaced by `sides`' words, left first.
    marks: names that only this scheme has, so that it wins over another one with the same names for the limbs.
    controls: the bones are controls over a hidden deforming skeleton.
    """

    name: str
    title: str
    names: Mapping[str, tuple[str, ...]]
    sides: tuple[str, str] = ("", "")
    marks: tuple[str, ...] = ()
    controls: bool = False

    def slots(self) -> dict[str, tuple[str, ...]]:
        """Slot -> names with the sides written out."""
        found: dict[str, tuple[str, ...]] = {}
        for slot, names in self.names.items():
            if slot in ("root", "pelvis", "head", *CHAIN_SLOTS):
                found[slot] = names
            else:
                for side, word in zip(("left", "right"), self.sides, strict=True):
                    found[f"{side}_{slot}"] = tuple(name.format(side=word) for name in names)
        return found
