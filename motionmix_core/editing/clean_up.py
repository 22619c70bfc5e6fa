"""Cleaning up a capture: the paper's refining stage as a tool."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ..errors import RequestError
from ..generation.request import MAX_SECONDS, GenerationRequest
from ..motion.motion import Motion
from ..motion.skeleton import JOINT_NAMES
from .edit import Edit, EditSettings
from .finishing import laid_over
from .keys import Held, joint_indices
from .masks import features_mask
from .noise import estimate_noise
from .refinement import calmed, filled, refined, with_steady_feet
from .timing import Timing

CONTEXT_SECONDS = 0.5
LOWEST_LEVEL, HIGHEST_LEVEL = 0.03, 0.6


def clean_up(
    source: Motion,
    first: int = 0,
    last: int | None = None,
    settings: EditSettings | None = None,
    *,
    strength: float | None = None,
    protected_joints: Iterable[str] = (),
    protected_frames: Iterable[int] = (),
) -> Edit:
    """Refine first..last of a capture.

    Args:
        source: at any rate.
        first, last: range of source frames, both ends included; last None = to the end.
        settings: the prompt isn't used: this is the stage that knows no condition.
        strength: noise level of the pivot, 0.03 to 0.6: the higher, the more of the motion is the network's, and the
            stronger the noise is taken to be. None = the noise is estimated from the capture; the network's motion then
            isn't mixed in, since at none of the noise levels of validation clips did it bring them nearer to the truth.
        protected_joints: names of joints that keep their rotation.
        protected_frames: frames that keep their pose.
    Raises:
        RequestError: a range outside the source or longer than 60 s, a strength out of range, an unknown joint.
    """
    settings = settings or EditSettings()
    last = source.num_frames - 1 if last is None else last
    if not 0 <= first <= last < source.num_frames:
        raise RequestError(
            f"The range {first} to {last} isn't inside the motion, which has the frames 0 to {source.num_frames - 1}."
        )
    if strength is not None and not LOWEST_LEVEL <= strength <= HIGHEST_LEVEL:
        raise RequestError(f"The strength must be from {LOWEST_LEVEL:g} to {HIGHEST_LEVEL:g}, not {strength:g}.")
    context = round(CONTEXT_SECONDS * source.fps)
    start, stop = max(0, first - context), min(source.num_frames, last + 1 + context)
    part = source.crop(start, stop)
    timing = Timing(part.num_frames, source.fps)
    if timing.seconds > MAX_SECONDS:
        raise RequestError(f"The range is {part.seconds:.0f} s long; clean up at most {MAX_SECONDS:.0f} s at once.")
    held = _protected(part.num_frames, range(first - start, last + 1 - start), protected_joints,
                      [frame - start for frame in protected_frames])  # fmt: skip
    noise = estimate_noise(part)
    whole = filled(part, noise, held)
    level = LOWEST_LEVEL if strength is None else strength  # its motion isn't mixed in without a strength
    trust = 0.0 if strength is None else strength / HIGHEST_LEVEL
    force = 1.0 if strength is None else strength / max(noise.level, LOWEST_LEVEL)
    at_model = Held(timing.rows_to_model(held.rotations), timing.rows_to_model(held.root))
    request = GenerationRequest(
        seconds=timing.seconds,
        observed=timing.to_model(calmed(whole, noise, force)),
        observed_mask=features_mask(at_model),
        start_level=level,
        **(settings.fields() | {"prompt": "", "guidance": None}),
    )

    def finish(made: Motion, contacts: NDArray[np.bool_]) -> Motion:
        motion = refined(whole, timing.to_source(made), noise, held, force, trust)
        if settings.foot_lock:
            # steps that still shake, or were smoothed too much, don't tell how far they go
            told = strength is None or noise.leg_evidence <= 0
            shaking = max(trust, noise.leg_evidence * min(force, 1.0))
            motion = with_steady_feet(motion, held, shaking, told, noise.unclean if strength is None else 1.0)
        return laid_over(source, motion.crop(first - start, last + 1 - start), first)

    return Edit(
        request=request,
        source=source,
        frames=range(first, last + 1),
        joints=frozenset(JOINT_NAMES) - frozenset(protected_joints),
        root=True,
        _finish=finish,
        warnings=(f"Found: {noise.summary}.",),
    )


def _protected(frames: int, inside: range, joints: Iterable[str], fixed: Iterable[int]) -> Held:
    rotations, root = np.zeros((frames, len(JOINT_NAMES)), bool), np.ones(frames, bool)
    root[inside.start : inside.stop] = False
    root[[frame for frame in fixed if 0 <= frame < frames]] = True
    rotations[:, joint_indices(joints)] = True
    return Held(rotations | root[:, None], root)
