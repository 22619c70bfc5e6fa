"""Rigs built from the canonical joint table under the conventions of real ones, and an evaluation like Blender's.

Nothing here uses the solver: bones are placed and rolled by their convention, and `evaluate` multiplies 4x4 matrices
the way Blender does (pose = parent's pose x parent's rest^-1 x rest x basis).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from motionmix_core.motion.kinematics import forward_kinematics
from motionmix_core.motion.rotations import quat_to_matrix
from motionmix_core.motion.skeleton import Skeleton, canonical_skeleton, rest_height
from motionmix_core.retarget.rig import RigDescription, RigPoses
from tests.motions import about
from tests.retarget.naming import LIMBS, NAMINGS, Naming

JOINT_OF = {
    "collar": "collar", "shoulder": "shoulder", "elbow": "elbow", "wrist": "wrist", "hip": "hip", "knee": "knee",
    "ankle": "ankle", "foot": "foot",
}  # fmt: skip
# core space (Y up, +Z forward) from Blender's world (Z up, facing -Y)
CORE_FROM_BLENDER = np.array([[1.0, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1]])


def turn_x(degrees: float) -> np.ndarray:
    """(4, 4) rotation about X."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[1.0, 0, 0, 0], [0, c, -s, 0], [0, s, c, 0], [0, 0, 0, 1]])


@dataclass(frozen=True)
class Convention:
    """naming; rest pose; how bones point; the object's Blender matrix; a root bone on the ground or not."""

    naming: str
    rest: str = "T"
    points: str = "along"  # along, x_along, up, identical, odd_roll
    matrix: np.ndarray = field(default_factory=lambda: np.eye(4))
    roll: float = 0.0


NINE: dict[str, Convention] = {
    "mixamo": Convention("mixamo", "T", "along", turn_x(90) @ np.diag([0.01, 0.01, 0.01, 1])),
    "unreal": Convention("unreal", "A", "x_along", np.diag([0.01, 0.01, 0.01, 1.0])),
    "vroid": Convention("vroid", "T", "up"),
    "smpl": Convention("smpl", "T", "identical", turn_x(90)),
    "rigify_metarig": Convention("rigify_metarig", "A", "along"),
    "auto_rig_pro": Convention("auto_rig_pro", "A", "odd_roll"),
    "mpfb": Convention("mpfb", "A", "odd_roll"),
    "cmu_bvh": Convention("cmu_bvh", "T", "along", turn_x(90)),
    "daz_genesis8": Convention("daz_genesis8", "A", "along", np.diag([0.01, 0.01, 0.01, 1.0]), 90.0),
}

REST_POSES = ("T", "A", "arms_down", "legs_apart", "bent_knees", "bent_elbows", "zombie", "sumo")


def rest_rotations(name: str) -> dict[str, np.ndarray]:
    """Joint -> local rotation of a rest pose, on the canonical skeleton."""
    found: dict[str, np.ndarray] = {}
    for side, sign in (("left", 1.0), ("right", -1.0)):
        if name in ("A", "bent_elbows"):
            found[f"{side}_shoulder"] = about("z", -sign * np.radians(45))
        if name == "bent_elbows":
            found[f"{side}_elbow"] = about("y", -sign * np.radians(40))
        if name == "arms_down":
            found[f"{side}_shoulder"] = about("z", -sign * np.radians(88))
        if name == "zombie":
            found[f"{side}_shoulder"] = about("y", -sign * np.radians(80))
        if name in ("legs_apart", "sumo"):
            found[f"{side}_hip"] = about("z", sign * np.radians(20))
        if name in ("bent_knees", "sumo"):
            bend = about("x", np.radians(40))
            found[f"{side}_knee"] = bend
            if name == "bent_knees":
                found[f"{side}_hip"] = about("x", -np.radians(20))
                found[f"{side}_ankle"] = about("x", -np.radians(20))
    return found


def scaled_skeleton(legs: float = 1.0, arms: float = 1.0) -> Skeleton:
    """The canonical skeleton with longer or shorter legs and arms."""
    skeleton = canonical_skeleton()
    offsets = skeleton.offsets.copy()
    for name, factor in (("knee", legs), ("ankle", legs), ("elbow", arms), ("wrist", arms)):
        for side in ("left", "right"):
            offsets[skeleton.index(f"{side}_{name}")] *= factor
    return replace(skeleton, offsets=offsets)


