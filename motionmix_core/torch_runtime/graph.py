"""Reading graph.onnx without the package onnx: the few fields of the protocol buffers that a graph is made of.

Field numbers are those of onnx.proto (ONNX 1.x). Weights are external data in the safetensors file beside the graph.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError

DTYPES: Mapping[int, np.dtype[Any]] = {
    number: np.dtype(name)
    for number, name in {
        1: "<f4", 2: "|u1", 3: "|i1", 5: "<i2", 6: "<i4", 7: "<i8", 9: "|b1", 10: "<f2", 11: "<f8",
    }.items()
}  # fmt: skip
"""TensorProto.DataType -> numpy's."""


@dataclass(frozen=True)
class Node:
    """One operator: its type, the names of what goes in ("" = left out) and comes out, its attributes."""

    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]


@dataclass(frozen=True)
class Graph:
    """Nodes in order of computation, constants by name, names of the inputs and outputs."""

    nodes: tuple[Node, ...]
    constants: Mapping[str, NDArray[Any]]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def read_graph(path: Path) -> Graph:
    """The graph in a file. ModelError when it isn't one."""
    try:
        return _graph(path)
    except (OSError, ValueError, IndexError, KeyError, struct.error, UnicodeDecodeError) as error:
        raise ModelError(f"The model {path} can't be loaded ({error!r}). Reinstall MotionMix.") from error


def _graph(path: Path) -> Graph:
    folder = path.parent
    graph = next(value for number, value in _fields(path.read_bytes()) if number == 7)
    nodes: list[Node] = []
    constants: dict[str, NDArray[Any]] = {}
    inputs: list[str] = []
    outputs: list[str] = []
    for number, value in _fields(graph):
        if number == 1:
            nodes.append(_node(value, folder))
        elif number == 5:
            name, array = _tensor(value, folder)
            constants[name] = array
        elif number in (11, 12):
            name = next(bytes(field).decode() for key, field in _fields(value) if key == 1)
            (inputs if number == 11 else outputs).append(name)
    return Graph(tuple(nodes), constants, tuple(name for name in inputs if name not in constants), tuple(outputs))


def _fields(data: Any) -> Iterator[tuple[int, Any]]:
    """(field number, value) of a message: numbers for varints, memory for the rest."""
    view, at = memoryview(data), 0
    while at < len(view):
        key, at = _varint(view, at)
        kind = key & 7
        if kind == 0:
            value, at = _varint(view, at)
            yield key >> 3, value
            continue
        size = {1: 8, 5: 4}.get(kind, 0)
        if kind == 2:
            size, at = _varint(view, at)
        elif not size:
            raise ValueError(f"wire type {kind}")
        yield key >> 3, view[at : at + size]
        at += size


def _varint(view: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = view[at]
        value |= (byte & 127) << shift
        at += 1
        shift += 7
        if byte < 128:
            return value, at


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _numbers(value: Any) -> list[int]:
    """Whole numbers, packed or a single one."""
    if isinstance(value, int):
        return [_signed(value)]
    numbers, at = [], 0
    while at < len(value):
        number, at = _varint(value, at)
        numbers.append(_signed(number))
    return numbers


def _node(data: Any, folder: Path) -> Node:
    inputs, outputs, attributes, operator = [], [], {}, ""
    for number, value in _fields(data):
        if number == 1:
            inputs.append(bytes(value).decode())
        elif number == 2:
            outputs.append(bytes(value).decode())
        elif number == 4:
            operator = bytes(value).decode()
        elif number == 5:
            name, attribute = _attribute(value, folder)
            attributes[name] = attribute
    return Node(operator, tuple(inputs), tuple(outputs), attributes)


def _attribute(data: Any, folder: Path) -> tuple[str, Any]:
    name, result = "", None
    integers: list[int] = []
    for number, value in _fields(data):
        if number == 1:
            name = bytes(value).decode()
        elif number == 2:
            (result,) = struct.unpack("<f", value)
        elif number == 3:
            result = _signed(value)
        elif number == 4:
            result = bytes(value).decode()
        elif number == 5:
            result = _tensor(value, folder)[1]
        elif number == 8:
            integers += _numbers(value)
    return name, integers if integers else result


def _tensor(data: Any, folder: Path) -> tuple[str, NDArray[Any]]:
    name, shape, kind = "", [], 1
    raw: Any = None
    numbers: list[int] = []
    external: dict[str, str] = {}
    for number, value in _fields(data):
        if number == 1:
            shape += _numbers(value)
        elif number == 2:
            kind = int(value)
        elif number in (5, 7):
            numbers += _numbers(value)
        elif number == 8:
            name = bytes(value).decode()
        elif number in (4, 9, 10):
            raw = value
        elif number == 13:
            entry = {key: bytes(text).decode() for key, text in _fields(value)}
            external[entry[1]] = entry[2]
    dtype = DTYPES[kind]
    if external:
        offset, length = int(external.get("offset", 0)), int(external["length"])
        values = np.fromfile(folder / external["location"], dtype, length // dtype.itemsize, offset=offset)
    elif raw is not None:
        values = np.frombuffer(raw, dtype).copy()
    else:
        values = np.array(numbers, np.int64).astype(dtype)
    return name, values.reshape(shape)
