"""Files as others write them, made from motions of the tests: BVH in any dress, SMPL npz, the shared packs' layout."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from motionmix_core.formats.source import SourceMotion
from motionmix_core.motion.kinematics import global_to_local
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import quat_apply, quat_inv, quat_mul, quat_to_axis_angle, quat_to_euler
from motionmix_core.motion.skeleton import JOINT_NAMES, Skeleton


def rested(motion: Motion, rest: Mapping[str, np.ndarray], names: Mapping[str, str] | None = None) -> SourceMotion:
    """The same motion on a skeleton with another rest pose.

    rest: joint -> world rotation of its bone in the new rest pose (missing: as in the T-pose). The body moves through
    space exactly as before.
    """
    skeleton = motion.skeleton
    turn = np.array([rest.get(name, [1.0, 0, 0, 0]) for name in skeleton.names])
    parents = [max(parent, 0) for parent in skeleton.parents]
    offsets = quat_apply(turn[parents], skeleton.offsets)
    ends = {name: quat_apply(turn[skeleton.index(name)], end) for name, end in skeleton.end_offsets.items()}
    world = quat_mul(motion.global_rotations(), quat_inv(turn))
    named = names or {}
    renamed = Skeleton(
        tuple(named.get(name, name) for name in skeleton.names), skeleton.parents, offsets,
        {named.get(name, name): end for name, end in ends.items()},
    )  # fmt: skip
    return SourceMotion(renamed, motion.root_positions, global_to_local(world, skeleton.parents), motion.fps)


def source_of(motion: Motion) -> SourceMotion:
    """A motion as its own source."""
    return SourceMotion(motion.skeleton, motion.root_positions, motion.rotations, motion.fps)


def bvh_text(source: SourceMotion, orders: Sequence[str] = ("ZXY",), units_per_metre: float = 100.0) -> str:
    """BVH text; joint k gets the rotation order orders[k % len(orders)]; `moving` joints get position channels."""
    skeleton = source.skeleton
    order = {joint: orders[joint % len(orders)] for joint in range(skeleton.num_joints)}
    visited: list[int] = []
    lines = ["HIERARCHY"]

    def write(joint: int, depth: int) -> None:
        visited.append(joint)
        pad = "\t" * depth
        children = [child for child, parent in enumerate(skeleton.parents) if parent == joint]
        rotation = " ".join(f"{axis}rotation" for axis in order[joint])
        moves = skeleton.parents[joint] < 0 or joint in source.moving
        offset = np.zeros(3) if skeleton.parents[joint] < 0 else skeleton.offsets[joint] * units_per_metre
        lines.append(f"{pad}{'ROOT' if depth == 0 else 'JOINT'} {skeleton.names[joint]}")
        lines.append(f"{pad}{{")
        lines.append(f"{pad}\tOFFSET {offset[0]:.6f} {offset[1]:.6f} {offset[2]:.6f}")
        channels = f"6 Xposition Yposition Zposition {rotation}" if moves else f"3 {rotation}"
        lines.append(f"{pad}\tCHANNELS {channels}")
        for child in children:
            write(child, depth + 1)
        if not children:
            end = skeleton.end_offsets.get(skeleton.names[joint], np.array([0.0, 0.01, 0.0])) * units_per_metre
            lines.extend([f"{pad}\tEnd Site", f"{pad}\t{{", f"{pad}\t\tOFFSET {end[0]:.6f} {end[1]:.6f} {end[2]:.6f}"])
            lines.append(f"{pad}\t}}")
        lines.append(f"{pad}}}")

    write(skeleton.parents.index(-1), 0)
    columns = []
    for joint in visited:
        if skeleton.parents[joint] < 0:
            columns.append(source.root_positions * units_per_metre)
        elif joint in source.moving:
            columns.append(source.moving[joint] * units_per_metre)
        columns.append(np.degrees(quat_to_euler(source.rotations[:, joint], order[joint])))
    lines += ["MOTION", f"Frames: {source.num_frames}", f"Frame Time: {1 / source.fps:.7f}"]
    lines += [" ".join(f"{value:.5f}" for value in row) for row in np.concatenate(columns, axis=1)]
    return "\n".join(lines) + "\n"


def smpl_table(motion: Motion, joints: int = 52, z_up: bool = True) -> dict[str, np.ndarray]:
    """A canonical motion's rotations and path as AMASS writes them (fingers at rest)."""
    poses = np.zeros((motion.num_frames, joints, 3))
    rotations = motion.rotations.copy()
    trans = motion.root_positions.copy()
    if z_up:
        lie = np.array([np.sqrt(0.5), np.sqrt(0.5), 0.0, 0.0])  # Y up to Z up
        rotations[:, 0] = quat_mul(lie, rotations[:, 0])
        trans = quat_apply(lie, trans)
    poses[:, :22] = quat_to_axis_angle(rotations)
    return {
        "poses": poses.reshape(len(poses), -1), "trans": trans - [-0.0018, -0.2233, 0.0282],
        "mocap_framerate": np.array(motion.fps), "betas": np.zeros(16), "gender": np.array("neutral"),
    }  # fmt: skip