def build_rig(
    convention: Convention | str,
    rest: str | None = None,
    legs: float = 1.0,
    arms: float = 1.0,
    prefix: str = "",
    suffix: str = "",
    name: str = "Rig",
) -> RigDescription:
    """A rig of the canonical body (or with other limbs) under a convention, standing on the ground of its object."""
    if isinstance(convention, str):
        convention = NINE.get(convention) or Convention(convention)
    naming = NAMINGS[convention.naming]
    skeleton = scaled_skeleton(legs, arms)
    table = _joint_table(naming, skeleton, convention.rest if rest is None else rest)
    world = CORE_FROM_BLENDER @ convention.matrix
    inward = np.linalg.inv(world)
    bones, parents, rests, tails = [], [], [], []
    rng = np.random.default_rng(7)
    for bone, (parent, head, tail) in table.items():
        start, end = inward[:3, :3] @ head + inward[:3, 3], inward[:3, :3] @ tail + inward[:3, 3]
        matrix, tip = _bone_matrix(convention, start, end, world, rng)
        bones.append(f"{prefix}{bone}{suffix}")
        parents.append(-1 if parent is None else list(table).index(parent))
        rests.append(matrix)
        tails.append(tip)
    return RigDescription(name, tuple(bones), tuple(parents), np.array(rests), world, np.array(tails))


def expected_slots(convention: Convention | str, prefix: str = "", suffix: str = "") -> dict[str, tuple[str, ...]]:
    """What a detection should find on `build_rig` of the same convention."""
    name = convention.naming if isinstance(convention, Convention) else convention
    return {
        slot: tuple(f"{prefix}{bone}{suffix}" for bone in bones)
        for slot, bones in NAMINGS[NINE[name].naming if name in NINE else name].slots().items()
    }


def evaluate(rig: RigDescription, poses: RigPoses) -> np.ndarray:
    """(T, B, 4, 4) pose matrices in armature space, as Blender evaluates the keys."""
    result = np.zeros((poses.num_frames, len(rig.bones), 4, 4))
    for bone in rig.order:
        basis = np.tile(np.eye(4), (poses.num_frames, 1, 1))
        name = rig.bones[bone]
        if name in poses.rotations:
            basis[:, :3, :3] = quat_to_matrix(poses.rotations[name])
        if name in poses.locations:
            basis[:, :3, 3] = poses.locations[name]
        parent = rig.parents[bone]
        rest = rig.rest[bone]
        base = rest if parent < 0 else result[:, parent] @ np.linalg.inv(rig.rest[parent]) @ rest
        result[:, bone] = base @ basis
    return result


def core_heads(rig: RigDescription, matrices: np.ndarray) -> dict[str, np.ndarray]:
    """Bone -> (T, 3) head in core space, metres."""
    points = matrices[..., :3, 3] @ rig.world[:3, :3].T + rig.world[:3, 3]
    return {bone: points[:, index] for index, bone in enumerate(rig.bones)}


def joint_places(
    rig: RigDescription, slots: Mapping[str, tuple[str, ...]], matrices: np.ndarray
) -> dict[str, np.ndarray]:
    """Canonical joint -> (T, 3) where the rig has it, core space, for the joints that it has a bone of."""
    heads = core_heads(rig, matrices)
    found = {slot: heads[bones[0]] for slot, bones in slots.items() if slot not in ("pelvis", "spine", "root")}
    if len(slots["spine"]) == 3:
        found |= {f"spine{n + 1}": heads[bone] for n, bone in enumerate(slots["spine"])}
    return found


def turned(places: Mapping[str, np.ndarray], wanted: Mapping[str, np.ndarray], *parts: tuple[str, str]) -> np.ndarray:
    """(T, 2 x parts) degrees between the directions of limbs, left then right; parts: ("hip", "knee"), ..."""
    found = []
    for side in ("left", "right"):
        for start, end in parts:
            seen, asked = (of[f"{side}_{end}"] - of[f"{side}_{start}"] for of in (places, wanted))
            crossed = np.linalg.norm(np.cross(seen, asked), axis=-1)
            found.append(np.degrees(np.arctan2(crossed, np.sum(seen * asked, axis=-1))))
    return np.stack(found, axis=1)


