"""The guided denoiser: what guidance pushes, and what it leaves to the conditional prediction."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from motionmix_core.conditions.text import TextFeatures
from motionmix_core.diffusion import cosine_schedule
from motionmix_core.generation.predictor import Features, make_predictor
from motionmix_core.representation.default import FEATURES, ROOT_XZ

FREE, TOLD = 0.25, 1.0
TEXT = TextFeatures(np.ones((1, 4, 384), np.float32), np.ones((1, 4), np.float32), np.ones((1, 384), np.float32),
                    np.zeros(1, bool))  # fmt: skip


def network(x: Features, mask: Features, level: float, text: TextFeatures) -> Features:
    """Answers one number where it is told something, another where not."""
    told = text.mask.any(axis=1)[:, None, None]
    return np.broadcast_to(np.where(told, TOLD, FREE), x.shape).astype(np.float32)


@pytest.mark.parametrize(("guidance", "travel"), [(0.0, FREE), (0.5, 0.625), (1.0, TOLD), (2.5, TOLD), (6.0, TOLD)])
def test_guidance_pushes_poses_but_never_the_way_travelled(guidance: float, travel: float) -> None:
    predict = make_predictor(network, TEXT, None, guidance, None)
    made = predict(np.zeros((1, 10, FEATURES), np.float32), cosine_schedule().step(500))
    np.testing.assert_allclose(made[..., ROOT_XZ], travel, atol=1e-6)
    np.testing.assert_allclose(made[..., ROOT_XZ.stop :], FREE + guidance * (TOLD - FREE), atol=1e-5)


def counting(calls: list[int]) -> Callable[..., Features]:
    """The network, and how many motions each of its calls was given."""

    def counted(x: Features, mask: Features, level: float, text: TextFeatures) -> Features:
        calls.append(len(x))
        return network(x, mask, level, text)

    return counted


@pytest.mark.parametrize("index", [0, 300, 500, 990])
def test_outside_the_interval_it_is_the_conditional_prediction_in_one_pass(index: int) -> None:
    step = cosine_schedule().step(index)
    calls: list[int] = []
    x = np.zeros((1, 10, FEATURES), np.float32)
    level = step.noise_level
    outside = (level, 1.0), (0.0, level * 0.99)  # the lower bound itself is outside, the upper one inside
    for interval in outside:
        predict = make_predictor(counting(calls), TEXT, None, 2.5, None, interval)
        np.testing.assert_array_equal(predict(x, step), make_predictor(network, TEXT, None, 1.0, None)(x, step))
    assert calls == [1, 1]


@pytest.mark.parametrize("index", [0, 300, 500, 999])
def test_inside_the_interval_it_is_plain_guidance(index: int) -> None:
    step = cosine_schedule().step(index)
    calls: list[int] = []
    x = np.zeros((1, 10, FEATURES), np.float32)
    plain = make_predictor(network, TEXT, None, 2.5, None)(x, step)
    for interval in ((0.0, 1.0), (step.noise_level * 0.99, step.noise_level)):
        predict = make_predictor(counting(calls), TEXT, None, 2.5, None, interval)
        np.testing.assert_array_equal(predict(x, step), plain)
    assert calls == [2, 2]


def test_below_the_pivot_the_text_is_dropped_whatever_the_interval() -> None:
    step = cosine_schedule().step(100)
    for interval in ((0.0, 1.0), (0.9, 1.0), (0.0, step.noise_level)):
        predict = make_predictor(network, TEXT, None, 2.5, step.noise_level * 1.01, interval)
        np.testing.assert_allclose(predict(np.zeros((1, 4, FEATURES), np.float32), step), FREE)
