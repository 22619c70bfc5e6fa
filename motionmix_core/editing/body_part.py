"""Editing a part of the body: the chosen joints are made new, everything else stays as it is."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ..errors import RequestError
from ..generation.feet import SWING_HEIGHT, standing_feet
from ..generation.firmness import FIRMLY
from ..generation.request import MAX_SECONDS, GenerationRequest
from ..motion.contacts import foot_contacts
from ..motion.kinematics import global_to_local
from ..motion.motion import Motion
from ..motion.rotations import quat_slerp
from ..motion.skeleton import JOINT_NAMES
from .calmness import PART_CALMEST, as_calm_as
from .carrying import carried
from .edit import Edit, EditSettings
from .fast_turns import slowed
from .finishing import LEG, SIDES, feet_held, laid_over, on_the_ground
from .joint_sets import chain_weights, with_descendants
from .keys import Held, joint_indices
from .masks import features_mask
from .stances import NEAR_GROUND, WITHIN_REACH, carrying, set_down
from .timing import Timing

CONTEXT_SECONDS = 1.0
JOIN_SECONDS = 0.5
"""Over which the second half of a long edit comes in from the first."""
WEAKEST, EVENLY = 0.1, 3
"""The noise level that strength 0 would start from, and the power with which the strengths above it come to full noise.
How far an edit goes grows fastest close to full noise: an arm of validation clips goes 2.2 cm at the level .35, 4.7 at
.92, 6.8 at .99, 9.5 at 1. With the power strengths of .25, .5, .75 and 1 mean about 3, 4.4, 6.4 and 9.5 cm."""


def body_part(
    source: Motion,
    joints: Iterable[str],
    first: int,
    last: int,
    settings: EditSettings | None = None,
    *,
    strength: float = 1.0,
    ease_seconds: float = 0.3,
    chain_ease: int = 1,
    calmest: float = PART_CALMEST,
    joins: bool = False,
) -> Edit:
    """Make some joints new in first..last.

    Args:
        source: at any rate, with what lies beside the range.
        joints: names of the joints to change, see `JOINT_PRESETS`. With the pelvis the root's place changes, too.
        first, last: range of source frames, both ends included.
        settings: what to make; the prompt says what the part does.
        strength: how far from the source it may go, above 0 to 1: the noise level to start from.
        ease_seconds: over which the edit comes in after `first` and goes out before `last`, unless that end of the
            range is the end of the source.
        chain_ease: joints along a chain over which it comes in (see `chain_weights`).
        calmest: how much it may be smoothed to be as calm as the source (see `as_calm_as`).
        joins: it goes on from an edit that the source holds (see `split_range`).
    Raises:
        RequestError: no joints, unknown ones, a range outside the source or longer than 60 s, a strength or ease out
            of range.
    """
    settings = settings or EditSettings()
    chosen = frozenset(joints)
    _check(source, chosen, first, last, strength, ease_seconds, chain_ease)
    context = round(CONTEXT_SECONDS * source.fps)
    start, stop = max(0, first - context), min(source.num_frames, last + 1 + context)
    part = source.crop(start, stop)
    timing = Timing(part.num_frames, source.fps)
    root = "pelvis" in chosen
    free_joints = joint_indices(with_descendants(chosen))
    inside = np.zeros(part.num_frames, bool)
    inside[first - start : last + 1 - start] = True
    rotations = np.ones((part.num_frames, len(JOINT_NAMES)), bool)
    rotations[np.ix_(inside, np.array(free_joints))] = False
    held = Held(timing.rows_to_model(rotations), timing.rows_to_model(~inside | (not root)))
    level = 1 - (1 - WEAKEST) * (1 - strength) ** EVENLY
    prompted = bool(settings.prompt.strip())
    shown, mask = timing.to_model(part), features_mask(held)
    request = GenerationRequest(
        seconds=timing.seconds,
        observed=shown,
        observed_mask=mask,
        start_level=level,
        **settings.fields(FIRMLY),
    )
    in_time = time_weights(part.num_frames, first - start, last - start, ease_seconds * source.fps)
    if joins:
        comes_in = time_weights(part.num_frames, first - start, part.num_frames - 1, JOIN_SECONDS * source.fps)
        goes_out = time_weights(part.num_frames, 0, last - start, ease_seconds * source.fps)
        in_time = np.minimum(comes_in, goes_out)
    weights = in_time[:, None] * chain_weights(chosen, chain_ease)[None]
    moves = np.flatnonzero(weights.max(axis=0) > 0)
    sides = [side for side in SIDES if chosen >= {f"{side}_{part}" for part in LEG}]  # a part of a leg can't stand

    def finish(made: Motion, contacts: NDArray[np.bool_]) -> Motion:
        made = timing.to_source(as_calm_as(shown, made, mask, free_joints, faster=prompted, calmest=calmest))
        worlds, way = carried(_worlds(made, part, free_joints), part, made.root_positions, chosen)
        # joints that stay keep their own rotation, so a chosen joint's new one is taken against its parent as it is
        new = global_to_local(worlds, part.skeleton.parents)
        rotations = part.rotations.copy()
        rotations[:, moves] = quat_slerp(part.rotations[:, moves], new[:, moves], weights[:, moves])
        unmoved = weights == 0
        rotations[unmoved] = part.rotations[unmoved]
        place = part.root_positions
        if root:
            place = place + in_time[:, None] * (way - place)
            place[in_time == 0] = part.root_positions[in_time == 0]
        motion = slowed(Motion(part.skeleton, place, rotations, part.fps), weights > 0)
        if root:
            motion = on_the_ground(motion, in_time)
        if settings.foot_lock and sides:
            # what the network's feet do tells about a border only where the source's do the same
            labels, eased = timing.rows_to_source(contacts), (in_time > 0) & (in_time < 1)
            before = standing_feet(part, np.zeros_like(labels))
            labels[eased] &= before[eased]
            planted = standing_feet(motion, labels)
            if not root:
                kept = [2 * index + point for index, side in enumerate(SIDES) if side not in sides for point in (0, 1)]
                # the network guesses at feet that it isn't asked for, too
                planted[:, kept] = foot_contacts(part.positions(), part.fps)[:, kept]
                reach = NEAR_GROUND if prompted else WITHIN_REACH
                planted = carrying(motion, planted, before.any(axis=1), sides, reach)
            fixed = in_time == 0
            if not root:
                motion = set_down(motion, planted, fixed, sides)
            motion = feet_held(motion, planted, fixed, sides=sides, sinks=root, swing_height=SWING_HEIGHT)
        return laid_over(source, motion.crop(first - start, last + 1 - start), first)

    return Edit(request=request, source=source, frames=range(first, last + 1), joints=chosen, root=root, _finish=finish)


def split_range(first: int, last: int, fps: float) -> list[tuple[int, int]]:
    """The range first..last as ranges that can be made at once, each beginning within the one before it.

    Make them one after the other, each from the whole that the one before it finished: all but the last of a source
    that ends with its range, so that nothing leads back to what was there; all but the first with `joins`.
    """
    longest, join = int((MAX_SECONDS - 2 * CONTEXT_SECONDS) * fps), round(2 * JOIN_SECONDS * fps)
    count = max(1, int(np.ceil((last + 1 - first - join) / (longest - join))))
    ends = np.linspace(first - 1 + join, last, count + 1).round().astype(int)
    return [(int(ends[number]) - join + 1, int(ends[number + 1])) for number in range(count)]


def time_weights(frames: int, first: int, last: int, ease: float) -> NDArray[np.float64]:
    """(T,) 0 outside first..last, 1 inside, with smooth flanks of `ease` frames; none at an end of the motion."""
    at = np.arange(frames)
    inside = (at >= first) & (at <= last)
    weights = np.ones(frames)
    for away, needed in ((at - first + 1, first > 0), (last + 1 - at, last < frames - 1)):
        if needed:
            t = np.clip(away / (ease + 1), 0, 1)
            weights = np.minimum(weights, t * t * (3 - 2 * t))
    return np.where(inside, weights, 0.0)


def _worlds(made: Motion, part: Motion, free: list[int]) -> NDArray[np.float64]:
    """World rotations: the made motion's for the free joints, the source's for all others."""
    worlds = part.global_rotations().copy()
    worlds[:, free] = made.global_rotations()[:, free]
    return worlds


def _check(
    source: Motion, chosen: frozenset[str], first: int, last: int, strength: float, ease_seconds: float, ease: int
) -> None:
    if not chosen:
        raise RequestError("No part of the body is chosen: choose a preset, or select bones.")
    joint_indices(chosen)
    if not 0 <= first <= last < source.num_frames:
        raise RequestError(
            f"The range {first} to {last} isn't inside the motion, which has the frames 0 to {source.num_frames - 1}."
        )
    if not 0 < strength <= 1:
        raise RequestError(f"The strength must be above 0 and at most 1, not {strength:g}.")
    if not 0 <= ease_seconds <= 10 or not 0 <= ease <= 8:
        raise RequestError("The border can be eased over 0 to 10 seconds and 0 to 8 joints.")
