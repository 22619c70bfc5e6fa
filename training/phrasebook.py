"""Write a model's phrasebook: python -m training.phrasebook [MODEL] [--cache .cache/motion]

The captions that it was taught with, as the sentence encoder's vectors: those of doings made here with their words, so
that prompts in other words can be read as them, the others only to be compared with. See `generation/phrasebook.py`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from motionmix_core.conditions.text import MiniLMEncoder
from motionmix_core.files import written_whole
from motionmix_core.generation.phrasebook import FILE, SCALE
from motionmix_core.mixed_data.cache import Clip, load_cache
from motionmix_core.mixed_data.config import DataConfig
from training.command import command

KEYED = frozenset({"body_tasks", "hand_tasks"})
"""The datasets whose captions prompts are read as: few clips, made here, that begin with their window."""
ALIKE = 0.88
"""Cosine from which one of two other captions is enough: so a third of them go, and of the validation split's captions
as few are read as a doing (1 of 263)."""
_BATCH = 64


def sorted_captions(clips: Iterable[Clip]) -> tuple[list[str], list[str]]:
    """(captions of keyed doings, all others) of clips as they are and mirrored, without repetition."""
    keyed: set[str] = set()
    others: set[str] = set()
    for clip in clips:
        target = keyed if clip.dataset in KEYED else others
        target.update(text for caption in clip.captions for text in (caption.text, caption.mirrored))
    return sorted(keyed), sorted(others - keyed)


def vectors_of(texts: Sequence[str], encoder: MiniLMEncoder) -> np.ndarray:
    """(N,384) int8."""
    pooled = [encoder.encode(texts[at : at + _BATCH]).pooled for at in range(0, len(texts), _BATCH)]
    return np.rint(np.concatenate([np.zeros((0, 384), np.float32), *pooled]) * SCALE).astype(np.int8)


def thinned(vectors: np.ndarray) -> np.ndarray:
    """Rows (M,384) int8 without those that an earlier one is `ALIKE` to."""
    unit = vectors.astype(np.float32) / SCALE
    kept: list[int] = []
    for row, vector in enumerate(unit):
        if not kept or float((unit[kept] @ vector).max()) < ALIKE:
            kept.append(row)
    return vectors[kept]


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.phrasebook", description=__doc__)
    parser.add_argument("model", nargs="?", type=Path, default=Path("pretrained/base-cmu"))
    parser.add_argument("--cache", type=Path, default=Path(".cache/motion"), help="what training.prepare wrote")
    parser.add_argument("--text-encoder", type=Path, default=Path("pretrained/text-minilm"))
    return parser.parse_args(argv)


@command
def main(argv: list[str] | None) -> None:
    """Write MODEL/phrasebook.npz."""
    arguments = _arguments(argv)
    cache = load_cache(arguments.cache, DataConfig().caption_sources)
    keyed, others = sorted_captions(cache.select("train", shippable_only=True))
    encoder = MiniLMEncoder(arguments.text_encoder)
    vectors, beside = vectors_of(keyed, encoder), thinned(vectors_of(others, encoder))
    with written_whole(arguments.model / FILE, binary=True) as file:
        np.savez_compressed(file, captions=np.array(keyed), vectors=vectors, others=beside)
    print(f"{arguments.model / FILE}: {len(keyed)} captions of keyed doings, {len(beside)} of {len(others)} others")


if __name__ == "__main__":
    sys.exit(main())
