"""What a training run learns from, and what it leaves out and why: told dataset by dataset before it begins.

A run that silently trains on none of somebody's clips, or on none of their captions, looks just like one that does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from motionmix_core.mixed_data.cache import Clip, MotionCache
from motionmix_core.mixed_data.config import TrainConfig
from motionmix_core.mixed_data.windows import clip_weights, trainable

NOT_SHIPPABLE = (
    "marked as not for models that ship (no licence stated, or one that forbids it). For a model of your own: "
    "shippable_only = false in [data]. If the licence of your files allows it: training.prepare --licence"
)
NOISY_AND_BARE = "noisy and without a caption that is read: such clips can teach nothing"
OTHER_SOURCE = "from {}, which caption_sources in [data] doesn't name"


def told(everything: MotionCache, config: TrainConfig) -> list[str]:
    """Lines for people. everything: the cache with captions from every source."""
    fps, data = everything.fps, config.data
    known = everything.told_by(data.caption_sources)
    chosen = known.select("train", data.shippable_only)
    used = trainable(chosen, config)
    taken = {clip.id for clip in used}
    weights = dict(zip((c.id for c in used), clip_weights(used, data) if used else (), strict=True))
    lines = []
    for name, clips in _by_dataset(c for c in everything.clips if c.split == "train").items():
        mine = [clip for clip in used if clip.dataset == name]
        share = sum(weights[clip.id] for clip in mine)
        lines.append(
            f"{name}: {len(mine)} of {len(clips)} clips, {_minutes(mine, fps)} of {_minutes(clips, fps)} minutes, "
            f"{_captions(mine)} of {_captions(clips)} captions; {100 * share:.1f} % of the training"
        )
        lines += [f"  left out: {line}" for line in _left_out(clips, taken, chosen, config)]
    if used and not _captions(used):
        lines.append("warning: no caption is learned from, so the model won't follow prompts")
    held_out = known.select("val", data.shippable_only)
    if trainable(held_out, config):
        lines.append(f"held out for validation: {len(held_out)} clips, {_minutes(held_out, fps)} minutes")
    else:
        lines.append(
            "warning: no clip is held out for validation, so nothing tells whether the run learns or only remembers"
        )
    return lines


def _left_out(clips: Sequence[Clip], taken: set[str], chosen: Sequence[Clip], config: TrainConfig) -> list[str]:
    """Clips, and captions of the clips that are used, with the reason."""
    may = {clip.id for clip in chosen}
    lines = []
    barred = [clip for clip in clips if clip.id not in may]
    if barred:
        lines.append(f"{len(barred)} clips {NOT_SHIPPABLE}")
    useless = [clip for clip in clips if clip.id in may and clip.id not in taken]
    if useless:
        lines.append(f"{len(useless)} clips {NOISY_AND_BARE}")
    read = {clip.id: set(clip.captions) for clip in chosen}
    unread = Counter(c.source for clip in clips if clip.id in may for c in clip.captions if c not in read[clip.id])
    lines += [f"{count} captions {OTHER_SOURCE.format(source)}" for source, count in sorted(unread.items())]
    return lines


def _by_dataset(clips: Iterable[Clip]) -> dict[str, list[Clip]]:
    found: dict[str, list[Clip]] = {}
    for clip in clips:
        found.setdefault(clip.dataset, []).append(clip)
    return dict(sorted(found.items()))


def _captions(clips: Iterable[Clip]) -> int:
    return sum(len(clip.captions) for clip in clips)


def _minutes(clips: Iterable[Clip], fps: float) -> str:
    return f"{sum(clip.frames for clip in clips) / fps / 60:.1f}"
