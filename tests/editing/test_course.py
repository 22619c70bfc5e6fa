"""The course of a long transition: a runner brakes before he sits, and no body hurries to where it has to be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionmix_core.editing import EditSettings, Key, in_between, transition
from motionmix_core.editing.course import course, led_on
from motionmix_core.motion.motion import Motion
from motionmix_core.representation.default import ROOT_XZ
from tests import motions
from tests.editing.clips import lively_stand

FPS = 30.0


def gliding(speed: tuple[float, float, float], frames: int = 20) -> Motion:
    """A stiff body that moves evenly, metres a second."""
    still = motions.rest(frames)
    return replace(still, root_positions=still.root_positions + np.arange(frames)[:, None] / FPS * np.array(speed))


def placed(motion: Motion, x: float, z: float) -> Motion:
    return motion.transformed(0.0, np.array([x, 0.0, z]) - motion.root_positions[0] * (1, 0, 1))


def speeds(before: Motion, after: Motion, path: np.ndarray) -> np.ndarray:
    """(N, 3) metres a second along the course, from the last known frame to the first known one."""
    ends = (m.root_positions[at] * (1, 0, 1) for m, at in ((before, -1), (after, 0)))
    return np.diff(np.stack([first := next(ends), *path, next(ends)]) - first, axis=0) * FPS


def test_a_runner_stands_before_he_sits() -> None:
    before = gliding((0, 0, 3.5))
    way = led_on(np.array([0, 0, 3.5]), np.zeros(3), 4.0)
    np.testing.assert_allclose(way, (0, 0, 3.5), atol=1e-9)  # in two seconds, evenly
    after = placed(gliding((0, 0, 0)), *(before.root_positions[-1] + way)[[0, 2]])
    found = speeds(before, after, course(before, after, round(4.0 * FPS) - 1))
    assert abs(found[0, 2] - 3.5) < 0.05
    assert np.all(np.diff(found[:, 2]) < 1e-9)
    assert np.abs(found[round(2.0 * FPS) + 1 :]).max() < 1e-9
    walker = led_on(np.array([0, 0, 1.2]), np.zeros(3), 4.0)
    np.testing.assert_allclose(walker, (0, 0, 0.48), atol=1e-9)  # two thirds of a step and the next


def test_who_goes_on_as_before_goes_evenly() -> None:
    before, speed = gliding((0.5, 0, 1.2)), np.array([0.5, 0, 1.2])
    after = placed(before, *(before.root_positions[-1] + led_on(speed, speed, 3.0))[[0, 2]])
    found = speeds(before, after, course(before, after, 89))
    np.testing.assert_allclose(found, np.tile((0.5, 0, 1.2), (90, 1)), atol=1e-6)


@pytest.mark.parametrize("seconds", [2.5, 3.2, 6.0])
@pytest.mark.parametrize("place", [(0.0, 0.2), (-3.0, 1.0), (0.0, 9.0)])
def test_a_place_that_is_given_is_reached_with_its_own_speed(seconds: float, place: tuple[float, float]) -> None:
    before, after = gliding((0, 0, 1.4)), placed(gliding((1.0, 0, 0)), *place)
    found = speeds(before, after, course(before, after, round(seconds * FPS) - 1))
    arrived = before.root_positions[-1] * (1, 0, 1) + found.sum(axis=0) / FPS
    np.testing.assert_allclose(arrived, (place[0], 0, place[1]), atol=1e-9)
    per_frame = 0.06 * max(1.0, np.abs(found).max())
    assert np.abs(found[0] - (0, 0, 1.4)).max() < 2 * per_frame
    assert np.abs(found[-1] - (1.0, 0, 0)).max() < 2 * per_frame
    assert np.abs(np.diff(found, axis=0)).max() < 2 * per_frame  # nowhere in a hurry


def test_opposite_speeds_share_nothing() -> None:
    np.testing.assert_allclose(led_on(np.array([0, 0, 2.0]), np.array([0, 0, -2.0]), 5.0), 0, atol=1e-9)


def told(seconds: float, prompt: str = "") -> np.ndarray:
    """(new,) which new frames the network knows the place of."""
    edit = transition(lively_stand(2.0), lively_stand(2.0), seconds, EditSettings(prompt=prompt))
    known = np.asarray(edit.request.observed_mask)[:, ROOT_XZ].all(axis=1)
    return known[30 : len(known) - 30]


def test_the_network_is_told_of_long_ways_that_nobody_asks_anything_of() -> None:
    assert told(3.0).all()
    assert not told(1.0).any()
    assert not told(3.0, "a person jumps").any()


def test_a_long_gap_of_an_action_is_led_where_motion_is_known_beside_it() -> None:
    source = lively_stand(6.0)
    free = np.asarray(in_between(source, [], 40, 120).request.observed_mask)[:, ROOT_XZ].all(axis=1)
    assert free.all()
    at_the_end = np.asarray(in_between(source, [], 40, 179).request.observed_mask)[:, ROOT_XZ].all(axis=1)
    assert not at_the_end[-100:].any()  # nobody says where it leads
    one_pose = np.asarray(in_between(source, [Key(179)], 40, 179).request.observed_mask)[:, ROOT_XZ].all(axis=1)
    assert one_pose[-1]
    assert not one_pose[-100:-1].any()  # nor how fast it goes there
