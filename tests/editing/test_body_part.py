"""Body-part edits: what wasn't chosen stays exact, borders are eased, strength goes from nothing to all."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from motionmix_core.editing import JOINT_PRESETS, EditSettings, body_part, joints_of, split_range
from motionmix_core.editing.joint_sets import chain_weights
from motionmix_core.errors import RequestError
from motionmix_core.generation import Generator
from motionmix_core.motion.motion import concatenate
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


@pytest.mark.parametrize("seconds", [1.0, 58.0, 58.1, 80.0, 300.0])
@pytest.mark.parametrize("fps", [12.0, 24.0, 60.0])
def test_a_long_range_is_split_into_ranges_that_overlap(seconds: float, fps: float) -> None:
    first, last = 7, 7 + round(seconds * fps) - 1
    parts = split_range(first, last, fps)
    assert (parts[0][0], parts[-1][1]) == (first, last)
    assert (len(parts) == 1) == (seconds <= 58)
    for start, stop in parts:
        assert 0 < stop + 1 - start <= 58 * fps
    for (_, stop), (start, _) in pairwise(parts):
        assert stop + 1 - start == round(fps)


def test_a_part_made_after_another_goes_on_from_it(generator: Generator) -> None:
    """Two overlapping edits: frames before the second keep the first one's, and nothing jumps where it comes in."""
    source, arm = lively_walk(6.0), JOINT_PRESETS["left_arm"]
    one = done(generator, body_part(source.crop(0, 101), arm, 20, 100, EditSettings("jump", seed=1)))
    whole = concatenate([one, source.crop(101, source.num_frames)])
    edit = body_part(whole, arm, 71, 150, EditSettings("jump", seed=2), joins=True, ease_seconds=0.0)
    made = done(generator, edit)
    assert off(made.crop(0, 71), whole.crop(0, 71)) < 1e-12
    assert off(made.crop(151, made.num_frames), source.crop(151, source.num_frames)) < 1e-12
    steps = np.linalg.norm(np.diff(made.positions()[:, JOINT_NAMES.index("left_wrist")], axis=0), axis=-1)
    assert steps[65:90].max() < 2 * steps[25:65].max()
