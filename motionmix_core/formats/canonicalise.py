"""From any humanoid skeleton onto the canonical one.

Both skeletons have world-parallel rest axes, so one fixed rotation a joint, W, says how the source's rest bone has to
turn to lie as in the canonical T-pose, and the canonical world rotation is D = G W^-1 (G: the source's world
rotation). Limb bones get W = the shortest turn from the source's rest direction onto the canonical one, which keeps
twist; so every limb bone points exactly where the source's does, and only lengths differ. A torso is aimed in the
same way where the spine joints correspond one to one, and copied from T-pose to T-pose where they don't.
A source whose rest pose isn't its T-pose comes with a reference pose, which then stands for its rest pose.
The root is scaled by leg length and the two bodies are joined half-way between the hips, so that feet stay planted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..errors import DataError
from ..motion.kinematics import forward_kinematics, global_to_local
from ..motion.motion import Motion
from ..motion.rotations import (
    IDENTITY,
    matrix_to_quat,
    quat_angle,
    quat_apply,
    quat_between,
    quat_inv,
    quat_mul,
    quat_slerp,
    quat_yaw,
)  # fmt: skip
from ..motion.skeleton import JOINT_NAMES, PARENTS, Skeleton, canonical_skeleton, leg_length
from .humanoid import HumanoidMapping
from .source import SourceMotion

UP = np.array([0.0, 1.0, 0.0])
FORWARD = np.array([0.0, 0.0, 1.0])
# A rest pose nearer than this to the canonical facing and upright is taken as it is: bodies are never quite symmetric.
SNAP_ANGLE = np.radians(2)
# Legs that stand wider apart than this at rest (CMU: 20 degrees) carry the feet with them when they are closed.
SPREAD_ANGLE = np.radians(10)
LIMBS = ("hip", "knee", "shoulder", "elbow")
# Which joint a bone aims at; joints not listed end a chain.
NEXT_JOINT = {
    "spine1": "spine2", "spine2": "spine3", "spine3": "neck", "neck": "head",
    **{f"{side}_{a}": f"{side}_{b}" for side in ("left", "right") for a, b in
       (("hip", "knee"), ("knee", "ankle"), ("ankle", "foot"), ("collar", "shoulder"), ("shoulder", "elbow"),
        ("elbow", "wrist"))},
}  # fmt: skip


@dataclass(frozen=True)
class BodyFit:
    """How one source skeleton maps onto the canonical one; made once a skeleton by fit_body.

    sources: canonical joint -> index in the source. blended: the second source joint averaged in, if any.
    corrections: (22, 4), W^-1 of each joint. scale: canonical leg length / source leg length.
    aimed: canonical joint -> (source joint, source joint it points at, (3,) the bone's direction in the frame of the
    averaged rotation at the T-pose), for bones that aren't rigid to their own rotation because a joint lies between.
    """

    skeleton: Skeleton
    sources: Mapping[str, int]
    blended: Mapping[str, int]
    corrections: np.ndarray
    scale: float
    aimed: Mapping[str, tuple[int, int, np.ndarray]]


def fit_body(source: Skeleton, mapping: HumanoidMapping, reference: np.ndarray | None = None) -> BodyFit:
    """Match a source skeleton to the canonical one.

    reference: (J, 4) local rotations of the source's T-pose, if its rest pose isn't one; without it the mapping's own
    t_pose is used. Raises DataError naming the missing or impossible joints.
    """
    missing = mapping.missing(source)
    if missing:
        raise DataError(f"the skeleton has no joint for {', '.join(missing)}")
    sources = {ours: source.index(theirs) for ours, theirs in mapping.joints.items() if theirs in source.names}
    if reference is None:
        reference = np.array([mapping.t_pose.get(name, IDENTITY) for name in source.names])
    rest_all, reference_world = forward_kinematics(source, reference, np.zeros(3))
    rest = {ours: rest_all[index] for ours, index in sources.items()}
    legs = [np.linalg.norm(rest[f"{side}_{a}"] - rest[f"{side}_{b}"])
            for side in ("left", "right") for a, b in (("hip", "knee"), ("knee", "ankle"))]  # fmt: skip
    if not np.isfinite(legs).all() or min(legs) < 1e-4:
        raise DataError("the skeleton's legs have no length")
    turn = _t_pose_turns(rest, mapping.same_torso)
    blended = {ours: source.index(theirs) for ours, theirs in mapping.in_between.items() if theirs in source.names}
    corrections = quat_inv(np.stack([turn[name] for name in JOINT_NAMES]))
    aimed = {}
    for ours, index in sources.items():
        base = reference_world[index]
        if ours in blended:
            base = quat_slerp(base, reference_world[blended[ours]], 0.5)
            target = NEXT_JOINT.get(ours)
            if mapping.same_torso and target in sources:
                aimed[ours] = (index, sources[target], quat_apply(quat_inv(base), rest[target] - rest[ours]))
        joint = JOINT_NAMES.index(ours)
        corrections[joint] = quat_mul(quat_inv(base), corrections[joint])
    scale = leg_length(canonical_skeleton()) / float(np.sum(legs) / 2)
    return BodyFit(source, sources, blended, corrections, scale, aimed)


def _t_pose_turns(rest: Mapping[str, np.ndarray], same_torso: bool) -> dict[str, np.ndarray]:
    """W of every canonical joint, given the source's rest positions by canonical name."""
    canonical = canonical_skeleton()
    rest_canonical = dict(zip(JOINT_NAMES, canonical.rest_positions(), strict=True))
    body = _upright(rest)
    turns: dict[str, np.ndarray] = {}

    def aim(name: str, base: np.ndarray) -> np.ndarray:
        """The shortest turn after `base` that brings the bone onto its canonical direction."""
        target = NEXT_JOINT.get(name)
        if target is None or name not in rest or target not in rest:
            return base
        now = quat_apply(base, rest[target] - rest[name])
        if np.linalg.norm(now) < 1e-6:
            return base
        return quat_mul(quat_between(now, rest_canonical[target] - rest_canonical[name]), base)

    for joint, name in enumerate(JOINT_NAMES):
        parent = JOINT_NAMES[PARENTS[joint]]
        part = name.split("_")[-1]
        if part in ("hip", "shoulder"):
            turns[name] = aim(name, body)
        elif part in ("knee", "elbow"):
            turns[name] = aim(name, turns[parent])
        elif part == "wrist":
            turns[name] = turns[parent]
        elif part == "ankle":
            turns[name] = _foot_turn(name, rest, body, turns)
        elif part == "foot":
            turns[name] = turns[parent]
        else:  # the torso
            turns[name] = aim(name, body) if same_torso and name not in ("pelvis", "head") else body
    return turns


