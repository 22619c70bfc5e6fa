"""In-betweening: keys are hit, what lies outside stays, speeds go on, and bad ranges are refused in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionmix_core.editing import EditSettings, Key, in_between, split_at_keys
from motionmix_core.errors import RequestError
from motionmix_core.generation import GenerationRequest, Generator
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_angle, quat_mul
from motionmix_core.motion.skeleton import JOINT_NAMES
from motionmix_core.representation.default import CONTACTS, POSITIONS, ROOT_XZ, ROTATIONS
from tests.editing.clips import done, lively_walk, off
from tests.motions import rest


@pytest.mark.parametrize("fps", [24.0, 30.0, 60.0])
@pytest.mark.parametrize("prompt", ["", "jump"])
def test_keys_are_hit_and_frames_outside_stay(generator: Generator, fps: float, prompt: str) -> None:
    source = lively_walk(3.0, fps)
    first, last = round(fps), round(2 * fps)
    keys = [Key(first), Key(first + 7), Key(last - 3), Key(last)]
    edit = in_between(source, keys, first, last, EditSettings(prompt))
    made = done(generator, edit)
    assert made.num_frames == source.num_frames
    assert made.fps == fps
    for key in keys:
        assert off(made.crop(key.frame, key.frame + 1), source.crop(key.frame, key.frame + 1)) < 1e-12
    assert edit.frames == range(first, last + 1)
    assert off(made.crop(0, first), source.crop(0, first)) < 1e-12
    assert off(made.crop(last + 1, made.num_frames), source.crop(last + 1, made.num_frames)) < 1e-12


def test_what_lies_between_the_keys_is_made_new(generator: Generator) -> None:
    source = lively_walk(4.0)
    made = done(generator, in_between(source, [], 20, 90, EditSettings("jump")))
    assert np.linalg.norm(made.positions() - source.positions(), axis=-1)[40:70].mean() > 0.01


def test_a_key_of_one_hand_holds_that_hand_alone(generator: Generator) -> None:
    source = lively_walk(3.0)
    key = Key(45, frozenset({"left_wrist", "left_elbow"}), root=False)
    edit = in_between(source, [key], 30, 60, EditSettings("jump"))
    made = done(generator, edit)
    held = [JOINT_NAMES.index(name) for name in ("left_wrist", "left_elbow")]
    np.testing.assert_allclose(made.rotations[45, held], source.rotations[45, held], atol=1e-12)
    others = [joint for joint in range(len(JOINT_NAMES)) if joint not in held]
    assert np.abs(made.rotations[45, others] - source.rotations[45, others]).max() > 1e-3
    mask = edit.request.observed_mask
    assert mask is not None
    assert mask[45].sum() == 2 * 9
    assert mask[45, ROOT_XZ].sum() == 0


@pytest.mark.parametrize("shares", [(0.3, 0.3), (0.8, 0.8)])
def test_a_body_that_turns_round_by_the_other_way_than_the_curve_does_not_turn_over(
    shares: tuple[float, float],
) -> None:
    """Halfway between a turn to the left and one to the right there is no turn at all, but a body on its head."""
    still, new = rest(120), range(45, 75)
    share = np.clip((np.arange(120) - 44) / 31, 0, 1)

    def turned(by: float) -> Motion:
        yaw = by * share**2 * (3 - 2 * share)
        turn = axis_angle_to_quat(yaw[:, None] * (0.0, 1.0, 0.0))
        rotations = still.rotations.copy()
        rotations[:, 0] = quat_mul(turn, rotations[:, 0])
        return replace(still, rotations=rotations)

    to_the_left, to_the_right = turned(3.1), turned(3.1 - 2 * np.pi)
    settings = EditSettings(foot_lock=False)
    for truth in (to_the_left, to_the_right):
        source = replace(to_the_left, rotations=to_the_left.rotations.copy())
        edit = in_between(source, [], new[0], new[-1], settings, ((0.0, 9.0), shares), alive=True)
        made = edit.finish(truth.crop(15, 105))
        per_frame = quat_angle(made.rotations[1:, 0], made.rotations[:-1, 0])
        assert np.degrees(per_frame.max()) < 30
        assert made.global_rotations()[new, 0] @ (0, 0, 0, 1) == pytest.approx(0, abs=0.2)  # it stays upright


def test_keys_on_the_root_alone_make_a_path(generator: Generator) -> None:
    source = lively_walk(3.0)
    keys = [Key(frame, frozenset()) for frame in range(30, 61, 5)]
    edit = in_between(source, keys, 30, 60)
    mask = edit.request.observed_mask
    assert mask is not None
    assert mask[35, ROOT_XZ].all()
    assert mask[35, POSITIONS].sum() == mask[35, ROTATIONS].sum() == mask[35, CONTACTS].sum() == 0
    made = done(generator, edit)
    at = [key.frame for key in keys]
    np.testing.assert_allclose(made.root_positions[at], source.root_positions[at], atol=1e-12)


def test_a_gap_of_two_frames_and_one_of_ten_seconds(generator: Generator) -> None:
    source = lively_walk(12.0)
    for first, last in ((30, 31), (30, 330)):
        made = done(generator, in_between(source, [], first, last))
        assert off(made.crop(0, first), source.crop(0, first)) < 1e-12
        assert np.isfinite(made.rotations).all()


def test_fifty_keys(generator: Generator) -> None:
    source = lively_walk(8.0)
    keys = [Key(frame) for frame in range(10, 210, 4)]
    assert len(keys) == 50
    made = done(generator, in_between(source, keys, 10, 206))
    for key in keys:
        assert off(made.crop(key.frame, key.frame + 1), source.crop(key.frame, key.frame + 1)) < 1e-12


def test_speeds_go_on_over_the_seams(generator: Generator) -> None:
    """Of a network that knows nothing of walking: no acceleration at a seam is over three times the walk's largest."""
    source = lively_walk(4.0)
    made = done(generator, in_between(source, [], 40, 60))
    usual, new = (
        np.linalg.norm(np.diff(motion.positions(), n=2, axis=0), axis=-1).mean(axis=1) for motion in (source, made)
    )
    assert new[[38, 39, 59, 60]].max() < 3 * usual.max()


