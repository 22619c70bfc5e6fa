"""In-painting: observed motion imposed on each predicted x0, before the posterior (MDM section 3, "Editing").

Two ways. *Hard* overwrites the predicted x0 with what is observed and leaves the rest alone, as published: exact, but
a single pinned frame may stand out from its neighbours. *Projected* also spreads each correction over the frames
around it with a falling weight (`ease`), and renews the noise of the entries so corrected, since the noise that x_t
implied for them no longer fits; the observed entries stay exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Literal

from ..errors import RequestError
from .forward_process import Array

TIME_AXIS = -2


@dataclass(frozen=True)
class Observation:
    """Known parts of a motion.

    Args:
        values: (batch, frames, features) or (frames, features), finite everywhere, in the sampler's feature space.
        mask: the same shape; 1 where known, 0 where free, fractions mix the two.
        mode: "hard" or "projected" (see the module's docstring).
        ease: in projected mode, over how many frames beside a known one its correction fades out.
    Raises:
        RequestError: shapes that do not match, or values that are not finite.
    """

    values: Array
    mask: Array
    mode: Literal["hard", "projected"] = "hard"
    ease: int = 4
    _known: Array = field(init=False, repr=False, compare=False)
    _free: Array = field(init=False, repr=False, compare=False)
    _spread: list[tuple[int, Any]] = field(init=False, repr=False, compare=False)
    _renewed: Array = field(init=False, repr=False, compare=False)
    _lasting: Array = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if tuple(self.values.shape) != tuple(self.mask.shape):
            raise RequestError(
                f"observed values {tuple(self.values.shape)} and their mask {tuple(self.mask.shape)} differ in shape"
            )
        if self.mode not in ("hard", "projected"):
            raise RequestError(f"unknown in-painting mode '{self.mode}': use 'hard' or 'projected'")
        mask = self.mask * (self.values * 0 + 1)  # a bool mask becomes numbers of the values' kind
        if bool((mask != mask).any()) or bool((abs(self.values) == math.inf).any()):
            raise RequestError("observed motion holds values that are not finite; leave out or repair those frames")
        object.__setattr__(self, "_known", mask * self.values)
        object.__setattr__(self, "_free", 1 - mask)
        spread, renewed = _easing(mask, self.ease) if self.mode == "projected" else ([], mask)
        object.__setattr__(self, "_spread", spread)
        object.__setattr__(self, "_renewed", renewed)
        object.__setattr__(self, "_lasting", (1 - renewed**2) ** 0.5)

    @property
    def projected(self) -> bool:
        """Whether corrections are spread and their noise renewed."""
        return self.mode == "projected"

    def overwrite(self, x: Array) -> Array:
        """x with the known entries put in place: what a mask-aware network is given, and hard in-painting's x0."""
        return self._known + x * self._free

    def impose(self, x0: Array) -> Array:
        """The predicted x0 made to agree with the observation. Exact wherever the mask is 1."""
        if not self._spread:
            return self.overwrite(x0)
        correction = self._known - x0 * (1 - self._free)
        out = x0 * self._free  # a new array, changed in place below
        out += self._known
        for offset, weight in self._spread:
            here, there = _pair(offset)
            out[here] += weight * correction[there]
        return out

    def renew(self, epsilon: Array, fresh: Array) -> Array:
        """Noise of unit variance that is `fresh` at corrected entries and `epsilon` at free ones."""
        return epsilon * self._lasting + fresh * self._renewed


def _pair(offset: int) -> tuple[Any, Any]:
    """Slices (frames that receive, frames `offset` before them) along the time axis."""
    if offset > 0:
        return (..., slice(offset, None), slice(None)), (..., slice(None, -offset), slice(None))
    return (..., slice(None, offset), slice(None)), (..., slice(-offset, None), slice(None))


def _easing(mask: Array, ease: int) -> tuple[list[tuple[int, Any]], Array]:
    """For each frame offset, how much of a known frame's correction its neighbours take; and the sum with the mask.

    A free entry takes from the nearest known entry on either side of it, with a raised-cosine weight of the distance;
    between two known entries it takes the weighted mean of both corrections, at the nearer one's strength.
    """
    frames = mask.shape[TIME_AXIS]
    reach = min(ease, frames - 1)
    nearest: dict[int, Any] = {}
    for sign in (1, -1):
        unreached = 1 - mask
        for distance in range(1, reach + 1):
            offset = sign * distance
            here, there = _pair(offset)
            hit = unreached[here] * mask[there]
            nearest[offset] = hit * (0.5 + 0.5 * math.cos(math.pi * distance / (ease + 1)))
            unreached = unreached * 1
            unreached[here] = unreached[here] - hit
    total, strongest = mask * 0, mask * 0
    for offset, weight in nearest.items():
        here, _ = _pair(offset)
        total[here] += weight
        rest = strongest[here]
        strongest[here] = rest + (weight - rest) * (weight > rest)
    scale = strongest / (total + (total == 0) * 1)
    spread = []
    for offset, weight in nearest.items():
        here, _ = _pair(offset)
        if bool((weight != 0).any()):
            spread.append((offset, weight * scale[here]))
    renewed = mask + (1 - mask) * strongest
    return spread, renewed
