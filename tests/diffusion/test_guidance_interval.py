"""Guidance between two noise levels: plain over all of them, the condition alone outside, fewer network calls."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from motionmix_core.diffusion import (
    EVERYWHERE,
    SeededNoise,
    Step,
    checked_interval,
    cosine_schedule,
    limited,
    sample,
    with_guidance,
    with_interval,
)
from motionmix_core.errors import RequestError

SHAPE = (2, 8, 3)
SCHEDULE = cosine_schedule().respaced(16, "trailing")


class Branch:
    """A denoiser that answers x times a number and counts its calls."""

    def __init__(self, factor: float) -> None:
        self.factor, self.calls = factor, 0

    def __call__(self, x: Any, step: Step) -> Any:
        self.calls += 1
        return x * self.factor


def sampled(interval: tuple[float, float], weight: float = 2.5) -> tuple[Any, Branch, Branch]:
    told, free = Branch(0.6), Branch(0.8)
    predict = with_interval(with_guidance(told, free, weight), told, interval)
    noise = SeededNoise(3, SHAPE)
    return sample(predict, noise.initial(), SCHEDULE, sampler="ddim", noise=noise), told, free


def test_the_full_interval_is_plain_guidance() -> None:
    made, _, free = sampled(EVERYWHERE)
    told = Branch(0.6)
    noise = SeededNoise(3, SHAPE)
    plain = sample(with_guidance(told, Branch(0.8), 2.5), noise.initial(), SCHEDULE, sampler="ddim", noise=noise)
    np.testing.assert_array_equal(made, plain)
    assert free.calls == len(SCHEDULE)


def test_an_empty_interval_is_the_condition_alone() -> None:
    made, _, free = sampled((0.5, 0.5))
    noise = SeededNoise(3, SHAPE)
    np.testing.assert_array_equal(made, sample(Branch(0.6), noise.initial(), SCHEDULE, sampler="ddim", noise=noise))
    assert free.calls == 0


@pytest.mark.parametrize("interval", [(0.3, 1.0), (0.0, 0.95), (0.3, 0.95)])
def test_the_second_branch_is_called_at_the_levels_of_the_interval_alone(interval: tuple[float, float]) -> None:
    _, told, free = sampled(interval)
    low, high = interval
    assert free.calls == sum(low < level <= high for level in SCHEDULE.noise_levels) < len(SCHEDULE)
    assert told.calls == len(SCHEDULE)


def test_a_limited_weight_is_the_same_thing() -> None:
    made, _, free = sampled((0.3, 0.95))
    told, other = Branch(0.6), Branch(0.8)
    noise = SeededNoise(3, SHAPE)
    predict = with_guidance(told, other, limited(2.5, (0.3, 0.95)))
    np.testing.assert_array_equal(made, sample(predict, noise.initial(), SCHEDULE, sampler="ddim", noise=noise))
    assert other.calls == free.calls
    assert limited(2.5, EVERYWHERE) == 2.5


def test_in_a_mixed_batch_each_sample_goes_by_its_own_level() -> None:
    told, free = Branch(0.6), Branch(0.8)
    x = SeededNoise(0, SHAPE).initial()
    predict = with_interval(with_guidance(told, free, 2.5), told, (0.3, 0.95))
    levels = np.array([0.5, 0.99])
    made = predict(x, Step(np.array([500, 900]), np.array([500, 900]), levels, 1 - levels**2))
    np.testing.assert_allclose(made[0], x[0] * (0.8 + 2.5 * (0.6 - 0.8)), atol=1e-6)
    np.testing.assert_allclose(made[1], x[1] * 0.6, atol=1e-6)


@pytest.mark.parametrize("wrong", [(0.5,), (0.6, 0.5), (-0.1, 1.0), (0.0, 1.5), "ab", 3, None, (0.0, float("nan"))])
def test_what_is_no_interval_is_refused(wrong: Any) -> None:
    with pytest.raises(RequestError, match="interval of guidance"):
        checked_interval(wrong)