def _upright(rest: Mapping[str, np.ndarray]) -> np.ndarray:
    """The turn that makes the source's rest pose stand upright and face +Z; the identity if it does so already."""
    hips = 0.5 * (rest["left_hip"] + rest["right_hip"])
    side = rest["left_hip"] - rest["right_hip"]
    top = next((rest[name] for name in ("neck", "spine3", "head", "spine2", "spine1") if name in rest), None)
    if top is None:
        top = 0.5 * (rest["left_shoulder"] + rest["right_shoulder"])
    up = top - hips
    up = UP if up[1] > 0.75 * np.linalg.norm(up) else up / max(np.linalg.norm(up), 1e-9)
    side = side - up * (side @ up)
    side /= max(np.linalg.norm(side), 1e-9)
    frame = np.stack((side, up, np.cross(side, up)), axis=-1)
    turn = quat_inv(matrix_to_quat(frame))
    return IDENTITY.copy() if quat_angle(turn, IDENTITY) < SNAP_ANGLE else turn


def _foot_turn(
    name: str, rest: Mapping[str, np.ndarray], body: np.ndarray, turns: Mapping[str, np.ndarray]
) -> np.ndarray:
    """W of an ankle: a foot that stands flat at rest stays flat and only turns to point forward."""
    side = name.split("_")[0]
    leg = quat_apply(body, rest[f"{side}_ankle"] - rest[f"{side}_hip"])
    spread = np.arctan2(abs(leg[0]), -leg[1])
    base = turns[f"{side}_knee"] if spread > SPREAD_ANGLE else body
    if f"{side}_foot" not in rest:
        return base
    toe = quat_apply(base, rest[f"{side}_foot"] - rest[name])
    if np.hypot(toe[0], toe[2]) < 0.3 * np.linalg.norm(toe):  # points down or up: no flat foot at all
        canonical = canonical_skeleton()
        return quat_mul(quat_between(toe, canonical.offsets[canonical.index(f"{side}_foot")]), base)
    return quat_mul(quat_yaw(-np.arctan2(toe[0], toe[2])), base)


def canonicalise(motion: SourceMotion, fit: BodyFit | HumanoidMapping) -> Motion:
    """Carry a motion onto the canonical skeleton: same frames, same frame rate, scaled by leg length.

    Heights are scaled too, but the floor isn't looked for. Raises DataError if the skeletons don't match.
    """
    if isinstance(fit, HumanoidMapping):
        fit = fit_body(motion.skeleton, fit)
    positions, rotations = motion.world()
    skeleton = canonical_skeleton()
    world = np.empty((motion.num_frames, len(JOINT_NAMES), 4))
    for joint, name in enumerate(JOINT_NAMES):
        if name in fit.sources:
            rotation = rotations[:, fit.sources[name]]
            if name in fit.blended:
                rotation = quat_slerp(rotation, rotations[:, fit.blended[name]], 0.5)
            if name in fit.aimed:
                start, end, direction = fit.aimed[name]
                now = quat_apply(rotation, direction)
                rotation = quat_mul(quat_between(now, positions[:, end] - positions[:, start]), rotation)
            world[:, joint] = quat_mul(rotation, fit.corrections[joint])
        else:
            world[:, joint] = world[:, PARENTS[joint]]
    _fill_missing(world, fit.sources)
    hips = 0.5 * (positions[:, fit.sources["left_hip"]] + positions[:, fit.sources["right_hip"]])
    middle = 0.5 * (skeleton.offsets[1] + skeleton.offsets[2])
    root = fit.scale * hips - quat_apply(world[:, 0], middle)
    return Motion(skeleton, root, global_to_local(world, PARENTS), motion.fps)


def _fill_missing(world: np.ndarray, sources: Mapping[str, int]) -> None:
    """Give joints that the source lacks the rotation half-way between their neighbours along the spine."""
    chain = ["pelvis", "spine1", "spine2", "spine3", "neck", "head"]
    known = [k for k, name in enumerate(chain) if name in sources]
    for k, name in enumerate(chain):
        if name in sources:
            continue
        below = max(i for i in known if i < k)
        above = next((i for i in known if i > k), below)
        t = (k - below) / (above - below) if above > below else 0.0
        a, b = (world[:, JOINT_NAMES.index(chain[i])] for i in (below, above))
        world[:, JOINT_NAMES.index(name)] = quat_slerp(a, b, t)
    for side in ("left", "right"):
        if f"{side}_collar" not in sources:
            world[:, JOINT_NAMES.index(f"{side}_collar")] = world[:, JOINT_NAMES.index("spine3")]
