"""Which way round a body turns in a gap: the hips go on as they are seen to turn at either end."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.editing.gap_view import FUTURE, PAST, GapView
from motionmix_core.motion.rotations import quat_mul, quat_yaw

MISSING = 20


def turning(yaw: np.ndarray, moves: tuple[bool, bool]) -> GapView:
    """A stiff body that turns about the vertical axis: yaw (frames,) radians, of which max(PAST) are before the gap."""
    last = max(PAST)
    after = last + MISSING + 1
    at = [*(last - k for k in PAST), last, after, *(after + k for k in FUTURE)]
    pose = np.random.default_rng(0).standard_normal((22, 4))
    pose /= np.linalg.norm(pose, axis=-1, keepdims=True)
    rotations = quat_mul(quat_yaw(yaw[at])[:, None], pose)[None]
    return GapView(np.zeros((1, len(at), 3)), rotations, moves, MISSING)


def turned_by(view: GapView) -> np.ndarray:
    """(22,) radians that the joints' courses lead over the gap."""
    return np.linalg.norm(view.turns()[0, len(PAST) + 1], axis=-1)


def speeding_up(degrees: float) -> np.ndarray:
    """Yaw of a spin that begins within the gap and is at its fastest behind it."""
    frames = np.arange(max(PAST) + MISSING + 2 + max(FUTURE))
    into = np.clip(frames - max(PAST), 0, None) / (MISSING + 1)
    return np.radians(degrees) * into**1.6


@pytest.mark.parametrize("way", [1, -1])
def test_a_spin_that_is_seen_behind_the_gap_is_gone_through(way: int) -> None:
    yaw = way * speeding_up(230)
    np.testing.assert_allclose(np.degrees(turned_by(turning(yaw, (True, True)))), 230, atol=1)
    np.testing.assert_allclose(np.degrees(turned_by(turning(yaw, (False, True)))), 230, atol=1)


def test_a_spin_that_is_seen_before_the_gap_is_gone_through() -> None:
    yaw = np.radians(11) * np.arange(max(PAST) + MISSING + 2 + max(FUTURE))
    np.testing.assert_allclose(np.degrees(turned_by(turning(yaw, (True, False)))), 231, atol=1)


def test_a_spin_that_comes_round_arrives_at_its_own_speed() -> None:
    """Frames behind the gap are past a whole circle, where a turn looks like none."""
    yaw = np.radians(325) / (MISSING + 1) * np.arange(max(PAST) + MISSING + 2 + max(FUTURE))
    view = turning(yaw, (True, True))
    turns = view.turns()[0]
    after = np.linalg.norm(turns[len(PAST) + 2 :] - turns[len(PAST) + 1], axis=-1)
    np.testing.assert_allclose(np.degrees(after), np.array(FUTURE)[:, None] * 325 / (MISSING + 1) * np.ones(22), atol=1)
    steps = np.diff(view.curve()[0, :, 3:].reshape(MISSING, 22, 3), axis=0)
    np.testing.assert_allclose(np.degrees(np.linalg.norm(steps, axis=-1)), 325 / (MISSING + 1), atol=1)


def test_with_nothing_seen_the_shorter_way_is_taken() -> None:
    np.testing.assert_allclose(np.degrees(turned_by(turning(speeding_up(230), (False, False)))), 130, atol=1)


def test_a_body_that_is_seen_to_stop_does_not_go_round() -> None:
    """It turns fast before the gap, and stands behind it turned by less than half a circle."""
    frames = np.arange(max(PAST) + MISSING + 2 + max(FUTURE)) - max(PAST)
    yaw = np.radians(14) * np.where(frames < 0, frames, 9 * (1 - np.exp(-np.clip(frames, 0, None) / 9)))
    whole = np.degrees(yaw[max(PAST) + MISSING + 1])
    assert whole < 130
    np.testing.assert_allclose(np.degrees(turned_by(turning(yaw, (True, True)))), whole, atol=1)
