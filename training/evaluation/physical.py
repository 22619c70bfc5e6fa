"""Physical measures of generated motions beside those of real clips: feet, shaking, floor, travel.

Absolute values of skating and jitter mean little; the row of real clips, measured by the same code, is the yardstick.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from motionmix_core.errors import DataError
from motionmix_core.metrics import jitter, penetration, skating
from motionmix_core.metrics.report import Estimate, Table
from motionmix_core.motion.motion import Motion
from training.evaluation.clip_cache import ClipCache, open_cache
from training.evaluation.sources import NamedMotion

FORMATS = {
    "skate GMD": ".3f",
    "skate Kimodo": ".3f",
    "low-toe speed m/s": ".3f",
    "skate RoHM": ".3f",
    "jitter": ".2f",
    "deep toes": ".3f",
    "lowest m": ".3f",
    "speed m/s": ".2f",
    "net m/s": ".2f",
    "turn deg/s": ".1f",
    "joint speed m/s": ".2f",
}
MIN_FRAMES = 4
_FILLER = set(
    re.findall(r"\w+", "a an and the his her its their of to in on at up with person someone man while for from")
)


def measure(motion: Motion) -> dict[str, float]:
    """Every physical measure of one motion by column name: see the docstrings in `motionmix_core.metrics`.

    Speeds are of the pelvis over the ground: along its path, and from start to end. turn: absolute heading change.
    """
    positions, fps = motion.positions(), motion.fps
    seconds = (motion.num_frames - 1) / fps
    ground = positions[:, 0][:, [0, 2]]
    kimodo = skating.kimodo_skating(positions, fps)
    headings = motion.headings()
    return {
        "skate GMD": skating.gmd_skating_ratio(positions, fps),
        "skate Kimodo": kimodo.ratio,
        "low-toe speed m/s": kimodo.height_speed,
        "skate RoHM": skating.rohm_skating_ratio(positions, fps),
        "jitter": jitter.jitter(positions, fps),
        "deep toes": penetration.toe_penetration(positions).frequency,
        "lowest m": penetration.lowest_point(positions),
        "speed m/s": float(np.linalg.norm(np.diff(ground, axis=0), axis=1).sum() / seconds),
        "net m/s": float(np.linalg.norm(ground[-1] - ground[0]) / seconds),
        "turn deg/s": float(np.degrees(abs(headings[-1] - headings[0])) / seconds),
        "joint speed m/s": float(np.linalg.norm(np.diff(positions, axis=0), axis=-1).mean() * fps),
    }


def summarise(motions: Iterable[Motion]) -> dict[str, Estimate]:
    """Mean of every measure over motions, with the 95 % interval over them."""
    rows = [measure(motion) for motion in motions]
    return {column: Estimate.of([row[column] for row in rows]) for column in FORMATS}


def compare_with_real(motions: Sequence[NamedMotion], cache_folder: str | Path, split: str = "test") -> Table:
    """A row a prompt, each above the real clips whose captions have the prompt's words, and the totals of both.

    Real clips of the prompt come from `split`, and where it has none from the rest of the cache, which the row says.
    Raises DataError without a cache.
    """
    cache = open_cache(cache_folder)
    table = Table(
        title=f"Physical measures against real clips ({split})",
        columns=tuple(FORMATS),
        formats=FORMATS,
        row_header="motions",
        notes=(
            "Skating and jitter as motionmix_core.metrics defines them; deep toes: share of frames with a toe 5 cm "
            "under the ground. ± is the 95 % interval over motions.",
        ),
    )
    by_prompt: dict[str, list[Motion]] = {}
    for named in motions:
        by_prompt.setdefault(named.prompt or named.title, []).append(named.motion)
    for prompt, made in by_prompt.items():
        table.rows[f"{prompt} ({len(made)})"] = summarise(made)
        real, where = real_motions_for(cache, prompt, split)
        if real:
            table.rows[f"&nbsp;&nbsp;real: {prompt} ({len(real)}, {where})"] = summarise(real)
    table.rows[f"**all generated ({len(motions)})**"] = summarise(named.motion for named in motions)
    clips = [motion for clip_id in cache.ids(split) if (motion := cache.motion(clip_id)).num_frames >= MIN_FRAMES]
    if not clips:
        hint = "--split val, or training.prepare --test-share 0.1" if split == "test" else "--split train"
        raise DataError(f"{cache.folder} has no clips of the split {split!r}; try {hint}")
    table.rows[f"**all real {split} clips ({len(clips)})**"] = summarise(clips)
    return table


def real_motions_for(cache: ClipCache, prompt: str, split: str) -> tuple[list[Motion], str]:
    """Captioned spans of real clips that have all of the prompt's words, and the split they are from."""
    words = content_words(prompt)
    for wanted in dict.fromkeys((split, "val", "train")):
        found = []
        for clip_id in cache.ids(wanted):
            clip = cache.clips[clip_id]
            spans = {
                (caption["start_s"], caption["end_s"])
                for caption in clip["captions"]
                if words and words <= content_words(caption["text"])
            }
            motion = cache.motion(clip_id) if spans else None
            for start, end in sorted(spans):
                assert motion is not None
                first = min(int(start * cache.fps), motion.num_frames - 1)
                last = min(max(round(end * cache.fps), first + 1), motion.num_frames)
                if last - first >= MIN_FRAMES:
                    found.append(motion.crop(first, last))
        if found:
            return found, wanted
    return [], ""


def content_words(text: str) -> set[str]:
    """Words without fillers and endings, so that "walks" and "walking" are "walk"."""
    words = re.findall(r"[a-z]+", text.lower())
    return {_stem(word) for word in words if word not in _FILLER}


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