def _joint_table(naming: Naming, skeleton: Skeleton, rest: str) -> dict[str, tuple[str | None, np.ndarray, np.ndarray]]:
    """Bone -> parent, head, tail in core space, metres; parents first."""
    local = np.tile([1.0, 0.0, 0.0, 0.0], (skeleton.num_joints, 1))
    for joint, rotation in rest_rotations(rest).items():
        local[skeleton.index(joint)] = rotation
    height = np.array([0.0, rest_height(skeleton), 0.0])
    places, world = forward_kinematics(skeleton, local, height)
    # the rest pose stands on the ground: a bent or spread leg lowers the hips
    feet = [skeleton.index(f"{side}_{part}") for side in ("left", "right") for part in ("ankle", "foot")]
    if rest not in ("T", "A"):
        places[:, 1] += 0.025 - places[feet, 1].min()

    def at(joint: str) -> np.ndarray:
        return np.asarray(places[skeleton.index(joint)])

    def end(joint: str) -> np.ndarray:
        index = skeleton.index(joint)
        return np.asarray(places[index] + quat_to_matrix(world[index]) @ skeleton.end_offsets[joint])

    table: dict[str, tuple[str | None, np.ndarray, np.ndarray]] = {}
    if naming.root:
        table[naming.root] = (None, np.zeros(3), np.array([0.0, 0.1, 0.0]))
    spine = [at(f"spine{n}") for n in (1, 2, 3)]
    cuts = _cut(spine, at("neck"), len(naming.spine))
    table[naming.hips] = (naming.root, at("pelvis"), cuts[0])
    if naming.lower:
        table[naming.lower] = (naming.hips, at("pelvis"), at("pelvis") - [0.0, 0.1, 0.0])
    previous: str = naming.hips
    for number, bone in enumerate(naming.spine):
        table[bone] = (previous, cuts[number], cuts[number + 1])
        previous = bone
    chest = previous
    neck = np.linspace(at("neck"), at("head"), len(naming.neck) + 1)
    for number, bone in enumerate(naming.neck):
        table[bone] = (previous, neck[number], neck[number + 1])
        previous = bone
    table[naming.head] = (previous, at("head"), end("head"))
    for side in ("left", "right"):
        previous = chest
        for part in LIMBS:
            bone = naming.limb(part, side)
            if part == "hip":
                previous = naming.lower or naming.hips
            if bone is None:
                continue
            joint = f"{side}_{part}"
            following = {"collar": "shoulder", "shoulder": "elbow", "elbow": "wrist", "hip": "knee", "knee": "ankle",
                         "ankle": "foot"}.get(part)  # fmt: skip
            table[bone] = (previous, at(joint), end(joint) if following is None else at(f"{side}_{following}"))
            previous = bone
    for bone, parent in naming.extras:
        _, head, tail = table[parent]
        aside = np.array([0.01, 0.01, 0.03])
        hands = (naming.limb("wrist", "left"), naming.limb("wrist", "right"))
        along = 0.5 if "wist" in bone or "捩" in bone else 0.55 if parent in hands else 1.0
        start = head + along * (tail - head)
        table[bone] = (parent, start, start + 0.2 * (tail - head) + aside)
    return table


def _cut(spine: list[np.ndarray], top: np.ndarray, count: int) -> list[np.ndarray]:
    """Heads of `count` spine bones and the end of the last: the canonical joints, with some left out or put between."""
    first, second, third = spine
    chosen = {
        2: [first, third],
        3: [first, second, third],
        4: [first, 0.5 * (first + second), second, third],
        5: [first, 0.5 * (first + second), second, 0.5 * (second + third), third],
    }[count]
    return [*chosen, top]


def _bone_matrix(
    convention: Convention, head: np.ndarray, tail: np.ndarray, world: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Rest matrix in armature space and the tail that goes with it."""
    length = float(np.linalg.norm(tail - head))
    along = (tail - head) / length
    upward = np.linalg.inv(world[:3, :3]) @ [0.0, 1.0, 0.0]
    upward /= np.linalg.norm(upward)
    if convention.points == "identical":
        rotation = np.eye(3)
    elif convention.points == "up":
        rotation = _frame(upward, np.array([1.0, 0.0, 0.0]))
    elif convention.points == "x_along":
        y, z, x = _frame(along, upward if abs(along @ upward) < 0.9 else np.array([1.0, 0.0, 0.0]))[:, [2, 0, 1]].T
        rotation = np.stack((x, y, z), axis=1)
    else:
        side = np.array([1.0, 0.0, 0.0]) if abs(along[0]) < 0.9 else upward
        rotation = _frame(along, side)
        angle = np.radians(convention.roll if convention.points == "along" else rng.uniform(-180, 180))
        c, s = np.cos(angle), np.sin(angle)
        rotation = rotation @ np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = rotation, head
    return matrix, head + rotation[:, 1] * length


def _frame(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Rotation with the given Y axis, and an X axis near the given one."""
    x = x - y * (x @ y)
    x = x / np.linalg.norm(x)
    return np.stack((x, y, np.cross(x, y)), axis=1)
