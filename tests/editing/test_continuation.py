"""Continue, stitch, sequences, loops, root motion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionmix_core.editing import (
    EditSettings,
    continue_motion,
    in_place,
    make_loop,
    prompt_sequence,
    root_motion,
    transition,
)
from motionmix_core.errors import RequestError
from motionmix_core.generation import GenerationRequest, Generator
from motionmix_core.motion.contacts import FOOT_INDICES
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import quat_angle
from tests.editing.clips import done, lively_walk, off
from tests.motions import rest, turn_in_place, walk


def accelerations(motion: Motion) -> np.ndarray:
    return np.asarray(np.linalg.norm(np.diff(motion.positions(), n=2, axis=0), axis=-1).mean(axis=1))


@pytest.mark.parametrize("fps", [24.0, 30.0])
def test_the_source_goes_on(generator: Generator, fps: float) -> None:
    source = lively_walk(2.0, fps)
    edit = continue_motion(source, 1.5, EditSettings("walks"))
    made = done(generator, edit)
    count = source.num_frames
    assert made.num_frames == count + round(1.5 * fps)
    assert edit.frames == range(count, made.num_frames)
    assert off(made.crop(0, count), source) < 1e-12
    assert accelerations(made)[count - 3 : count + 1].max() < 3 * accelerations(source).max()


def test_a_transition_joins_two_motions(generator: Generator) -> None:
    before, after = lively_walk(2.0), turn_in_place(2.0, fps=24.0)
    edit = transition(before, after, 1.0)
    made = done(generator, edit)
    assert edit.frames == range(60, 90)
    assert off(made.crop(0, 60), before) < 1e-12
    second = made.crop(90, made.num_frames)
    # the second is carried to where the first one leads, and is itself otherwise
    np.testing.assert_allclose(
        second.canonicalised().positions(), after.resample(30.0).canonicalised().positions(), atol=1e-9
    )
    assert second.root_positions[0, 2] > before.root_positions[-1, 2]
    assert abs(second.headings()[0] - before.headings()[-1]) < 1e-6


def test_a_transition_may_leave_the_second_where_it_stands(generator: Generator) -> None:
    before, after = lively_walk(2.0), walk(2.0).transformed(1.0, (1.0, 0.0, 3.0))
    made = done(generator, transition(before, after, 1.0, keep_place=True))
    assert off(made.crop(90, made.num_frames), after) < 1e-9
    far = transition(before, after.transformed(0.0, (30.0, 0.0, 0.0)), 1.0, keep_place=True)
    assert "too far" in far.warnings[0]


def test_feet_get_to_another_place_by_steps_that_are_seen() -> None:
    """The network only moved the body over: one foot follows after the other, each lifted, and none slides."""
    before = rest(60)
    edit = transition(before, before.transformed(0.0, (0.35, 0.0, 0.0)), 1.0, keep_place=True)
    shown = edit.request.observed
    assert shown is not None
    root = shown.root_positions.copy()
    root[:, 0] = before.root_positions[0, 0] + 0.35 * np.clip((np.arange(len(root)) - 29) / 31, 0, 1)
    made = edit.finish(replace(shown, root_positions=root), np.ones((len(root), 4), bool))
    toes = made.positions()[edit.frames.start : edit.frames.stop, [FOOT_INDICES[1], FOOT_INDICES[3]]]
    speed = np.linalg.norm(np.diff(toes, axis=0), axis=-1) * 30
    assert not (speed > 0.2).all(axis=1).any()
    stands = before.positions()[0, FOOT_INDICES[1], 1]
    assert (toes[..., 1].max(axis=0) > stands + 0.04).all()
    quick = speed > 0.85
    assert (toes[:-1, :, 1][quick] > stands + 0.02).all()


def test_lengths_that_cannot_be_made_are_refused() -> None:
    with pytest.raises(RequestError, match="seconds? long|s long"):
        continue_motion(lively_walk(1.0), 100.0)


def test_a_sequence_is_one_motion_of_its_length(generator: Generator) -> None:
    settings = EditSettings(seed=3)
    request = prompt_sequence([("walks", 2.0), ("waves", 2.5), ("sits", 0.5)], settings)
    made = generator.generate(request)[0]
    assert made.num_frames == 150
    header, arrays = request.to_plain()
    assert GenerationRequest.from_plain(header, arrays).segments == request.segments
    other = generator.generate(prompt_sequence([("walks", 2.0), ("runs", 2.5), ("sits", 0.5)], settings))[0]
    # the first prompt's part knows nothing of the second's, but for the feet and the low-pass at its end
    np.testing.assert_allclose(made.rotations[:40, 12:], other.rotations[:40, 12:], atol=1e-6)
    assert np.abs(made.rotations[105:130] - other.rotations[105:130]).max() > 1e-3
    with pytest.raises(RequestError, match="no prompts"):
        prompt_sequence([])
    with pytest.raises(RequestError, match="between"):
        prompt_sequence([("walks", 0.1)])


def test_a_generated_loop_closes(generator: Generator) -> None:
    plain = generator.generate(GenerationRequest("walks", 3.0, foot_lock=False))[0]
    loop = generator.generate(GenerationRequest("walks", 3.0, foot_lock=False, loop=True))[0]
    assert loop.num_frames == plain.num_frames
    jumps = [float(quat_angle(m.rotations[-1], m.rotations[0]).max()) for m in (plain, loop)]
    steps = float(quat_angle(loop.rotations[1:], loop.rotations[:-1]).max())
    assert jumps[1] < 0.5 * jumps[0] or jumps[1] < 1.5 * steps


def test_the_end_of_a_motion_is_led_back_to_its_beginning(generator: Generator) -> None:
    source = lively_walk(4.0)
    edit = make_loop(source)
    count = source.num_frames
    made = done(generator, edit)
    assert edit.frames == range(count - 18, count)
    # what follows the last frame is the beginning, carried along
    follow = made.crop(count, made.num_frames)
    np.testing.assert_allclose(
        follow.canonicalised().positions(), source.crop(0, follow.num_frames).canonicalised().positions(), atol=1e-9
    )
    new = accelerations(made)
    assert new[count - 2 : count + 1].max() < 1.5 * new[count - 16 : count - 4].max()
    with pytest.raises(RequestError, match="too short"):
        make_loop(lively_walk(0.8))


@pytest.mark.parametrize("turns", [True, False])
@pytest.mark.parametrize("loops", [True, False])
def test_root_motion_and_body_are_the_motion(turns: bool, loops: bool) -> None:
    source = lively_walk(4.0).transformed(0.7, (1.0, 0.0, -2.0))
    apart = root_motion(source, turns=turns, loops=loops)
    np.testing.assert_allclose(apart.placed().positions(), source.positions(), atol=1e-9)
    assert np.abs(apart.body.root_positions[:, [0, 2]]).max() < 0.1
    assert (apart.positions[:, 1] == 0).all()


def test_in_place_stays_over_the_origin() -> None:
    source = walk(4.0)
    still = in_place(source)
    assert np.abs(still.root_positions[:, [0, 2]]).max() < 1e-6  # its pelvis doesn't sway
    np.testing.assert_allclose(still.rotations, source.rotations, atol=1e-12)
