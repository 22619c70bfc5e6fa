"""Training windows: which stretch of which clip, varied how, with which words, shown what, noised how much.

Everything random in step n is drawn from (seed, n, rank), so a run that is killed and resumed sees the same batches
without having to store any generator's state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from ..diffusion.schedule import Schedule, named_schedule
from ..errors import DataError
from ..representation import default as R
from .cache import Caption, Clip, MotionCache
from .composites import Composite, draw_composites, livelier_arm, with_arms_of
from .config import DataConfig, TrainConfig
from .masks import random_mask, with_loose_root
from .text_bank import TextBank
from .timestep_ranges import TimestepRanges, pivot_of_noise

_COMPOSITES = 800  # different pairs of clips, each with captions to encode
_LOOSE_ROOT_METRES = 0.015  # how far an animator's keys leave the smoothed root open
_WHOLE_TRIAL_SHARE = 0.15  # how often CMU's short index line is read where a clip has captions of its own windows
# clips whose windows begin at the first frame and keep their speed, so that the frame tells the phase of the stroke,
# and whose right hand works unless the caption names one: a phase or a side to guess is averaged away in the noisiest
# steps. Windows with observed motion see the phase and begin anywhere
TIMED = frozenset({"hand_tasks", "body_tasks"})  # both made by training.prepare
HAND_MADE = ("kaykit", "mesh2motion", "quaternius")  # how the data sets of game animations begin


@dataclass(frozen=True)
class Batch:
    """One training batch; arrays start with the batch axis B, T frames, L text tokens.

    motion (B, T, 207) float32 normalised clean features, zero where frame_mask is 0. frame_mask (B, T) float32.
    shown (B, T, 207): what is given where observed_mask (B, T, 207) float32 is 1; `motion`, but for the smoothed root
    of sparse keys. timesteps (B,) int64. text_tokens (B, L, 384), text_mask (B, L),
    text_pooled (B, 384) float32: zero for the null condition. noisy_source (B,) float32: 1 for windows of noisy clips.
    """

    motion: np.ndarray
    frame_mask: np.ndarray
    shown: np.ndarray
    observed_mask: np.ndarray
    timesteps: np.ndarray
    text_tokens: np.ndarray
    text_mask: np.ndarray
    text_pooled: np.ndarray
    noisy_source: np.ndarray

    def arrays(self) -> dict[str, np.ndarray]:
        """All arrays by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


def shifted(uniform: np.ndarray, shift: float) -> np.ndarray:
    """Uniform numbers in [0, 1) moved towards 1: prompts are decided in the noisiest steps (anchors 2.4)."""
    return shift * uniform / (1 + (shift - 1) * uniform)


def action_of(clip: Clip) -> str:
    """What a clip is counted as when actions are balanced: its shortest caption of the whole trial, else its name."""
    whole = [c.text for c in clip.captions if c.source.startswith("cmu-index")]
    return min(whole, key=len) if whole else clip.id.rstrip("0123456789_")


def clip_weights(clips: Sequence[Clip], data: DataConfig) -> np.ndarray:
    """(C,) probabilities. An action with s seconds in all gets s**balance, shared among its clips by length.

    Captures, and files of data sets that aren't known, weigh 1.
    """
    frames = np.array([clip.frames for clip in clips], dtype=np.float64)
    totals: dict[str, float] = {}
    actions = [action_of(clip) for clip in clips]
    for action, count in zip(actions, frames, strict=True):
        totals[action] = totals.get(action, 0.0) + count
    share = np.array([totals[action] for action in actions])
    weights = frames / share * share**data.balance
    of_made = {"hand_tasks": data.hand_task_weight, "body_tasks": data.body_task_weight}
    weights *= [
        of_made.get(clip.dataset, data.hand_made_weight if clip.dataset.startswith(HAND_MADE) else 1.0)
        for clip in clips
    ]
    made = np.array([clip.dataset in TIMED for clip in clips])
    if data.made_share > 0 and made.any() and not made.all():
        weights[made] *= data.made_share / weights[made].sum()
        weights[~made] *= (1 - data.made_share) / weights[~made].sum()
    return weights / weights.sum()


def _ranges(config: TrainConfig, schedule: Schedule) -> TimestepRanges:
    pivot = schedule.index_of_noise(config.mix.pivot_noise_level) if config.mix.enabled else 0
    return TimestepRanges(len(schedule), pivot, config.mix.unannotated_everywhere)


