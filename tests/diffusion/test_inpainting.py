"""In-painting: what is observed comes out exactly, and the soft variant blends its surroundings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motionmix_core.diffusion import Observation, SeededNoise, Step, cosine_schedule, linear_schedule, sample
from motionmix_core.errors import RequestError

MODES = ["hard", "projected"]
SHAPE = (2, 24, 3)


def smooth_denoiser(x_t: Any, step: Step) -> Any:
    """Believes in motions near zero."""
    return x_t * (0.25 * step.alpha_bar**0.5)


@given(
    st.sampled_from(MODES),
    st.sampled_from(["ddpm", "ddim", "dpmpp_2m"]),
    st.integers(1, 40),
    st.integers(0, 8),
    st.floats(0, 1),
    st.integers(0, 2**32 - 1),
)
def test_observed_entries_come_out_exactly(
    mode: Any, sampler: Any, steps: int, ease: int, share: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=SHAPE).astype(np.float32)
    mask = (rng.random(SHAPE) < share).astype(np.float32)
    noise = SeededNoise(seed, SHAPE)
    out = sample(
        smooth_denoiser,
        noise.initial(),
        linear_schedule(max(steps, 20)),
        sampler=sampler,
        eta=0.5,
        noise=noise,
        observed=Observation(values, mask, mode, ease),
    )
    np.testing.assert_array_equal(out[mask == 1], values[mask == 1])
    assert np.isfinite(out).all()


@pytest.mark.parametrize("mode", MODES)
def test_numpy_and_torch_agree(mode: Any) -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    values, mask = rng.normal(size=SHAPE).astype(np.float32), np.zeros(SHAPE, bool)
    mask[:, [3, 9]] = mask[:, 18:] = True
    mask[0, 5, 1] = True
    noise, schedule = SeededNoise(1, SHAPE), cosine_schedule().respaced(20)
    one = sample(
        smooth_denoiser,
        noise.initial(),
        schedule,
        sampler="ddpm",
        noise=noise,
        observed=Observation(values, mask, mode),
    )
    two = sample(
        smooth_denoiser,
        torch.from_numpy(noise.initial()),
        schedule,
        sampler="ddpm",
        noise=lambda call: torch.from_numpy(noise(call)),
        observed=Observation(torch.from_numpy(values), torch.from_numpy(mask), mode),
    )
    np.testing.assert_allclose(one, two.numpy(), atol=1e-6)


def test_empty_mask_changes_nothing() -> None:
    x_T, schedule = SeededNoise(1, SHAPE).initial(), cosine_schedule(20)
    plain = sample(smooth_denoiser, x_T, schedule)
    nothing = np.zeros(SHAPE, np.float32)
    np.testing.assert_array_equal(plain, sample(smooth_denoiser, x_T, schedule, observed=Observation(nothing, nothing)))
    soft = Observation(nothing, nothing, "projected")
    noise = SeededNoise(2, SHAPE)
    np.testing.assert_allclose(plain, sample(smooth_denoiser, x_T, schedule, observed=soft, noise=noise), atol=1e-6)


def test_mask_is_imposed_after_guidance_not_on_x_t() -> None:
    """Hard in-painting overwrites x0: the free frames of x_t are untouched by the observation in that step."""
    values, mask = np.ones(SHAPE, np.float32), np.zeros(SHAPE, np.float32)
    mask[:, 10] = 1
    x_T = SeededNoise(3, SHAPE).initial()
    seen: list[np.ndarray] = []

    def predict(x_t: Any, step: Step) -> Any:
        seen.append(x_t)
        return x_t * 0.5

    sample(predict, x_T, cosine_schedule(5), observed=Observation(values, mask))
    np.testing.assert_array_equal(seen[0], x_T)


def test_fractional_mask_mixes() -> None:
    values, half = np.full(SHAPE, 4.0, np.float32), np.full(SHAPE, 0.25, np.float32)
    imposed = Observation(values, half).impose(np.zeros(SHAPE, np.float32))
    np.testing.assert_allclose(imposed, 1.0)


def test_projection_eases_over_the_neighbours() -> None:
    """A pin that lifts one frame by 1 lifts the four frames beside it by a falling part, and no others."""
    shape = (1, 21, 1)
    values, mask = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    values[0, 10], mask[0, 10] = 1, 1
    lifted = Observation(values, mask, "projected", ease=4).impose(np.zeros(shape, np.float32))[0, :, 0]
    right = lifted[10:]
    assert right[0] == 1
    assert np.all(np.diff(right[:6]) < 0)
    np.testing.assert_array_equal(right[5:], 0)
    np.testing.assert_allclose(lifted, lifted[::-1])
    # The pop beside the pin is several times smaller than with the hard overwrite (1).
    assert np.abs(np.diff(lifted)).max() < 0.35


def test_projection_between_two_pins_takes_from_both() -> None:
    shape = (1, 9, 1)
    values, mask = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    mask[0, [2, 6]] = 1
    values[0, 2], values[0, 6] = 1, -1
    out = Observation(values, mask, "projected", ease=4).impose(np.zeros(shape, np.float32))[0, :, 0]
    assert out[3] > 0 > out[5]
    assert out[4] == pytest.approx(0, abs=1e-6)
    np.testing.assert_allclose(out, -out[::-1], atol=1e-6)


def test_projection_leaves_an_agreeing_prediction_alone() -> None:
    rng = np.random.default_rng(0)
    x0 = rng.normal(size=SHAPE).astype(np.float32)
    mask = (rng.random(SHAPE) < 0.3).astype(np.float32)
    np.testing.assert_allclose(Observation(x0, mask, "projected").impose(x0), x0, atol=1e-6)


def test_renewed_noise_keeps_unit_variance() -> None:
    rng = np.random.default_rng(0)
    shape = (400, 21, 3)
    mask = np.zeros(shape, np.float32)
    mask[:, 10] = 1
    observed = Observation(np.zeros(shape, np.float32), mask, "projected")
    noise, fresh = (rng.normal(size=shape).astype(np.float32) for _ in range(2))
    renewed = observed.renew(noise, fresh)
    np.testing.assert_allclose(renewed.std(axis=(0, 2)), 1, atol=0.06)
    np.testing.assert_array_equal(renewed[:, 10], fresh[:, 10])
    np.testing.assert_array_equal(renewed[:, 0], noise[:, 0])


def test_bad_observations() -> None:
    zeros = np.zeros(SHAPE, np.float32)
    with pytest.raises(RequestError, match="shape"):
        Observation(zeros, zeros[:1])
    with pytest.raises(RequestError, match="blend"):
        Observation(zeros, zeros, "blend")  # type: ignore[arg-type]  # a wrong name
    for bad in (np.nan, np.inf):
        values = zeros.copy()
        values[0, 3, 1] = bad
        with pytest.raises(RequestError, match="finite"), np.errstate(invalid="ignore"):
            Observation(values, zeros)


def test_reconstruction_guidance_moves_the_free_frames_along() -> None:
    """A network that couples frames is pulled towards the observation where nothing is observed, too."""
    torch = pytest.importorskip("torch")
    from motionmix_core.diffusion.reconstruction import with_reconstruction_guidance

    frames = 8
    coupling = torch.full((frames, frames), 1.0 / frames)

    def predict(x_t: Any, step: Step) -> Any:
        return torch.einsum("st,btf->bsf", coupling, x_t)

    values, mask = torch.ones(1, frames, 2), torch.zeros(1, frames, 2)
    mask[:, 0] = 1
    x_t, step = torch.zeros(1, frames, 2), cosine_schedule().step(300)
    guided = with_reconstruction_guidance(predict, Observation(values, mask), 4.0)(x_t, step)
    # By hand: x0 = 0, error 1, d|1 - x0_0|^2 / d x_s = -2 / 8, so x0 rises by sqrt(abar) * 4 / 2 * 2 / 8 everywhere.
    np.testing.assert_allclose(guided.numpy(), step.alpha_bar**0.5 * 0.5, rtol=1e-6)
    assert not guided.requires_grad
    unguided = with_reconstruction_guidance(predict, Observation(values, mask), 0)
    assert torch.equal(unguided(x_t, step), predict(x_t, step))
