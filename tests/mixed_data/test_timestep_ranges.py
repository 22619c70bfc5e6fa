"""Timestep ranges of the roles: nobody trains outside its range, all of it is used, and any batch is fine."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from motionmix_core.diffusion import cosine_schedule
from motionmix_core.errors import DataError, RequestError
from motionmix_core.mixed_data.timestep_ranges import TimestepRanges, pivot_of_noise

flags = arrays.arrays(bool, st.shared(st.integers(0, 50), key="batch"))
uniforms = arrays.arrays(
    np.float64, st.shared(st.integers(0, 50), key="batch"), elements=st.floats(0, 1, exclude_max=True)
)


@given(uniforms, flags, flags, st.integers(1, 999))
def test_each_role_stays_in_its_range(
    uniform: np.ndarray, clean: np.ndarray, annotated: np.ndarray, pivot: int
) -> None:
    ranges = TimestepRanges(1000, pivot)
    annotated = annotated | ~clean
    t = ranges.draw(uniform, clean, annotated)
    assert np.all((t >= 0) & (t < 1000))
    assert np.all(t[clean & ~annotated] < pivot)
    assert np.all(t[~clean] >= pivot)


def test_histograms_cover_each_range_evenly() -> None:
    """The paper's [1, T*] and [T* + 1, T], 0-based: both ends are drawn, all values alike."""
    rng, ranges = np.random.default_rng(0), TimestepRanges(50, 10)
    count = 200_000
    for clean, annotated, values in ((True, False, range(10)), (False, True, range(10, 50)), (True, True, range(50))):
        t = ranges.draw(rng.random(count), np.full(count, clean), np.full(count, annotated))
        share = np.bincount(t, minlength=50) / count
        assert set(np.flatnonzero(share)) == set(values)
        np.testing.assert_allclose(share[list(values)], 1 / len(values), rtol=0.06)


def test_half_of_the_paper_s_samples_fall_below_the_pivot() -> None:
    rng, clean = np.random.default_rng(0), np.arange(10_000) % 2 == 0
    t = TimestepRanges(1000, 60).draw(rng.random(10_000), clean, ~clean)
    assert np.mean(t < 60) == 0.5


@pytest.mark.parametrize("clean", [True, False])
def test_batch_with_one_role_only(clean: bool) -> None:
    t = TimestepRanges(1000, 60).draw(np.linspace(0, 0.999, 8), np.full(8, clean), np.full(8, not clean))
    assert t.shape == (8,)
    assert np.all((t < 60) == clean)


def test_uniform_that_rounds_up_to_one_stays_inside() -> None:
    t = TimestepRanges(1000, 60).draw(np.ones(2, np.float32), [True, False], [False, True])
    assert t.tolist() == [59, 999]


def test_unannotated_clips_may_train_the_unconditional_branch_everywhere() -> None:
    low, high = TimestepRanges(1000, 60, unannotated_everywhere=True).bounds([True, False], [False, True])
    assert low.tolist() == [0, 60]
    assert high.tolist() == [1000, 1000]


def test_pivot_0_is_the_plain_trainer() -> None:
    uniform = np.random.default_rng(0).random(1000)
    clean, annotated = uniform < 0.5, uniform < 0.3
    ranges = TimestepRanges(1000, 0)
    np.testing.assert_array_equal(ranges.draw(uniform, clean, annotated), np.floor(uniform * 1000).astype(int))
    assert ranges.trainable(clean, annotated).all()


def test_noisy_clips_without_annotation_are_left_out() -> None:
    ranges = TimestepRanges(1000, 60)
    assert ranges.trainable([True, True, False, False], [True, False, True, False]).tolist() == [True] * 3 + [False]
    with pytest.raises(DataError, match="leave it out"):
        ranges.draw(np.zeros(1), [False], [False])


def test_clips_with_a_pivot_of_their_own() -> None:
    schedule = cosine_schedule()
    own = [pivot_of_noise(schedule, level) for level in (None, 0.05, 0.5, 5.0)]
    low, high = TimestepRanges(1000, 60).bounds([False] * 4 + [True], [True] * 5, [*own, 700])
    assert low.tolist() == [60, own[1], own[2], 999, 0]
    assert np.all(low < high)
    for level, index in ((0.05, own[1]), (0.5, own[2])):
        assert schedule.noise_std(index) >= level > schedule.noise_std(index - 1)


def test_bad_pivot() -> None:
    with pytest.raises(RequestError, match="between 0 and the 50"):
        TimestepRanges(50, 51)
