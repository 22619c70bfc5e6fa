"""What is carried to another machine comes back: motion to the bit, captions nearly so."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from motionmix_core.conditions.text import MiniLMEncoder
from motionmix_core.errors import DataError
from motionmix_core.mixed_data.cache import load_cache
from tests.mixed_data import small_run
from tests.tiny_model import write_models
from training.pack import carried_bytes, main, pack, packed_tensors, unpack, unpacked_tensors


@pytest.fixture(scope="module")
def carried(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """The cache, the encoder, and the pack of both."""
    folder = tmp_path_factory.mktemp("carried")
    small_run.write_cache(folder / "cache")
    encoder = write_models(folder / "models") / "text-minilm"
    return folder / "cache", encoder, pack(folder / "cache", encoder, small_run.CONFIG, folder / "new" / "it.pack")


def test_motion_comes_back_to_the_bit_without_the_test_clips(carried: tuple[Path, Path, Path], tmp_path: Path) -> None:
    cache, _, packed = carried
    unpack(packed, tmp_path / "there", tmp_path / "text")
    before, after = (load_cache(f, small_run.CONFIG.data.caption_sources) for f in (cache, tmp_path / "there"))
    wanted = [c for c in before.clips if c.split != "test"]
    assert [replace(c, start=0) for c in after.clips] == [replace(c, start=0) for c in wanted]
    for old, new in zip(wanted, after.clips, strict=True):
        rows, others = slice(old.start, old.start + old.frames), slice(new.start, new.start + new.frames)
        np.testing.assert_array_equal(after.features[others], before.features[rows])


def test_captions_say_the_same_there(carried: tuple[Path, Path, Path], tmp_path: Path) -> None:
    cache, encoder, packed = carried
    unpack(packed, tmp_path / "there", tmp_path / "text")
    clips = load_cache(cache, small_run.CONFIG.data.caption_sources).select("train", True)
    texts = [caption.text for clip in clips for caption in clip.captions]
    here, there = (MiniLMEncoder(folder).encode(texts) for folder in (encoder, tmp_path / "text"))
    off = np.linalg.norm(here.pooled - there.pooled, axis=-1) / np.linalg.norm(here.pooled, axis=-1)
    assert off.max() < 0.04  # the real encoder: 0.014
    assert off.max() > 0


def test_numbers_stay_near_the_largest_finite_and_long_ones_as_they_are(rng: np.random.Generator) -> None:
    tensors: dict[str, np.ndarray] = {
        "mask": np.array([1.0, -1.0, 0.37, -3e-4, 65504.0, -65504.0, 0.0], np.float16),
        "matrix": rng.standard_normal((3, 4, 2)).astype(np.float16),
        "norm": rng.standard_normal(5).astype(np.float32),
    }
    made = unpacked_tensors(packed_tensors(tensors))
    assert set(made) == set(tensors)
    for name in ("mask", "matrix"):
        assert np.isfinite(made[name]).all() and made[name].dtype == np.float16
        np.testing.assert_allclose(made[name].astype(float), tensors[name].astype(float), rtol=2.0**-6)
    np.testing.assert_array_equal(made["norm"], tensors["norm"])


def test_an_encoder_that_is_there_already_stays(carried: tuple[Path, Path, Path], tmp_path: Path) -> None:
    (tmp_path / "text").mkdir()
    unpack(carried[2], tmp_path / "there", tmp_path / "text")
    assert list((tmp_path / "text").iterdir()) == []


def test_what_isnt_a_pack_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x").write_bytes(b"no zip")
    with pytest.raises(DataError, match="isn't a pack"):
        unpack(tmp_path / "x", tmp_path / "there", tmp_path / "text")
    assert main([str(tmp_path / "x"), "--unpack", str(tmp_path / "there")]) == 2
    assert "isn't a pack" in capsys.readouterr().err


def test_a_cache_without_clips_for_the_config_is_refused(carried: tuple[Path, Path, Path], tmp_path: Path) -> None:
    cache, encoder, _ = carried
    manifest = json.loads((cache / "manifest.json").read_text(encoding="utf-8"))
    other = tmp_path / "cache"
    other.mkdir()
    (other / "manifest.json").write_text(
        json.dumps({**manifest, "clips": [{**c, "split": "test"} for c in manifest["clips"]]}), encoding="utf-8"
    )
    with pytest.raises(DataError, match="no clips"):
        pack(other, encoder, small_run.CONFIG, tmp_path / "it.pack")


def test_the_repository_and_its_pack_are_counted(repo_root: Path, tmp_path: Path) -> None:
    packed = tmp_path / "it.pack"
    packed.write_bytes(b"12345")
    assert carried_bytes(packed, repo_root) > 5 + (repo_root / "training" / "pack.py").stat().st_size
