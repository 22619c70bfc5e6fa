"""Which joint of a foreign skeleton plays which canonical part, and how its torso is to be carried over."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import DataError
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


# What a joint may be called once its side, its rig's prefix, digits and punctuation are taken off. Where a name means
# two things (Mixamo's "shoulder" is a collar, SMPL's is a shoulder) the part listed under _BY_COMPANY decides.
_MIDDLE = {
    "pelvis": ("hips", "hip", "pelvis", "hipcenter", "lowertorso"),
    "neck": ("neck", "necklower"),
    "head": ("head",),
}
_SIDED = {
    "hip": ("upleg", "upperleg", "thigh", "thighbend", "hip", "femur", "legupper", "uleg"),
    "knee": ("leg", "lowerleg", "lowleg", "calf", "shin", "knee", "tibia", "leglower", "lleg", "downleg"),
    "ankle": ("ankle", "foot"),
    "foot": ("toebase", "toe", "toes", "ball", "foot"),
    "collar": ("collar", "clavicle", "shoulder", "clav", "chest"),
    "shoulder": ("arm", "upperarm", "uparm", "shldr", "shldrbend", "humerus", "shoulder", "armupper", "uarm"),
    "elbow": ("forearm", "forearmbend", "lowerarm", "lowarm", "elbow", "radius", "armlower", "larm", "downarm"),
    "wrist": ("hand", "wrist"),
}
_PREFIX = re.compile(
    r"^(?:.*:|mixamorig\d*_?|bip\d*[\s_]*|def[-_]|org[-_]|joint_|cc_base_|b_|jnt_|valvebiped_)+", re.IGNORECASE
)
_SEPARATOR = r"[\s_.-]"
_SIDE_WORD = re.compile(
    rf"^(?P<side>left|right){_SEPARATOR}*(?P<part>.+)$|^(?P<part2>.+?){_SEPARATOR}*(?P<side2>left|right)$",
    re.IGNORECASE,
)
_SIDE_LETTER = re.compile(
    rf"^(?P<side>[lr]){_SEPARATOR}+(?P<part>.+)$|^(?P<part2>.+?){_SEPARATOR}+(?P<side2>[lr])$", re.IGNORECASE
)
_SIDE_CAMEL = re.compile(r"^(?P<side>[lrLR])(?P<part>[A-Z][a-z].*)$")


def split_side(name: str) -> tuple[str, str]:
    """A joint's name -> (side "left", "right" or "", the rest as bare lower-case letters)."""
    bare = _PREFIX.sub("", name) or name
    for pattern in (_SIDE_WORD, _SIDE_LETTER, _SIDE_CAMEL):
        match = pattern.match(bare)
        if match:
            found = {key.rstrip("2"): value for key, value in match.groupdict().items() if value}
            side = "left" if found["side"].lower().startswith("l") else "right"
            return side, re.sub(r"[^a-z]", "", found["part"].lower())
    return "", re.sub(r"[^a-z]", "", bare.lower())


def detect_humanoid(skeleton: Skeleton) -> HumanoidMapping:
    """Find the canonical joints in a skeleton by its joints' names (CMU, Daz, Mixamo, Unreal, SMPL, 3ds Max ...).

    Raises DataError naming the parts that weren't found.
    """
    if {"LHipJoint", "RHipJoint", "LowerBack", "LeftUpLeg"} <= set(skeleton.names):
        return CMU
    parts = [split_side(name) for name in skeleton.names]

    def first(side: str, words: tuple[str, ...], inside: int | None = None) -> int | None:
        for word in words:
            for joint, found in enumerate(parts):
                if found == (side, word) and (inside is None or inside in _ancestors(skeleton, joint)):
                    return joint
        return None

    found: dict[str, int] = {}
    for part, words in _MIDDLE.items():
        joint = first("", words)
        if joint is not None:
            found[part] = joint
    for side in ("left", "right"):
        for chain in (("hip", "knee", "ankle", "foot"), ("shoulder", "elbow", "wrist")):
            above: int | None = None
            for part in chain:
                joint = first(side, _SIDED[part], above)
                if joint is not None:
                    found[f"{side}_{part}"] = above = joint
        upper = found.get(f"{side}_shoulder")
        if upper is not None:
            collars = [joint for joint in _ancestors(skeleton, upper)
                       if parts[joint][0] == side and parts[joint][1] in _SIDED["collar"]]  # fmt: skip
            if collars:
                found[f"{side}_collar"] = collars[0]
    if "pelvis" not in found and {"left_hip", "right_hip"} <= set(found):
        shared = [joint for joint in _ancestors(skeleton, found["left_hip"])
                  if joint in _ancestors(skeleton, found["right_hip"])]  # fmt: skip
        if shared:
            found["pelvis"] = shared[0]
    found |= _spine(skeleton, found)
    mapping = HumanoidMapping({part: skeleton.names[joint] for part, joint in found.items()}, name="by names")
    missing = mapping.missing(skeleton)
    if missing:
        raise DataError(f"no humanoid skeleton: nothing is named like {', '.join(missing)}")
    return mapping


def _ancestors(skeleton: Skeleton, joint: int) -> list[int]:
    """The joint's parent, its parent, up to the root."""
    chain = []
    while (joint := skeleton.parents[joint]) >= 0:
        chain.append(joint)
    return chain


def _spine(skeleton: Skeleton, found: Mapping[str, int]) -> dict[str, int]:
    """spine1..3 among the joints between the pelvis and where the arms or the neck branch off, whatever their names."""
    if not {"pelvis", "left_shoulder", "right_shoulder"} <= set(found):
        return {}
    left, right = (_ancestors(skeleton, found[f"{side}_shoulder"]) for side in ("left", "right"))
    shared = [joint for joint in left if joint in right]
    if found["pelvis"] not in shared:
        return {}
    chain = shared[: shared.index(found["pelvis"])][::-1]
    if not chain:
        return {}
    if len(chain) == 1:
        return {"spine3": chain[0]}
    if len(chain) == 2:
        return {"spine1": chain[0], "spine3": chain[1]}
    return {"spine1": chain[0], "spine2": chain[len(chain) // 2], "spine3": chain[-1]}
