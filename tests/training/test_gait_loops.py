"""Short gaits repeated into long ones: the same gait, no step in it, further along the same way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import quat_mul, quat_yaw
from tests import motions
from training.preparation.gait_loops import LOOP_SECONDS, looped_gaits, repeated, steady_cycle
from training.preparation.records import Caption, Clip, Frames

STEP_SECONDS = 0.55  # of the walk by formula: its cycle is two steps, 33 frames


def recorded(motion: Motion, text: str = "a person walks forward", **fields: Any) -> Clip:
    captions = (Caption(text, text, 0.0, motion.seconds, "written"),)
    clip = Clip("cmu/1", "cmu", "x", "free", "1", "train", Frames.pack(motion), captions=captions)
    return replace(clip, **fields)


def curved(motion: Motion, radians_a_second: float) -> Motion:
    """The same walk along an arc."""
    turn = radians_a_second * np.arange(motion.num_frames) / motion.fps
    steps = np.diff(motion.root_positions, axis=0, prepend=motion.root_positions[:1])
    height = motion.root_positions[:, 1].copy()
    path = np.cumsum(np.stack([np.sin(turn) * steps[:, 2], 0 * turn, np.cos(turn) * steps[:, 2]], -1), axis=0)
    path[:, 1] = height
    rotations = motion.rotations.copy()
    rotations[:, 0] = quat_mul(quat_yaw(turn), rotations[:, 0])
    return Motion(motion.skeleton, path, rotations, motion.fps)


def test_the_cycle_of_a_walk_is_two_steps():
    cycle = steady_cycle(motions.walk(2.5, step_seconds=STEP_SECONDS))
    assert cycle is not None
    assert cycle.stop - cycle.start == round(2 * STEP_SECONDS * 30)
    assert cycle.seam < 0.005


def test_a_repeated_walk_is_the_walk_gone_on_for_longer():
    short = motions.walk(2.5, step_seconds=STEP_SECONDS)
    longer = repeated(short, steady_cycle(short), 7.0)
    true = motions.walk(longer.seconds, step_seconds=STEP_SECONDS)
    assert abs(longer.seconds - 7.0) < STEP_SECONDS * 2
    np.testing.assert_allclose(longer.positions(), true.positions(), atol=0.012)


def test_an_arc_goes_on_as_an_arc_without_a_jolt():
    short = curved(motions.walk(2.5, step_seconds=STEP_SECONDS), 0.2)
    longer = repeated(short, steady_cycle(short), 7.0)
    turned = longer.headings()[-1] - longer.headings()[0]
    assert turned == pytest.approx(0.2 * (longer.seconds - 1 / 30), abs=0.05)
    jerk = np.linalg.norm(np.diff(longer.positions(), n=2, axis=0), axis=-1).max()
    assert jerk <= 1.15 * np.linalg.norm(np.diff(short.positions(), n=2, axis=0), axis=-1).max()


def test_standing_and_turning_on_the_spot_have_no_gait():
    assert steady_cycle(motions.rest(60)) is None
    assert steady_cycle(motions.turn_in_place(2.0)) is None


def test_a_loop_says_what_the_clip_says_of_all_of_it():
    clip = recorded(motions.walk(2.5))
    stops = replace(clip.captions[0], text="a person walks and stops")
    (loop,) = looped_gaits([replace(clip, captions=(*clip.captions, stops))])
    assert loop.id == "cmu/1+loop"
    assert abs(loop.seconds - LOOP_SECONDS) < 1.2
    assert [(c.text, c.start_s, c.end_s) for c in loop.captions] == [("a person walks forward", 0.0, loop.seconds)]


@pytest.mark.parametrize(
    "unfit",
    [
        recorded(motions.walk(2.5), split="val"),
        recorded(motions.walk(2.5), split="test"),
        recorded(motions.walk(2.5), clean=False),
        recorded(motions.walk(2.5), captured=False),
        recorded(motions.walk(2.5), "a person walks and turns left"),
        recorded(motions.walk(2.5), "a person dances"),
        recorded(motions.walk(6.0)),
        recorded(motions.rest(60), "a person walks on the spot"),
    ],
)
def test_only_steady_short_training_captures_are_repeated(unfit):
    assert looped_gaits([unfit]) == []
