"""The exported network on ONNX Runtime: its inputs arrive, lengths are padded, broken folders are named."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from motionmix_core.conditions.text import TextFeatures, no_text
from motionmix_core.denoisers.onnx_denoiser import OnnxDenoiser
from motionmix_core.errors import ModelError
from motionmix_core.representation.default import FEATURES
from tests.tiny_model import PATCH, write_denoiser


@pytest.fixture(scope="module")
def denoiser(tmp_path_factory: pytest.TempPathFactory) -> OnnxDenoiser:
    return OnnxDenoiser(write_denoiser(tmp_path_factory.mktemp("models") / "tiny"))


def some_text(rng: np.random.Generator, batch: int) -> TextFeatures:
    tokens, pooled = (rng.normal(size=shape).astype(np.float32) for shape in ((batch, 5, 384), (batch, 384)))
    return TextFeatures(tokens, np.ones((batch, 5), bool), pooled, np.zeros(batch, bool))


def test_any_length_is_padded_to_whole_patches_and_cut_back(denoiser: OnnxDenoiser, rng: np.random.Generator) -> None:
    assert PATCH == 2
    x = rng.normal(size=(1, 7, FEATURES)).astype(np.float32)
    nothing = np.zeros_like(x)
    text = some_text(rng, 1)
    whole = denoiser(np.pad(x, ((0, 0), (0, 1), (0, 0))), np.zeros((1, 8, FEATURES), np.float32), 0.5, text)
    np.testing.assert_allclose(denoiser(x, nothing, 0.5, text), whole[:, :7], atol=1e-6)


def test_every_input_reaches_the_network(denoiser: OnnxDenoiser, rng: np.random.Generator) -> None:
    x = rng.normal(size=(1, 6, FEATURES)).astype(np.float32)
    free = np.zeros_like(x)
    text = some_text(rng, 1)
    base = denoiser(x, free, 0.5, text)
    tokens_only = TextFeatures(text.tokens, text.mask, np.zeros_like(text.pooled), text.cut)
    no_tokens = TextFeatures(text.tokens, np.zeros_like(text.mask), np.zeros_like(text.pooled), text.cut)
    for other in (
        denoiser(x + 1, free, 0.5, text),
        denoiser(x, free + 1, 0.5, text),
        denoiser(x, free, 0.9, text),
        denoiser(x, free, 0.5, no_text()),
    ):
        assert np.abs(other - base).max() > 1e-4
    assert np.abs(denoiser(x, free, 0.5, tokens_only) - denoiser(x, free, 0.5, no_tokens)).max() > 1e-5
    np.testing.assert_allclose(denoiser(x, free, 0.5, no_tokens), denoiser(x, free, 0.5, no_text()), atol=1e-6)


def test_a_batch_is_the_same_as_one_by_one(denoiser: OnnxDenoiser, rng: np.random.Generator) -> None:
    x = rng.normal(size=(3, 8, FEATURES)).astype(np.float32)
    text = some_text(rng, 3)
    together = denoiser(x, np.zeros_like(x), 0.3, text)
    for row in range(3):
        part = slice(row, row + 1)
        alone_text = TextFeatures(text.tokens[part], text.mask[part], text.pooled[part], text.cut[part])
        np.testing.assert_allclose(
            together[part], denoiser(x[part], np.zeros_like(x[part]), 0.3, alone_text), atol=1e-5
        )


@pytest.mark.parametrize("broken", ["model.json", "graph.onnx", "weights.safetensors"])
@pytest.mark.parametrize("how", ["missing", "cut short", "one byte changed"])
def test_a_broken_folder_is_named(tmp_path: Path, broken: str, how: str) -> None:
    folder = write_denoiser(tmp_path / "tiny")
    file = folder / broken
    content = file.read_bytes()
    if how == "missing":
        file.unlink()
    elif how == "cut short":
        file.write_bytes(content[: len(content) // 2])
    else:
        middle = 0 if broken != "weights.safetensors" else len(content) // 2
        file.write_bytes(content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :])
    with pytest.raises(ModelError, match="tiny") as raised:
        OnnxDenoiser(folder)
    assert "einstall" in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": 2}, "format"),
        ({"representation": "humanml3d", "features": 263}, "humanml3d"),
        ({"mean": [0.0] * 5}, "mean"),
        ({"std": [0.0] * FEATURES}, "std"),
        ({"patch": 0}, "patch"),
        ({"fps": "fast"}, "fast"),
        ({"max_seconds": 0.1}, "max_seconds"),
    ],
)
def test_a_description_that_cannot_be_used_says_what_is_wrong(
    tmp_path: Path, change: dict[str, object], said: str
) -> None:
    folder = write_denoiser(tmp_path / "tiny", **change)
    with pytest.raises(ModelError, match=said):
        OnnxDenoiser(folder)


def test_a_description_without_an_entry_names_it(tmp_path: Path) -> None:
    folder = write_denoiser(tmp_path / "tiny")
    entries = json.loads((folder / "model.json").read_text())
    del entries["schedule"]
    (folder / "model.json").write_text(json.dumps(entries))
    with pytest.raises(ModelError, match="schedule"):
        OnnxDenoiser(folder)
