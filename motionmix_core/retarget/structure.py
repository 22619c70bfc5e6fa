"""A body found by its shape alone: symmetry, branching and proportions, for rigs whose names say nothing.

Limbs are pairs of mirrored chains that leave the middle line. The pair that goes lowest are the legs; the pair that
leaves higher up are the arms; what goes on upwards between the arms is neck and head.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np

from .rig import BoneMapping, RigDescription

# words in names that say "no part of the body's frame", so that even foreign names help a little
_HELPER = re.compile(
    r"ik(?![a-z])|pole|target|ctrl|control|mch|tweak|twist|helper|(?<![a-z])roll|socket|finger|thumb|index|middle|pinky|"
    r"(?<![a-z])ring|little|palm|metacarp|eye|jaw|tongue|teeth|lip|brow|cheek|nose|(?<![a-z])ear|face|facial|hair|breast|"
    r"bust|pector|tail|wing|skirt|cloth|cape|weapon|sword|prop",
    re.IGNORECASE,
)
_END = re.compile(r"(end|nub|tip|top)\d*$", re.IGNORECASE)
_NEAR = 0.02  # of the body's size: two places this near mirror each other


@dataclass(frozen=True)
class Limb:
    """left, right: bones of a mirrored pair of chains from the middle line outwards. base: the bone they hang on."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    base: int


def guess_mapping(rig: RigDescription) -> BoneMapping | None:
    """The most likely body among the bones, None when nothing like one is there. Confidence is 0.7 at most."""
    best: tuple[float, BoneMapping] | None = None
    for lateral in range(3):
        for legs, arms in permutations(mirrored_limbs(rig, lateral), 2):
            found = _body(rig, legs, arms, lateral)
            if found and (best is None or found[0] > best[0]):
                best = found
    return best[1] if best else None


def mirrored_limbs(rig: RigDescription, lateral: int) -> list[Limb]:
    """Pairs of chains of three joints or more that mirror each other across an axis, the longest pairs first."""
    mirror = mirror_pairs(rig, lateral)
    limbs = []
    for bone, twin in mirror.items():
        if bone >= twin:
            continue
        base = _branch_base(rig, bone, twin, mirror)
        if base is None:
            continue
        chain = _longest_chain(rig, bone, mirror)
        if len(chain) >= 3:
            limbs.append(Limb(tuple(chain), tuple(mirror[link] for link in chain), base))
    size = float(np.linalg.norm(np.ptp(rig.heads, axis=0)))
    limbs = [limb for limb in limbs if _length(rig, limb.left) > 0.15 * size]
    return sorted(limbs, key=lambda limb: -_length(rig, limb.left))[:6]


def stands_on_four(rig: RigDescription) -> bool:
    """Whether two pairs of legs reach the ground, one well before the other along the body."""
    for lateral in range(3):
        limbs = mirrored_limbs(rig, lateral)
        for upward in range(3):
            if upward == lateral:
                continue
            lengthwise = 3 - lateral - upward
            for sign in (1.0, -1.0):
                heights = sign * rig.heads[:, upward]
                floor, tall = float(heights.min()), float(np.ptp(heights))
                standing = [limb.left for limb in limbs if _reaches_down(heights, limb.left, floor, tall)]
                for one, two in combinations(standing, 2):
                    apart = np.abs(rig.heads[one[0]] - rig.heads[two[0]])
                    if apart[lengthwise] > max(0.3 * tall, apart[upward]):
                        return True
    return False


def _reaches_down(heights: np.ndarray, chain: tuple[int, ...], floor: float, tall: float) -> bool:
    return bool(heights[list(chain)].min() - floor < 0.15 * tall and heights[chain[0]] - floor > 0.4 * tall)


def mirror_pairs(rig: RigDescription, lateral: int) -> dict[int, int]:
    """Bone -> its twin on the other side, for bones off the middle plane and those that carry them."""
    usable = [bone for bone, name in enumerate(rig.bones) if not _HELPER.search(name)]
    heads = rig.heads[usable]
    size = max(float(np.linalg.norm(np.ptp(rig.heads, axis=0))), 1e-9)
    middle = float(np.median(heads[:, lateral]))
    flipped = heads.copy()
    flipped[:, lateral] = 2 * middle - flipped[:, lateral]
    distance = np.linalg.norm(heads[:, None] - flipped[None], axis=-1)
    depth = np.array([len(rig.ancestors(bone)) for bone in usable])
    distance = distance + size * (depth[:, None] != depth[None])  # twins are equally deep in the tree
    nearest = np.argmin(distance, axis=1)
    aside = np.abs(heads[:, lateral] - middle) > 0.01 * size
    pairs = {
        usable[one]: usable[two]
        for one, two in enumerate(nearest)
        if aside[one] and distance[one, two] < _NEAR * size and nearest[two] == one
    }
    waiting = list(pairs)
    while waiting:  # collar bones often start on the middle line: their children tell that they are twins
        bone = waiting.pop()
        parent, other = rig.parents[bone], rig.parents[pairs[bone]]
        if parent >= 0 and other >= 0 and parent != other and parent not in pairs and other not in pairs:
            pairs |= {parent: other, other: parent}
            waiting.append(parent)
    return pairs


