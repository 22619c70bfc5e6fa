"""Loops: what closes, and travel taken out of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionmix_core.editing import closes, in_place, make_loop, repeat_of
from motionmix_core.errors import RequestError
from motionmix_core.motion.motion import Motion
from tests.editing.clips import lively_stand, lively_walk
from tests.motions import rest, walk

STRIDE = 33  # frames: two steps of the walk
SWAY = 0.04


def swaying_walk(frames: int) -> Motion:
    """Strides of the analytic walk, hips swaying to a side with each step and its speed changing with it."""
    motion = walk(frames / 30)
    phase = 2 * np.pi * np.arange(frames) / STRIDE
    root = motion.root_positions.copy()
    root[:, 0] += SWAY * np.sin(phase)
    root[:, 2] += SWAY / 2 * np.sin(2 * phase)
    return replace(motion, root_positions=root)


def test_whole_strides_close_and_others_do_not() -> None:
    assert closes(swaying_walk(2 * STRIDE))
    assert closes(swaying_walk(STRIDE).transformed(1.0, (3.0, 0.0, 2.0)))
    assert closes(rest(20))
    for motion in (swaying_walk(2 * STRIDE - 9), lively_walk(3.0), lively_stand(2.3), rest(2)):
        assert not closes(motion)


@pytest.mark.parametrize("frames", [3 * STRIDE + 1, 3 * STRIDE + 9, 4 * STRIDE - 2])
def test_the_best_end_is_after_as_many_whole_strides_as_there_are(frames: int) -> None:
    found = repeat_of(swaying_walk(frames).transformed(0.7, (2.0, 0.0, 1.0)))
    assert found.last == 3 * STRIDE - 1
    assert found.apart < 1e-9
    assert closes(swaying_walk(frames).crop(0, found.last + 1))
    half_a_stride = repeat_of(swaying_walk(3 * STRIDE + STRIDE // 2))
    assert half_a_stride.now > 0.1
    assert half_a_stride.better
    assert not repeat_of(swaying_walk(3 * STRIDE + 1)).better


def test_where_nothing_repeats_itself_it_says_how_far_off_the_best_end_is() -> None:
    source = lively_stand(4.0)
    found = repeat_of(source, seconds=1.0)
    assert 0 < found.last < source.num_frames - 1
    first, then = source.positions()[[0, found.last + 1]]
    assert found.apart == pytest.approx(np.linalg.norm(first - then, axis=-1).mean(), rel=0.2)
    assert found.apart > 0.01


def test_a_motion_too_short_for_another_end_is_refused() -> None:
    with pytest.raises(RequestError, match="too short to find a better end"):
        repeat_of(swaying_walk(STRIDE), seconds=0.6)


def test_a_loop_without_its_travel_still_closes() -> None:
    source = swaying_walk(2 * STRIDE)
    still = in_place(source, loops=closes(source))
    # the hips go round and round: the step from the last frame to the first is one as any other
    around = np.concatenate((still.root_positions, still.root_positions[:2]))
    steps = np.linalg.norm(np.diff(around, n=2, axis=0), axis=-1)
    assert steps[-2:].max() < 1.1 * steps[:-2].max()
    cut = in_place(source)
    around = np.concatenate((cut.root_positions, cut.root_positions[:2]))
    cut_steps = np.linalg.norm(np.diff(around, n=2, axis=0), axis=-1)
    assert steps[-2:].max() < 0.5 * cut_steps[-2:].max()


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan")])
def test_an_end_of_no_length_is_refused(seconds: float) -> None:
    with pytest.raises(RequestError, match="The new part can be"):
        make_loop(swaying_walk(2 * STRIDE), seconds=seconds)
