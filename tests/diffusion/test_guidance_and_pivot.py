"""Guidance algebra, and the two-stage switch: who is called at which step, in single and mixed batches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motionmix_core.diffusion import (
    ALWAYS_CONDITIONED,
    Observation,
    SeededNoise,
    Step,
    cosine_schedule,
    linear_schedule,
    sample,
    two_stage_schedule,
    with_batched_guidance,
    with_guidance,
    with_pivot,
)
from motionmix_core.diffusion.pivot import pivot_index, pivot_noise_level, two_stage
from motionmix_core.errors import RequestError

SHAPE = (2, 8, 3)
STEP = cosine_schedule().step(500)


class Branch:
    """A denoiser that answers x times a number, and remembers its steps."""

    def __init__(self, factor: float) -> None:
        self.factor = factor
        self.steps: list[Step] = []

    def __call__(self, x: Any, step: Step) -> Any:
        self.steps.append(step)
        return x * self.factor

    @property
    def indices(self) -> list[int]:
        return [step.index for step in self.steps]


def motion(seed: int = 0) -> Any:
    return SeededNoise(seed, SHAPE).initial()


def test_every_feature_may_have_a_weight_of_its_own() -> None:
    conditional, free = Branch(0.3), Branch(0.7)
    x, weights = motion(), np.array([1.0, 0.0, 2.5], np.float32)
    expected = x * (0.7 + weights * (0.3 - 0.7))
    np.testing.assert_allclose(with_guidance(conditional, free, weights)(x, STEP), expected, atol=1e-6)
    batched = with_batched_guidance(lambda x, step: [free(x, step), conditional(x, step)], [weights])
    np.testing.assert_allclose(batched(x, STEP), expected, atol=1e-6)


def test_weights_0_and_1_are_exact_and_call_one_branch() -> None:
    conditional, free = Branch(0.3), Branch(0.7)
    x = motion()
    np.testing.assert_array_equal(with_guidance(conditional, free, 0)(x, STEP), x * 0.7)
    assert (len(conditional.steps), len(free.steps)) == (0, 1)
    np.testing.assert_array_equal(with_guidance(conditional, free, 1)(x, STEP), x * 0.3)
    assert (len(conditional.steps), len(free.steps)) == (1, 1)


@given(st.floats(-10, 10), st.floats(-10, 10))
def test_separate_weights_add(text: float, mask: float) -> None:
    x = motion().astype(np.float64)
    expected = x * (0.7 + text * (0.3 - 0.7) + mask * (0.5 - 0.7))
    guided = with_guidance(Branch(0.3), Branch(0.7), text, Branch(0.5), mask)(x, STEP)
    batched = with_batched_guidance(lambda x, step: [x * 0.7, x * 0.3, x * 0.5], [text, mask])(x, STEP)
    np.testing.assert_allclose(guided, expected, atol=1e-9)
    np.testing.assert_allclose(batched, expected, atol=1e-9)


def test_weight_may_follow_the_noise() -> None:
    """EDGE's long form ramps its weight from 0 (unconditional) at the noisiest step."""
    schedule = cosine_schedule().respaced(50, "trailing")
    ramp = np.minimum(np.linspace(0, 4, 50), 2.0)
    conditional, free = Branch(0.1), Branch(0.2)
    sample(with_guidance(conditional, free, lambda step: float(ramp[49 - step.index])), motion(), schedule)
    assert 49 not in conditional.indices
    assert 49 in free.indices
    assert conditional.indices == list(range(48, -1, -1))


def test_pivot_30_of_50_calls_condition_then_null() -> None:
    schedule = cosine_schedule(50)
    conditional, null = Branch(0.5), Branch(0.5)
    sample(with_pivot(conditional, null, pivot_noise_level(schedule, 30)), motion(), schedule)
    assert conditional.indices == list(range(49, 29, -1))
    assert null.indices == list(range(29, -1, -1))


@pytest.mark.parametrize("sampler", ["ddpm", "ddim", "dpmpp_2m"])
@pytest.mark.parametrize("spacing", ["even", "trailing"])
def test_pivot_means_the_same_noise_at_any_spacing(sampler: Any, spacing: Any) -> None:
    full = cosine_schedule()
    short = full.respaced(50, spacing)
    conditional, null = Branch(0.5), Branch(0.5)
    both = with_pivot(conditional, null, pivot_noise_level(full, 80))
    sample(both, motion(), short, sampler=sampler, noise=SeededNoise(1, SHAPE))
    assert all(step.timestep >= 80 for step in conditional.steps)
    assert all(step.timestep < 80 for step in null.steps)
    assert len(conditional.steps) + len(null.steps) == 50


