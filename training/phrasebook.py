"""Write a model's phrasebook: python -m training.phrasebook [MODEL] [--cache .cache/motion]

The captions that it was taught with, as the sentence encoder's vectors: those of doings made here with their words, so
that prompts in other words can be read as them, the others only to be compared with. See `generation/phrasebook.py`.
Which captions of the cache they are, the model says (`training/taught.py`).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from motionmix_core.conditions.text import MiniLMEncoder
from motionmix_core.files import written_whole
from motionmix_core.generation.phrasebook import FILE, LEAST_LEAD, SCALE, read_phrasebook
from motionmix_core.mixed_data.cache import Clip, load_cache
from training.command import command
from training.taught import taught_on

KEYED = frozenset({"body_tasks", "hand_tasks"})
"""The datasets whose captions prompts are read as: few clips, made here, that begin with their window."""
ALIKE = 0.88
"""Cosine from which one of two other captions is enough: so a third of them go, and of the validation split's captions
as few are read as a doing (1 of 263)."""
ROUNDING = 0.01
"""What bytes in place of numbers may change of a difference of cosines."""
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


def earlier_vectors(model: str) -> np.ndarray:
    """(M,384) int8 of the other captions of the model that this one began with, if it has a phrasebook.

    What it was taught is known to its heir, too, though not in the heir's cache.
    """
    others = read_phrasebook(Path(model)).others if model else np.zeros((0, 384), np.float32)
    return np.rint(others * SCALE).astype(np.int8)


def thinned(vectors: np.ndarray, keyed: np.ndarray) -> np.ndarray:
    """Rows (M,384) int8 without those that an earlier one is `ALIKE` to.

    But for those that a prompt in just these words would then be taken from: a caption that was taught is taken as it
    stands, however near a keyed doing's is. keyed: (N,384) int8.
    """
    unit, doings = vectors.astype(np.float32) / SCALE, keyed.astype(np.float32) / SCALE
    kept: list[int] = []
    for row, vector in enumerate(unit):
        nearest = float((unit[kept] @ vector).max(initial=-1.0))
        lead = float((doings @ vector).max(initial=-1.0)) - nearest
        if nearest < ALIKE or lead > LEAST_LEAD - ROUNDING:
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
    taught = taught_on(arguments.model)
    cache = load_cache(arguments.cache, taught.caption_sources)
    keyed, others = sorted_captions(cache.select("train", taught.shippable_only))
    encoder = MiniLMEncoder(arguments.text_encoder)
    vectors = vectors_of(keyed, encoder)
    known = np.concatenate([vectors_of(others, encoder), earlier_vectors(taught.init_from)])
    beside = thinned(known, vectors)
    with written_whole(arguments.model / FILE, binary=True) as file:
        np.savez_compressed(file, captions=np.array(keyed), vectors=vectors, others=beside)
    print(f"{arguments.model / FILE}: {len(keyed)} captions of keyed doings, {len(beside)} of {len(known)} others")


if __name__ == "__main__":
    sys.exit(main())