def packed(source: SourceMotion) -> tuple[np.ndarray, np.ndarray]:
    """root float32, rotations int16 as the shared packs store them."""
    return source.root_positions.astype(np.float32), np.round(source.rotations * 32767).astype(np.int16)


# CMU's 31 joints: name -> (parent, how to get its offset from the canonical body: joint or a vector).
_CMU_TREE: dict[str, tuple[str | None, str | tuple[float, float, float]]] = {
    "Hips": (None, (0, 0, 0)), "LHipJoint": ("Hips", (0, 0, 0)), "LeftUpLeg": ("LHipJoint", "left_hip"),
    "LeftLeg": ("LeftUpLeg", "left_knee"), "LeftFoot": ("LeftLeg", "left_ankle"),
    "LeftToeBase": ("LeftFoot", "left_foot"), "RHipJoint": ("Hips", (0, 0, 0)),
    "RightUpLeg": ("RHipJoint", "right_hip"), "RightLeg": ("RightUpLeg", "right_knee"),
    "RightFoot": ("RightLeg", "right_ankle"), "RightToeBase": ("RightFoot", "right_foot"),
    "LowerBack": ("Hips", (0, 0, 0)), "Spine": ("LowerBack", "spine2"), "Spine1": ("Spine", "spine3"),
    "Neck": ("Spine1", "neck"), "Neck1": ("Neck", (0.0, 0.0965, -0.012)), "Head": ("Neck1", (0.0, 0.0965, -0.012)),
    "LeftShoulder": ("Spine1", "left_collar"), "LeftArm": ("LeftShoulder", "left_shoulder"),
    "LeftForeArm": ("LeftArm", "left_elbow"), "LeftHand": ("LeftForeArm", "left_wrist"),
    "LeftFingerBase": ("LeftHand", (0.09, 0, 0)), "LeftHandIndex1": ("LeftFingerBase", (0.04, 0, 0)),
    "LThumb": ("LeftHand", (0.09, 0, 0)), "RightShoulder": ("Spine1", "right_collar"),
    "RightArm": ("RightShoulder", "right_shoulder"), "RightForeArm": ("RightArm", "right_elbow"),
    "RightHand": ("RightForeArm", "right_wrist"), "RightFingerBase": ("RightHand", (-0.09, 0, 0)),
    "RightHandIndex1": ("RightFingerBase", (-0.04, 0, 0)), "RThumb": ("RightHand", (-0.09, 0, 0)),
}  # fmt: skip
CMU_NAMES = tuple(_CMU_TREE)
CMU_PARENTS = tuple(-1 if parent is None else CMU_NAMES.index(parent) for parent, _ in _CMU_TREE.values())
SPREAD = np.radians(21.0)


def _about_z(angle: float) -> np.ndarray:
    return np.array([np.cos(angle / 2), 0.0, 0.0, np.sin(angle / 2)])


def _about_x(angle: float) -> np.ndarray:
    return np.array([np.cos(angle / 2), np.sin(angle / 2), 0.0, 0.0])