def trainable(clips: Sequence[Clip], config: TrainConfig) -> list[Clip]:
    """Those that windows are drawn from: the others are noisy and without captions, or empty."""
    ranges = _ranges(config, named_schedule(config.schedule, config.diffusion_steps))
    usable = ranges.trainable([clip.clean for clip in clips], [clip.annotated for clip in clips])
    return [clip for clip, use in zip(clips, usable, strict=True) if use and clip.frames >= 2]


@dataclass(frozen=True)
class Placement:
    """A window in a clip: source frames start + i * speed for i in range(frames); text None = no caption."""

    start: float
    speed: float
    frames: int
    text: str | None
    mirror: bool
    arms: tuple[Composite, Placement] | None = None  # whose arms it gets, and from where in that clip


class WindowSampler:
    """Draws batches from the clips of one split."""

    def __init__(
        self, cache: MotionCache, clips: Sequence[Clip], texts: TextBank, normaliser: R.Normaliser, config: TrainConfig
    ) -> None:
        self._schedule = named_schedule(config.schedule, config.diffusion_steps)
        self._ranges = _ranges(config, self._schedule)
        self._clips = trainable(clips, config)
        if not self._clips:
            raise DataError("none of the clips can be trained on: they are all noisy and without captions, or empty")
        self._cache, self._texts = cache, texts
        self._normaliser, self._config = normaliser, config
        self._weights = clip_weights(self._clips, config.data)
        self._composites = composites_of(clips, config)

    def batch(self, step: int, rank: int = 0, length: int | None = None) -> Batch:
        """The batch of training step `step` for process `rank`; `length` fixes the window length in frames."""
        config, data = self._config, self._config.data
        if length is None:  # the same for all ranks, so that they do equal work
            length = int(np.random.default_rng((config.seed, step)).choice(data.lengths))
        rng = np.random.default_rng((config.seed, step, rank + 1))
        chosen = [self._clips[i] for i in rng.choice(len(self._clips), size=config.batch, p=self._weights)]
        masked = rng.random(len(chosen)) < config.mix.mask_share
        placements = []
        for row, clip in enumerate(chosen):
            if self._composites and rng.random() < config.mix.composite_share:
                composite = self._composites[rng.integers(len(self._composites))]
                chosen[row] = composite.base
                placements.append(self._place_composite(composite, length, rng))
            else:
                placements.append(self._place(clip, length, rng, timed=not masked[row]))
        motion, frame_mask = self._cut(chosen, placements, length, rng)
        timesteps = self._ranges.draw(
            shifted(rng.random(len(chosen)), config.high_noise_shift),
            [clip.clean for clip in chosen],
            [clip.annotated for clip in chosen],
            [pivot_of_noise(self._schedule, clip.noise_level) for clip in chosen],
        )
        kept = rng.random(len(chosen)) >= config.mix.text_dropout
        texts = [p.text if keep else None for p, keep in zip(placements, kept, strict=True)]
        tokens, text_mask, pooled = self._texts.gather(self._texts.rows(texts))
        observed, shown = np.zeros_like(motion), motion.copy()
        for row, placement in enumerate(placements):
            if masked[row]:
                there = slice(placement.frames)
                observed[row, there], loose = random_mask(rng, placement.frames)
                shown[row, there] = with_loose_root(
                    rng, motion[row, there], loose, self._normaliser.std, _LOOSE_ROOT_METRES
                )
        noisy = np.array([not clip.clean for clip in chosen], np.float32)
        return Batch(motion, frame_mask, shown, observed, timesteps, tokens, text_mask, pooled, noisy)

    def _place_composite(self, composite: Composite, length: int, rng: np.random.Generator) -> Placement:
        base = self._place(composite.base, length, rng, composite.base_caption)
        donor = self._place(composite.donor, base.frames, rng, composite.donor_caption)
        return replace(
            base,
            frames=min(base.frames, donor.frames),
            text=str(rng.choice(composite.texts(base.mirror))),
            arms=(composite, replace(donor, mirror=base.mirror)),
        )

    def _place(
        self, clip: Clip, length: int, rng: np.random.Generator, anchor: Caption | None = None, timed: bool = True
    ) -> Placement:
        """A window of `clip` about `anchor`. timed: strokes by formula are cut as `TIMED` says, else anywhere."""
        data = self._config.data
        low, high = np.log(data.speed)
        timed = timed and clip.dataset in TIMED
        speed = float(np.exp(rng.uniform(low, high))) if rng.random() < 0.5 and not timed else 1.0
        mirror = data.mirror and bool(rng.random() < 0.5)
        frames = length if rng.random() >= data.shorten else int(rng.integers(length // 3, length + 1))
        frames = max(2, min(frames, int((clip.frames - 1) / speed) + 1))
        reach = (frames - 1) * speed  # source frames from the first to the last
        last_start = clip.frames - 1 - reach
        if not clip.captions:
            return Placement(float(rng.uniform(0, max(last_start, 0))), speed, frames, None, mirror)
        anchor = anchor or self._anchor(clip, rng)
        mirror = mirror and (not timed or anchor.mirrored != anchor.text)
        # cover the caption's span if the window is longer, else stay inside it; half a second of play either way
        bounds = sorted((anchor.start, anchor.stop - 1 - reach))
        start = 0.0 if timed else float(np.clip(rng.uniform(bounds[0] - 15, bounds[1] + 15), 0, max(last_start, 0)))
        return Placement(start, speed, frames, anchor.mirrored if mirror else anchor.text, mirror)

    @staticmethod
    def _anchor(clip: Clip, rng: np.random.Generator) -> Caption:
        whole = [c for c in clip.captions if c.source.startswith("cmu-index")]
        timed = [c for c in clip.captions if not c.source.startswith("cmu-index")]
        pool = whole if whole and (not timed or rng.random() < _WHOLE_TRIAL_SHARE) else timed
        return pool[rng.integers(len(pool))]

    def _cut(
        self, clips: Sequence[Clip], placements: Sequence[Placement], length: int, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        ticks = np.arange(length)
        frame_mask = np.stack([(ticks < p.frames) for p in placements]).astype(np.float32)
        windows = np.empty((len(clips), length, R.FEATURES), np.float32)
        for row, (clip, place) in enumerate(zip(clips, placements, strict=True)):
            windows[row] = self._window(clip, place, ticks)
            if place.arms is not None:
                composite, where = place.arms
                donor = self._window(composite.donor, where, ticks)
                sides = composite.sides or (livelier_arm(donor[: place.frames]),)
                windows[row] = with_arms_of(windows[row], donor, sides)
        heading = np.arctan2(windows[:, 0, R.HEADING.start + 1], windows[:, 0, R.HEADING.start])
        spread = np.radians(self._config.data.yaw_degrees) * rng.standard_normal(len(clips))
        yaw = (spread - heading).astype(np.float32)
        windows = R.turned(windows, yaw, np.zeros((len(clips), 2), np.float32))
        windows[..., R.ROOT_XZ] -= windows[:, :1, R.ROOT_XZ]
        return self._normaliser.normalise(windows) * frame_mask[..., None], frame_mask

    def _window(self, clip: Clip, place: Placement, ticks: np.ndarray) -> np.ndarray:
        """(T, 207) features as captured; frames after the placement's last repeat it."""
        at = place.start + np.minimum(ticks, place.frames - 1) * place.speed
        low = np.minimum(at.astype(int), clip.frames - 2)
        part = (at - low).astype(np.float32)[:, None]
        rows = self._cache.features[clip.start + low[0] : clip.start + low[-1] + 2]
        low = low - low[0]
        # neighbouring frames are close: a straight line between them is a rotation to a few parts in a thousand
        window = rows[low] + part * (rows[low + 1] - rows[low])
        return R.mirrored(window) if place.mirror else window


def composites_of(clips: Sequence[Clip], config: TrainConfig) -> tuple[Composite, ...]:
    """The pairs of clips that a run joins; () if its config asks for none."""
    return draw_composites(clips, _COMPOSITES, config.seed) if config.mix.composite_share > 0 else ()


def fit_window_normaliser(
    cache: MotionCache, clips: Sequence[Clip], texts: TextBank, config: TrainConfig
) -> R.Normaliser:
    """Statistics of windows as the network gets them: turned to the front, starting over the origin, balanced."""
    identity = R.Normaliser(np.zeros(R.FEATURES, np.float32), np.ones(R.FEATURES, np.float32))
    sampler = WindowSampler(cache, clips, texts, identity, config)
    batches = [sampler.batch(step) for step in range(max(1, 2048 // config.batch))]
    return R.fit_normaliser(np.concatenate([batch.motion[batch.frame_mask > 0] for batch in batches]))


def possible_texts(clips: Sequence[Clip], config: TrainConfig) -> set[str]:
    """All texts that `WindowSampler` may ask the text bank for: captions, joined ones, and their mirror images."""
    texts = {text for clip in clips for caption in clip.captions for text in (caption.text, caption.mirrored)}
    joined = (composite.texts(mirror) for composite in composites_of(clips, config) for mirror in (False, True))
    return texts.union(*joined)