def test_unkeyed_frames_of_the_source_say_nothing() -> None:
    source = lively_walk(3.0)
    other = lively_walk(3.0)
    root = other.root_positions.copy()
    root[31:59] += 5.0
    other = type(other)(other.skeleton, root, other.rotations, other.fps)
    edits = [in_between(motion, [Key(30), Key(60)], 30, 60) for motion in (source, other)]
    a, b = (edit.request.observed for edit in edits)
    assert a is not None
    assert b is not None
    np.testing.assert_array_equal(a.root_positions, b.root_positions)


def test_the_request_travels_as_plain_data() -> None:
    edit = in_between(lively_walk(3.0), [Key(40)], 30, 60)
    header, arrays = edit.request.to_plain()
    assert GenerationRequest.from_plain(header, arrays).start_level == edit.request.start_level


def test_bad_ranges_are_refused_in_words() -> None:
    source = lively_walk(3.0)
    with pytest.raises(RequestError, match="no key in the range"):
        in_between(source.crop(0, 30), [], 0, 29)
    with pytest.raises(RequestError, match="every frame of it is keyed"):
        in_between(source, [Key(30), Key(31)], 30, 31)
    with pytest.raises(RequestError, match="isn't inside the motion"):
        in_between(source, [], 10, 900)
    with pytest.raises(RequestError, match="no joints called left_tail"):
        in_between(source, [Key(40, frozenset({"left_tail"}))], 30, 60)
    assert "only one key" in in_between(source.crop(0, 60), [Key(10)], 0, 59).warnings[0]


def test_long_ranges_are_split_at_keys_of_whole_poses() -> None:
    keys = [Key(0), Key(1000), Key(1500, frozenset({"head"})), Key(2400)]
    assert split_at_keys(keys, 0, 2400, 30.0) == [(0, 1000), (1000, 2400)]
    assert split_at_keys(keys, 0, 300, 30.0) == [(0, 300)]
    with pytest.raises(RequestError, match="no key of a whole pose"):
        split_at_keys([Key(0)], 0, 2400, 30.0)


def test_each_part_of_a_long_range_can_be_made() -> None:
    """Of 58 s with motion on either side, too: that is 60 s at once, both ends counted."""
    source = lively_walk(120.0)
    keys = [Key(frame) for frame in range(0, 3600, 20)]
    for first, last in split_at_keys(keys, 30, 3560, 30.0):
        assert in_between(source, keys, first, last).request.seconds <= 60


def test_a_prompted_gap_that_is_not_made_at_once_has_a_course() -> None:
    """Who walks on for half of it, and doesn't know where it ends, has to hurry back."""
    source = lively_walk(16.0)
    for seconds, led in ((4, False), (12, True)):
        edit = in_between(source, [], 60, 60 + seconds * 30, EditSettings("a person walks forward"))
        mask = edit.request.observed_mask
        assert mask is not None
        assert bool(mask[60 + seconds * 15, ROOT_XZ].any()) is led
    assert "without a key" in edit.warnings[0]


def test_three_frames_of_a_fast_scene(generator: Generator) -> None:
    source = lively_walk(1.0, 120.0).crop(0, 3)
    made = done(generator, in_between(source, [Key(0), Key(2)], 0, 2))
    assert made.num_frames == 3
