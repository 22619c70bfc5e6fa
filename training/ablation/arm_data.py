"""What an arm changes about the data: a cache and a text bank with some clips, captions or numbers replaced."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionmix_core.diffusion.schedule import named_schedule
from motionmix_core.mixed_data.cache import Caption, Clip, MotionCache
from motionmix_core.mixed_data.config import TrainConfig
from motionmix_core.mixed_data.corruption import WhiteNoise
from motionmix_core.mixed_data.roles import split_roles
from motionmix_core.mixed_data.text_bank import TextBank
from motionmix_core.mixed_data.windows import fit_window_normaliser
from training.evaluation.shares import first_share, take_of

from .plan import ArmData

PAPER_NOISE = (20, 60)
"""T1 and T2 of the paper's MDM on HumanML3D, of 1,000 steps of the cosine schedule; its pivot is 60."""
ROLE_SEED = 0


def arm_cache(cache: MotionCache, texts: TextBank, config: TrainConfig, data: ArmData) -> MotionCache:
    """The cache as the arm's trainer gets it; validation and test clips are untouched."""
    others = tuple(c for c in cache.clips if c.split != "train")
    clips = [c for c in cache.clips if c.split == "train"]
    if data.share < 1:
        kept = first_share([(c.id, c.frames) for c in clips], data.share, ROLE_SEED)
        clips = [c for c in clips if take_of(c.id) in kept]
    features = cache.features
    if data.simulated > 0:
        cache = replace(cache, clips=(*clips, *others))
        clips, features = _noised(cache, clips, texts, config, data.simulated)
    if data.clips == "clean":
        clips = [c for c in clips if c.clean]
    if data.hide_clean:
        clips = [replace(c, captions=()) if c.clean else c for c in clips]
    if data.captions:
        clips = [replace(c, captions=_fewer(c.captions, data.captions)) for c in clips]
    return replace(cache, clips=(*clips, *others), features=features)


def arm_texts(texts: TextBank, kind: str) -> TextBank:
    """The bank with the token states or the sentence vectors emptied, for the arm that doesn't read them."""
    if kind == "tokens":
        return replace(texts, pooled=np.zeros_like(texts.pooled))
    if kind == "pooled":
        return replace(texts, tokens=np.zeros_like(texts.tokens))
    return texts


def _noised(
    cache: MotionCache, clips: list[Clip], texts: TextBank, config: TrainConfig, share: float
) -> tuple[list[Clip], np.ndarray]:
    schedule = named_schedule("cosine", 1000)
    noise = WhiteNoise(schedule, *PAPER_NOISE, seed=ROLE_SEED)
    roles = split_roles([c.id for c in clips], share, ROLE_SEED, families={c.id: take_of(c.id) for c in clips})
    noisy = set(roles.noisy)
    normaliser = fit_window_normaliser(cache, [c for c in clips if c.shippable], texts, config)
    features = np.array(cache.features)
    out = []
    for clip in clips:
        if clip.id in noisy:
            rows = slice(clip.start, clip.start + clip.frames)
            (made,) = noise.apply(clip.id, normaliser.normalise(features[rows]))
            features[rows] = normaliser.denormalise(made)
        out.append(replace(clip, clean=clip.id not in noisy, noise_level=None))
    return out, features


def _fewer(captions: tuple[Caption, ...], count: int) -> tuple[Caption, ...]:
    seen: dict[tuple[int, int], int] = {}
    kept = []
    for caption in captions:
        span = (caption.start, caption.stop)
        seen[span] = seen.get(span, 0) + 1
        if seen[span] <= count:
            kept.append(caption)
    return tuple(kept)
