"""Reading BVH: any hierarchy, any order of channels, position channels on any joint.

Format: https://research.cs.wisc.edu/graphics/Courses/cs-838-1999/Jeff/BVH.html, with the liberties that exporters take
(commas, tabs, missing final newline, names with spaces, a frame count that doesn't match).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ..errors import DataError
from ..motion.rotations import IDENTITY, axis_angle_to_quat, quat_mul
from ..motion.skeleton import Skeleton
from .source import SourceMotion

# Metres to the unit, for the units found in the wild; CMU's own is 1 / 0.45 inch.
UNITS = {"m": 1.0, "cm": 0.01, "mm": 0.001, "inch": 0.0254, "foot": 0.3048, "CMU unit": 0.0254 / 0.45}
# From the hips to the farthest finger or toe tip, along the bones, of a grown person.
LONGEST_CHAIN = 1.2
MAX_FRAME_SECONDS = 1.0
_CHANNEL = re.compile(r"^([XYZ])(position|rotation)$", re.IGNORECASE)


@dataclass
class _Joint:
    name: str
    parent: int
    offset: np.ndarray
    channels: list[str] = field(default_factory=list)
    end: np.ndarray | None = None


def read_bvh(path: str | Path) -> SourceMotion:
    """A BVH file as it is, in metres (the unit is guessed from the body's size and noted), axes as in the file.

    Raises DataError naming the file and, where it helps, the line.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise DataError(f"{path} can't be read: {error.strerror or error}") from error
    try:
        return parse_bvh(text)
    except DataError as error:
        raise DataError(f"{path}: {error}") from error


def parse_bvh(text: str) -> SourceMotion:
    """The text of a BVH file -> SourceMotion. Raises DataError without a file name."""
    text = "\n".join(text.splitlines())  # whatever ended them
    parts = re.split(r"(?im)^\s*MOTION\s*$", text, maxsplit=1)
    if len(parts) != 2 or not (begins := re.search(r"(?im)^\s*HIERARCHY\b", parts[0])):
        raise DataError("not a BVH file (no HIERARCHY and MOTION parts)")
    head, motion = "\n" * text.count("\n", 0, begins.start()) + text[begins.start() : len(parts[0])], parts[1]
    joints = _parse_hierarchy(head)
    values, frame_seconds, notes = _parse_frames(motion, sum(len(joint.channels) for joint in joints))
    source = _build(joints, values, 1.0 / frame_seconds)
    unit = guess_unit(source.skeleton)
    return replace(source.scaled(UNITS[unit]), notes=(*notes, f"unit taken as {unit}"))


def _parse_hierarchy(text: str) -> list[_Joint]:
    joints: list[_Joint] = []
    open_joints: list[int] = []  # -1 stands for an end site
    pending: int | None = None
    for number, line in enumerate(text.splitlines(), 1):
        words = line.replace("{", " { ").replace("}", " } ").split()
        if not words or words[0].upper() == "HIERARCHY":
            continue
        position = 0
        while position < len(words):
            word = words[position].upper()
            if word in ("ROOT", "JOINT"):
                stop = words.index("{", position) if "{" in words[position:] else len(words)
                name = "_".join(words[position + 1 : stop])
                parent = open_joints[-1] if open_joints else -1
                if not name or (open_joints and parent < 0) or (word == "ROOT" and joints):
                    raise DataError(f"line {number}: {line.strip()!r} isn't understood (a file holds one skeleton)")
                joints.append(_Joint(_unique(name, joints), parent, np.zeros(3)))
                pending, position = len(joints) - 1, stop
            elif word == "END":
                pending, position = -1, len(words) if "{" not in words[position:] else words.index("{", position)
            elif word == "{":
                if pending is None:
                    raise DataError(f"line {number}: a bracket opens without a joint")
                open_joints.append(pending)
                pending, position = None, position + 1
            elif word == "}":
                if not open_joints:
                    raise DataError(f"line {number}: a bracket closes that was never opened")
                open_joints.pop()
                position += 1
            elif word == "OFFSET" and open_joints:
                offset = _numbers(words[position + 1 : position + 4], 3, number)
                if open_joints[-1] >= 0:
                    joints[open_joints[-1]].offset = offset
                elif len(open_joints) > 1:
                    joints[open_joints[-2]].end = offset
                position += 4
            elif word == "CHANNELS" and open_joints and open_joints[-1] >= 0:
                count = int(_numbers(words[position + 1 : position + 2], 1, number)[0])
                channels = words[position + 2 : position + 2 + count]
                if len(channels) != count or not all(_CHANNEL.match(channel) for channel in channels):
                    raise DataError(f"line {number}: unknown channels {' '.join(channels)!r}")
                joints[open_joints[-1]].channels = channels
                position += 2 + count
            else:
                raise DataError(f"line {number}: {line.strip()!r} isn't understood")
    if open_joints or not joints:
        raise DataError("the hierarchy is cut off" if joints else "the hierarchy has no joints")
    return joints


def _unique(name: str, joints: list[_Joint]) -> str:
    taken = {joint.name for joint in joints}
    count = 2
    unique = name
    while unique in taken:
        unique, count = f"{name}_{count}", count + 1
    return unique


def _numbers(words: list[str], count: int, line: int) -> np.ndarray:
    try:
        values = np.array([float(word.rstrip(",")) for word in words])
    except ValueError:
        values = np.empty(0)
    if len(values) != count or not np.isfinite(values).all():
        raise DataError(f"line {line}: {count} numbers were expected, not {' '.join(words)!r}")
    return values


def _parse_frames(text: str, channels: int) -> tuple[np.ndarray, float, tuple[str, ...]]:
    """Channel values (T, C), seconds a frame, notes."""
    frames = re.search(r"(?im)^\s*Frames\s*:\s*(\S+)\s*$", text)
    time = re.search(r"(?im)^\s*Frame\s+Time\s*:\s*(\S+)\s*$", text)
    if not frames or not time:
        raise DataError("the MOTION part lacks its Frames or Frame Time line")
    try:
        count, seconds = int(frames[1]), float(time[1].replace(",", "."))
    except ValueError:
        raise DataError(f"Frames {frames[1]!r} or Frame Time {time[1]!r} isn't a number") from None
    if not 0 < seconds <= MAX_FRAME_SECONDS:
        raise DataError(f"a Frame Time of {seconds} s makes no motion")
    rows = [row for row in text[time.end() :].splitlines() if row.strip()]
    words = " ".join(rows).replace(",", " ").split()
    try:
        values = np.array(words, dtype=np.float64)
    except ValueError:
        raise DataError("the frames contain something that isn't a number") from None
    if channels == 0 or len(values) < channels:
        raise DataError("there are no frames")
    whole, left = divmod(len(values), channels)
    notes: tuple[str, ...] = ()
    if left and whole < count:
        notes = (f"cut off: {whole} of {count} frames are whole",)
    elif not left and whole == len(rows) > count > 0:
        notes = (f"the file says {count} frames and has {whole}",)
    elif left or whole > count > 0:
        # a wrong number of values a line shifts every later frame, so nothing of it can be trusted
        if left or whole % count:
            raise DataError(f"{len(values)} numbers don't make frames of {channels} channels")
        whole = count
    values = values[: whole * channels].reshape(whole, channels)
    if not np.isfinite(values).all():
        raise DataError("the frames contain NaN or infinite values")
    return values, seconds, notes


def _build(joints: list[_Joint], values: np.ndarray, fps: float) -> SourceMotion:
    rotations = np.tile(IDENTITY, (len(values), len(joints), 1))
    root = np.tile(joints[0].offset, (len(values), 1))
    offsets = np.array([joint.offset for joint in joints])
    moving: dict[int, np.ndarray] = {}
    column = 0
    for index, joint in enumerate(joints):
        position = np.tile(joint.offset, (len(values), 1))
        for channel in joint.channels:
            axis = "XYZ".index(channel[0].upper())
            if channel[1:].lower() == "position":
                position[:, axis] = values[:, column]  # replaces the offset, as in MotionBuilder and Blender
            else:
                vector = np.zeros((len(values), 3))
                vector[:, axis] = np.radians(values[:, column])
                rotations[:, index] = quat_mul(rotations[:, index], axis_angle_to_quat(vector))
            column += 1
        if index == 0:
            root = position
        elif np.ptp(position, axis=0).max() > 1e-9 or np.abs(position[0] - joint.offset).max() > 1e-9:
            offsets[index] = np.median(position, axis=0)
            if np.ptp(position, axis=0).max() > 1e-6 * max(np.abs(offsets).max(), 1e-9):
                moving[index] = position
    offsets[0] = 0.0
    ends = {joint.name: joint.end for joint in joints if joint.end is not None}
    skeleton = Skeleton(tuple(joint.name for joint in joints), tuple(joint.parent for joint in joints), offsets, ends)
    return SourceMotion(skeleton, root, rotations, fps, moving)


def guess_unit(skeleton: Skeleton) -> str:
    """The unit of UNITS in which the skeleton is nearest to a grown person's size."""
    reach = np.zeros(skeleton.num_joints)
    for joint, parent in enumerate(skeleton.parents):
        # the way from a root or "reference" down to the hips isn't part of the body
        if parent >= 0 and (reach[parent] > 0 or sum(p == parent for p in skeleton.parents) > 1):
            reach[joint] = reach[parent] + np.linalg.norm(skeleton.offsets[joint])
    longest = float(reach.max())
    if longest <= 0:
        return "m"
    return min(UNITS, key=lambda unit: abs(np.log(longest * UNITS[unit] / LONGEST_CHAIN)))
