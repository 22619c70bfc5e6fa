"""How far the canonical joints are turned, read off a rig's bones."""

from __future__ import annotations

import numpy as np

from ..motion.rotations import quat_inv, quat_mul, quat_slerp
from ..motion.skeleton import Skeleton
from .calibration import Calibration
from .chains import gather
from .plan import Plan


def joint_turns(world: dict[int, np.ndarray], plan: Plan, calibration: Calibration, skeleton: Skeleton) -> np.ndarray:
    """(T, J, 4) how far each joint is turned from the T-pose, from bone rotations (T, 4) in the character frame.

    Joints that the rig has no bone for follow their parent (in the middle of a chain: see chains.gather).
    """
    frames = len(next(iter(world.values())))
    turns = np.zeros((frames, skeleton.num_joints, 4))
    known = np.zeros(skeleton.num_joints, dtype=bool)
    for bone, (slot, joint) in plan.single.items():
        if slot == "body":
            continue  # the hips say where the hips are
        rest = quat_mul(calibration.corrections[slot], calibration.reference[bone])
        turns[:, joint] = quat_mul(world[bone], quat_inv(rest))
        known[joint] = True
    for bones, joints, weights in plan.chains.values():
        below = turns[:, skeleton.parents[joints[0]]]
        own = np.stack([quat_mul(world[bone], quat_inv(calibration.reference[bone])) for bone in bones], axis=1)
        turns[:, list(joints)] = gather(own, weights, below)
        known[list(joints)] = True
    for joint, parent in enumerate(skeleton.parents):
        if not known[joint]:
            turns[:, joint] = turns[:, parent]
    neck, head = skeleton.index("neck"), skeleton.index("head")
    if not known[neck]:
        turns[:, neck] = quat_slerp(turns[:, skeleton.parents[neck]], turns[:, head], 0.5 * np.ones(frames))
    return turns
