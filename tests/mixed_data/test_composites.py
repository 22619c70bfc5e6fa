"""Joined motions: one clip's arms on another's body, with both captions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionmix_core.mixed_data.cache import Caption, Clip
from motionmix_core.mixed_data.composites import draw_composites, livelier_arm, with_arms_of
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import quat_angle
from motionmix_core.motion.skeleton import JOINT_NAMES
from motionmix_core.representation import default as R
from tests.motions import random_motion, turn_in_place, walk

LEFT = [JOINT_NAMES.index(f"left_{name}") for name in ("collar", "shoulder", "elbow", "wrist")]


@pytest.fixture
def donor() -> Motion:
    return random_motion(np.random.default_rng(0), 2.0)


def test_the_chosen_arm_is_the_donors_and_the_rest_stays(donor):
    base = walk(2.0)
    joined = R.decode(with_arms_of(R.encode(base), R.encode(donor), ("left",)))
    others = [joint for joint in range(len(JOINT_NAMES)) if joint not in LEFT]
    np.testing.assert_allclose(quat_angle(joined.rotations[:, others], base.rotations[:, others]), 0, atol=2e-3)
    # below the collar angles are the donor's own; the collar's hang from the same chest
    np.testing.assert_allclose(quat_angle(joined.rotations[:, LEFT], donor.rotations[:, LEFT]), 0, atol=2e-3)
    np.testing.assert_allclose(joined.root_positions, base.root_positions, atol=1e-5)


def test_joined_features_are_those_of_a_body(donor):
    """Places agree with the angles, as in features of one motion."""
    joined = with_arms_of(R.encode(turn_in_place(2.0)), R.encode(donor), ("left", "right"))
    again = R.encode(R.decode(joined))
    places = slice(R.POSITIONS.start, R.ROTATIONS.stop)
    np.testing.assert_allclose(again[:, places], joined[:, places], atol=1e-4)


def test_a_motions_own_arms_change_nothing(donor):
    features = R.encode(donor)
    np.testing.assert_allclose(with_arms_of(features, features, ("left", "right")), features, atol=1e-5)


def test_the_livelier_arm_changes_sides_in_the_mirror(donor):
    features = R.encode(donor)
    assert {livelier_arm(features), livelier_arm(R.mirrored(features))} == {"left", "right"}


def clip(name: str, text: str, mirrored: str | None = None) -> Clip:
    caption = Caption(text, mirrored or text, 0, 60, "written")
    return Clip(name, "cmu", "train", 0, 60, True, None, (caption,), True)


WALKS = clip("walk", "a person walks forward")
WAVES = clip("wave", "someone waves the right hand", "someone waves the left hand")


def test_captions_become_one_sentence():
    (joined,) = draw_composites([WALKS, WAVES], 10, seed=0)
    assert joined.texts(mirror=False)[0] == "a person walks forward and waves the right hand"
    assert joined.texts(mirror=True)[0] == "a person walks forward and waves the left hand"
    assert (joined.base.id, joined.donor.id) == ("walk", "wave")


def test_plain_words_are_added_where_they_say_what_is_seen():
    (joined,) = draw_composites([WALKS, WAVES], 10, seed=0)
    assert joined.texts(mirror=False)[1:] == ("a person walks forward and waves", "someone walks and waves")
    (backward,) = draw_composites([clip("back", "a person walks backward"), WAVES], 10, seed=0)
    assert backward.texts(mirror=False) == ("a person walks backward and waves the right hand",)


@pytest.mark.parametrize(
    "unfit",
    [
        clip("turns", "a person waves and turns around"),  # the legs belong to the gesture
        clip("order", "wave the cars through"),  # no subject: the sentence would not join
        replace(WAVES, clean=False),  # its arms are noise
    ],
)
def test_gestures_that_do_not_fit_are_left_out(unfit):
    assert draw_composites([WALKS, unfit], 10, seed=0) == ()


def test_walks_whose_arms_are_busy_are_no_base():
    assert draw_composites([clip("carry", "a person walks carrying a box"), WAVES], 10, seed=0) == ()
