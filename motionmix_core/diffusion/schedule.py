"""Noise schedules: how much signal is left at each timestep, and the tables that follow from it (DDPM, section 2-3).

Tables are float64; index 0 is the least noisy step. A schedule may be *respaced*: it then keeps some of the timesteps
of the schedule that the network was trained with, `timesteps` says which, and every table is derived anew from the
kept signal levels, so posteriors stay exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import RequestError

Spacing = Literal["even", "strided", "trailing"]


@dataclass(frozen=True)
class Step:
    """Where in the diffusion a network call stands.

    `index` counts in the sampler's (maybe respaced) schedule, `timestep` is the number that the network was trained
    with, `noise_level` is sqrt(1 - alpha_bar), `alpha_bar` the share of signal variance. Inside `sample` all four are
    plain numbers; for a batch of mixed timesteps they may be arrays of shape (batch,) of the motion's own library.
    """

    index: Any
    timestep: Any
    noise_level: Any
    alpha_bar: Any


@dataclass(frozen=True)
class Schedule:
    """A discrete diffusion schedule of S steps.

    Args:
        alphas_cumprod: float64 (S,), signal variance left at each index, strictly falling, inside (0, 1].
        timesteps: int (S,), the timestep that the network is told at each index; 0..S-1 unless respaced.
    Raises:
        RequestError: when the values do not describe a schedule.
    """

    alphas_cumprod: NDArray[np.float64]
    timesteps: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    def __post_init__(self) -> None:
        bars = np.asarray(self.alphas_cumprod, np.float64)
        steps = np.asarray(self.timesteps, np.int64)
        if steps.size == 0:
            steps = np.arange(bars.size, dtype=np.int64)
        if bars.ndim != 1 or bars.size == 0 or steps.shape != bars.shape:
            raise RequestError("a diffusion schedule needs at least one step and as many timesteps as signal levels")
        if not np.all(np.isfinite(bars)) or bars[0] > 1 or bars[-1] <= 0 or np.any(np.diff(bars) >= 0):
            raise RequestError("the signal levels of a diffusion schedule must fall from 1 towards 0")
        bars.setflags(write=False)
        steps.setflags(write=False)
        object.__setattr__(self, "alphas_cumprod", bars)
        object.__setattr__(self, "timesteps", steps)

    def __len__(self) -> int:
        return int(self.alphas_cumprod.size)

    @property
    def alphas_cumprod_prev(self) -> NDArray[np.float64]:
        """Signal variance one step further down, 1 below index 0. (S,)"""
        return np.concatenate([[1.0], self.alphas_cumprod[:-1]])

    @property
    def betas(self) -> NDArray[np.float64]:
        """Noise variance added by each step. (S,)"""
        return 1.0 - self.alphas_cumprod / self.alphas_cumprod_prev

    @property
    def posterior_mean_x0(self) -> NDArray[np.float64]:
        """Factor of x0 in the mean of q(x_{t-1} | x_t, x0). (S,); 1 at index 0."""
        return self.betas * np.sqrt(self.alphas_cumprod_prev) / (1.0 - self.alphas_cumprod)

    @property
    def posterior_mean_xt(self) -> NDArray[np.float64]:
        """Factor of x_t in the mean of q(x_{t-1} | x_t, x0). (S,); 0 at index 0."""
        return (1.0 - self.alphas_cumprod_prev) * np.sqrt(1.0 - self.betas) / (1.0 - self.alphas_cumprod)

    @property
    def posterior_variance(self) -> NDArray[np.float64]:
        """Variance of q(x_{t-1} | x_t, x0). (S,); 0 at index 0."""
        return self.betas * (1.0 - self.alphas_cumprod_prev) / (1.0 - self.alphas_cumprod)

    @property
    def posterior_log_variance(self) -> NDArray[np.float64]:
        """Its logarithm, with index 1 copied into index 0 where it would be minus infinity. (S,)"""
        variance = self.posterior_variance
        if len(self) > 1:
            variance[0] = variance[1]
        with np.errstate(divide="ignore"):
            return np.log(variance)

    @property
    def noise_levels(self) -> NDArray[np.float64]:
        """sqrt(1 - alpha_bar) of every index. (S,)"""
        return np.sqrt(1.0 - self.alphas_cumprod)

    def noise_std(self, index: ArrayLike) -> Any:
        """Standard deviation of the noise in x_t at `index` (an int, or ints of any shape): sqrt(1 - alpha_bar)."""
        level = np.sqrt(1.0 - np.asarray(self.alphas_cumprod)[np.asarray(index)])
        return float(level) if np.ndim(level) == 0 else level

    def index_of_noise(self, noise_level: float) -> int:
        """The index whose noise level is nearest to `noise_level` (0 to 1)."""
        return int(np.argmin(np.abs(self.noise_levels - noise_level)))

    def step(self, index: int) -> Step:
        """The `Step` that a network is given at `index`."""
        bar = float(self.alphas_cumprod[index])
        return Step(int(index), int(self.timesteps[index]), math.sqrt(1.0 - bar), bar)

    def steps_at(self, indices: ArrayLike) -> Step:
        """The `Step` of a batch of mixed indices (B,): float32/int64 numpy arrays, one entry a sample."""
        chosen = np.asarray(indices, np.int64)
        bars = self.alphas_cumprod[chosen]
        return Step(chosen, self.timesteps[chosen], np.sqrt(1.0 - bars).astype(np.float32), bars.astype(np.float32))

    def kept(self, indices: ArrayLike) -> Schedule:
        """The schedule that visits only `indices` (any order, repeats dropped) of this one."""
        chosen = np.unique(np.asarray(indices, np.int64))
        if chosen.size == 0 or chosen[0] < 0 or chosen[-1] >= len(self):
            raise RequestError(f"steps to keep must be between 0 and {len(self) - 1}")
        return Schedule(self.alphas_cumprod[chosen], self.timesteps[chosen])

    def up_to(self, noise_level: float) -> Schedule:
        """The lower part of this schedule: every index up to the one whose noise is nearest to `noise_level`."""
        return self.kept(np.arange(self.index_of_noise(noise_level) + 1))

    def respaced(self, count: int, spacing: Spacing = "even") -> Schedule:
        """A shorter schedule of `count` steps over the same noise range.

        Args:
            count: number of steps, 1 to len(self).
            spacing: "even" keeps both ends (1000 -> 50: 0, 20, 41, .., 999); "strided" is the DDIM paper's whole
                stride from 0 (0, 20, .., 980: it never visits the noisiest step); "trailing" counts a stride down from
                the noisiest step (999, 979, .., 19), which wastes no call on almost clean motion.
        Raises:
            RequestError: a count outside the range, or one that "strided" cannot reach with a whole stride.
        """
        return self.kept(_spaced(len(self), count, spacing))


def _spaced(total: int, count: int, spacing: Spacing) -> NDArray[np.int64]:
    if not 1 <= count <= total:
        raise RequestError(f"the number of sampling steps must be between 1 and {total}, not {count}")
    if spacing == "even":
        if count == 1:
            return np.array([total - 1], np.int64)
        # Round half to even, as Python does, so that the published spacings come out exactly.
        return np.array([round(i * ((total - 1) / (count - 1))) for i in range(count)], np.int64)
    if spacing == "trailing":
        return np.rint(total - 1 - np.arange(count) * (total / count)).astype(np.int64)
    if spacing == "strided":
        for stride in range(1, total + 1):
            if len(range(0, total, stride)) == count:
                return np.arange(0, total, stride, dtype=np.int64)
        raise RequestError(f"no whole stride visits exactly {count} of {total} steps; use spacing 'even'")
    raise RequestError(f"unknown step spacing '{spacing}': use 'even', 'strided' or 'trailing'")


def cosine_schedule(steps: int = 1000, max_beta: float = 0.999) -> Schedule:
    """The cosine schedule (Nichol & Dhariwal 2021): abar(u) = cos^2((u + .008) / 1.008 * pi / 2), betas capped.

    Another number of steps derives the schedule anew for that number; it is not a respacing of the 1000 steps.
    """
    _check_steps(steps)
    signal = [math.cos((i / steps + 0.008) / 1.008 * math.pi / 2) ** 2 for i in range(steps + 1)]
    betas = np.array([min(1.0 - signal[i + 1] / signal[i], max_beta) for i in range(steps)])
    return Schedule(np.cumprod(1.0 - betas))


def linear_schedule(steps: int = 1000) -> Schedule:
    """The linear schedule (Ho et al. 2020): betas from 1e-4 to 0.02 at 1000 steps, scaled for other numbers."""
    _check_steps(steps)
    scale = 1000.0 / steps
    betas = np.minimum(np.linspace(scale * 1e-4, scale * 0.02, steps), 0.999)
    return Schedule(np.cumprod(1.0 - betas))


def named_schedule(kind: str, steps: int) -> Schedule:
    """The schedule that a model file names: kind "cosine" or "linear"."""
    makers = {"cosine": cosine_schedule, "linear": linear_schedule}
    if kind not in makers:
        raise RequestError(f"unknown noise schedule '{kind}': use one of {', '.join(sorted(makers))}")
    return makers[kind](steps)


def _check_steps(steps: int) -> None:
    if steps < 1:
        raise RequestError(f"a diffusion needs at least one step, not {steps}")
