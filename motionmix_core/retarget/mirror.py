"""The other side's bone: by the word for the side in its name, else by where it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .rig import LEFT_SLOTS, RIGHT_SLOTS, BoneMapping, RigDescription
from .structure import mirror_pairs

_WORDS = {"left": "right", "l": "r", "左": "右", "lft": "rgt", "lt": "rt"}
_OTHER = _WORDS | {right: left for left, right in _WORDS.items()}
# A side's word stands apart from the rest of a name by a separator, a capital letter, or the name's end.
_LONG = re.compile(r"(left|right)", re.IGNORECASE)
_SHORT = re.compile(r"(?:(?<=^)|(?<=[\s._\-:|]))(lft|rgt|lt|rt|l|r)(?=$|[\s._\-:|])", re.IGNORECASE)
_CAMEL = re.compile(r"^([lr])(?=[A-Z])")  # Daz: lShldrBend
_KANJI = re.compile("([左右])")


def flip_name(name: str) -> str:
    """The same name on the other side; unchanged when it has no side."""
    for pattern in (_LONG, _KANJI, _SHORT, _CAMEL):
        if pattern.search(name):
            return pattern.sub(lambda found: _like(found[1], _OTHER[found[1].lower()]), name)
    return name


def side_of(name: str) -> str:
    """ "left" or "right", by the word for the side in a name; "" when there is none."""
    for pattern in (_LONG, _KANJI, _SHORT, _CAMEL):
        found = pattern.search(name)
        if found:
            return "left" if found[1].lower() in _WORDS else "right"
    return ""


def mirrored(rig: RigDescription, mapping: BoneMapping, source: str = "left") -> tuple[BoneMapping, tuple[str, ...]]:
    """The mapping with one side's bones taken over from the other's, and the slots for which none was found.

    source: the side that is right already. Slots that it lacks are cleared on the other side too.
    """
    pairs = {"left": (LEFT_SLOTS, RIGHT_SLOTS), "right": (RIGHT_SLOTS, LEFT_SLOTS)}[source]
    twins: Mapping[str, str] | None = None
    unknown = []
    for slot, other in zip(*pairs, strict=True):
        bone = mapping.bone(slot)
        twin = flip_name(bone) if bone else ""
        if bone and (twin == bone or twin not in rig.indices):
            twins = _twins(rig) if twins is None else twins
            twin = twins.get(bone, "")
            if not twin:
                unknown.append(other)
                continue
        if mapping.bone(other) != (twin or None):
            mapping = mapping.with_bone(other, twin)
    return mapping, tuple(unknown)


def _twins(rig: RigDescription) -> dict[str, str]:
    """Bone -> the one that mirrors it, across the axis that mirrors the most."""
    found = max((mirror_pairs(rig, axis) for axis in range(3)), key=len)
    return {rig.bones[one]: rig.bones[two] for one, two in found.items()}


def _like(old: str, new: str) -> str:
    """A word with the capitals of another."""
    if old.isupper() and (len(old) > 1 or len(new) == 1):
        return new.upper()
    return new.capitalize() if old[0].isupper() else new
