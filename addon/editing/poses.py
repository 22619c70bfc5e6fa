"""From a finished motion to the values of the channels: the animator's own where something holds, and no pops.

What is carried to the rig is the change: the finished motion against the source, both retargeted. So all that the
retargeting doesn't know - a root bone that moves the body, NLA layers below, a spine of seven bones - stays in it.
Where the animator's key holds, what is still missing to it is spread over the gap with an ease.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from mathutils import Euler, Quaternion

from .. import keys
from ..core import Motion, rotations
from .channels import Channel, unique_frames
from .ranges import FrameRange
from .source import Ask, Posed, Source, posing

FADE_SECONDS = 1.0
"""How long beyond the last frame that holds a difference takes to fade."""
FOOT_EASE_SECONDS = 0.2
_STILL = 1e-6
"""Radians, or armature units a unit of size, under which a channel counts as unchanged."""


@dataclass(frozen=True)
class Change:
    """New keys of one channel.

    frames: (M,) scene frames. values: (M, C). keep: frames at which the animator's keys stay. steps: frames from which
    a value is held until the next key, where the channel's numbers jump though the pose doesn't.
    """

    channel: Channel
    frames: np.ndarray
    values: np.ndarray
    keep: np.ndarray
    steps: np.ndarray


def changing(
    source: Source,
    finished: Motion,
    channels: Mapping[tuple[str, str], Channel],
    span: FrameRange,
    holds: Mapping[tuple[str, str], np.ndarray],
    pins: tuple[bool, bool],
    keep_keys: bool,
    contacts: np.ndarray | None = None,
    root: str = "hips",
    ask: Ask | None = None,
) -> Generator[bool, None, list[Change]]:
    """What to key, in steps; each yields whether there is nothing to do until the worker answers.

    source: of at least the span. finished: as long as the source's motion. channels: (bone, "rotation" or "location")
    -> the channel, of those bones that may change. holds: the same keys -> scene frames at which the channel is to be
    exactly what it is. pins: whether it is so at the span's first and last frame for all of them. keep_keys: the keys
    at held frames stay as they are, else all keys in the span are made anew. contacts: (T, 4) of the finished motion,
    when planted feet are to be held on the rig's own proportions. root: what carries the travel afterwards.
    ask: has the worker do the retargeting; None = here.
    """
    before = yield from posing(source, source.motion, ask=ask)
    after = yield from posing(source, finished, root=root, ask=ask)
    before = _completed(before, after)
    if contacts is not None:
        locked = yield from posing(source, finished, contacts, ask=ask)
        after = _feet_held(source, locked, after, channels, holds, span, pins)
    grid = np.arange(source.first, source.last + 1, dtype=np.float64)
    found = []
    for (bone, kind), channel in channels.items():
        if bone not in (after.rotations if kind == "rotation" else after.locations):
            continue
        nodes = _nodes(holds.get((bone, kind), np.zeros(0)), span, pins)
        extra = np.zeros(0) if keep_keys else _between(channel.key_frames(with_fillers=True), span)
        frames = unique_frames([nodes, span.whole_frames, extra])
        if kind == "rotation":
            change = _rotation_change(channel, before, after, grid, frames, nodes, source.motion.fps)
        else:
            own_rotation = channels.get((bone, "rotation"))
            change = _location_change(channel, own_rotation, source, before, after, grid, frames, nodes)
        if change is not None:
            values, steps = change
            found.append(Change(channel, frames, values, nodes if keep_keys else np.zeros(0), steps))
        yield False
    return found


def _completed(before: Posed, after: Posed) -> Posed:
    """With bones at rest that only the finished motion moves: a root bone that is to carry the travel."""
    turns = {bone: np.tile(rotations.IDENTITY, (len(new), 1)) for bone, new in after.rotations.items()}
    places = {bone: np.zeros_like(new) for bone, new in after.locations.items()}
    return Posed(turns | before.rotations, places | before.locations)


def _nodes(held: np.ndarray, span: FrameRange, pins: tuple[bool, bool]) -> np.ndarray:
    inside = held[(held > span.first - keys.SAME_FRAME) & (held < span.last + keys.SAME_FRAME)]
    borders = [frame for frame, pinned in zip((span.first, span.last), pins, strict=True) if pinned]
    return unique_frames([inside, np.array(borders)])


def _between(frames: np.ndarray, span: FrameRange) -> np.ndarray:
    """Keys between whole frames, inside the span."""
    frames = frames[(frames > span.first) & (frames < span.last)]
    return frames[np.abs(frames - np.rint(frames)) > keys.SAME_FRAME]


def _rotation_change(
    channel: Channel,
    before: Posed,
    after: Posed,
    grid: np.ndarray,
    frames: np.ndarray,
    nodes: np.ndarray,
    fps: float,
) -> tuple[np.ndarray, np.ndarray] | None:
    change = rotations.quat_mul(rotations.quat_inv(before.rotations[channel.bone]), after.rotations[channel.bone])
    change = _turns_at(rotations.quat_continuous(change), grid, frames)
    if np.abs(rotations.quat_to_axis_angle(change)).max() < _STILL:
        return None
    own = channel.values(frames)
    present = channel.quaternions(own)
    new = rotations.quat_mul(present, change)
    if len(nodes):
        at = np.searchsorted(frames, nodes - keys.SAME_FRAME)
        missing = rotations.quat_to_axis_angle(rotations.quat_mul(rotations.quat_inv(new[at]), present[at]))
        new = rotations.quat_mul(new, rotations.axis_angle_to_quat(eased(missing, nodes, frames, fps)))
    return in_channel(channel.mode, new, own, _is_node(frames, nodes), frames)


def _location_change(
    channel: Channel,
    rotation: Channel | None,
    source: Source,
    before: Posed,
    after: Posed,
    grid: np.ndarray,
    frames: np.ndarray,
    nodes: np.ndarray,
) -> tuple[np.ndarray, np.ndarray] | None:
    bone = channel.bone
    change = after.locations[bone] - before.locations[bone]
    change = np.stack([np.interp(frames, grid, change[:, c]) for c in range(3)], axis=1)
    size = float(np.ptp(source.rig.heads, axis=0).max()) or 1.0
    if np.abs(change).max() < _STILL * size:
        return None
    if rotation is not None and bone in before.rotations:
        # how the bone's surroundings are turned against what the retargeting took them for
        seen = rotation.quaternions(rotation.values(frames))
        taken = _turns_at(rotations.quat_continuous(before.rotations[bone]), grid, frames)
        surroundings = rotations.quat_mul(seen, rotations.quat_inv(taken))
        change = rotations.quat_apply(_in_location_axes(source, bone, surroundings), change)
    own = channel.values(frames)
    new = own + change
    if len(nodes):
        at = np.searchsorted(frames, nodes - keys.SAME_FRAME)
        new += eased(own[at] - new[at], nodes, frames, source.motion.fps)
        new[at] = own[at]
    return new, np.zeros(0)


def _in_location_axes(source: Source, bone: str, turn: np.ndarray) -> np.ndarray:
    """A turn in the bone's rest axes as one in the axes that its location is measured in."""
    rig, index = source.rig, source.rig.index(bone)
    assert rig.local_location is not None
    if rig.local_location[index]:
        return turn
    parent = rig.parents[index]
    rest = rig.rest[index, :3, :3]
    step = rotations.matrix_to_quat(rest if parent < 0 else rig.rest[parent, :3, :3].T @ rest)
    return np.asarray(rotations.quat_mul(rotations.quat_mul(step, turn), rotations.quat_inv(step)))


