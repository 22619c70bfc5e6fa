"""The text encoder: what the networks are told about a prompt."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from motionmix_core.conditions.text import MAX_TOKENS, MiniLMEncoder, no_text
from motionmix_core.errors import ModelError
from tests.tiny_model import write_text_encoder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_text_encoder(tmp_path_factory.mktemp("models") / "text-minilm")


@pytest.fixture(scope="module")
def encoder(folder: Path) -> MiniLMEncoder:
    return MiniLMEncoder(folder)


def test_a_prompt_reads_the_same_alone_and_beside_a_longer_one(encoder: MiniLMEncoder) -> None:
    alone = encoder.encode(["a person walks"])
    together = encoder.encode(["a person walks", "a person walks forward and jumps"])
    length = alone.tokens.shape[1]
    np.testing.assert_allclose(together.tokens[0, :length], alone.tokens[0], atol=1e-6)
    np.testing.assert_allclose(together.pooled[0], alone.pooled[0], atol=1e-6)
    assert not together.mask[0, length:].any()
    assert not together.tokens[0, length:].any()


def test_the_pooled_vector_is_the_mean_direction_of_the_tokens(encoder: MiniLMEncoder) -> None:
    text = encoder.encode(["walk forward", "jump"])
    for tokens, mask, pooled in zip(text.tokens, text.mask, text.pooled, strict=True):
        mean = tokens[mask].mean(axis=0)
        np.testing.assert_allclose(pooled, mean / np.linalg.norm(mean), atol=1e-6)


def test_a_long_prompt_is_cut_and_says_so(encoder: MiniLMEncoder) -> None:
    text = encoder.encode(["walk " * 2000, "walk " * (MAX_TOKENS - 2), ""])
    assert text.cut.tolist() == [True, False, False]
    assert text.tokens.shape[1] == MAX_TOKENS
    np.testing.assert_allclose(text.tokens[0], text.tokens[1], atol=1e-6)
    assert encoder.encode(["walk walk walk"], max_tokens=4).cut[0]


@pytest.mark.parametrize(("prompt", "known"), [("walk", True), ("🙂 🙂", False), ("walk 🙂", True), ("", False)])
def test_it_says_whether_it_knows_any_of_a_prompt(encoder: MiniLMEncoder, prompt: str, known: bool) -> None:
    assert encoder.knows(prompt) is known
    assert np.isfinite(encoder.encode([prompt]).pooled).all()


def test_no_text_is_fully_masked() -> None:
    text = no_text(3, 2)
    assert text.tokens.shape == (3, 2, 384)
    assert not text.mask.any()
    assert not text.pooled.any()


@pytest.mark.parametrize("broken", ["model.json", "tokenizer.json", "graph.onnx", "weights.safetensors"])
@pytest.mark.parametrize("how", ["missing", "cut short"])
def test_a_broken_folder_is_named(tmp_path: Path, broken: str, how: str) -> None:
    folder = write_text_encoder(tmp_path / "text-minilm")
    file = folder / broken
    if how == "missing":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(ModelError, match="text-minilm") as raised:
        MiniLMEncoder(folder)
    assert "einstall" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_another_model_is_not_taken_for_an_encoder(tmp_path: Path) -> None:
    folder = write_text_encoder(tmp_path / "text-minilm")
    entries = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(entries | {"name": "clip"}))
    with pytest.raises(ModelError, match="clip"):
        MiniLMEncoder(folder)


def test_the_real_encoder_agrees_with_the_published_one(repo_root: Path) -> None:
    """Values of sentence-transformers/all-MiniLM-L6-v2 run by transformers 5.23 and torch 2.13 in float32."""
    folder = repo_root / "pretrained" / "text-minilm"
    if not (folder / "model.json").is_file():
        pytest.skip("pretrained/text-minilm isn't made yet (build.py makes it)")
    encoder = MiniLMEncoder(folder)
    text = encoder.encode(["a person walks forward and waves", "someone washes a window"])
    golden = json.loads((Path(__file__).parent / "minilm_golden.json").read_text())
    for row, expected in enumerate(golden):
        length = expected["tokens"]
        assert int(text.mask[row].sum()) == length
        states = np.array(expected["first_eight_of_each_token"])
        error = text.tokens[row, :length, :8] - states
        assert np.linalg.norm(error) <= 2e-3 * np.linalg.norm(states)
        assert np.abs(text.pooled[row, :16] - expected["pooled_first_sixteen"]).max() < 3e-4
    near, far = encoder.encode(["a man is walking ahead while waving", "a bowl of soup"]).pooled @ text.pooled[0]
    assert near > 0.6 > 0.3 > far
