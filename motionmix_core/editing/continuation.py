"""Going on after the last frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..errors import RequestError
from ..generation.feet import SWING_HEIGHT, standing_feet
from ..generation.firmness import GOING_ON
from ..generation.request import MAX_SECONDS, MIN_SECONDS, GenerationRequest
from ..generation.windows import HANDOVER_SECONDS
from ..motion.motion import Motion, concatenate
from ..motion.skeleton import JOINT_NAMES
from ..representation.default import FPS
from .calmness import CONTINUED_CALMEST, as_calm_as
from .edit import Edit, EditSettings
from .exact import exactly
from .fast_turns import slowed
from .finishing import feet_held, laid_over, on_the_ground, out_of_the_ground
from .flight import flown_on, flying
from .interpolation import interpolated
from .keys import Held
from .masks import features_mask
from .recurrence import recurring
from .timing import Timing
from .unimposed import unimposed

CONTEXT_SECONDS = 1.5
RECURRING_LEVEL, LIVELINESS = 0.9, 1.4
"""What is asked for where nothing else is said: motion that repeats itself starts from its own next repetition; other
motion, where it is lively, from stronger noise than the network expects, for it thinks that motion comes to rest.
Chosen on validation clips (`python -m training.choose_liveliness`)."""
CALM, LIVELY = 0.2, 0.5
"""Metres a second of all joints on the mean, over the last second: calm motion needs no livening. At 0.2 the network
keeps a calm validation clip as fast as it is; those at 0.5 and above need all of it."""
EASE_SECONDS = 0.3
"""Over which a body that the network leaves hanging in the air begins to be let down."""


def continue_motion(
    source: Motion,
    seconds: float,
    settings: EditSettings | None = None,
    *,
    calmest: float = CONTINUED_CALMEST,
    liveliness: float = LIVELINESS,
) -> Edit:
    """Go on for so many seconds after the source's last frame, from its pose and its speed.

    The finished motion is longer than the given one: its first frames are the source's, exactly. calmest: see
    `as_calm_as`. liveliness: as in a request, after lively motion that neither repeats itself nor follows a prompt.

    Raises:
        RequestError: a length that can't be made.
    """
    check_seconds(seconds)
    settings = settings or EditSettings()
    known = source.num_frames
    longer = concatenate([source, still(source, known - 1, max(1, round(seconds * source.fps)))])
    prompted = bool(settings.prompt.strip())
    again = None if prompted else recurring(source, longer.num_frames - known)
    falls = flown_on(source)[: longer.num_frames - known] if again is None else np.zeros((0, 3))
    longer = flying(longer, known, falls)
    low = max(0, known - round((HANDOVER_SECONDS if prompted else CONTEXT_SECONDS) * source.fps))
    part = longer.crop(low, longer.num_frames)
    before = np.arange(part.num_frames) < known - low
    flies = np.zeros(part.num_frames, bool)
    flies[known - low : known - low + len(falls)] = True
    held = Held(np.repeat(before[:, None], len(JOINT_NAMES), axis=1), before | flies)
    timing = Timing(part.num_frames, source.fps)
    at_model = Held(timing.rows_to_model(held.rotations), timing.rows_to_model(held.root))
    expected = interpolated(part, held) if again is None else again.crop(low, again.num_frames)
    shown, mask = timing.to_model(expected), features_mask(at_model, timing.rows_to_model(flies))
    request = GenerationRequest(
        seconds=timing.seconds,
        observed=shown,
        observed_mask=mask,
        start_level=1.0 if again is None else RECURRING_LEVEL,
        liveliness=_noise(source, liveliness) if again is None and not prompted else 1.0,
        **settings.fields(GOING_ON),
    )

    def finish(made: Motion, contacts: NDArray[np.bool_]) -> Motion:
        before_it = source.crop(max(0, known - round(CONTEXT_SECONDS * source.fps)), known).resample(FPS)
        like, every = slice(0, before_it.num_frames), list(range(len(JOINT_NAMES)))
        made = as_calm_as(before_it, made, mask, every, faster=True, like=like, calmest=calmest)
        motion = exactly(timing.to_source(unimposed(made, at_model)), part, held)
        t = np.clip((np.arange(part.num_frames) - (known - low - 1)) / (EASE_SECONDS * part.fps), 0, 1)
        new = t * t * (3 - 2 * t)
        motion = out_of_the_ground(on_the_ground(slowed(motion, ~held.rotations), new), new)
        if settings.foot_lock:
            planted = standing_feet(motion, timing.rows_to_source(contacts)) & ~flies[:, None]
            motion = feet_held(motion, planted, before, swing_height=SWING_HEIGHT)
            motion = out_of_the_ground(motion, new)
        return laid_over(longer, motion.crop(known - low, part.num_frames), known)

    return Edit(
        request=request,
        source=longer,
        frames=range(known, longer.num_frames),
        joints=frozenset(JOINT_NAMES),
        root=True,
        _finish=finish,
    )


def moved_to(motion: Motion, heading: float, place: NDArray[np.float64]) -> Motion:
    """The motion turned and moved along the ground so that its first frame faces `heading` over `place`."""
    turned = motion.transformed(heading - float(motion.headings()[0]))
    return turned.transformed(0.0, (place - turned.root_positions[0]) * (1, 0, 1))


def still(motion: Motion, frame: int, count: int) -> Motion:
    """One frame, `count` times: a stand-in."""
    root = np.repeat(motion.root_positions[frame : frame + 1], count, axis=0)
    return Motion(motion.skeleton, root, np.repeat(motion.rotations[frame : frame + 1], count, axis=0), motion.fps)


def _noise(source: Motion, liveliness: float) -> float:
    """As in a request: 1 after calm motion, `liveliness` after lively one."""
    last = source.positions()[-1 - round(source.fps) :]
    if len(last) < 2:
        return 1.0
    speed = float(np.linalg.norm(np.diff(last, axis=0), axis=-1).mean()) * source.fps
    return float(np.interp(speed, (CALM, LIVELY), (1.0, liveliness)))


def check_seconds(seconds: float) -> None:
    """RequestError for a length that can't be made between what is shown on either side."""
    longest = MAX_SECONDS - 2 * CONTEXT_SECONDS
    if not MIN_SECONDS <= seconds <= longest:
        raise RequestError(f"The new part can be {MIN_SECONDS:g} to {longest:g} s long, not {seconds:g} s.")
