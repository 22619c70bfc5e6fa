"""A made part as calm as the motion that it comes into.

The low-pass that every made motion gets is as strong as lively motion bears (`training.choose_smoothing`). In the midst
of a calm capture, or of curves that an animator drew, the flutter that is left shows: there an edit shook a fifth more
than the capture around it. So a made part is smoothed further until it shakes no more than the source's own frames.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..generation.smoothing import smoothed
from ..motion.motion import Motion
from ..representation.default import decode, encode

WIDTHS = (0.4, 0.45, 0.5, 0.55, 0.6)
"""Standard deviations in frames, at 30 a second, that are tried one after the other. The last leaves 73 % of a movement
at 5 Hz, the fastest that hands do on purpose, together with the low-pass before it."""
PART_CALMEST, CONTINUED_CALMEST = 0.6, 0.4
"""The strongest that a body part and a continuation get; chosen on validation clips (`python -m
training.choose_edit_smoothing`). A continuation may well get livelier than what it goes on from."""


def as_calm_as(
    source: Motion,
    made: Motion,
    mask: NDArray[np.float32],
    joints: list[int],
    *,
    faster: bool,
    like: slice | None = None,
    calmest: float = WIDTHS[-1],
) -> Motion:
    """The made motion, smoothed until its free frames shake no more than the source's.

    Args:
        source, made: T frames at the model's rate, four of them or more free.
        mask: (T, 207), above 0 = given; given values stay.
        joints: that are made new; they are looked at in the world.
        faster: whether what moves faster may shake more in proportion: for a prompt that asks for something else.
        like: the source's frames to be as calm as, where those that are made new hold a stand-in; None = the same.
        calmest: of WIDTHS, the strongest that may be taken; it is if no weaker one is enough. 0 = none.
    """
    free = np.flatnonzero((mask == 0).any(axis=1))
    if len(free) < 4 or not joints:
        return made
    frames = slice(int(free[0]), int(free[-1]) + 1)
    like = like or frames
    if len(range(*like.indices(source.num_frames))) < 4:
        return made
    shaking, speed = _shaking(source, joints, like)
    features = None
    calmer = made
    for width in (0.0, *(width for width in WIDTHS if width <= calmest)):
        if width:
            features = encode(made) if features is None else features
            calmer = decode(smoothed(features, mask, width), made.fps)
        its_shaking, its_speed = _shaking(calmer, joints, frames)
        allowed = shaking * max(1.0, its_speed / max(speed, 1e-6)) if faster else shaking
        if its_shaking <= allowed:
            break
    return calmer


def _shaking(motion: Motion, joints: list[int], frames: slice) -> tuple[float, float]:
    """Mean third and first differences of the joints' places, metres a frame."""
    places = motion.positions()[frames][:, joints]
    jerk = np.linalg.norm(np.diff(places, n=3, axis=0), axis=-1).mean()
    return float(jerk), float(np.linalg.norm(np.diff(places, axis=0), axis=-1).mean())
