"""What the panel says about the active object as a target.

Found once for each state of the bones, since panels draw often.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import bpy

from ..core import BoneMapping, MotionMixError
from . import read

_KEPT = 8


@dataclass(frozen=True)
class RigStatus:
    """Whether motion can go on an object.

    usable: it can. line: what it is, or what is wrong and what to do. absent: there is no armature at all.
    """

    usable: bool
    line: str
    absent: bool = False


_mappings: OrderedDict[tuple[object, ...], BoneMapping | str] = OrderedDict()


def of(obj: bpy.types.Object | None) -> RigStatus:
    """The status of an object (None: nothing is active)."""
    reason = read.problem(obj)
    if obj is None or obj.type != "ARMATURE":
        return RigStatus(False, reason, absent=True)
    if reason:
        return RigStatus(False, reason)
    found = mapping(obj)
    if isinstance(found, str):
        return RigStatus(False, found)
    return RigStatus(found.usable, read.status_line(found))


def forget() -> None:
    """Drop what was found: another file is open."""
    _mappings.clear()


def mapping(obj: bpy.types.Object) -> BoneMapping | str:
    """The mapping of an armature, or why it can't be found. Kept under the bones' fingerprint."""
    key = read.fingerprint(obj)
    if key not in _mappings:
        try:
            _mappings[key] = read.mapping_of(obj)
        except MotionMixError as error:
            _mappings[key] = str(error)
        while len(_mappings) > _KEPT:
            _mappings.popitem(last=False)
    return _mappings[key]
