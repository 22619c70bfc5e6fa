"""Which bones of an armature are which: by naming scheme, and refused with a reason when it isn't a humanoid."""

from __future__ import annotations

from dataclasses import replace

from ..errors import RigError
from .names import NameMatch, match_scheme
from .rig import BoneMapping, RigDescription
from .schemes.catalogue import all_schemes
from .spaces import character_axes, slot_heads

_GOOD_MATCH = 0.6


def detect_mapping(rig: RigDescription) -> BoneMapping:
    """The best mapping found, with its confidence; `reason` says why a rig can't be used."""
    matches = [match_scheme(rig, scheme) for scheme in all_schemes()]
    best = max(matches, key=lambda match: (round(match.score, 2), match.exact))
    mapping = _as_mapping(best)
    if best.score < _GOOD_MATCH:
        return replace(mapping, reason=f"No human body was found among the bones of “{rig.name}”.")
    if mapping.missing:
        return replace(mapping, reason=f"“{rig.name}” lacks bones for: {', '.join(mapping.missing)}.")
    try:
        character_axes(slot_heads(rig, mapping), rig.name)
    except RigError as error:
        return replace(mapping, reason=str(error))
    return mapping


def _as_mapping(match: NameMatch) -> BoneMapping:
    return BoneMapping(match.bones, match.scheme.name, min(1.0, match.score))
