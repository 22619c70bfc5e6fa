"""In-betweening: keyed poses hold, everything between them is made."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..errors import RequestError
from ..generation.feet import SWING_HEIGHT, standing_feet
from ..generation.firmness import GOING_ON
from ..generation.request import MAX_SECONDS, GenerationRequest
from ..generation.windows import HANDOVER_SECONDS
from ..motion.motion import Motion
from ..motion.rotations import quat_angle, quat_slerp
from ..motion.skeleton import JOINT_NAMES
from ..representation.default import ROOT_XZ
from ..retarget.planting import runs
from .course import SHORTEST_SECONDS, courses
from .edit import Edit, EditSettings
from .exact import exactly
from .finishing import LEGS, feet_held, laid_over
from .gap_network import learned
from .interpolation import interpolated
from .keys import Held, Key, held_by
from .masks import features_mask
from .timing import Timing
from .unimposed import unimposed

STEP_HEIGHT = 0.045
"""Metres that feet on a way of their own are lifted by at least: with less a step looks like a shuffle. On validation
clips that brings low feet that move from .134 of all low ones to .101, which is what real clips have."""
CONTEXT_SECONDS = 1.0
"""How much of the motion beside the range is shown."""
FAR_SECONDS = 6.0
"""Longer gaps aren't made at once: what is made first doesn't see the end."""
Shares = tuple[tuple[float, ...], tuple[float, ...]]
MADE_SHARE: Shares = ((0.2, 0.37, 0.77, 1.03), (0.0, 0.125, 0.125, 0.25))
"""Lengths of a gap in seconds, and the made motion's share beside the learned curve; chosen on validation clips
(`python -m training.choose_gap_shares`)."""
OTHER_WAY_ROUND = 1.2
"""Radians between the hips of the two, from which on they turn round by different ways: halfway between those lies
none, and the one that counts for more is taken."""
GUIDED_SECONDS, GUIDED_LEVEL = 1.7, 0.9
"""Where no gap is longer and no prompt asks for something else, the learned curves through the keys are near enough to
start from: on validation clips that beat both starting from nothing and the curves themselves."""


def in_between(
    source: Motion,
    keys: Sequence[Key],
    first: int,
    last: int,
    settings: EditSettings | None = None,
    shares: Shares = MADE_SHARE,
    *,
    alive: bool = False,
    falling: Collection[int] = (),
) -> Edit:
    """Make first..last new, but for its keys.

    Args:
        source: at any rate; frames outside the range are the context that speeds are continued from. Of the frames
            inside only the keys' are looked at.
        keys: those outside the range are ignored.
        first, last: range of source frames, both ends included.
        settings: what to make.
        shares: as MADE_SHARE; they count where no prompt is given.
        alive: the network starts from nothing, and the gap is as lively as it thinks bodies are; a prompt is followed
            as what goes on follows it.
        falling: frames in the range whose root's place the source has, height and all, but no pose.
    Raises:
        RequestError: a range outside the source, without anything to start from, with nothing left to make, or longer
            than 60 s.
    """
    settings = settings or EditSettings()
    _check_range(source, first, last)
    inside = [key for key in keys if first <= key.frame <= last]
    prompted = bool(settings.prompt.strip())
    context = round((HANDOVER_SECONDS if alive and prompted else CONTEXT_SECONDS) * source.fps)
    start, stop = max(0, first - context), min(source.num_frames, last + 1 + context)
    part = source.crop(start, stop)
    fall = [Key(frame, frozenset()) for frame in falling]
    held = held_by([Key(k.frame - start, k.joints, k.root) for k in (*inside, *fall)], part.num_frames)
    beside = np.ones(part.num_frames, bool)
    beside[first - start : last + 1 - start] = False
    held = Held(held.rotations | beside[:, None], held.root | beside)
    _check_held(held, inside)
    timing = Timing(part.num_frames, source.fps)
    if timing.seconds > MAX_SECONDS:
        raise RequestError(
            f"The range is {part.seconds:.0f} s long, and {MAX_SECONDS:.0f} s can be made at once. Choose a shorter "
            "range, or work through it in several parts that meet at a key."
        )
    at_model = Held(timing.rows_to_model(held.rotations), timing.rows_to_model(held.root))
    shown = learned(timing.to_model(interpolated(part, held)), at_model)
    guided = _short(held, source.fps) and not alive and not prompted
    in_the_air = np.zeros(part.num_frames, bool)
    in_the_air[[frame - start for frame in falling]] = True
    mask = features_mask(at_model, timing.rows_to_model(in_the_air))
    seen = _led(shown, mask, timing, part, held, FAR_SECONDS if prompted else SHORTEST_SECONDS)
    request = GenerationRequest(
        seconds=timing.seconds,
        observed=seen,
        observed_mask=mask,
        start_level=GUIDED_LEVEL if guided else 1.0,
        **settings.fields(GOING_ON if alive else None),
    )

    def finish(made: Motion, contacts: NDArray[np.bool_]) -> Motion:
        motion = exactly(timing.to_source(unimposed(made, at_model)), part, held)
        if not prompted:
            motion = _mixed(exactly(timing.to_source(shown), part, held), motion, held, shares)
        if settings.foot_lock:
            keyed_legs = held.rotations[:, LEGS].any(axis=1)
            # what the made motion's feet do is no evidence for a motion that is mostly the curves'
            planted = standing_feet(motion, timing.rows_to_source(contacts) & (not guided)) & ~in_the_air[:, None]
            swing = STEP_HEIGHT if alive else SWING_HEIGHT
            motion = exactly(feet_held(motion, planted, keyed_legs, swing_height=swing), part, held)
        return laid_over(source, motion.crop(first - start, last + 1 - start), first)

    never = [JOINT_NAMES[j] for j in range(len(JOINT_NAMES)) if held.rotations[:, j].all()]
    return Edit(
        request=request,
        source=source,
        frames=range(first, last + 1),
        joints=frozenset(JOINT_NAMES) - frozenset(never),
        root=not held.root.all(),
        _finish=finish,
        warnings=tuple(_warnings(held, source.fps)),
    )


def _led(shown: Motion, mask: NDArray[np.float32], timing: Timing, part: Motion, held: Held, shortest: float) -> Motion:
    """What the network is shown, on courses through gaps of `shortest` seconds and more; the mask is told of them."""
    root, led = courses(part, held, shortest)
    at_model = timing.to_model(replace(part, root_positions=root)).root_positions
    free = timing.rows_to_model(led) & ~timing.rows_to_model(held.root)
    mask[free, ROOT_XZ] = 1
    over_the_ground = free[:, None] & np.array([True, False, True])
    return replace(shown, root_positions=np.where(over_the_ground, at_model, shown.root_positions))


def split_at_keys(keys: Sequence[Key], first: int, last: int, fps: float) -> list[tuple[int, int]]:
    """The range first..last as ranges of at most 60 s that meet at keys of whole poses, where it is longer than that.

    Make them one after the other, each from the source that the one before it finished.

    Raises:
        RequestError: more than 58 s without such a key.
    """
    longest = int((MAX_SECONDS - 2 * CONTEXT_SECONDS) * fps) - 1  # both ends are in it
    whole = sorted(k.frame for k in keys if k.joints is None and k.root and first <= k.frame <= last)
    parts: list[tuple[int, int]] = []
    while last - first > longest:
        reachable = [frame for frame in whole if first < frame <= first + longest]
        if not reachable:
            raise RequestError(
                f"From frame {first} on there is no key of a whole pose for {longest / fps:.0f} s. Set one, or choose "
                "a shorter range."
            )
        parts.append((first, reachable[-1]))
        first = reachable[-1]
    return [*parts, (first, last)]


def _check_range(source: Motion, first: int, last: int) -> None:
    if not 0 <= first <= last < source.num_frames:
        raise RequestError(
            f"The range {first} to {last} isn't inside the motion, which has the frames 0 to {source.num_frames - 1}."
        )


def _check_held(held: Held, keys: Sequence[Key]) -> None:
    if not held.frames.any():
        raise RequestError("There is no key in the range and no motion beside it: key a pose, or generate from text.")
    if held.rotations.all() and held.root.all():
        what = "every frame of it is keyed" if keys else "it is empty"
        raise RequestError(f"There is nothing to make in the range: {what}. Choose a longer range or delete keys.")


def _mixed(curves: Motion, made: Motion, held: Held, shares: Shares) -> Motion:
    """The curves in the shortest gaps, and in longer ones the more of the made motion, too."""
    share = np.ones(made.num_frames)
    apart = quat_angle(curves.rotations[:, 0], made.rotations[:, 0])
    for start, stop in runs(~held.poses):
        seconds = (stop - start) / made.fps
        counts = float(np.interp(seconds, *shares)) if seconds <= GUIDED_SECONDS else 1.0
        share[start:stop] = counts if apart[start:stop].max() < OTHER_WAY_ROUND else round(counts)
    root = curves.root_positions + share[:, None] * (made.root_positions - curves.root_positions)
    weights = np.broadcast_to(share[:, None], made.rotations.shape[:2])
    return Motion(made.skeleton, root, quat_slerp(curves.rotations, made.rotations, weights), made.fps)


def _short(held: Held, fps: float) -> bool:
    """Whether no joint is free for longer than curves are good for."""
    every = held.rotations.all(axis=1) & held.root
    frames = np.flatnonzero(every)
    if not len(frames):
        return False
    gaps = np.diff(np.concatenate(([-1], frames, [len(every)])))
    ends_held = every[0] and every[-1]
    return bool(ends_held and gaps.max() <= GUIDED_SECONDS * fps)


def _warnings(held: Held, fps: float) -> list[str]:
    warnings = []
    frames = np.flatnonzero(held.frames)
    if len(frames) == 1:
        warnings.append("There is only one key: the motion passes through it, and is free before and after.")
    longest = np.diff(np.concatenate(([0], frames, [len(held.root) - 1]))).max() / fps
    if longest > FAR_SECONDS:
        warnings.append(
            f"There are {longest:.0f} s without a key: what happens there is up to the prompt. More keys say more."
        )
    return warnings