def _branch_base(rig: RigDescription, bone: int, twin: int, mirror: dict[int, int]) -> int | None:
    """The bone on the middle line that a mirrored pair hangs on, None for bones farther out on a limb."""
    parent, other = rig.parents[bone], rig.parents[twin]
    if parent < 0 or other < 0 or parent in mirror:
        return None
    return parent if parent == other else None


def _longest_chain(rig: RigDescription, bone: int, mirror: dict[int, int]) -> list[int]:
    """The longest way down from a bone along mirrored bones; a hand with many fingers ends it."""
    kids = [kid for kid in rig.children[bone] if kid in mirror]
    if not kids:
        return [bone]
    if len(kids) >= 3:
        return [bone]
    return [
        bone,
        *max((_longest_chain(rig, kid, mirror) for kid in kids), key=lambda chain: _length(rig, (bone, *chain))),
    ]


def _length(rig: RigDescription, chain: tuple[int, ...]) -> float:
    points = np.concatenate((rig.heads[list(chain)], rig.ends[chain[-1]][None]))
    return float(np.linalg.norm(np.diff(points, axis=0), axis=-1).sum())


def _body(rig: RigDescription, legs: Limb, arms: Limb, lateral: int) -> tuple[float, BoneMapping] | None:
    heads = rig.heads
    leg = _two_bones(rig, legs.left, leg=True)
    if leg is None or set(legs.left) & set(arms.left):
        return None
    # arms start no nearer to the middle than legs; what comes before is the collar bone
    width = 0.4 * abs(float(heads[legs.left[leg[0]], lateral] - heads[legs.right[leg[0]], lateral]))
    wide = 0.5 * np.abs(heads[list(arms.left), lateral] - heads[list(arms.right), lateral]) >= width
    inner = int(np.argmax(wide)) if wide.any() else len(wide)
    arm = _two_bones(rig, arms.left[inner:], leg=False)
    if arm is None:
        return None
    arm = (arm[0] + inner, arm[1] + inner, arm[2] + inner, arm[3])
    drop = heads[legs.left[leg[0]]] - heads[legs.left[leg[2]]]
    drop[lateral] = 0.0
    axis = int(np.argmax(np.abs(drop)))
    up = np.eye(3)[axis] * np.sign(drop[axis])
    line = _middle_line(rig, legs.base, arms.base)
    if line is None:
        return None
    pelvis, spine = line
    rise = float((heads[arms.left[arm[0]]] - heads[legs.left[leg[0]]]) @ up)
    leg_length = _length(rig, legs.left[leg[0] : leg[2]])
    if rise < 0.2 * leg_length or drop @ up < 0.7 * float(np.linalg.norm(drop)):
        return None
    above = _upwards(rig, arms.base, up, set(arms.left) | set(arms.right))
    if not above:
        return None
    bones: dict[str, tuple[str, ...]] = {
        "pelvis": (rig.bones[pelvis],),
        "spine": tuple(rig.bones[bone] for bone in spine),
    }
    bones["head"] = (rig.bones[above[-1]],)
    if above[:-1]:
        bones["neck"] = tuple(rig.bones[bone] for bone in above[:-1])
    swapped = _is_right(rig, legs, leg, up, lateral)
    for side in ("left", "right"):
        first = (side == "left") != swapped
        leg_chain, arm_chain = (legs.left, arms.left) if first else (legs.right, arms.right)
        places = {"hip": leg[0], "knee": leg[1], "ankle": leg[2]}
        if leg[2] + 1 < len(leg_chain) and not _END.search(rig.bones[leg_chain[leg[2] + 1]]):
            places["foot"] = leg[2] + 1
        bones |= {f"{side}_{part}": (rig.bones[leg_chain[at]],) for part, at in places.items()}
        places = {"shoulder": arm[0], "elbow": arm[1], "wrist": arm[2]}
        if arm[0] > 0:
            places["collar"] = arm[0] - 1
        bones |= {f"{side}_{part}": (rig.bones[arm_chain[at]],) for part, at in places.items()}
    quality = leg[3] + arm[3] + min(rise / leg_length, 1.0)
    return quality, BoneMapping(bones, "structure", float(np.clip(0.2 + 0.17 * quality, 0.2, 0.7)))