def test_equivalent_pivots_of_other_schedules() -> None:
    """T* = 60, 30, 40, 80 of 1000 cosine steps; a T = 50 training; MotionDiffuse's linear schedule."""
    cosine, short, linear = cosine_schedule(), cosine_schedule(50), linear_schedule()
    for pivot, equivalent in ((60, 2), (30, 1), (40, 1), (80, 3)):
        nearest = short.index_of_noise(pivot_noise_level(cosine, pivot))
        assert abs(nearest - equivalent) <= 1
        assert pivot_index(cosine, pivot_noise_level(cosine, pivot)) == pivot
    assert linear.index_of_noise(pivot_noise_level(cosine, 60)) == 29


@given(st.integers(0, 1000))
def test_pivot_survives_single_precision_and_json(pivot: int) -> None:
    schedule = cosine_schedule()
    level = pivot_noise_level(schedule, pivot)
    if 0 < pivot < 998:  # the two noisiest steps differ by less than single precision resolves
        assert pivot_index(schedule, float(np.float32(level))) == pivot
    assert pivot_index(schedule, level) == pivot


def test_no_pivot_and_whole_pivot() -> None:
    schedule = cosine_schedule(10)
    for level, first, second in ((None, 10, 0), (ALWAYS_CONDITIONED, 10, 0), (pivot_noise_level(schedule, 10), 0, 10)):
        conditional, null = Branch(0.5), Branch(0.5)
        sample(with_pivot(conditional, null, level), motion(), schedule)
        assert (len(conditional.steps), len(null.steps)) == (first, second)
    with pytest.raises(RequestError):
        pivot_noise_level(schedule, 11)


@pytest.mark.parametrize("library", ["numpy", "torch"])
def test_mixed_batch_switches_each_sample_by_itself(library: str) -> None:
    schedule, x = cosine_schedule(), SeededNoise(0, (4, 8, 3)).initial()
    indices = np.array([10, 59, 60, 900])
    step: Any = schedule.steps_at(indices)
    if library == "torch":
        torch = pytest.importorskip("torch")
        step = Step(
            *(torch.from_numpy(np.asarray(v)) for v in (step.index, step.timestep, step.noise_level, step.alpha_bar))
        )
        x = torch.from_numpy(x)
    conditional, null = Branch(0.3), Branch(0.7)
    both = with_pivot(conditional, null, pivot_noise_level(schedule, 60))
    out = np.asarray(both(x, step))
    np.testing.assert_array_equal(out[:2], np.asarray(x)[:2] * np.float32(0.7))
    np.testing.assert_array_equal(out[2:], np.asarray(x)[2:] * np.float32(0.3))
    for rows, used, idle in (([10, 20], null, conditional), ([60, 999], conditional, null)):
        before = len(used.steps), len(idle.steps)
        both(x[:2], schedule.steps_at(rows))
        assert (len(used.steps), len(idle.steps)) == (before[0] + 1, before[1])


def test_in_painting_survives_the_switch() -> None:
    schedule = cosine_schedule(50)
    values = SeededNoise(8, SHAPE).initial()
    mask = np.zeros(SHAPE, np.float32)
    mask[:, :3] = 1
    fed: list[np.ndarray] = []

    def null(x: Any, step: Step) -> Any:
        fed.append(x.copy())
        return x * 0.0

    both = with_pivot(lambda x, step: x * 0.0, null, pivot_noise_level(schedule, 30))
    out = sample(both, motion(), schedule, observed=Observation(values, mask))
    np.testing.assert_array_equal(out[:, :3], values[:, :3])
    # Both predictors answer zero everywhere; only the imposed values can bring the observed frames into x_t.
    assert float(np.abs(fed[-1][:, :3] - values[:, :3]).max()) < 0.2


def test_second_stage_is_one_unguided_call_unless_asked() -> None:
    level = pivot_noise_level(cosine_schedule(), 60)
    low = cosine_schedule().step(59)
    x = motion().astype(np.float64)
    for guide, expected, calls in ((False, 0.7, 0), (True, 0.2 + 2.5 * (0.7 - 0.2), 1)):
        conditional, null, placeholder = Branch(0.3), Branch(0.2), Branch(0.7)
        predict = two_stage(conditional, null, level, 2.5, placeholder, guide_second_stage=guide)
        np.testing.assert_allclose(predict(x, low), x * expected, atol=1e-12)
        assert (len(conditional.steps), len(placeholder.steps), len(null.steps)) == (0, 1, calls)
        high = predict(x, cosine_schedule().step(60))
        np.testing.assert_allclose(high, x * (0.2 + 2.5 * (0.3 - 0.2)), atol=1e-12)


@given(st.integers(2, 200), st.integers(0, 1000))
def test_two_stage_schedule_keeps_calls_for_both_stages(count: int, pivot: int) -> None:
    full = cosine_schedule()
    level = pivot_noise_level(full, pivot)
    short = two_stage_schedule(full, count, level)
    below = int((short.timesteps < pivot).sum())
    assert short.timesteps[-1] == 999
    assert len(short) == count or pivot > 800  # too few steps above the pivot for the rest
    if 0 < pivot < 1000:
        assert 1 <= below <= max(1, round(count / 5))
        assert pivot - 1 in short.timesteps
        assert pivot in short.timesteps or len(short) - below == 1
