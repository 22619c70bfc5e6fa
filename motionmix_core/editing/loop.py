"""Loops for games: the end of a motion made new so that it flows into its beginning."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..errors import RequestError
from ..motion.motion import Motion, concatenate
from ..motion.rotations import quat_apply, quat_inv, quat_yaw
from .continuation import CONTEXT_SECONDS, check_seconds, moved_to
from .course import ground_speed
from .edit import Edit, EditSettings
from .transition import way_between

STRAIGHT = np.radians(60.0)
"""A motion that turns by less ends facing as it began; one that turns by more goes round by its own angle each time."""
WITHIN_STEPS, JITTER = 2.0, 0.003
"""From the last frame of a loop to its first joints go so many times as far as in a step beside it, and metres."""


def make_loop(source: Motion, settings: EditSettings | None = None, *, seconds: float = 0.6) -> Edit:
    """Make the last part new so that the first frame, carried along with the travel, would come next.

    The finished motion is as long as the source plus the beginning once more (context that `Edit.frames` leaves out);
    crop it to the source's length: played again from there, poses and speeds go on. `RootMotion` says the travel.

    Args:
        source: at least a second longer than `seconds`.
        settings: what to make.
        seconds: of the end that is made new.
    Raises:
        RequestError: a motion too short, or a length that can't be made.
    """
    settings = settings or EditSettings()
    check_seconds(seconds)
    new = max(2, round(seconds * source.fps))
    if source.num_frames < new + round(0.5 * source.fps):
        raise RequestError(
            f"The motion is {source.seconds:.1f} s long: too short to make {seconds:g} s of it into a way back to its "
            "beginning."
        )
    turned = float(source.headings()[-1] - source.headings()[0])
    heading = float(source.headings()[0]) + (turned if abs(turned) > STRAIGHT else 0.0)
    beginning = source.crop(0, min(source.num_frames, round(CONTEXT_SECONDS * source.fps)))
    place = source.root_positions[-1] + ground_speed(source, True) / source.fps
    again = moved_to(beginning, heading, place)
    warnings: tuple[str, ...] = ()
    if heading != float(source.headings()[0]):
        warnings = (f"The loop turns by {np.degrees(turned):.0f} degrees each time round.",)
    whole = concatenate([source, again])
    edit = way_between(whole, source.num_frames - new, source.num_frames - 1, settings)
    return replace(edit, warnings=(*edit.warnings, *warnings))


def closes(motion: Motion) -> bool:
    """Whether the first frame could come right after the last: the pose, seen from the hips, goes on as it went."""
    if motion.num_frames < 3:
        return False
    places = motion.positions()[[0, 1, -2, -1]]
    over = places - places[:, :1] * (1, 0, 1)
    seen = quat_apply(quat_inv(quat_yaw(motion.headings()[[0, 1, -2, -1]]))[:, None], over)
    first, out, last = (np.linalg.norm(seen[a] - seen[b], axis=-1).mean() for a, b in ((1, 0), (0, 3), (3, 2)))
    return bool(out <= WITHIN_STEPS * max(first, last) + JITTER)
