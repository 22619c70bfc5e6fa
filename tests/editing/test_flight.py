"""Motions that end in the air: where the hips go from there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionmix_core.editing import EditSettings, continue_motion, transition
from motionmix_core.editing.flight import flown_on
from motionmix_core.generation import Generator
from motionmix_core.motion.motion import Motion
from tests.editing.clips import done, lively_stand, lively_walk, off
from tests.motions import rest

GRAVITY = 9.81


def leap(fps: float = 30.0, seconds: float = 0.35, height: float = 0.4, forward: float = 1.0) -> Motion:
    """Standing for half a second, then so many seconds of a leap that would rise by `height` metres."""
    motion = rest(round((0.5 + seconds) * fps), fps)
    since = np.maximum(np.arange(motion.num_frames) / fps - 0.5, 0.0)
    root = motion.root_positions.copy()
    root[:, 1] += np.sqrt(2 * GRAVITY * height) * since - GRAVITY / 2 * since**2
    root[:, 2] += forward * since
    return replace(motion, root_positions=root)


@pytest.mark.parametrize("fps", [24.0, 30.0, 60.0])
def test_a_leap_goes_on_by_gravity_until_the_feet_can_land(fps: float) -> None:
    source = leap(fps)
    way = flown_on(source)
    whole = np.concatenate((source.root_positions[-4:], way))
    falls = np.diff(whole, n=2, axis=0) * fps**2
    np.testing.assert_allclose(falls[:, 1], -GRAVITY, atol=0.05)
    np.testing.assert_allclose(np.diff(whole[:, 2]) * fps, 1.0, atol=0.01)
    standing = rest().root_positions[0, 1]
    assert 0.8 * standing < way[-1, 1] < standing  # with bent knees, within a frame's fall


def test_drawn_up_legs_need_not_be_stretched_first() -> None:
    source = leap(height=0.6)
    rotations = source.rotations.copy()
    for side in ("left", "right"):
        rotations[:, source.skeleton.index(f"{side}_hip")] = [np.cos(0.9), -np.sin(0.9), 0, 0]
        rotations[:, source.skeleton.index(f"{side}_knee")] = [np.cos(1.0), np.sin(1.0), 0, 0]
    assert flown_on(replace(source, rotations=rotations))[-1, 1] < flown_on(source)[-1, 1] - 0.05


def test_what_stands_walks_or_hangs_does_not_fall() -> None:
    for motion in (lively_stand(), lively_walk(), rest(30)):
        assert not len(flown_on(motion))
    hanging = replace(rest(30), root_positions=rest(30).root_positions + np.array([0.0, 0.5, 0.0]))
    assert not len(flown_on(hanging))


@pytest.mark.parametrize("prompt", ["", "walks"])
def test_a_continuation_from_the_air_comes_down(generator: Generator, prompt: str) -> None:
    source = leap()
    made = done(generator, continue_motion(source, 1.5, EditSettings(prompt)))
    count, flight = source.num_frames, flown_on(source)
    assert off(made.crop(0, count), source) < 1e-12
    np.testing.assert_allclose(made.root_positions[count : count + len(flight)], flight, atol=1e-9)


def test_a_transition_falls_before_it_and_leaps_after_it(generator: Generator) -> None:
    before = leap()
    turned = leap().transformed(0.4)
    after = replace(turned, root_positions=turned.root_positions[::-1], rotations=turned.rotations[::-1])
    edit = transition(before, after, 1.5)
    made = done(generator, edit)
    height = made.root_positions[:, 1]
    fall = np.diff(height, n=2) * 30.0**2
    count = before.num_frames
    np.testing.assert_allclose(fall[count - 2 : count + 3], -GRAVITY, atol=0.1)
    np.testing.assert_allclose(fall[count + 40 : count + 45], -GRAVITY, atol=0.1)
    assert not edit.warnings


def test_a_way_too_short_to_land_in_is_said() -> None:
    edit = transition(leap(seconds=0.2), lively_stand(2.0), 0.3)
    assert "can't land" in edit.warnings[0]
    assert not transition(lively_walk(2.0), lively_stand(2.0), 0.1).warnings
