"""Which joint of a foreign skeleton plays which canonical part, and how its torso is to be carried over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..motion.skeleton import Skeleton

# Joints without which there is no body to speak of; everything else may be missing.
REQUIRED: tuple[str, ...] = (
    "pelvis", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle",
    "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
)  # fmt: skip


@dataclass(frozen=True)
class HumanoidMapping:
    """joints: canonical joint -> joint of the source (missing ones left out).

    in_between: canonical joint -> a second source joint whose rotation is averaged in, for two source joints that
    become one (CMU's Neck and Neck1).
    same_torso: the source's spine has the canonical joints in the canonical places (CMU), so each spine bone can be
    aimed exactly. Otherwise spines differ in length and curve, and their rotations from the T-pose are copied.
    t_pose: source joint -> local rotation wxyz that brings the rest pose into a T-pose (those not listed stay).
    """

    joints: Mapping[str, str]
    in_between: Mapping[str, str] = field(default_factory=dict)
    same_torso: bool = False
    t_pose: Mapping[str, tuple[float, float, float, float]] = field(default_factory=dict)
    name: str = "humanoid"

    def missing(self, skeleton: Skeleton) -> list[str]:
        """Required canonical joints that the source doesn't have."""
        return [joint for joint in REQUIRED if self.joints.get(joint) not in skeleton.names]


def _sided(table: Mapping[str, str], left: str, right: str) -> dict[str, str]:
    """{"hip": "{}UpLeg"} -> both sides, with `{}` replaced by the source's word for the side."""
    return {f"{side}_{part}": name.format(word)
            for part, name in table.items() for side, word in (("left", left), ("right", right))}  # fmt: skip


CMU = HumanoidMapping(
    joints={
        "pelvis": "Hips", "spine1": "LowerBack", "spine2": "Spine", "spine3": "Spine1", "neck": "Neck", "head": "Head",
        **_sided({"hip": "{}UpLeg", "knee": "{}Leg", "ankle": "{}Foot", "foot": "{}ToeBase", "collar": "{}Shoulder",
                  "shoulder": "{}Arm", "elbow": "{}ForeArm", "wrist": "{}Hand"}, "Left", "Right"),
    },
    in_between={"neck": "Neck1"},
    same_torso=True,
    # The ASF rest pose stands with legs spread by 20 degrees, and its head bones have the axes of a head held up.
    t_pose={
        "LeftUpLeg": (0.983255, 0.0, 0.0, -0.182236), "RightUpLeg": (0.983255, 0.0, 0.0, 0.182236),
        "Neck": (0.990268, -0.139173, 0.0, 0.0), "Neck1": (0.983255, 0.182236, 0.0, 0.0),
        "Head": (0.995396, 0.095846, 0.0, 0.0),
        "LeftArm": (0.997564, 0.0, 0.0, -0.069756), "RightArm": (0.997564, 0.0, 0.0, 0.069756),
    },
    name="CMU",
)  # fmt: skip

UNREAL = HumanoidMapping(
    joints={
        "pelvis": "pelvis", "spine1": "spine_01", "spine2": "spine_02", "spine3": "spine_03", "neck": "neck_01",
        "head": "head",
        **_sided({"hip": "thigh_{}", "knee": "calf_{}", "ankle": "foot_{}", "foot": "ball_{}", "collar": "clavicle_{}",
                  "shoulder": "upperarm_{}", "elbow": "lowerarm_{}", "wrist": "hand_{}"}, "l", "r"),
    },
    name="Unreal",
)  # fmt: skip
