"""Getting from one motion into another: the way between two motions that are known.

The learned curves of an in-between are the likeliest way from one pose to another, the mean of all ways, and so calmer
than any body. Between the keys of an animator, who says by them how lively it is, that is what is wanted; a way that
nobody has said anything about shall look as if somebody had gone it. So it is the network's own. What is in the air at
either end falls, or has been thrown up, by gravity.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..motion.motion import Motion, concatenate
from ..motion.rotations import quat_apply, quat_yaw
from .continuation import check_seconds, moved_to, still
from .course import ground_speed, led_on
from .edit import Edit, EditSettings
from .flight import flown_on, flying
from .in_between import Shares, in_between

LANDED_SECONDS = 0.2
"""On the ground at least, between a fall and the next jump."""
WAY_SHARE: Shares = ((0.7, 1.0, 1.3), (0.25, 0.8, 1.0))
"""In so short a time there is no room for anything but the shortest way; chosen on validation clips."""
_NOWHERE = np.zeros((0, 3))


def transition(
    before: Motion,
    after: Motion,
    seconds: float,
    settings: EditSettings | None = None,
    *,
    keep_place: bool = False,
) -> Edit:
    """From the end of one motion into the beginning of another, in so many seconds of new frames.

    The finished motion is the first, the new frames (`Edit.frames`), then the second, at the first one's rate.

    Args:
        before, after: the two motions.
        seconds: of the new part.
        settings: what to make.
        keep_place: leave the second where it stands; else it is turned and moved along the ground to where the first
            one's speed and its own lead.
    Raises:
        RequestError: a length that can't be made.
    """
    check_seconds(seconds)
    settings = settings or EditSettings()
    after = after.resample(before.fps)
    new = max(1, round(seconds * before.fps))
    warnings: list[str] = []
    if keep_place:
        away = np.linalg.norm((after.root_positions[0] - before.root_positions[-1])[[0, 2]])
        if away > 8.0 * seconds:
            warnings.append(
                f"The second motion begins {away:.1f} m away, too far for {seconds:g} s: give it more time, or let it "
                "be moved."
            )
    else:
        after = _placed_behind(before, after, new)
    whole = concatenate([before, still(before, before.num_frames - 1, new), after])
    edit = way_between(whole, before.num_frames, before.num_frames + new - 1, settings)
    return replace(edit, warnings=(*edit.warnings, *warnings))


def way_between(
    whole: Motion, first: int, last: int, settings: EditSettings | None = None, shares: Shares = WAY_SHARE
) -> Edit:
    """Make first..last of a motion new as the way between the motions on either side.

    shares: of the network's way beside the learned curve, as in `in_between`.

    Raises:
        RequestError: as `in_between`.
    """
    fps, new = whole.fps, last + 1 - first
    falls = _falls(whole.crop(0, first)) if first else _NOWHERE
    after = whole.crop(last + 1, whole.num_frames) if last + 1 < whole.num_frames else None
    rises = _falls(_backwards(after))[::-1] if after is not None else _NOWHERE
    warnings: tuple[str, ...] = ()
    flights = len(falls) + len(rises)
    if flights and flights > new - round(LANDED_SECONDS * fps):
        needed = flights / fps + LANDED_SECONDS
        falls = rises = _NOWHERE
        warnings = (
            f"The body is in the air where the way begins or ends, and in {new / fps:.1f} s it can't land: give it "
            f"{np.ceil(needed * 10) / 10:.1f} s or more.",
        )
    whole = flying(flying(whole, first, falls), last + 1 - len(rises), rises)
    frames = [*range(first, first + len(falls)), *range(last + 1 - len(rises), last + 1)]
    edit = in_between(whole, [], first, last, settings, shares, alive=True, falling=frames)
    return replace(edit, warnings=(*edit.warnings, *warnings))


def _backwards(motion: Motion) -> Motion:
    return replace(motion, root_positions=motion.root_positions[::-1], rotations=motion.rotations[::-1])


def _placed_behind(before: Motion, after: Motion, new: int) -> Motion:
    heading = float(before.headings()[-1])
    turn = quat_yaw(heading - float(after.headings()[0]))
    speeds = ground_speed(before, True), quat_apply(turn, ground_speed(after, False))
    falls = _falls(before)[: new - 1]  # nobody brakes in the air
    lands = np.concatenate((before.root_positions[-1:], falls))[-1]
    return moved_to(after, heading, lands + led_on(*speeds, (new + 1 - len(falls)) / before.fps))


def _falls(before: Motion) -> NDArray[np.float64]:
    """(N, 3) places of the hips of somebody whose motion ends in the air, until the ground; N is 0 of others."""
    return flown_on(before.crop(max(0, before.num_frames - round(before.fps)), before.num_frames))
