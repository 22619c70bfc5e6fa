"""Our graphs on torch: the numbers that ONNX Runtime gives, without the package onnx, and interruptible."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from motionmix_core.errors import Cancelled, ModelError
from motionmix_core.generation import GenerationRequest, Generator
from motionmix_core.onnx_session import Interrupter, Runtime, open_session, run_session
from motionmix_core.torch_runtime.graph import read_graph
from tests.tiny_model import write_models

torch = pytest.importorskip("torch", reason="torch isn't installed")
onnx = pytest.importorskip("onnx", reason="the package onnx isn't installed")


def test_a_graph_is_read_as_onnx_reads_it(tmp_path: Path) -> None:
    path = write_models(tmp_path) / "text-minilm" / "graph.onnx"
    ours, theirs = read_graph(path), onnx.load(str(path))
    assert [node.operator for node in ours.nodes] == [node.op_type for node in theirs.graph.node]
    assert [node.inputs for node in ours.nodes] == [tuple(node.input) for node in theirs.graph.node]
    for tensor in theirs.graph.initializer:
        np.testing.assert_array_equal(ours.constants[tensor.name], onnx.numpy_helper.to_array(tensor))


def test_motions_are_those_of_onnx_runtime(tmp_path: Path) -> None:
    models = write_models(tmp_path)
    request = GenerationRequest("a person walks", 2.0, seed=3, steps=4)
    here, there = (
        Generator(models, 1, Runtime(kind, "cpu")).generate(request)[0].positions() for kind in ("onnxruntime", "torch")
    )
    np.testing.assert_allclose(there, here, atol=1e-5)


@pytest.mark.parametrize("name", ["base-cmu", "text-minilm"])
def test_the_models_that_ship_give_the_same_numbers(repo_root: Path, name: str) -> None:
    folder = repo_root / "pretrained" / name
    if not (folder / "graph.onnx").is_file():
        pytest.skip(f"{folder} hasn't been made yet (build.py package makes it)")
    rng = np.random.default_rng(0)
    if name == "text-minilm":
        feed: dict[str, Any] = {"input_ids": rng.integers(1000, 2000, (2, 9)), "mask": np.ones((2, 9), np.float32)}
        feed["mask"][1, 5:] = 0
        outputs = ["tokens", "pooled"]
    else:
        frames, words = 40, 7
        feed = {
            "x": rng.standard_normal((2, frames, 207)).astype(np.float32),
            "observed_mask": (rng.random((2, frames, 207)) < 0.1).astype(np.float32),
            "noise_level": np.array([0.9, 0.2], np.float32),
            "text_tokens": rng.standard_normal((2, words, 384)).astype(np.float32),
            "text_mask": np.array([[1] * words, [0] * words], np.float32),
            "text_pooled": rng.standard_normal((2, 384)).astype(np.float32),
            "frame_mask": np.ones((2, frames), np.float32),
        }
        outputs = ["x0"]
    results = [
        run_session(open_session(folder, 1, Runtime(kind, "cpu")), outputs, feed) for kind in ("onnxruntime", "torch")
    ]
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=5e-4)


def test_a_device_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="abacus"):
        open_session(write_models(tmp_path) / "tiny", 1, Runtime("torch", "abacus"))


@pytest.mark.parametrize("kind", ["onnxruntime", "torch"])
def test_an_interrupted_call_is_cancelled_and_later_ones_work(tmp_path: Path, kind: str) -> None:
    session = open_session(write_models(tmp_path) / "text-minilm", 1, Runtime(kind, "cpu"))
    feed: dict[str, Any] = {"input_ids": np.ones((1, 4), np.int64), "mask": np.ones((1, 4), np.float32)}
    interrupter = Interrupter()
    interrupter.set()
    with pytest.raises(Cancelled):
        run_session(session, ["tokens"], feed, interrupter)
    interrupter.clear()
    assert run_session(session, ["tokens"], feed, interrupter)[0].shape[:2] == (1, 4)
