"""Loops for games: the end of a motion made new so that it flows into its beginning."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..errors import RequestError
from ..motion.motion import Motion, concatenate
from ..motion.rotations import quat_apply, quat_inv, quat_yaw
from ..retarget.planting import runs
from .continuation import CONTEXT_SECONDS, check_seconds, moved_to
from .course import ground_speed
from .edit import Edit, EditSettings
from .recurrence import looks
from .transition import way_between

KEPT_SECONDS = 0.5
"""Of a loop, at least, that stay as they are."""
STRAIGHT = np.radians(60.0)
"""A motion that turns by less ends facing as it began; one that turns by more goes round by its own angle each time."""
AS_GOOD, NEARLY = 1.2, 0.005
"""Of ends that are so many times as far from the beginning as the best one, and metres, the last is taken: the longest
loop repeats itself the least."""
OUT_OF_STEP = 0.1
"""Metres from the first frame, mean over the joints, that half a second can't make up for without a shuffle."""
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
    if source.num_frames < new + round(KEPT_SECONDS * source.fps):
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


@dataclass(frozen=True)
class Repeat:
    """last: index of the last frame of the loop, the one before that which looks and moves like the first. apart: how
    far those two are from each other, metres, mean over the joints; now: how far the motion's own last frame is."""

    last: int
    apart: float
    now: float

    @property
    def better(self) -> bool:
        """Whether it is worth while to end there."""
        return self.now > OUT_OF_STEP and self.apart < self.now / 2


def repeat_of(motion: Motion, *, seconds: float = 0.6) -> Repeat:
    """Where a motion is again as it began: the best end for a loop that begins with its first frame.

    Args:
        motion: at any rate.
        seconds: of the end that `make_loop` is to make new.
    Raises:
        RequestError: a motion too short to end earlier.
    """
    seen, least = looks(motion), round((seconds + KEPT_SECONDS) * motion.fps)
    if motion.num_frames < least + 2:
        raise RequestError(
            f"The motion is {motion.seconds:.1f} s long: too short to find a better end for a loop of which "
            f"{seconds:g} s are made new."
        )
    away = np.linalg.norm(seen - seen[0], axis=-1).mean(axis=1)[least:]
    start, stop = runs(away <= AS_GOOD * away.min() + NEARLY)[-1]
    again = least + start + int(away[start:stop].argmin())
    places = seen[[again, -1], : seen.shape[1] // 2] - seen[0, : seen.shape[1] // 2]
    return Repeat(again - 1, *(float(apart) for apart in np.linalg.norm(places, axis=-1).mean(axis=1)))


def closes(motion: Motion) -> bool:
    """Whether the first frame could come right after the last: the pose, seen from the hips, goes on as it went."""
    if motion.num_frames < 3:
        return False
    places = motion.positions()[[0, 1, -2, -1]]
    over = places - places[:, :1] * (1, 0, 1)
    seen = quat_apply(quat_inv(quat_yaw(motion.headings()[[0, 1, -2, -1]]))[:, None], over)
    first, out, last = (np.linalg.norm(seen[a] - seen[b], axis=-1).mean() for a, b in ((1, 0), (0, 3), (3, 2)))
    return bool(out <= WITHIN_STEPS * max(first, last) + JITTER)
