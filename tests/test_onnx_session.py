"""A network call that another thread ends."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from motionmix_core.errors import Cancelled
from motionmix_core.onnx_session import Interrupter, open_session, run_session
from training.onnx_weights import write_model

onnx = pytest.importorskip("onnx", reason="the package onnx isn't installed")


def slow_network(folder: Path, products: int) -> Path:
    """A chain of matrix products: a minute of work."""
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    nodes = [helper.make_node("MatMul", [f"x{number}", "weights"], [f"x{number + 1}"]) for number in range(products)]
    shape = (1024, 1024)
    graph = helper.make_graph(
        nodes,
        "slow",
        [helper.make_tensor_value_info("x0", kind, shape)],
        [helper.make_tensor_value_info(f"x{products}", kind, shape)],
        [onnx.numpy_helper.from_array(np.eye(1024, dtype=np.float32), "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    model.ir_version = 10
    write_model(model, folder)
    return folder


def test_a_call_in_the_middle_of_its_work_is_ended(tmp_path: Path) -> None:
    """It would take a minute: that the test comes back at all, and with Cancelled, is the proof."""
    products = 1_500
    session = open_session(slow_network(tmp_path / "slow", products), 1)
    interrupter = Interrupter()
    timer = threading.Timer(0.2, interrupter.set)
    timer.start()
    with pytest.raises(Cancelled):
        run_session(session, [f"x{products}"], {"x0": np.eye(1024, dtype=np.float32)}, interrupter)
    timer.join()
