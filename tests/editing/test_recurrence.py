"""Motion that repeats itself goes on by its next repetition; other motion, and prompts, ask for something new."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.editing import EditSettings, continue_motion
from motionmix_core.editing.recurrence import recurring
from motionmix_core.generation import Generator
from tests.editing.clips import done, off
from tests.motions import jump, rest, walk


@pytest.mark.parametrize("fps", [24.0, 30.0, 60.0])
@pytest.mark.parametrize("turned", [0.0, 2.0])
def test_a_walk_goes_on_as_it_would(fps: float, turned: float) -> None:
    whole = walk(4.0, fps).transformed(turned, np.array([3.0, 0.0, -2.0]))
    known = round(2.2 * fps)
    expected = recurring(whole.crop(0, known), round(1.5 * fps))
    assert expected is not None
    assert expected.num_frames == known + round(1.5 * fps)
    assert off(expected.crop(0, known), whole.crop(0, known)) < 1e-12
    away = np.linalg.norm(expected.positions() - whole.positions()[: expected.num_frames], axis=-1)
    assert away.max() < 0.1  # at 24 frames a second a cycle isn't a whole number of frames


def test_a_walk_that_is_too_short_a_jump_and_standing_do_not_repeat_themselves() -> None:
    for source in (walk(1.0), walk(2.0).crop(0, 3), jump(1.0), rest(60)):
        assert recurring(source, 30) is None


def test_a_continuation_starts_from_the_next_repetition_unless_a_prompt_says_otherwise(generator: Generator) -> None:
    walked = walk(4.0)
    source = walked.crop(0, 70)
    edit = continue_motion(source, 1.0)
    assert (edit.request.start_level, edit.request.liveliness) == (0.9, 1.0)
    observed = edit.request.observed
    assert observed is not None
    np.testing.assert_allclose(observed.positions(), walked.positions()[25:100], atol=1e-9)
    assert off(done(generator, edit).crop(0, 70), source) < 1e-12
    for changed in (continue_motion(source, 1.0, EditSettings("sits down")), continue_motion(jump(1.0), 1.0)):
        assert changed.request.start_level == 1.0
    assert continue_motion(jump(1.0), 1.0).request.liveliness > 1
    assert continue_motion(rest(60), 1.0).request.liveliness == 1  # who stands goes on standing
    assert continue_motion(rest(1), 1.0).request.liveliness == 1
    assert continue_motion(source, 1.0, EditSettings("sits down")).request.liveliness == 1
