"""Samplers: known distributions are recovered, both array libraries agree, and the loop keeps its promises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motionmix_core.diffusion import (
    SeededNoise,
    Step,
    cosine_schedule,
    epsilon_from_x0,
    from_epsilon,
    linear_schedule,
    q_sample,
    sample,
    x0_from_epsilon,
)
from motionmix_core.errors import Cancelled, RequestError

SAMPLERS = ["ddpm", "ddim", "dpmpp_2m"]
SHAPE = (2, 12, 3)


def gaussian_denoiser(mean: float, std: float) -> Callable[[Any, Step], Any]:
    """The exact denoiser of motions whose every number is N(mean, std^2)."""

    def predict(x_t: Any, step: Step) -> Any:
        signal, noise = step.alpha_bar, 1 - step.alpha_bar
        gain = step.alpha_bar**0.5 * std**2 / (signal * std**2 + noise)
        return (x_t - step.alpha_bar**0.5 * mean) * gain + mean

    return predict


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("schedule", [cosine_schedule(200), linear_schedule(200)], ids=["cosine", "linear"])
def test_recovers_a_known_distribution(sampler: Any, schedule: Any) -> None:
    noise = SeededNoise(3, (4, 500, 10))
    out = sample(gaussian_denoiser(0.7, 0.4), noise.initial(), schedule, sampler=sampler, noise=noise)
    assert float(out.mean()) == pytest.approx(0.7, abs=0.02)
    # The last step returns the mean of x0, so a little of the spread (the last step's own noise) is missing.
    assert float(out.std()) == pytest.approx(0.4, abs=0.02)


def test_second_order_needs_fewer_steps() -> None:
    """At equal steps DPM-Solver++(2M) ends nearer to the exact flow than DDIM."""
    full, noise = cosine_schedule(1000), SeededNoise(0, SHAPE)
    predict = gaussian_denoiser(0.5, 0.3)
    exact = sample(predict, noise.initial(), full)
    short = full.respaced(15, "trailing")
    error = {name: float(np.abs(sample(predict, noise.initial(), short, sampler=name) - exact).max())
             for name in ("ddim", "dpmpp_2m")}  # fmt: skip
    assert error["dpmpp_2m"] < 0.5 * error["ddim"]


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("eta", [0.0, 0.7, 1.0])
def test_numpy_and_torch_agree(sampler: Any, eta: float) -> None:
    torch = pytest.importorskip("torch")
    noise, schedule = SeededNoise(5, SHAPE), cosine_schedule(1000).respaced(17)
    predict = gaussian_denoiser(0.2, 0.5)
    with_numpy = sample(predict, noise.initial(), schedule, sampler=sampler, eta=eta, noise=noise)
    with_torch = sample(
        predict,
        torch.from_numpy(noise.initial()),
        schedule,
        sampler=sampler,
        eta=eta,
        noise=lambda call: torch.from_numpy(noise(call)),
    )
    assert with_numpy.dtype == np.float32
    assert with_torch.dtype == torch.float32
    np.testing.assert_allclose(with_numpy, with_torch.numpy(), atol=1e-6)


def test_ddim_with_eta_1_is_ddpm() -> None:
    noise, schedule = SeededNoise(5, SHAPE), cosine_schedule(50)
    predict = gaussian_denoiser(0.2, 0.5)
    ancestral = sample(predict, noise.initial(), schedule, sampler="ddpm", noise=noise)
    implicit = sample(predict, noise.initial(), schedule, sampler="ddim", eta=1.0, noise=noise)
    np.testing.assert_allclose(ancestral, implicit, atol=1e-5)


@pytest.mark.parametrize("sampler", ["ddim", "dpmpp_2m"])
def test_deterministic_samplers_ask_for_no_noise(sampler: Any) -> None:
    def refuse(call: int) -> Any:
        raise AssertionError("noise was drawn")

    x_T, schedule = SeededNoise(1, SHAPE).initial(), cosine_schedule(20)
    predict = gaussian_denoiser(0, 1)
    once = sample(predict, x_T, schedule, sampler=sampler, noise=refuse)
    np.testing.assert_array_equal(once, sample(predict, x_T, schedule, sampler=sampler))


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_same_seed_same_bytes_and_input_untouched(sampler: Any) -> None:
    x_T = SeededNoise(1, SHAPE).initial()
    before = x_T.copy()

    def run(seed: int) -> bytes:
        noise = SeededNoise(seed, SHAPE)
        return sample(
            gaussian_denoiser(0, 1), x_T, cosine_schedule(20), sampler=sampler, eta=1.0, noise=noise
        ).tobytes()

    assert run(7) == run(7)
    np.testing.assert_array_equal(x_T, before)
    if sampler != "dpmpp_2m":
        assert run(7) != run(8)


def test_noise_of_a_sample_does_not_depend_on_its_batch() -> None:
    many, one = SeededNoise(9, (4, 6, 5)), SeededNoise(9, (1, 6, 5))
    np.testing.assert_array_equal(many.initial()[:1], one.initial())
    np.testing.assert_array_equal(many(3)[:1], one(3))
    assert not np.array_equal(many(3)[0], many(3)[1])
    assert not np.array_equal(many(3), many(4))


def test_noise_may_be_a_stack_of_arrays() -> None:
    noise, schedule = SeededNoise(2, SHAPE), cosine_schedule(10)
    stacked = np.stack([noise(call) for call in range(10)])
    predict = gaussian_denoiser(0.1, 0.9)
    np.testing.assert_array_equal(
        sample(predict, noise.initial(), schedule, sampler="ddpm", noise=noise),
        sample(predict, noise.initial(), schedule, sampler="ddpm", noise=stacked),
    )


@given(st.floats(1e-3, 0.999), st.integers(0, 2**32 - 1))
def test_prediction_kinds_convert_both_ways(alpha_bar: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x0, noise = rng.normal(size=SHAPE), rng.normal(size=SHAPE)
    x_t = q_sample(x0, noise, alpha_bar)
    np.testing.assert_allclose(x0_from_epsilon(x_t, noise, alpha_bar), x0, atol=1e-9)
    np.testing.assert_allclose(epsilon_from_x0(x_t, x0, alpha_bar), noise, atol=1e-9)


def test_q_sample_at_the_ends_and_in_mixed_batches() -> None:
    schedule, rng = cosine_schedule(), np.random.default_rng(0)
    x0, noise = rng.normal(size=SHAPE), rng.normal(size=SHAPE)
    indices = np.array([0, 999])
    mixed = q_sample(x0, noise, schedule.alphas_cumprod[indices])
    np.testing.assert_allclose(mixed[0], 0.99997936 * x0[0] + 0.00642528 * noise[0], atol=1e-6)
    np.testing.assert_allclose(mixed[1], noise[1], atol=3e-4)
    for row, index in enumerate(indices):
        np.testing.assert_array_equal(mixed[row], q_sample(x0, noise, schedule.alphas_cumprod[index])[row])


def test_epsilon_network_gives_the_same_motion() -> None:
    x0_net = gaussian_denoiser(0.3, 0.8)

    def epsilon_net(x_t: Any, step: Step) -> Any:
        return epsilon_from_x0(x_t, x0_net(x_t, step), step.alpha_bar)

    x_T, schedule = SeededNoise(4, SHAPE).initial().astype(np.float64), linear_schedule(100)
    np.testing.assert_allclose(
        sample(from_epsilon(epsilon_net), x_T, schedule), sample(x0_net, x_T, schedule), atol=1e-6
    )


def test_start_from_a_partial_noise_level() -> None:
    """Editing strength: from a lightly noised motion little changes, from full noise nothing of it is left."""
    schedule, noise = cosine_schedule(), SeededNoise(0, SHAPE)
    clean = np.random.default_rng(1).normal(2.0, 0.1, SHAPE).astype(np.float32)
    predict = gaussian_denoiser(0.0, 1.0)
    distance = []
    for level in (0.1, 0.5, 0.9):
        part = schedule.up_to(level).respaced(10, "trailing")
        assert part.noise_levels[-1] == pytest.approx(level, abs=1e-3)
        visited: list[float] = []

        def watched(x_t: Any, step: Step, visited: list[float] = visited) -> Any:
            visited.append(step.noise_level)
            return predict(x_t, step)

        out = sample(watched, q_sample(clean, noise.initial(), part.alphas_cumprod[-1]), part)
        assert max(visited) == visited[0] == part.noise_levels[-1]
        distance.append(float(np.abs(out - clean).mean()))
    assert distance[0] < 0.15 < distance[1] < distance[2]
    index = schedule.index_of_noise(0.5)
    started = q_sample(clean, noise.initial(), schedule.alphas_cumprod[index])
    np.testing.assert_array_equal(
        sample(predict, started, schedule, start_index=index), sample(predict, started, schedule.up_to(0.5))
    )


def test_network_is_told_the_timesteps_it_was_trained_with() -> None:
    seen: list[Step] = []

    def predict(x_t: Any, step: Step) -> Any:
        seen.append(step)
        return x_t

    sample(predict, SeededNoise(0, SHAPE).initial(), cosine_schedule().respaced(5, "trailing"))
    assert [step.timestep for step in seen] == [999, 799, 599, 399, 199]
    assert [step.index for step in seen] == [4, 3, 2, 1, 0]
    for step in seen:
        assert step.noise_level == pytest.approx((1 - step.alpha_bar) ** 0.5)


def test_progress_and_cancel() -> None:
    calls: list[tuple[int, int]] = []
    x_T, schedule = SeededNoise(0, SHAPE).initial(), cosine_schedule(6)
    sample(gaussian_denoiser(0, 1), x_T, schedule, on_step=lambda done, total: calls.append((done, total)))
    assert calls == [(n, 6) for n in range(1, 7)]

    made = 0

    def counted(x_t: Any, step: Step) -> Any:
        nonlocal made
        made += 1
        return x_t

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        sample(counted, x_T, schedule, on_step=stop)
    assert made == 2


def test_clipped_predictions_stay_in_range() -> None:
    out = sample(lambda x, step: x * 9, SeededNoise(0, SHAPE).initial(), cosine_schedule(10), clip_x0=1.0)
    assert float(np.abs(out).max()) == 1.0


def test_bad_requests() -> None:
    x_T, schedule = SeededNoise(0, SHAPE).initial(), cosine_schedule(10)
    predict = gaussian_denoiser(0, 1)
    with pytest.raises(RequestError, match="noise source"):
        sample(predict, x_T, schedule, sampler="ddpm")
    with pytest.raises(RequestError, match="euler"):
        sample(predict, x_T, schedule, sampler="euler")  # type: ignore[arg-type]  # a wrong name
    with pytest.raises(RequestError, match="between 0 and 9"):
        sample(predict, x_T, schedule, start_index=10)