def cmu_source(motion: Motion, size: float = 1.0) -> SourceMotion:
    """A canonical motion as CMU's skeleton would have recorded it: hips where spine1 is, legs spread by 21 degrees at
    rest, head bones whose axes belong to a T-pose of their own. `size` makes another person of the same proportions."""
    canonical = motion.skeleton
    # world rotation of each rest bone, as the inverse of what the T-pose of cgspeed's files does to it
    rest: dict[str, np.ndarray] = {}
    for side, sign in (("Left", 1), ("Right", -1)):
        rest |= dict.fromkeys((f"{side}UpLeg", f"{side}Leg", f"{side}Foot", f"{side}ToeBase"), _about_z(sign * SPREAD))
        arm = ("Arm", "ForeArm", "Hand", "FingerBase", "HandIndex1")
        rest |= dict.fromkeys([f"{side}{part}" for part in arm] + [f"{side[0]}Thumb"], _about_z(sign * np.radians(8)))
    # cumulative: Neck -16, Neck1 +21, Head +11 degrees about X
    rest |= {"Neck": _about_x(np.radians(16)), "Neck1": _about_x(np.radians(-5)), "Head": _about_x(np.radians(-16))}
    ours = {"Hips": "pelvis", "LHipJoint": "pelvis", "RHipJoint": "pelvis", "LowerBack": "spine1", "Spine": "spine2",
            "Spine1": "spine3", "Neck": "neck", "Neck1": "neck", "Head": "head"}  # fmt: skip
    for side, low in (("Left", "left"), ("Right", "right")):
        ours |= {f"{side}UpLeg": f"{low}_hip", f"{side}Leg": f"{low}_knee", f"{side}Foot": f"{low}_ankle",
                 f"{side}ToeBase": f"{low}_foot", f"{side}Shoulder": f"{low}_collar", f"{side}Arm": f"{low}_shoulder",
                 f"{side}ForeArm": f"{low}_elbow", f"{side}Hand": f"{low}_wrist", f"{side}FingerBase": f"{low}_wrist",
                 f"{side}HandIndex1": f"{low}_wrist", f"{side[0]}Thumb": f"{low}_wrist"}  # fmt: skip
    identity = np.array([1.0, 0, 0, 0])
    turn = np.array([rest.get(name, identity) for name in CMU_NAMES])
    offsets = np.zeros((len(CMU_NAMES), 3))
    spine1 = canonical.offsets[canonical.index("spine1")]
    for joint, (name, (_, offset)) in enumerate(_CMU_TREE.items()):
        vector = canonical.offsets[canonical.index(offset)] if isinstance(offset, str) else np.array(offset, float)
        if name in ("LeftUpLeg", "RightUpLeg"):
            vector = vector - spine1  # from the hips joint, which sits at spine1
        offsets[joint] = quat_apply(turn[max(CMU_PARENTS[joint], 0)], vector) * size
    world_ours = motion.global_rotations()
    world = np.stack([quat_mul(world_ours[:, JOINT_NAMES.index(ours[name])], quat_inv(turn[joint]))
                      for joint, name in enumerate(CMU_NAMES)], axis=1)  # fmt: skip
    hips = motion.positions()[:, canonical.index("spine1")] * size
    skeleton = Skeleton(CMU_NAMES, CMU_PARENTS, offsets)
    return SourceMotion(skeleton, hips, global_to_local(world, CMU_PARENTS), motion.fps)


def write_cmu_pack(folder: Path, clips: Mapping[str, SourceMotion], **lines: dict) -> None:
    """A pack in the published layout: `clips` by trial ("13_01"), `lines` adds to a trial's index line (t13_01=...)."""
    folder.mkdir(parents=True, exist_ok=True)
    shards: dict[str, dict[str, np.ndarray]] = {}
    bodies, index, captions = {}, [], []
    for trial, source in clips.items():
        subject = trial.split("_")[0]
        root, rotations = packed(source)
        shards.setdefault(subject, {}).update({f"{trial}/root": root, f"{trial}/rot": rotations})
        bodies[str(int(subject))] = {"offsets": source.skeleton.offsets.tolist()}
        seconds = round(source.num_frames / source.fps, 3)
        index.append({
            "clip": f"cmu/{trial}", "subject": int(subject), "frames": source.num_frames, "fps": source.fps,
            "seconds": seconds, "source_kind": "amc", "cmu_description": f"walk {trial}", "skeleton": str(int(subject)),
            "source": f"test:{trial}.amc", "split": "train", **lines.get(f"t{trial}", {}),
        })  # fmt: skip
        captions.append({"clip": f"cmu/{trial}", "start_s": 0, "end_s": seconds, "text": "Walk", "source": "cmu-index",
                         "clean": "walk"})  # fmt: skip
        captions.append({"clip": f"cmu/{trial}", "start_s": 0, "end_s": min(2.0, seconds), "source": "written",
                         "text": "A person steps off with the left foot and turns clockwise."})  # fmt: skip
    for subject, arrays in shards.items():
        np.savez(folder / f"cmu_{subject}.npz", **arrays)
    skeletons = {"joints": CMU_NAMES, "parents": CMU_PARENTS, "subjects": bodies}
    (folder / "skeletons.json").write_text(json.dumps(skeletons))
    write_lines(folder / "clips.jsonl", index)
    write_lines(folder / "captions.jsonl", captions)


def write_lines(path: Path, lines: Sequence[dict]) -> None:
    """JSON lines."""
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
