"""Bones found by their names: a naming scheme read through any prefix, suffix or namespace."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .rig import CHAIN_SLOTS, OPTIONAL_SLOTS, RigDescription
from .schemes.scheme import Scheme

_SEPARATORS = re.compile(r"[\s.:|/\\\-_]+")
_AFFIXES_TRIED = 6


@dataclass(frozen=True)
class NameMatch:
    """scheme: what was matched. bones: slot -> bones. score: 0..1 of the scheme's places that were found.

    exact: share of the scheme's marks that are in the rig (one half for a scheme without marks), and the number of its
        names there, to tell schemes apart that fit equally well.
    """

    scheme: Scheme
    bones: Mapping[str, tuple[str, ...]]
    score: float
    exact: tuple[float, int]


def plain(name: str) -> str:
    """A bone's name without case, width or kind of separator."""
    return _SEPARATORS.sub("_", unicodedata.normalize("NFKC", name).casefold())


def match_scheme(rig: RigDescription, scheme: Scheme) -> NameMatch:
    """The scheme's places in the rig, under the prefix and suffix that most of its names share."""
    return max((_match_with(rig, scheme, *affix) for affix in _affixes(rig, scheme)), key=lambda m: (m.score, m.exact))


def _affixes(rig: RigDescription, scheme: Scheme) -> Sequence[tuple[str, str]]:
    wanted = {plain(name) for names in scheme.slots().values() for name in names}
    votes: Counter[tuple[str, str]] = Counter()
    for bone in {plain(name) for name in rig.bones}:
        pairs = set()
        for name in wanted:
            start = bone.find(name)
            if start >= 0:
                pairs.add((bone[:start], bone[start + len(name) :]))
                start = bone.rfind(name)
                pairs.add((bone[:start], bone[start + len(name) :]))
        votes.update(pairs)
    common = [pair for pair, _ in votes.most_common(_AFFIXES_TRIED)]
    return [("", ""), *(pair for pair in common if pair != ("", ""))]


def _match_with(rig: RigDescription, scheme: Scheme, prefix: str, suffix: str) -> NameMatch:
    by_plain: dict[str, str] = {}
    for bone in rig.bones:
        by_plain.setdefault(plain(bone), bone)
    depth = {rig.bones[bone]: len(rig.ancestors(bone)) for bone in range(len(rig.bones))}
    slots = scheme.slots()
    bones: dict[str, tuple[str, ...]] = {}
    found_names = 0
    score = weight = 0.0
    for slot, names in slots.items():
        there = [by_plain[key] for name in names if (key := prefix + plain(name) + suffix) in by_plain]
        found_names += len(there)
        worth = 1.0 if slot in OPTIONAL_SLOTS else 2.0
        weight += 0.0 if slot == "root" else worth
        if there:
            score += 0.0 if slot == "root" else worth
            bones[slot] = tuple(sorted(set(there), key=depth.__getitem__)) if slot in CHAIN_SLOTS else (there[0],)
    marks = [prefix + plain(mark) + suffix in by_plain for mark in scheme.marks]
    exact = (sum(marks) / len(marks) if marks else 0.5, found_names)
    return NameMatch(scheme, bones, score / weight, exact)
