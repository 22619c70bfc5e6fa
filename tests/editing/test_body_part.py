"""Body-part edits: what wasn't chosen stays exact, borders are eased, strength goes from nothing to all."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.editing import JOINT_PRESETS, EditSettings, body_part, joints_of
from motionmix_core.editing.joint_sets import chain_weights
from motionmix_core.errors import RequestError
from motionmix_core.generation import Generator
from motionmix_core.motion.skeleton import JOINT_NAMES
from tests.editing.clips import done, lively_walk, off


@pytest.mark.parametrize("preset", ["upper_body", "lower_body", "left_arm", "right_leg", "head", "spine"])
@pytest.mark.parametrize("fps", [24.0, 30.0])
def test_everything_else_is_exact(generator: Generator, preset: str, fps: float) -> None:
    source = lively_walk(3.0, fps)
    first, last = round(fps), round(2 * fps)
    edit = body_part(source, JOINT_PRESETS[preset], first, last, EditSettings("jump"))
    made = done(generator, edit)
    kept = [joint for joint, name in enumerate(JOINT_NAMES) if name not in edit.joints]
    np.testing.assert_allclose(made.rotations[:, kept], source.rotations[:, kept], atol=1e-12)
    if not edit.root:
        np.testing.assert_array_equal(made.root_positions, source.root_positions)
    assert off(made.crop(0, first), source.crop(0, first)) < 1e-12
    assert off(made.crop(last + 1, made.num_frames), source.crop(last + 1, made.num_frames)) < 1e-12
    chosen = [joint for joint, name in enumerate(JOINT_NAMES) if name in edit.joints]
    middle = (first + last) // 2
    assert np.abs(made.rotations[middle, chosen] - source.rotations[middle, chosen]).max() > 1e-3


def test_a_weak_edit_stays_nearer_than_a_strong_one(generator: Generator) -> None:
    source = lively_walk(3.0)
    levels, distances = [], []
    for strength in (0.1, 0.5, 1.0):
        edit = body_part(source, JOINT_PRESETS["left_arm"], 20, 70, EditSettings("jump"), strength=strength)
        levels.append(edit.request.start_level)
        made = done(generator, edit)
        distances.append(float(np.linalg.norm(made.positions() - source.positions(), axis=-1).mean()))
    assert levels[0] < levels[1] < levels[2] == 1.0
    assert distances[0] < distances[2]


def test_the_edit_comes_in_and_goes_out_smoothly(generator: Generator) -> None:
    source = lively_walk(4.0)
    made = done(generator, body_part(source, JOINT_PRESETS["left_arm"], 30, 90, ease_seconds=0.5))
    away = np.linalg.norm(made.positions() - source.positions(), axis=-1)[:, JOINT_NAMES.index("left_wrist")]
    assert away[30] < 0.1 * away[60]
    assert away[90] < 0.1 * away[60]
    assert np.abs(np.diff(away)).max() < 0.1


def test_the_edit_comes_in_along_the_chain() -> None:
    arm = JOINT_PRESETS["left_arm"]
    weights = chain_weights(arm, 2)
    at = [JOINT_NAMES.index(name) for name in arm]
    np.testing.assert_allclose(weights[at], [1 / 3, 2 / 3, 1, 1])
    assert weights.sum() == pytest.approx(3.0)
    assert chain_weights(arm, 0)[at].tolist() == [1, 1, 1, 1]
    assert chain_weights(JOINT_PRESETS["lower_body"], 3)[0] == 1  # the root of the body hangs on nothing


def test_presets_join() -> None:
    assert joints_of(["left_arm", "head"]) == frozenset(JOINT_PRESETS["left_arm"] + JOINT_PRESETS["head"])


def test_bad_choices_are_refused_in_words() -> None:
    source = lively_walk(2.0)
    with pytest.raises(RequestError, match="No part of the body is chosen"):
        body_part(source, (), 0, 10)
    with pytest.raises(RequestError, match="strength"):
        body_part(source, ("head",), 0, 10, strength=0.0)
    with pytest.raises(RequestError, match="isn't inside"):
        body_part(source, ("head",), 0, 1000)
