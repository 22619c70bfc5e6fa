"""What a naming scheme says: for each place of the body, the names that its bones may have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..rig import CHAIN_SLOTS, IkLimb


@dataclass(frozen=True)
class Scheme:
    """names: slot -> names, the preferred first; for "spine" and "neck" all the names that may take part in the chain.

    Limb slots are written for both sides at once: the key "hip" stands for left_hip and right_hip, and in its names
    {side} is replaced by `sides`' words, left first.
    marks: names that only this scheme has, so that it wins over another one with the same names for the limbs.
    controls: the bones are controls over a hidden deforming skeleton.
    readings: slot -> names, as in `names`: where the pose is read from when it isn't the bone that is keyed (a limb's
        deforming bone shows what FK and IK controls together did).
    switches: (bone, custom property, value) to key, such as an FK/IK switch; {side} stands for both sides.
    follows: (bone, control) where a constraint makes a bone between two controls copy a control that isn't its parent.
    still: controls that have to be at rest because they move the others too.
    ik_limbs, ik_switches: as in BoneMapping; a limb's slots are written without their side.
    """

    name: str
    title: str
    names: Mapping[str, tuple[str, ...]]
    sides: tuple[str, str] = ("", "")
    marks: tuple[str, ...] = ()
    controls: bool = False
    readings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    switches: tuple[tuple[str, str, float], ...] = ()
    follows: tuple[tuple[str, str], ...] = ()
    still: tuple[str, ...] = ()
    ik_limbs: tuple[IkLimb, ...] = ()
    ik_switches: tuple[tuple[str, str, float], ...] = ()

    def slots(self) -> dict[str, tuple[str, ...]]:
        """Slot -> names with the sides written out."""
        return self._written_out(self.names)

    def read_slots(self) -> dict[str, tuple[str, ...]]:
        """Slot -> names of the bones to read, where they differ from the bones to key."""
        return self._written_out(self.readings)

    def all_switches(self, ik: bool = False) -> list[tuple[str, str, float]]:
        """The switches for FK or for IK with the sides written out."""
        found = []
        for bone, key, value in self.ik_switches if ik else self.switches:
            sides = self.sides if "{side}" in bone else ("",)
            found += [(bone.format(side=side), key, value) for side in sides]
        return found

    def all_follows(self) -> list[tuple[str, str]]:
        """The bones that copy controls, with the sides written out."""
        sides = [self.sides if "{side}" in bone else ("",) for bone, _ in self.follows]
        pairs = zip(self.follows, sides, strict=True)
        return [(bone.format(side=side), control.format(side=side)) for (bone, control), both in pairs for side in both]

    def all_ik_limbs(self) -> list[IkLimb]:
        """The IK limbs of both sides."""
        found = []
        for limb in self.ik_limbs:
            for side, word in zip(("left", "right"), self.sides, strict=True):
                found.append(
                    IkLimb(
                        upper=f"{side}_{limb.upper}",
                        hinge=f"{side}_{limb.hinge}",
                        end=f"{side}_{limb.end}",
                        control=limb.control.format(side=word),
                        pole=limb.pole.format(side=word),
                        toe=limb.toe.format(side=word),
                        toe_slot=f"{side}_{limb.toe_slot}" if limb.toe_slot else "",
                    )
                )
        return found

    def _written_out(self, names: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for slot, options in names.items():
            if slot in ("root", "body", "pelvis", "head", *CHAIN_SLOTS):
                found[slot] = options
            else:
                for side, word in zip(("left", "right"), self.sides, strict=True):
                    found[f"{side}_{slot}"] = tuple(name.format(side=word) for name in options)
        return found
