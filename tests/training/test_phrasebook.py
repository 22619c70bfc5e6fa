"""Writing a phrasebook from a prepared cache."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.conditions.text import MiniLMEncoder
from motionmix_core.generation.phrasebook import SCALE
from motionmix_core.mixed_data.cache import Caption, Clip
from tests.tiny_model import write_models
from training.phrasebook import sorted_captions, thinned, vectors_of


def clip(dataset: str, *captions: tuple[str, str]) -> Clip:
    said = tuple(Caption(text, mirrored, 0, 30, "written") for text, mirrored in captions)
    return Clip(f"{dataset}/one", dataset, "train", 0, 30, True, None, said, True)


def test_keyed_doings_are_told_from_the_others_and_both_sides_are_known():
    keyed, others = sorted_captions(
        [
            clip("body_tasks", ("point left", "point right"), ("bow", "bow")),
            clip("cmu", ("walk to the left", "walk to the right"), ("bow", "bow")),
        ]
    )
    assert keyed == ["bow", "point left", "point right"]
    assert others == ["walk to the left", "walk to the right"]


def test_vectors_keep_their_likeness_as_bytes(tmp_path):
    encoder = MiniLMEncoder(write_models(tmp_path) / "text-minilm")
    texts = ["a person walks", "a person waves", "jump"] * 30
    kept = vectors_of(texts, encoder).astype(np.float32) / SCALE
    truth = encoder.encode(texts[:3]).pooled
    assert kept[:3] @ truth.T == pytest.approx(truth @ truth.T, abs=0.02)
    assert vectors_of([], encoder).shape == (0, 384)


def test_of_others_nearly_alike_one_is_kept():
    apart = np.eye(384, dtype=np.float32)[:3]
    near = apart[:1] + 0.1 * apart[1:2]
    rows = np.rint(np.concatenate((apart, near / np.linalg.norm(near))) * SCALE).astype(np.int8)
    assert np.array_equal(thinned(rows), rows[:3])
    assert thinned(rows[:0]).shape == (0, 384)
