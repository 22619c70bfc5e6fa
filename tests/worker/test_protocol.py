"""Messages over a pipe: what is written is read, and what isn't a message is refused."""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from motionmix_core.errors import DataError, RequestError
from motionmix_core.generation.request import GenerationRequest
from motionmix_core.generation.result import GenerationResult
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import axis_angle_to_quat
from motionmix_core.motion.skeleton import canonical_skeleton
from motionmix_core.worker.protocol import (
    Message,
    ProtocolError,
    pack,
    pack_request,
    pack_result,
    read_message,
    unpack_request,
    unpack_result,
    write_all,
)


class Drip(io.RawIOBase):
    """A pipe that takes and gives a few bytes at a time, as pipes do."""

    def __init__(self, data: bytes = b"", step: int = 3) -> None:
        self.data, self.step = bytearray(data), step

    def read(self, size: int = -1, /) -> bytes:
        count = min(size, self.step)
        taken, self.data = bytes(self.data[:count]), self.data[count:]
        return taken

    def write(self, data: object, /) -> int:
        taken = bytes(data)[: self.step]  # type: ignore[call-overload]  # a bytes-like object
        self.data += taken
        return len(taken)


def through_a_pipe(message: Message, step: int = 7) -> Message:
    pipe = Drip(step=step)
    write_all(pipe, pack(message))
    back = read_message(pipe)
    assert back is not None
    assert read_message(pipe) is None
    return back


@pytest.mark.parametrize("step", [1, 5, 10**6])
def test_a_message_comes_through_whole(rng: np.random.Generator, step: int) -> None:
    arrays: dict[str, NDArray[Any]] = {
        "a": rng.normal(size=(2, 3)),
        "b": np.arange(4, dtype=np.float32)[::-1],
        "c": np.array([True, False]),
        "empty": np.zeros((0, 3), np.float32),
        "one": np.array(5),
    }
    back = through_a_pipe(Message("x", {"job": 3, "text": "läuft 🙂", "none": None}, arrays), step)
    assert back.type == "x"
    assert back.fields == {"job": 3, "text": "läuft 🙂", "none": None}
    for name, values in arrays.items():
        np.testing.assert_array_equal(back.arrays[name], values)
        assert back.arrays[name].dtype == values.dtype


def test_requests_and_results_come_through(rng: np.random.Generator) -> None:
    skeleton = canonical_skeleton()
    rotations = axis_angle_to_quat(rng.normal(0, 1, (9, skeleton.num_joints, 3)))
    motion = Motion(skeleton, rng.normal(size=(9, 3)), rotations, 30.0)
    request = GenerationRequest("walk", 2.0, seed=2**62, observed=motion, start_level=0.5)
    back = unpack_request(through_a_pipe(pack_request(4, request)))
    assert (back.prompt, back.seed) == ("walk", 2**62)
    assert back.observed is not None
    np.testing.assert_allclose(back.observed.positions(), motion.positions(), atol=1e-12)

    result = GenerationResult([motion, motion.mirrored()], [1, 2], [np.ones((9, 4), bool)] * 2, ["cut"], "tiny")
    answer = unpack_result(through_a_pipe(pack_result(4, result)))
    assert (list(answer.seeds), list(answer.warnings), answer.model) == ([1, 2], ["cut"], "tiny")
    np.testing.assert_allclose(answer[1].positions(), result[1].positions(), atol=1e-12)
    np.testing.assert_array_equal(answer.contacts[0], result.contacts[0])


def test_an_answer_that_lacks_something_is_refused() -> None:
    with pytest.raises(DataError):
        unpack_result(Message("result", {"job": 1, "seeds": [1], "fps": [30.0], "warnings": [], "model": ""}))
    with pytest.raises(RequestError, match="seconds"):
        unpack_request(Message("generate", {"job": 1, "request": {"prompt": "walk", "seconds": -1}}))


def header(text: bytes) -> bytes:
    return struct.pack("<4sI", b"MMX1", len(text)) + text


@pytest.mark.parametrize(
    "data",
    [
        b"Traceback (most recent call last):\n",
        b"MMX",
        struct.pack("<4sI", b"MMX1", 2**31),
        header(b"not json"),
        header(b"[1, 2]"),
        header(b'{"type": "x"}'),
        header(b'{"type": "x", "arrays": [{"name": "a", "dtype": "|O", "shape": [1]}]}'),
        header(b'{"type": "x", "arrays": [{"name": "a", "dtype": "<f8", "shape": [-1]}]}'),
        header(b'{"type": "x", "arrays": [{"name": "a", "dtype": "<f8", "shape": [1000000000000]}]}'),
        header(b'{"type": "x", "arrays": [{"name": "a", "dtype": "<f8", "shape": [4]}]}') + b"too few",
    ],
)
def test_nonsense_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        read_message(io.BytesIO(data))


@given(st.binary(max_size=200))
def test_no_bytes_at_all_do_more_harm_than_an_error(data: bytes) -> None:
    for stream in (io.BytesIO(data), io.BytesIO(header(data))):
        try:
            message = read_message(stream)
        except ProtocolError:
            continue
        assert message is None or isinstance(message, Message)


def test_a_stream_that_ends_between_messages_has_just_ended() -> None:
    assert read_message(io.BytesIO(b"")) is None