def eased(differences: np.ndarray, nodes: np.ndarray, frames: np.ndarray, fps: float) -> np.ndarray:
    """(M, C) differences known at the nodes (K, C), going from one to the next with an ease; they fade beyond."""
    if len(nodes) == 1:
        spread = np.repeat(differences, len(frames), axis=0)
    else:
        gap = np.clip(np.searchsorted(nodes, frames, side="right") - 1, 0, len(nodes) - 2)
        t = np.clip((frames - nodes[gap]) / (nodes[gap + 1] - nodes[gap]), 0, 1)[:, None]
        spread = differences[gap] + (t * t * (3 - 2 * t)) * (differences[gap + 1] - differences[gap])
    beyond = np.maximum(np.maximum(nodes[0] - frames, frames - nodes[-1]), 0) / (FADE_SECONDS * fps)
    t = np.clip(beyond, 0, 1)[:, None]
    return np.asarray(spread * (1 - t * t * (3 - 2 * t)))


def in_channel(
    mode: str, turns: np.ndarray, own: np.ndarray, is_node: np.ndarray, frames: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(M, 4) rotations as numbers of a rotation mode, continuous from frame to frame, and frames to be held.

    own: (M, C) the channel's present numbers. At nodes they are taken as they are; where the way between two of them
    can't be gone without a jump by a full turn, the frame before the jump is held: in between nothing spins.
    """
    values = np.empty_like(own)
    steps = []
    previous = own[0]
    for index, turn in enumerate(turns):
        if is_node[index]:
            values[index] = own[index]
            if index and _jumps(mode, previous, own[index]):
                steps.append(frames[index - 1])
        else:
            values[index] = _near(mode, turn, previous)
        previous = values[index]
    return values, np.array(steps)


def _near(mode: str, turn: np.ndarray, previous: np.ndarray) -> np.ndarray:
    """A rotation's numbers, the nearest to the previous frame's."""
    if mode == "QUATERNION":
        return turn if turn @ previous >= 0 else -turn
    if mode == "AXIS_ANGLE":
        vector = np.asarray(rotations.quat_to_axis_angle(turn))
        angle = float(np.linalg.norm(vector))
        axis = vector / angle if angle > 1e-9 else previous[1:]
        if axis @ previous[1:] < 0:
            angle, axis = -angle, -axis
        return np.array([angle + 2 * np.pi * np.round((previous[0] - angle) / (2 * np.pi)), *axis])
    order: Any = mode  # the stubs want one of its six values spelled out
    euler = Quaternion(turn.tolist()).to_euler(order, Euler(previous.tolist(), order))
    near = np.array(euler)
    return np.asarray(near + 2 * np.pi * np.round((previous - near) / (2 * np.pi)))


def _jumps(mode: str, one: np.ndarray, two: np.ndarray) -> bool:
    if mode == "QUATERNION":
        return bool(one @ two < 0)
    if mode == "AXIS_ANGLE":
        return bool(abs(one[0] - two[0]) > np.pi or one[1:] @ two[1:] < 0)
    return bool(np.abs(one - two).max() > np.pi)


def _is_node(frames: np.ndarray, nodes: np.ndarray) -> np.ndarray:
    found = np.zeros(len(frames), bool)
    if len(nodes):
        found[np.searchsorted(frames, nodes - keys.SAME_FRAME)] = True
    return found


def _turns_at(turns: np.ndarray, grid: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """(T, 4) rotations of the grid's frames -> those at any frames."""
    at = np.clip(frames - grid[0], 0, len(grid) - 1)
    low = np.minimum(at.astype(int), max(len(grid) - 2, 0))
    high = np.minimum(low + 1, len(grid) - 1)
    return np.asarray(rotations.quat_slerp(turns[low], turns[high], at - low))


def _feet_held(
    source: Source,
    locked: Posed,
    free: Posed,
    channels: Mapping[tuple[str, str], Channel],
    holds: Mapping[tuple[str, str], np.ndarray],
    span: FrameRange,
    pins: tuple[bool, bool],
) -> Posed:
    """Planted feet held still on this rig's legs, but for frames near those at which legs or hips hold."""
    moved = [
        (bone, "rotation") for bone, turns in locked.rotations.items() if not np.allclose(turns, free.rotations[bone])
    ] + [(bone, "location") for bone, at in locked.locations.items() if not np.allclose(at, free.locations[bone])]
    if not moved or not all(key in channels for key in moved):
        return free  # a part of a leg can't be held still
    nodes = unique_frames([_nodes(holds.get(key, np.zeros(0)), span, pins) for key in moved])
    grid = np.arange(source.first, source.last + 1)
    distance = np.abs(grid[:, None] - nodes).min(axis=1) if len(nodes) else np.full(len(grid), np.inf)
    distance[(grid < span.first) | (grid > span.last)] = 0.0
    t = np.clip(distance / (FOOT_EASE_SECONDS * source.motion.fps), 0, 1)
    weight = t * t * (3 - 2 * t)
    turned = {
        bone: rotations.quat_slerp(free.rotations[bone], locked.rotations[bone], weight) for bone in free.rotations
    }
    placed = {bone: at + weight[:, None] * (locked.locations[bone] - at) for bone, at in free.locations.items()}
    return Posed(turned, placed)
