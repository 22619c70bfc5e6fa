"""Bones found by their names: a naming scheme read through any prefix, suffix or namespace."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from .rig import CHAIN_SLOTS, OPTIONAL_SLOTS, IkLimb, RigDescription
from .schemes.scheme import Scheme

_SEPARATORS = re.compile(r"[\s.:|/\\\-_]+")
_AFFIXES_TRIED = 6


@dataclass(frozen=True)
class NameMatch:
    """scheme: what was matched. score: 0..1 of its places that were found. The others are as in BoneMapping.

    exact: share of the scheme's marks that are in the rig (one half for a scheme without marks), and the number of its
        names there, to tell schemes apart that fit equally well.
    """

    scheme: Scheme
    bones: Mapping[str, tuple[str, ...]]
    readings: Mapping[str, tuple[str, ...]]
    switches: tuple[tuple[str, str, float], ...]
    follows: tuple[tuple[str, str], ...]
    still: tuple[str, ...]
    ik_limbs: tuple[IkLimb, ...]
    ik_switches: tuple[tuple[str, str, float], ...]
    score: float
    exact: tuple[float, int]


@cache
def plain(name: str) -> str:
    """A bone's name without case, width or kind of separator."""
    return _SEPARATORS.sub("_", unicodedata.normalize("NFKC", name).casefold())


@dataclass(frozen=True)
class BoneNames:
    """A rig's bone names made ready for comparing: plain name -> name, and how deep in the tree each bone is.

    text: the plain names, each followed by a line's end.
    """

    by_plain: Mapping[str, str]
    depth: Mapping[str, int]
    text: str


def bone_names(rig: RigDescription) -> BoneNames:
    """Prepared once for all schemes."""
    by_plain: dict[str, str] = {}
    depth: dict[str, int] = {}
    for bone in rig.order:
        name, parent = rig.bones[bone], rig.parents[bone]
        by_plain.setdefault(plain(name), name)
        depth[name] = 0 if parent < 0 else depth[rig.bones[parent]] + 1
    return BoneNames(by_plain, depth, "".join(f"{name}\n" for name in by_plain))


def match_scheme(names: BoneNames, scheme: Scheme) -> NameMatch:
    """The scheme's places in the rig, under the prefix and suffix that most of its names share."""
    matches = (_match_with(names, scheme, *affix) for affix in _affixes(names, scheme))
    return max(matches, key=lambda match: (match.score, match.exact))


def _affixes(names: BoneNames, scheme: Scheme) -> Sequence[tuple[str, str]]:
    """Pairs of prefix and suffix, the likeliest first; told from the names of the left side and the head."""
    probes = {
        plain(options[0]) for slot, options in scheme.slots().items() if slot.startswith("left") or slot == "head"
    }
    # all names in one text, since schemes are many and most of their names are nowhere in a rig
    text = names.text
    pairs: set[tuple[int, str, str]] = set()
    for probe in probes:
        start = text.find(probe)
        while start >= 0:
            line, end = text.rfind("\n", 0, start) + 1, text.find("\n", start)
            pairs.add((line, text[line:start], text[start + len(probe) : end]))
            start = text.find(probe, start + 1)
    votes = Counter((prefix, suffix) for _, prefix, suffix in sorted(pairs))
    common = [pair for pair, count in votes.most_common(_AFFIXES_TRIED) if count > 1]
    return [("", ""), *(pair for pair in common if pair != ("", ""))]


def _match_with(names: BoneNames, scheme: Scheme, prefix: str, suffix: str) -> NameMatch:
    by_plain, depth = names.by_plain, names.depth
    slots = scheme.slots()
    bones: dict[str, tuple[str, ...]] = {}
    found_names = 0
    score = weight = 0.0
    for slot, options in slots.items():
        there = [by_plain[key] for name in options if (key := prefix + plain(name) + suffix) in by_plain]
        found_names += len(there)
        worth = 1.0 if slot in OPTIONAL_SLOTS else 2.0
        if slot in ("root", "body"):
            worth = 0.0
        weight += worth
        if there:
            score += worth
            bones[slot] = tuple(sorted(set(there), key=depth.__getitem__)) if slot in CHAIN_SLOTS else (there[0],)
    marks = [prefix + plain(mark) + suffix in by_plain for mark in scheme.marks]
    exact = (sum(marks) / len(marks) if marks else 0.5, found_names)
    readings = {
        slot: (by_plain[key],)
        for slot, options in scheme.read_slots().items()
        for key in [prefix + plain(options[0]) + suffix]
        if key in by_plain
    }

    def real(bone: str) -> str:
        return by_plain.get(prefix + plain(bone) + suffix, "") if bone else ""

    switches, ik_switches = (
        tuple((real(bone), name, value) for bone, name, value in scheme.all_switches(ik) if real(bone))
        for ik in (False, True)
    )
    follows = tuple((real(one), real(two)) for one, two in scheme.all_follows() if real(one) and real(two))
    limbs = tuple(
        replace(limb, control=real(limb.control), pole=real(limb.pole), toe=real(limb.toe))
        for limb in scheme.all_ik_limbs()
        if real(limb.control)
    )
    still = tuple(real(bone) for bone in scheme.still if real(bone))
    return NameMatch(scheme, bones, readings, switches, follows, still, limbs, ik_switches, score / weight, exact)
