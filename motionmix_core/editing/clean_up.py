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
        strength: noise level of the pivot, 0.03 to 0.6; None = estimated from the range itself.
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
    estimate = estimate_noise(source.crop(first, last + 1))
    level = float(np.clip(estimate.level if strength is None else strength, LOWEST_LEVEL, HIGHEST_LEVEL))
    rotations = np.zeros((part.num_frames, len(JOINT_NAMES)), bool)
    rotations[:, joint_indices(protected_joints)] = True
    fixed = np.ones(part.num_frames, bool)
    fixed[first - start : last + 1 - start] = False
    fixed[[frame - start for frame in protected_frames if start <= frame < stop]] = True
    rotations |= fixed[:, None]
    held = Held(rotations, fixed)
    at_model = Held(timing.rows_to_model(held.rotations), timing.rows_to_model(held.root))
    fields = settings.fields() | {"prompt": "", "guidance": None}
    request = GenerationRequest(
        seconds=timing.seconds,
        observed=timing.to_model(part),
        observed_mask=features_mask(at_model),
        start_level=level,
        **fields,
    )

    def finish(made: Motion, contacts: NDArray[np.bool_]) -> Motion:
        motion = timing.to_source(made)
        root = np.where(held.root[:, None], part.root_positions, motion.root_positions)
        turned = np.where(held.rotations[..., None], part.rotations, motion.rotations)
        motion = Motion(part.skeleton, root, turned, part.fps)
        return laid_over(source, motion.crop(first - start, last + 1 - start), first)

    return Edit(
        request=request,
        source=source,
        frames=range(first, last + 1),
        joints=frozenset(JOINT_NAMES) - frozenset(protected_joints),
        root=True,
        _finish=finish,
        warnings=(f"Found: {estimate.summary}.",),
    )
