"""The memorisation check must find a copy, wherever it was put, and leave a new performance alone."""

from __future__ import annotations

import numpy as np
import pytest

from tests import motions
from training.reporting.memory import Library, nearest_of_each, stretches_of


@pytest.fixture(scope="module")
def library() -> Library:
    rng = np.random.default_rng(3)
    clips = [(f"clip {n}", motions.random_motion(rng, 6.0).positions()) for n in range(6)]
    return Library.of([*clips, ("walk", motions.walk(6.0).positions())], 30.0)


def test_a_planted_copy_is_found_with_its_clip_and_its_second(library: Library) -> None:
    rng = np.random.default_rng(3)
    clips = [motions.random_motion(rng, 6.0) for _ in range(6)]
    other = motions.random_motion(np.random.default_rng(77), 3.0)
    planted = clips[4].crop(36, 110).transformed(2.0, (5.0, 0.0, -3.0))
    copy, new = nearest_of_each(library, [planted.positions(), other.positions()], 30.0)
    assert copy.metres < 0.01 and copy.clip == "clip 4" and copy.at_seconds == pytest.approx(1.2, abs=0.11)
    assert new.metres > 10 * copy.metres and new.metres > 0.05


def test_a_copied_part_of_a_longer_motion_counts(library: Library) -> None:
    new = motions.random_motion(np.random.default_rng(5), 4.0).positions()
    walk = motions.walk(6.0).positions()[30:105]
    (found,) = nearest_of_each(library, [np.concatenate((new, walk))], 30.0)
    assert found.clip == "walk" and found.metres < 0.02


def test_the_distance_is_metres_of_the_joints(library: Library) -> None:
    cut = stretches_of(motions.rest(90).positions(), 30.0, 1.0)
    lifted = cut.reshape(len(cut), -1, 3) + np.array([0, 0.3, 0])
    base = Library(cut[:1], ("rest",), np.zeros(1))
    metres, index = base.nearest(lifted.reshape(len(cut), -1).astype(np.float32))
    np.testing.assert_allclose(metres, 0.3, atol=1e-3)
    assert (index == 0).all()


def test_short_motions_hold_their_last_pose() -> None:
    assert stretches_of(motions.walk(1.0).positions(), 30.0, 1.0).shape == (1, 20 * 22 * 3)


def test_a_motion_of_the_library_can_leave_its_own_take_out(library: Library) -> None:
    rng = np.random.default_rng(3)
    first = motions.random_motion(rng, 6.0).positions()
    (itself,) = nearest_of_each(library, [first], 30.0)
    (other,) = nearest_of_each(library, [first], 30.0, not_of=["clip 0@73"])
    assert itself.clip == "clip 0" and itself.metres < 0.01
    assert other.clip != "clip 0" and other.metres > 10 * itself.metres


def test_distance_is_told_in_units_of_how_near_other_takes_lie() -> None:
    still, walk = motions.rest(90), motions.walk(3.0)
    clips = [("still", still), ("raised", still.transformed(0.0, (0.0, 0.01, 0.0))), ("walk", walk)]
    library = Library.of([(name, clip.positions()) for name, clip in clips], 30.0)
    near = [motion.transformed(0.0, (0.0, -0.02, 0.0)).positions() for motion in (still, walk)]
    quiet, walking = nearest_of_each(library, near, 30.0)
    assert quiet.metres == pytest.approx(0.02, abs=2e-3) and walking.metres == pytest.approx(0.02, abs=2e-3)
    assert quiet.in_spacings == pytest.approx(2.0, rel=0.15)  # two people standing are 1 cm apart here: no copy
    assert walking.in_spacings < 0.2  # nobody else walks like this: a copy
    assert quiet.own_seconds == 0.0
