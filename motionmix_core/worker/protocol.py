"""What goes over the pipes between the client and the worker.

A message is a JSON object and named arrays:

    4 bytes "MMX1" | uint32 length of the header | header, UTF-8 JSON | the arrays' bytes, one after the other

(little endian). The header's "arrays" lists name, dtype and shape of each. There is no pickle, so a broken or hostile
stream can at worst be refused.

To the worker: ``generate`` (job, request, arrays), ``cancel`` (job), ``task`` (task, name, arguments, arrays), ``load``
(model), ``stop``.
From it: ``ready``, ``alive`` (once a second), ``bye`` (it ends for want of work), for a job ``started``, ``progress``,
``result``, ``failed``, ``cancelled``, and for a task ``returned`` or ``task_failed``.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..generation.request import GenerationRequest
from ..generation.result import GenerationResult
from ..motion.motion import Motion
from ..motion.skeleton import canonical_skeleton
from .plain import from_plain, to_plain

MAGIC = b"MMX1"
MAX_HEADER = 4 << 20
MAX_ARRAYS = 1 << 30
_DTYPES = {name: np.dtype(name) for name in ("<f4", "<f8", "<i4", "<i8", "|b1")}
_LENGTH = struct.Struct("<I")


class ProtocolError(Exception):
    """The stream doesn't hold messages, or ends inside one. Not for the animator: the client translates it."""


class Stream(Protocol):
    """What is needed of a pipe."""

    def read(self, size: int, /) -> bytes | None:
        """Up to `size` bytes; none at the end."""
        ...

    def write(self, data: Any, /) -> int | None:
        """Write all or some of the bytes."""
        ...


@dataclass(frozen=True)
class Message:
    """One message: its type, its JSON fields and its arrays.

    value: what a received one means, put together by the thread that reads (see `understood`).
    """

    type: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    value: Any = None


def pack(message: Message) -> bytes:
    """The message as bytes."""
    parts, listed = [], []
    for name, values in message.arrays.items():
        contiguous = np.ascontiguousarray(values)
        dtype = contiguous.dtype.newbyteorder("<").str
        if dtype not in _DTYPES:
            raise TypeError(f"arrays of {contiguous.dtype} can't be sent")
        listed.append({"name": name, "dtype": dtype, "shape": contiguous.shape})
        parts.append(contiguous.astype(dtype, copy=False).tobytes())
    header = json.dumps({"type": message.type, **message.fields, "arrays": listed}).encode()
    return b"".join((MAGIC, _LENGTH.pack(len(header)), header, *parts))


def read_message(stream: Stream) -> Message | None:
    """The next message, or None at the end of the stream. Blocks.

    Raises:
        ProtocolError: what comes isn't a message, or is cut short.
    """
    magic = _read(stream, len(MAGIC), may_end=True)
    if not magic:
        return None
    if magic != MAGIC:
        raise ProtocolError(f"not a message: it begins with {magic!r}")
    (length,) = _LENGTH.unpack(_read(stream, _LENGTH.size))
    if length > MAX_HEADER:
        raise ProtocolError(f"a header of {length} bytes")
    try:
        header = json.loads(_read(stream, length))
        kind, listed = header.pop("type"), header.pop("arrays")
        arrays = {}
        total = 0
        for entry in listed:
            dtype, shape = _DTYPES[entry["dtype"]], tuple(int(size) for size in entry["shape"])
            size = dtype.itemsize * math.prod(shape)
            total += size
            if min(shape, default=0) < 0 or total > MAX_ARRAYS:
                raise ProtocolError(f"an array of shape {shape} can't be taken")
            arrays[str(entry["name"])] = np.frombuffer(_read(stream, size), dtype).reshape(shape)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ProtocolError(f"a broken message: {error!r}") from error
    return Message(str(kind), header, arrays)


def _read(stream: Stream, size: int, may_end: bool = False) -> bytes:
    chunks: list[bytes] = []
    missing = size
    while missing:
        chunk = stream.read(missing)
        if not chunk:
            if may_end and missing == size:
                return b""
            raise ProtocolError("the stream ended inside a message")
        chunks.append(chunk)
        missing -= len(chunk)
    return b"".join(chunks)


def write_all(stream: Stream, data: bytes) -> None:
    """Write every byte: a raw pipe may take fewer at a time."""
    view = memoryview(data)
    while view:
        view = view[stream.write(view) or 0 :]


def pack_request(job: int, request: GenerationRequest) -> Message:
    """The message that asks for a job."""
    header, arrays = request.to_plain()
    return Message("generate", {"job": job, "request": header}, arrays)


def unpack_request(message: Message) -> GenerationRequest:
    """The request in a ``generate`` message. RequestError says what is wrong with it."""
    return GenerationRequest.from_plain(message.fields["request"], message.arrays)


def pack_result(job: int, result: GenerationResult) -> Message:
    """The message that answers a job."""
    arrays: dict[str, NDArray[Any]] = {}
    for index, (motion, contacts) in enumerate(zip(result.motions, result.contacts, strict=True)):
        arrays[f"root_{index}"] = motion.root_positions
        arrays[f"rotations_{index}"] = motion.rotations
        arrays[f"contacts_{index}"] = contacts
    fields = {
        "job": job,
        "seeds": list(result.seeds),
        "fps": [motion.fps for motion in result.motions],
        "warnings": list(result.warnings),
        "model": result.model,
    }
    return Message("result", fields, arrays)


def unpack_result(message: Message) -> GenerationResult:
    """The result in a ``result`` message.

    Raises:
        DataError: it doesn't hold what it should.
    """
    fields, arrays = message.fields, message.arrays
    try:
        motions = [
            Motion(canonical_skeleton(), arrays[f"root_{index}"], arrays[f"rotations_{index}"], fps)
            for index, fps in enumerate(fields["fps"])
        ]
        contacts = [arrays[f"contacts_{index}"] for index in range(len(motions))]
        return GenerationResult(motions, fields["seeds"], contacts, fields["warnings"], fields["model"])
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"the generator's answer can't be read ({error!r})") from error


def pack_task(number: int, name: str, arguments: Mapping[str, Any]) -> Message:
    """The message that asks for a task, a function of `tasks.TASKS`."""
    plain, arrays = to_plain(dict(arguments))
    return Message("task", {"task": number, "name": name, "arguments": plain}, arrays)


def unpack_task(message: Message) -> tuple[str, dict[str, Any]]:
    """Name and arguments in a ``task`` message. DataError says what is wrong with it."""
    return str(message.fields["name"]), from_plain(message.fields["arguments"], message.arrays)


def pack_returned(number: int, value: Any) -> Message:
    """The message that answers a task."""
    plain, arrays = to_plain(value)
    return Message("returned", {"task": number, "value": plain}, arrays)


def understood(message: Message) -> Message:
    """The message with its `value`: a job's result, what a task returned. DataError when that can't be read."""
    if message.type == "result":
        return replace(message, value=unpack_result(message))
    if message.type == "returned":
        return replace(message, value=from_plain(message.fields.get("value"), message.arrays))
    return message
