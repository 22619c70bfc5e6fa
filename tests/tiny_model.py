"""Model folders of a few thousand numbers with the shipped ones' interface, so that tests need no trained weights.

`write_models(folder)` makes ``folder/tiny`` (a denoiser) and ``folder/text-minilm`` (a text encoder of 30 words). The
denoiser is a formula: x0 = keep * x + (pooled text through two small matrices) + (share of the frame that is observed),
all of it cut off at the frame mask. It answers to every input, so a test can see whether an input arrived.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import tokenizers
from onnx import TensorProto, helper, numpy_helper

from motionmix_core.motion.motion import Motion
from motionmix_core.motion.skeleton import canonical_skeleton, rest_height
from motionmix_core.representation.default import FEATURES, encode
from training.onnx_weights import write_model

WORDS = ("a", "person", "walks", "walk", "forward", "backwards", "and", "waves", "jump", "runs", "sits", "slow", "fast")
WIDTH = 384
PATCH = 2


def write_models(folder: Path, **description: object) -> Path:
    """Write both models; `description` replaces entries of the denoiser's model.json. Returns `folder`."""
    write_text_encoder(folder / "text-minilm")
    write_denoiser(folder / "tiny", **description)
    return folder


def write_denoiser(folder: Path, **description: object) -> Path:
    rng = np.random.default_rng(1)
    constants: dict[str, np.ndarray] = {
        "keep": np.array([0.2], np.float32),
        "down": rng.normal(0, 1, (WIDTH, 4)).astype(np.float32),
        "up": rng.normal(0, 0.5, (4, FEATURES)).astype(np.float32),
        "observed_gain": np.array([0.05], np.float32),
        "level_gain": np.array([0.01], np.float32),
        "token_gain": np.array([0.02], np.float32),
        "frame_axes": np.array([1], np.int64),
        "last_axis": np.array([2], np.int64),
        "level_axes": np.array([1, 2], np.int64),
    }
    node = helper.make_node
    nodes = [
        node("Mul", ["x", "keep"], ["kept"]),
        node("MatMul", ["text_pooled", "down"], ["low"]),
        node("MatMul", ["low", "up"], ["told_"]),
        node("Unsqueeze", ["told_", "frame_axes"], ["told"]),
        node("ReduceMean", ["observed_mask", "last_axis"], ["share"], keepdims=1),
        node("Mul", ["share", "observed_gain"], ["seen"]),
        node("Unsqueeze", ["noise_level", "level_axes"], ["level_"]),
        node("Mul", ["level_", "level_gain"], ["level"]),
        node("Unsqueeze", ["text_mask", "last_axis"], ["mask_"]),
        node("Mul", ["text_tokens", "mask_"], ["tokens"]),
        node("ReduceMean", ["tokens", "level_axes"], ["token_"], keepdims=1),
        node("Mul", ["token_", "token_gain"], ["token"]),
        node("Sum", ["kept", "told", "seen", "level", "token"], ["all"]),
        node("Unsqueeze", ["frame_mask", "last_axis"], ["frames"]),
        node("Mul", ["all", "frames"], ["x0"]),
    ]
    shapes = {
        "x": ("B", "T", FEATURES),
        "observed_mask": ("B", "T", FEATURES),
        "noise_level": ("B",),
        "text_tokens": ("B", "L", WIDTH),
        "text_mask": ("B", "L"),
        "text_pooled": ("B", WIDTH),
        "frame_mask": ("B", "T"),
    }
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()]
    output = helper.make_tensor_value_info("x0", TensorProto.FLOAT, ("B", "T", FEATURES))
    digest = write_model(_model(nodes, inputs, [output], constants), folder)
    skeleton = canonical_skeleton()
    standing = Motion(
        skeleton, np.array([[0, rest_height(skeleton), 0]]), np.tile([1.0, 0, 0, 0], (1, skeleton.num_joints, 1)), 30.0
    )
    entries: dict[str, object] = {
        "format": 1,
        "name": "tiny",
        "representation": "default",
        "fps": 30,
        "features": FEATURES,
        "patch": PATCH,
        "mean": encode(standing)[0].tolist(),
        "std": [0.1] * FEATURES,
        "schedule": {"kind": "cosine", "steps": 1000},
        "pivot_noise_level": None,
        "default_steps": 5,
        "default_sampler": "ddim",
        "default_guidance": 2.0,
        "max_seconds": 4.0,
        "min_seconds": 0.5,
        "text_encoder": "minilm-l6",
        "weights_sha256": digest,
    }
    (folder / "model.json").write_text(json.dumps(entries | description), encoding="utf-8")
    return folder


def write_text_encoder(folder: Path) -> Path:
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS]
    constants: dict[str, np.ndarray] = {
        "words": np.random.default_rng(2).normal(0, 1, (len(pieces), WIDTH)).astype(np.float32),
        "token_axis": np.array([1], np.int64),
        "last_axis": np.array([2], np.int64),
    }
    node = helper.make_node
    nodes = [
        node("Gather", ["words", "input_ids"], ["looked_up"]),
        node("Unsqueeze", ["mask", "last_axis"], ["mask_"]),
        node("Mul", ["looked_up", "mask_"], ["tokens"]),
        node("ReduceSum", ["tokens", "token_axis"], ["total"], keepdims=0),
        node("ReduceL2", ["total", "token_axis"], ["norm"], keepdims=1),
        node("Div", ["total", "norm"], ["pooled"]),
    ]
    inputs = [
        helper.make_tensor_value_info("input_ids", TensorProto.INT64, ("B", "L")),
        helper.make_tensor_value_info("mask", TensorProto.FLOAT, ("B", "L")),
    ]
    outputs = [
        helper.make_tensor_value_info("tokens", TensorProto.FLOAT, ("B", "L", WIDTH)),
        helper.make_tensor_value_info("pooled", TensorProto.FLOAT, ("B", WIDTH)),
    ]
    digest = write_model(_model(nodes, inputs, outputs, constants), folder)
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = tokenizers.normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    description = {"format": 1, "kind": "text-encoder", "name": "minilm-l6", "weights_sha256": digest}
    (folder / "model.json").write_text(json.dumps(description), encoding="utf-8")
    return folder


def _model(
    nodes: list[onnx.NodeProto],
    inputs: list[onnx.ValueInfoProto],
    outputs: list[onnx.ValueInfoProto],
    constants: dict[str, np.ndarray],
) -> onnx.ModelProto:
    initialisers = [numpy_helper.from_array(values, name) for name, values in constants.items()]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, initialisers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    onnx.checker.check_model(model)
    return model
