"""Motions as BVH files, which Blender and every other animation program import.

Y up, facing +Z, rest = T-pose with world-parallel axes, rotation channels Z X Y. The root's OFFSET is zero and its
position channels are absolute: programs disagree on whether one adds to the other.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..files import written_whole
from ..motion.motion import Motion
from ..motion.rotations import quat_to_euler
from ..motion.skeleton import Skeleton

ROTATION_ORDER = "ZXY"
UNITS_PER_METRE = {"m": 1.0, "cm": 100.0}
_STUB_LENGTH = 0.05  # metres, of a last bone whose end isn't known


def write_bvh(path: Path | str, motion: Motion, unit: Literal["m", "cm"] = "m") -> None:
    """Write a motion, whole or not at all.

    Args:
        path: the file; replaced if it's there.
        motion: on any skeleton.
        unit: of lengths. Blender takes them as metres (its import scale 1), most other programs expect centimetres.
    Raises:
        DataError: the file can't be written.
    """
    text = bvh_text(motion, UNITS_PER_METRE[unit])
    with written_whole(Path(path)) as file:
        file.write(text)


def bvh_text(motion: Motion, scale: float = 1.0) -> str:
    """The file's text; lengths are multiplied by `scale`."""
    skeleton = motion.skeleton
    order = _depth_first(skeleton)
    lines = ["HIERARCHY"]
    _write_joint(lines, skeleton, skeleton.parents.index(-1), 0, scale)
    lines += ["MOTION", f"Frames: {motion.num_frames}", f"Frame Time: {1 / motion.fps:.8f}"]
    angles = np.degrees(continuous_euler(quat_to_euler(motion.rotations[:, order], ROTATION_ORDER)))
    channels = np.concatenate((motion.root_positions * scale, angles.reshape(motion.num_frames, -1)), axis=1)
    channels = np.round(channels, 6) + 0.0  # no "-0.000000"
    lines += [" ".join(f"{value:.6f}" for value in row) for row in channels]
    return "\n".join(lines) + "\n"


def continuous_euler(angles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of the ways to write each rotation, the nearest to the frame before, so that curves don't jump.

    Args:
        angles: (T,J,3) radians, three different axes. The same rotation is also (a + pi, pi - b, c + pi), and any angle
            plus whole turns.
    """
    out = angles.copy()
    turn = 2 * np.pi
    for frame in range(1, len(out)):
        before, here = out[frame - 1], angles[frame]
        other = np.stack((here[:, 0] + np.pi, np.pi - here[:, 1], here[:, 2] + np.pi), axis=-1)
        near, far = (option - turn * np.round((option - before) / turn) for option in (here, other))
        take_other = np.abs(far - before).sum(-1) < np.abs(near - before).sum(-1)
        out[frame] = np.where(take_other[:, None], far, near)
    return out


def _children(skeleton: Skeleton, joint: int) -> list[int]:
    return [child for child, parent in enumerate(skeleton.parents) if parent == joint]


def _depth_first(skeleton: Skeleton) -> list[int]:
    """Joints in the order of the file's channels."""
    order: list[int] = []

    def visit(joint: int) -> None:
        order.append(joint)
        for child in _children(skeleton, joint):
            visit(child)

    visit(skeleton.parents.index(-1))
    return order


def _write_joint(lines: list[str], skeleton: Skeleton, joint: int, depth: int, scale: float) -> None:
    indent = "  " * depth
    name = skeleton.names[joint]
    root = skeleton.parents[joint] < 0
    offset = np.zeros(3) if root else skeleton.offsets[joint] * scale
    rotations = " ".join(f"{axis}rotation" for axis in ROTATION_ORDER)
    channels = f"6 Xposition Yposition Zposition {rotations}" if root else f"3 {rotations}"
    lines += [
        f"{indent}{'ROOT' if root else 'JOINT'} {name}",
        f"{indent}{{",
        f"{indent}  OFFSET {_numbers(offset)}",
        f"{indent}  CHANNELS {channels}",
    ]
    children = _children(skeleton, joint)
    for child in children:
        _write_joint(lines, skeleton, child, depth + 1, scale)
    if not children:
        end = skeleton.end_offsets.get(name)
        if end is None:
            length = float(np.linalg.norm(skeleton.offsets[joint]))
            end = skeleton.offsets[joint] * (_STUB_LENGTH / length) if length else np.array([0.0, _STUB_LENGTH, 0.0])
        lines += [
            f"{indent}  End Site",
            f"{indent}  {{",
            f"{indent}    OFFSET {_numbers(end * scale)}",
            f"{indent}  }}",
        ]
    lines.append(f"{indent}}}")


def _numbers(values: NDArray[np.float64]) -> str:
    return " ".join(f"{value:.6f}" for value in values + 0.0)
