"""Gaps cut out of real clips: what the network is shown of them, and what was there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from motionmix_core.editing.gap_view import FUTURE, PAST, GapView
from motionmix_core.errors import DataError
from motionmix_core.motion.kinematics import positions_from_global
from motionmix_core.motion.rotations import quat_apply, quat_inv
from motionmix_core.motion.skeleton import MIRROR_PERMUTATION, canonical_skeleton
from training.evaluation.clip_cache import ClipCache
from training.in_between.varied import held_otherwise

SPEEDS = (0.75, 0.87, 1.0, 1.15, 1.33)
MOTION_BEFORE, MOTION_AFTER = 0.85, 0.5
"""How often motion, and not one pose, is known on either side of gaps."""
LEAST_SPREAD = 0.01
"""Metres: what hardly moves sideways in all clips would count for more than all else."""
_REACH, _BEHIND = max(PAST), max(FUTURE)


@dataclass(frozen=True, eq=False)
class Gaps:
    """A batch. view: what is shown. frames: (K,) which of the missing frames the truth is given of, from 0.

    root (B, K, 3) metres, rotations (B, K, 22, 4) world quaternions, positions (B, K, 22, 3) metres: the truth there.
    """

    view: GapView
    frames: NDArray[np.int64]
    root: NDArray[np.float32]
    rotations: NDArray[np.float32]
    positions: NDArray[np.float32]


class GapSampler:
    """Draws gaps from the clips of one split, every frame of them alike, half of them mirrored."""

    def __init__(
        self, cache: ClipCache, split: str, speeds: tuple[float, ...] = SPEEDS, vary: bool = False, share: float = 1.0
    ) -> None:
        """Reads clips that shipped weights may be taught with, at several speeds. DataError: there are none.

        vary: whether gaps are drawn whose trunk and arms are held otherwise than in the clips. share: of the clips, the
        same ones each time; a larger share has those of a smaller one, too.
        """
        self._vary = vary
        roots, rotations, lengths = [], [], []
        ids = [clip for clip in cache.ids(split) if cache.clips[clip]["shippable"]]
        if share < 1:
            ids = [str(clip) for clip in np.random.default_rng(0).permutation(ids)[: max(1, round(share * len(ids)))]]
        for clip in ids:
            whole = cache.motion(clip)
            for speed in speeds:
                motion = whole.at_speed(speed)
                roots.append(motion.root_positions.astype(np.float32))
                rotations.append(motion.global_rotations().astype(np.float32))
                lengths.append(motion.num_frames)
        if not lengths:
            raise DataError(f"{cache.folder} has no clip in the split {split!r} that weights may be taught with")
        self._root, self._rotations = np.concatenate(roots), np.concatenate(rotations)
        self._lengths = np.array(lengths)
        self._starts = np.cumsum(self._lengths) - self._lengths

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Frames of each clip, at each speed."""
        return self._lengths

    def spread(self, rng: np.random.Generator) -> NDArray[np.float32]:
        """(22, 3) metres: how far joints lie apart within a second, as seen from where the body is and faces then."""
        gaps = self.batch(rng, 2000, 30, 3)
        back = quat_inv(gaps.view.facing())[:, None, None]
        ground = gaps.view.root[:, gaps.view.last, None, None] * (1, 0, 1)
        apart = quat_apply(back, gaps.positions - ground).std(axis=(0, 1))
        return np.asarray(np.maximum(apart, LEAST_SPREAD), np.float32)

    def batch(
        self, rng: np.random.Generator, size: int, missing: int, frames: int, moves: tuple[bool, bool] | None = None
    ) -> Gaps:
        """Gaps of so many missing frames, the truth of `frames` of them (some twice, if there are fewer).

        moves: whether motion is known before and after, of all; None = as it comes. DataError: all clips are too short.
        """
        need = _REACH + 1 + missing + 1 + _BEHIND
        room = np.maximum(self._lengths - need + 1, 0)
        if not room.any():
            raise DataError(f"no clip is long enough for a gap of {missing} frames: it would have to have {need}")
        clips = rng.choice(len(room), size, p=room / room.sum())
        first = self._starts[clips] + (rng.random(size) * room[clips]).astype(int)
        chosen = ((np.arange(frames) + rng.random(frames)) / frames * missing).astype(int)  # from all over the gap
        behind = missing + 1
        times = np.array([*(-k for k in PAST), 0, behind, *(behind + k for k in FUTURE), *(1 + chosen)])
        at = first[:, None] + _REACH + times
        mirror = rng.random(size) < 0.5
        root, rotations = _mirrored_places(self._root[at], mirror), _mirrored_turns(self._rotations[at], mirror)
        if self._vary:
            rotations = held_otherwise(rng, rotations, len(PAST))
        before, after = rng.random(2) < (MOTION_BEFORE, MOTION_AFTER) if moves is None else moves
        seen = len(times) - frames
        return Gaps(
            GapView(root[:, :seen], rotations[:, :seen], (bool(before), bool(after)), missing),
            chosen,
            root[:, seen:],
            rotations[:, seen:],
            positions_from_global(canonical_skeleton(), rotations[:, seen:], root[:, seen:]).astype(np.float32),
        )


def _mirrored_places(places: NDArray[np.float32], which: NDArray[np.bool_]) -> NDArray[np.float32]:
    places[which] *= np.array([-1, 1, 1], np.float32)
    return places


def _mirrored_turns(turns: NDArray[np.float32], which: NDArray[np.bool_]) -> NDArray[np.float32]:
    turns[which] = turns[which][:, :, list(MIRROR_PERMUTATION)] * np.array([1, 1, -1, -1], np.float32)
    return turns
