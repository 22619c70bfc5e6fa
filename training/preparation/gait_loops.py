"""Long walks and runs out of short ones: the steady cycle in a recording, repeated.

Captures of running last a second or two, the length of the studio. A network that has only seen those stumbles to a
stop when it is asked for six. Repeating one full cycle (left step, right step), with the small difference of its ends
spread over it, gives the same gait for as long as one likes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from motionmix_core.motion.motion import Motion, concatenate
from motionmix_core.motion.rotations import (
    axis_angle_to_quat,
    quat_apply,
    quat_inv,
    quat_mul,
    quat_to_axis_angle,
    quat_yaw,
)

from .records import Caption, Clip, Frames

SUFFIX = "+loop"  # of a longer clip's id, behind that of the clip it was made of
LOOP_SECONDS = 7.0  # a little more than the longest training window
SHORT_SECONDS = 3.0  # clips as long as this need no help
_CYCLE_SECONDS = (0.45, 1.5)  # two steps of a sprint, two steps of a stroll
_WORST_SEAM = 0.05  # metres: mean distance between the joints of the cycle's two ends, velocities counted as 0.05 s
_LEAST_TRAVEL = 0.4  # metres a cycle: less isn't getting anywhere
_LARGEST_TURN = np.radians(20.0)  # a cycle
_EASE_SECONDS = 0.3

_GAIT = re.compile(
    r"\b(walk|run|jog|stride|march|sneak|skip|strut|limp|sprint|stroll|trudge|tiptoe|shuffle)(s|ing|ning|ging)?\b"
)
_UNSTEADY = re.compile(
    r"\b(stop|start|begin|take off|set off|build up|to run|halt|wait|pause|still|slows?|accelerat|speeds? up|brake|turn"
    r"|veer|curve|circle|corner|90|ninety|degree|sideways|side ?step|then|jump|leap|kick|dribbl|ball|duck|dive|roll"
    r"|stairs?|climb|sit|stand|pick|carr|uneven|bumpy|terrain|obstacle|steps up|over|under|around|cuts|drift|bear"
    r"|edging|met(er|re)s?|(one|two|three|four|five|\d+) (steps|strides)|few)"
)


@dataclass(frozen=True)
class Cycle:
    """Frames start..stop of a motion: the pose at `stop` is that at `start` again. seam: how nearly, metres."""

    start: int
    stop: int
    seam: float


def looped_gaits(clips: Iterable[Clip]) -> list[Clip]:
    """A long version of every short, clean training capture of a steady gait; its captions hold for all of it."""
    loops = []
    for clip in clips:
        captions = [c for c in clip.captions if _GAIT.search(c.text) and not _UNSTEADY.search(c.text)]
        unsteady = any(_UNSTEADY.search(c.text) for c in clip.captions if c.source.startswith("cmu-index"))
        if (
            clip.split != "train"
            or not (clip.clean and clip.captured)
            or clip.seconds > SHORT_SECONDS
            or not captions
            or unsteady
        ):
            continue
        motion = clip.frames.unpack()
        cycle = steady_cycle(motion)
        if cycle is None:
            continue
        longer = repeated(motion, cycle, LOOP_SECONDS)
        loops.append(
            replace(
                clip,
                id=f"{clip.id}{SUFFIX}",
                frames=Frames.pack(longer),
                captions=tuple(Caption(c.text, c.mirrored_text, 0.0, longer.seconds, c.source) for c in captions),
                notes=(*clip.notes, "its gait cycle repeated"),
            )
        )
    return loops


def steady_cycle(motion: Motion) -> Cycle | None:
    """The stretch of `motion` that best leads back into its own beginning while it travels; None if none does.

    Poses are compared as joints seen from over the pelvis, facing forward, with their velocities.
    """
    turn = quat_yaw(-motion.headings())[:, None]
    ground = motion.root_positions * (1, 0, 1)
    local = quat_apply(turn, motion.positions() - ground[:, None])
    velocity = np.gradient(local, axis=0) * motion.fps if len(local) > 1 else np.zeros_like(local)
    seen = np.concatenate([local, 0.05 * velocity], axis=-1)
    shortest, longest = (round(seconds * motion.fps) for seconds in _CYCLE_SECONDS)
    best: Cycle | None = None
    for length in range(shortest, min(longest, motion.num_frames - 1) + 1):
        seam = np.linalg.norm(seen[length:] - seen[:-length], axis=-1).mean(axis=1)
        travel = np.linalg.norm(ground[length:] - ground[:-length], axis=-1)
        turned = np.abs(motion.headings()[length:] - motion.headings()[:-length])
        seam = np.where((travel >= _LEAST_TRAVEL) & (turned <= _LARGEST_TURN), seam, np.inf)
        start = int(seam.argmin())
        if seam[start] <= _WORST_SEAM and (best is None or seam[start] < best.seam):
            best = Cycle(start, start + length, float(seam[start]))
    return best


def repeated(motion: Motion, cycle: Cycle, seconds: float) -> Motion:
    """`motion` with its cycle so often in a row that it lasts about `seconds`, each where the last one ended."""
    length = cycle.stop - cycle.start
    rest = motion.num_frames - length
    times = max(1, round((seconds * motion.fps - rest) / length))
    at = np.arange(motion.num_frames)
    ease = max(1, round(_EASE_SECONDS * motion.fps))
    # how much of the way from the end's pose to the start's: a half at either side of each seam, so that they meet
    before = -0.5 * np.clip(1 - (cycle.start - at) / ease, 0, 1)
    inside = (at - cycle.start) / length - 0.5
    after = 0.5 * np.clip(1 - (at - cycle.stop) / ease, 0, 1)
    weight = np.where(at < cycle.start, before, np.where(at < cycle.stop, inside, after))
    bent = _bent(motion, cycle, weight)
    lead, body, tail = (bent.crop(a, b) if b > a else None for a, b in
                        ((0, cycle.start), (cycle.start, cycle.stop), (cycle.stop, motion.num_frames)))  # fmt: skip
    assert body is not None  # a cycle has frames
    yaw = float(motion.headings()[cycle.stop] - motion.headings()[cycle.start])
    origin, goal = (motion.root_positions[frame] * (1, 0, 1) for frame in (cycle.start, cycle.stop))

    def onward(part: Motion) -> Motion:
        return part.transformed(0, -origin).transformed(yaw, goal)

    parts = [lead] if lead else []
    for turn in range(times):
        if turn:
            body, tail = onward(body), onward(tail) if tail else None
        parts.append(body)
    return concatenate([*parts, tail] if tail else parts)


def _bent(motion: Motion, cycle: Cycle, weight: np.ndarray) -> Motion:
    """Every pose moved `weight` (T,) of the difference between the cycle's end and its beginning, heading left out."""
    flat = quat_mul(quat_yaw(-motion.headings()), motion.rotations[:, 0])
    rotations = motion.rotations.copy()
    rotations[:, 0] = flat
    difference = quat_to_axis_angle(quat_mul(rotations[cycle.start], quat_inv(rotations[cycle.stop])))
    rotations = quat_mul(axis_angle_to_quat(weight[:, None, None] * difference), rotations)
    rotations[:, 0] = quat_mul(quat_yaw(motion.headings()), rotations[:, 0])
    root = motion.root_positions.copy()
    root[:, 1] += weight * (root[cycle.start, 1] - root[cycle.stop, 1])
    return replace(motion, root_positions=root, rotations=rotations)
