"""Noise schedules against the reference tables (method 1.2) and the identities every schedule must satisfy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motionmix_core.diffusion import Schedule, cosine_schedule, linear_schedule, named_schedule
from motionmix_core.errors import RequestError

# steps, t: beta, abar, posterior factor of x0 and of x_t, log variance (None: not published)
TABLE = [
    (1000, 0, 4.1284225e-05, 0.99995872, 1, 0, -10.734083),
    (1000, 1, 4.6141753e-05, 0.99991258, 0.52778141, 0.47221859, -10.734083),
    (1000, 500, 0.0031556914, 0.49228517, 0.0043678669, 0.99535628, -5.7616218),
    (1000, 999, 0.999, 2.4287669e-09, 0.0015568917, 0.0316227, -0.0010029267),
    (50, 0, 0.0017475135, 0.99825249, 1, 0, -6.7361613),
    (50, 25, 0.063049777, 0.46270686, 0.082464489, 0.91186743, -2.8235288),
    (50, 49, 0.999, 9.7119303e-07, 0.031132836, 0.031592095, -0.0019711941),
    (10, 0, 0.027907263, 0.97209274, 1, 0, None),
    (10, 5, 0.30988344, 0.34080964, 0.33035602, 0.63787432, -1.4357257),
    (10, 9, 0.999, 2.4091724e-05, None, None, None),
]

schedules = st.builds(
    lambda kind, steps: named_schedule(kind, steps), st.sampled_from(["cosine", "linear"]), st.integers(2, 1000)
)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[0]}-{row[1]}")
def test_cosine_tables(row: tuple[float, ...]) -> None:
    schedule, t = cosine_schedule(int(row[0])), int(row[1])
    tables = (
        schedule.betas,
        schedule.alphas_cumprod,
        schedule.posterior_mean_x0,
        schedule.posterior_mean_xt,
        schedule.posterior_log_variance,
    )
    for table, expected in zip(tables, row[2:], strict=True):
        if expected is not None:
            np.testing.assert_allclose(table[t], expected, rtol=1e-7)


@pytest.mark.parametrize(
    ("schedule", "index", "std"),
    [
        (cosine_schedule(), 20, 0.043),
        (cosine_schedule(), 59, 0.105),
        (cosine_schedule(), 39, 0.074),
        (cosine_schedule(), 10, 0.027),
        (cosine_schedule(), 29, 0.058),
        (cosine_schedule(), 79, 0.136),
        (linear_schedule(), 20, 0.079),
        (linear_schedule(), 59, 0.201),
    ],
)
def test_noise_of_the_published_ranges(schedule: Schedule, index: int, std: float) -> None:
    assert schedule.noise_std(index) == pytest.approx(std, abs=5e-4)


def test_linear_is_the_ddpm_schedule() -> None:
    np.testing.assert_allclose(linear_schedule().betas[[0, 999]], [1e-4, 0.02], rtol=1e-9)
    assert linear_schedule().alphas_cumprod[-1] == pytest.approx(4.0358e-5, rel=1e-4)


@given(schedules)
def test_posterior_identities(schedule: Schedule) -> None:
    """Noising x0 to t-1 directly, or to t and then stepping back with the true x0, is the same law."""
    bar, below = schedule.alphas_cumprod, schedule.alphas_cumprod_prev
    mean = schedule.posterior_mean_x0 + schedule.posterior_mean_xt * np.sqrt(bar)
    variance = schedule.posterior_mean_xt**2 * (1 - bar) + schedule.posterior_variance
    np.testing.assert_allclose(mean, np.sqrt(below), atol=1e-9)
    np.testing.assert_allclose(variance, 1 - below, atol=1e-9)
    assert (schedule.posterior_mean_x0[0], schedule.posterior_mean_xt[0]) == (1.0, 0.0)
    np.testing.assert_allclose(np.cumprod(1 - schedule.betas), bar, rtol=1e-9)


@given(schedules, st.data())
def test_respacing_keeps_signal_levels_and_identities(schedule: Schedule, data: st.DataObject) -> None:
    count = data.draw(st.integers(1, len(schedule)))
    spacing = data.draw(st.sampled_from(["even", "trailing"]))
    short = schedule.respaced(count, spacing)  # type: ignore[arg-type]  # one of two
    assert len(short) == count
    assert short.timesteps[-1] == len(schedule) - 1
    np.testing.assert_array_equal(short.alphas_cumprod, schedule.alphas_cumprod[short.timesteps])
    mean = short.posterior_mean_x0 + short.posterior_mean_xt * np.sqrt(short.alphas_cumprod)
    np.testing.assert_allclose(mean, np.sqrt(short.alphas_cumprod_prev), atol=1e-9)


def test_respacings_as_published() -> None:
    full = cosine_schedule()
    strided = full.respaced(50, "strided").timesteps
    np.testing.assert_array_equal(strided, np.arange(0, 1000, 20))
    assert 999 not in strided
    assert full.respaced(50, "even").timesteps[[0, 1, 2, -1]].tolist() == [0, 20, 41, 999]
    assert full.respaced(50, "trailing").timesteps[::-1][[0, 1, 2, -4, -3, -2, -1]].tolist() == [
        999, 979, 959, 79, 59, 39, 19,
    ]  # fmt: skip
    # A pivot of 80 leaves EDGE four of its fifty calls for the second stage.
    assert int((full.respaced(50, "trailing").timesteps < 80).sum()) == 4


def test_shorter_training_schedules_are_derived_anew() -> None:
    assert not np.isclose(cosine_schedule(50).alphas_cumprod[25], cosine_schedule().respaced(50).alphas_cumprod[25])


@given(st.floats(0.01, 0.999))
def test_index_of_noise_is_the_nearest(level: float) -> None:
    schedule = cosine_schedule()
    found = schedule.noise_std(schedule.index_of_noise(level))
    assert abs(found - level) == np.abs(schedule.noise_levels - level).min()
    assert schedule.up_to(level).noise_levels[-1] == found


def test_bad_schedules_are_refused() -> None:
    with pytest.raises(RequestError, match="between 1 and 1000"):
        cosine_schedule().respaced(0)
    with pytest.raises(RequestError, match="stride"):
        cosine_schedule().respaced(999, "strided")
    with pytest.raises(RequestError, match="sigmoid"):
        named_schedule("sigmoid", 100)
    with pytest.raises(RequestError, match="fall"):
        Schedule(np.array([0.5, 0.6]))
