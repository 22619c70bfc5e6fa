"""Weights of an ONNX graph kept once, in a safetensors file that the graph points into.

An exported model is two files: ``graph.onnx``, a few hundred kilobytes of structure, and ``weights.safetensors``, which
torch, numpy and every safetensors tool can read. ONNX's external data lets an initialiser name a file, an offset and a
length, and a safetensors file is plain arrays behind a header, so the graph needs no second copy of the weights.

Matrices are stored as float16 and cast to float32 inside the graph (ONNX Runtime does it once, when it loads); vectors
(biases, norms) stay float32: they cost nothing and rounding them does show.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import safetensors.numpy
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

GRAPH_FILE = "graph.onnx"
WEIGHTS_FILE = "weights.safetensors"
SMALLEST_EXTERNAL = 16
"""Initialisers with fewer elements (shapes, scalars, axes) stay in the graph: shape inference must see their values."""

_ONNX_TYPES = {"F16": TensorProto.FLOAT16, "F32": TensorProto.FLOAT, "I64": TensorProto.INT64}


def write_model(model: onnx.ModelProto, folder: Path, half: bool = True) -> str:
    """Write ``graph.onnx`` and ``weights.safetensors`` of a model whose initialisers are inline.

    :param model: any checked model; it is changed in place (its initialisers become references).
    :param folder: where both files go; made if need be.
    :param half: store float32 tensors of two or more axes as float16.
    :returns: the SHA-256 of the weights file, for ``model.json``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    weights: dict[str, NDArray[np.generic]] = {}
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.size < SMALLEST_EXTERNAL or values.dtype not in (np.float32, np.float16, np.int64):
            continue
        if half and values.dtype == np.float32 and values.ndim >= 2:
            values = values.astype(np.float16)
        weights[tensor.name] = np.ascontiguousarray(values)
    path = folder / WEIGHTS_FILE
    safetensors.numpy.save_file(weights, str(path))
    path.chmod(0o644)  # the library makes it private; these files are shipped
    point_into(model, path, {name: name for name in weights})
    onnx.save_model(model, str(folder / GRAPH_FILE))
    return sha256(path)


def point_into(model: onnx.ModelProto, weights: Path, names: Mapping[str, str]) -> None:
    """Make initialisers of ``model`` references into the safetensors file ``weights``.

    :param names: initialiser name -> tensor name in the file. Shapes must agree. A float32 initialiser whose stored
        tensor is float16 gets a ``Cast``, so the rest of the graph is untouched.
    :raises ValueError: a shape differs, or a tensor is of a kind the graph can't take.
    """
    layout = safetensors_layout(weights)
    casts = []
    for tensor in model.graph.initializer:
        stored = names.get(tensor.name)
        if stored is None:
            continue
        kind, shape, offset, length = layout[stored]
        if tuple(tensor.dims) != shape:
            raise ValueError(f"{tensor.name}: the graph has shape {tuple(tensor.dims)}, {weights.name} has {shape}")
        onnx_type = _ONNX_TYPES[kind]
        name = tensor.name
        if onnx_type != tensor.data_type:
            if (tensor.data_type, onnx_type) != (TensorProto.FLOAT, TensorProto.FLOAT16):
                raise ValueError(f"{tensor.name}: stored as {kind}, which the graph can't take")
            name = f"{tensor.name}.{kind.lower()}"
            casts.append(helper.make_node("Cast", [name], [tensor.name], to=TensorProto.FLOAT))
        reference = TensorProto(name=name, dims=shape, data_type=onnx_type, data_location=TensorProto.EXTERNAL)
        for key, value in (("location", weights.name), ("offset", offset), ("length", length)):
            reference.external_data.add(key=key, value=str(value))
        tensor.CopyFrom(reference)
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend([*casts, *nodes])


def safetensors_layout(path: Path) -> dict[str, tuple[str, tuple[int, ...], int, int]]:
    """``{name: (dtype, shape, byte offset in the file, byte length)}`` of a safetensors file.

    The library reads values but doesn't tell where they lie, so the header (8 bytes of length, then JSON) is read here.
    """
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
    header.pop("__metadata__", None)
    start = 8 + length
    return {
        name: (
            entry["dtype"],
            tuple(entry["shape"]),
            start + entry["data_offsets"][0],
            entry["data_offsets"][1] - entry["data_offsets"][0],
        )
        for name, entry in header.items()
    }


def sha256(path: Path) -> str:
    """SHA-256 of a file, as lower-case hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