def _two_bones(rig: RigDescription, chain: tuple[int, ...], leg: bool) -> tuple[int, int, int, float] | None:
    """Places in the chain of the joints of its two long bones (hip, knee, ankle or shoulder, elbow, wrist), and how
    well they fit: two bones of like length that make up most of the limb."""
    points = rig.heads[list(chain)]
    if len(chain) < 3:
        return None
    total = max(_length(rig, chain), 1e-9)
    best: tuple[float, tuple[int, int, int]] | None = None
    for one, two, three in combinations(range(len(chain)), 3):
        upper, lower = np.linalg.norm(points[two] - points[one]), np.linalg.norm(points[three] - points[two])
        if min(upper, lower) < 1e-6 * total:
            continue
        uneven = abs(np.log(upper / lower))
        quality = (upper + lower) / total - 0.6 * uneven - 0.15 * (three - one - 2)
        if leg and three + 1 < len(chain):
            foot = points[three + 1] - points[three]
            shin = points[three] - points[two]
            bend = foot @ shin / max(float(np.linalg.norm(foot) * np.linalg.norm(shin)), 1e-12)
            quality += 0.2 * (bend < 0.8)  # the foot turns away from the shin
        if best is None or quality > best[0]:
            best = (float(quality), (one, two, three))
    if best is None or best[0] < 0.2:
        return None
    return (*best[1], best[0])


def _middle_line(rig: RigDescription, hips: int, chest: int) -> tuple[int, list[int]] | None:
    """Pelvis, and the spine's bones up to the one that carries the arms."""
    upward = [chest, *rig.ancestors(chest)]
    if hips in upward:
        spine = upward[: upward.index(hips)][::-1]
        if spine:
            return hips, spine
        return None
    shared = next((bone for bone in rig.ancestors(hips) if bone in upward), None)  # hips and spine are sisters
    if shared is None:
        return None
    spine = upward[: upward.index(shared)][::-1]
    return (shared, spine) if spine else None


def _upwards(rig: RigDescription, chest: int, up: np.ndarray, limbs: set[int]) -> list[int]:
    """Neck and head: from the chest on up along the children that rise most."""
    chain: list[int] = []
    bone = chest
    while True:
        kids = [
            kid
            for kid in rig.children[bone]
            if kid not in limbs and (rig.heads[kid] - rig.heads[chest]) @ up > 0 and not _HELPER.search(rig.bones[kid])
        ]
        if not kids or (len(kids) > 2 and len(chain) > 0):  # many children: the face
            break
        bone = max(kids, key=lambda kid: max(float(rig.heads[below] @ up) for below in _below(rig, kid)))
        step = rig.heads[bone] - rig.heads[rig.parents[bone]]
        if chain and (_END.search(rig.bones[bone]) or step @ up < 0.6 * float(np.linalg.norm(step))):
            break  # a head's end, a jaw, hair
        chain.append(bone)
    if len(chain) > 2 and not rig.children[chain[-1]]:
        steps = np.linalg.norm(np.diff(rig.heads[chain[-3:]], axis=0), axis=-1)
        if steps[1] > 1.2 * steps[0]:
            chain.pop()  # a bone on top of the head that only marks its end
    return chain[:4]


def _below(rig: RigDescription, bone: int) -> Iterator[int]:
    yield bone
    for kid in rig.children[bone]:
        yield from _below(rig, kid)


def _is_right(rig: RigDescription, legs: Limb, leg: tuple[int, int, int, float], up: np.ndarray, lateral: int) -> bool:
    """Whether the chain called left is the body's right: told by the feet, which point forward, else by the world."""
    ankle = legs.left[leg[2]]
    toe = legs.left[leg[2] + 1] if leg[2] + 1 < len(legs.left) else None
    way = (rig.heads[toe] if toe is not None else rig.ends[ankle]) - rig.heads[ankle]
    forward = way - up * (way @ up)
    forward[lateral] = 0.0
    if np.linalg.norm(forward) < 0.2 * np.linalg.norm(way):
        forward = np.linalg.inv(rig.world[:3, :3]) @ [0.0, 0.0, 1.0]
    left = np.cross(up, forward)
    return bool((rig.heads[ankle] - rig.heads[legs.right[leg[2]]]) @ left < 0)
