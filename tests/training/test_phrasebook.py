"""Writing a phrasebook from a prepared cache."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from motionmix_core.conditions.text import MiniLMEncoder
from motionmix_core.generation.phrasebook import SCALE, Phrasebook, read_phrasebook
from motionmix_core.mixed_data.cache import Caption, Clip
from motionmix_core.mixed_data.config import DataConfig, TrainConfig
from tests.mixed_data import small_run
from tests.tiny_model import write_models
from training.phrasebook import ALIKE, main, sorted_captions, thinned, vectors_of
from training.taught import KEY, record_of


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
    assert np.array_equal(thinned(rows, rows[:0]), rows[:3])
    assert thinned(rows[:0], rows).shape == (0, 384)


def test_a_taught_caption_is_never_read_as_a_doing_however_near_one_it_is():
    apart = np.eye(384, dtype=np.float32)[:2]
    mine, doing = unit(apart[0] + 0.5 * apart[1]), unit(apart[0] + 0.6 * apart[1])
    others, keyed = (as_bytes(np.stack(rows)) for rows in ((apart[0], mine), (doing,)))
    book = Phrasebook(("bow",), keyed / SCALE, thinned(others, keyed) / SCALE)
    assert mine @ apart[0] > ALIKE  # so that the thinning alone would have left it out
    assert Phrasebook(("bow",), keyed / SCALE, others[:1] / SCALE).reading("my own bow", mine) == "bow"
    assert book.reading("my own bow", mine) is None


def test_the_captions_of_ones_own_model_are_in_its_phrasebook(tmp_path, capsys):
    """Of clips that don't ship and of any source, as the model's config had it: model.json says so."""
    models = write_models(tmp_path)
    cache = small_run.write_cache(tmp_path / "cache")
    manifest = json.loads((cache.folder / "manifest.json").read_text())
    for entry in manifest["clips"]:
        entry["shippable"] = False
        for caption in entry["captions"]:
            caption["source"] = "sidecar"
    (cache.folder / "manifest.json").write_text(json.dumps(manifest))
    line = [str(models / "tiny"), "--cache", str(cache.folder), "--text-encoder", str(models / "text-minilm")]
    assert main(line) == 0
    assert "of 0 others" in capsys.readouterr().out  # taught as the shipped model was
    described = models / "tiny" / "model.json"
    own = TrainConfig(data=DataConfig(caption_sources=("*",), shippable_only=False))
    described.write_text(json.dumps({**json.loads(described.read_text()), KEY: record_of(own)}))
    assert main(line) == 0
    assert "of 6 others" in capsys.readouterr().out
    mine = read_phrasebook(models / "tiny").others
    assert len(mine)
    # a model that begins with this one, on other data, knows them too
    heir = record_of(TrainConfig(init_from=str(models / "tiny")))
    shutil.copytree(models / "tiny", models / "heir")
    described = models / "heir" / "model.json"
    described.write_text(json.dumps({**json.loads(described.read_text()), KEY: heir}))
    assert main([str(models / "heir"), *line[1:]]) == 0
    np.testing.assert_array_equal(read_phrasebook(models / "heir").others, mine)


def unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)


def as_bytes(vectors: np.ndarray) -> np.ndarray:
    return np.rint(vectors * SCALE).astype(np.int8)
