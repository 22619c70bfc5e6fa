"""A model's graph run by torch, with the face of an ONNX Runtime session."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import Cancelled, ModelError
from ..onnx_session import GRAPH_FILE, physical_cores
from .graph import Graph, Node, read_graph


class TorchSession:
    """Runs a graph node after node; what depends on constants alone is computed once, when it's opened."""

    def __init__(self, folder: Path, device: str = "auto", threads: int = 0) -> None:
        """Load the graph onto a device ("cpu", "cuda", "mps", or "auto" = the fastest there is).

        Raises:
            ModelError: torch isn't there, has no such device, or the graph has an operator that isn't known here.
        """
        try:
            import torch

            from .operators import OPERATORS, READS_NUMBERS
        except ImportError as error:
            raise ModelError(
                f"torch can't be loaded ({error}). Choose a Python that has it, or the bundled runtime."
            ) from error
        self._torch, self._operators, self._reads_numbers = torch, OPERATORS, READS_NUMBERS
        try:
            self.device = torch.device(_fastest(torch) if device == "auto" else device)
            torch.zeros(1, device=self.device)
        except Exception as error:  # torch's errors for a missing device have no common base
            raise ModelError(f"torch can't use the device {device!r} ({str(error).splitlines()[0]}).") from error
        if self.device.type == "cpu":
            torch.set_num_threads(threads or physical_cores())
        graph = read_graph(folder / GRAPH_FILE)
        unknown = sorted({node.operator for node in graph.nodes} - set(OPERATORS))
        if unknown:
            raise ModelError(f"The model {folder.name} needs {', '.join(unknown)}, which only ONNX Runtime has here.")
        self._graph, self._constants = self._folded(graph)
        self._uses = Counter(name for node in self._graph.nodes for name in node.inputs)

    def get_inputs(self) -> list[SimpleNamespace]:
        """The inputs' names, as ONNX Runtime gives them."""
        return [SimpleNamespace(name=name) for name in self._graph.inputs]

    def run(self, outputs: list[str], feed: Mapping[str, NDArray[Any]], options: Any = None, /) -> list[NDArray[Any]]:
        """The named outputs. Raises Cancelled when `options.terminate` becomes true meanwhile."""
        torch = self._torch
        values = {name: torch.from_numpy(np.ascontiguousarray(array)).to(self.device) for name, array in feed.items()}
        left = self._uses.copy()
        with torch.inference_mode():
            for node in self._graph.nodes:
                if options is not None and options.terminate:
                    raise Cancelled("Cancelled.")
                self._compute(node, values, self._constants)
                for name in node.inputs:
                    left[name] -= 1
                    if not left[name] and name not in outputs:
                        values.pop(name, None)
        return [values[name].cpu().numpy() for name in outputs]

    def _folded(self, graph: Graph) -> tuple[Graph, dict[str, Any]]:
        """The graph without the nodes that depend on constants alone, and all constants on the device."""
        torch = self._torch
        constants = {
            name: torch.from_numpy(array).to("cpu" if array.dtype.kind == "i" else self.device)
            for name, array in graph.constants.items()
        }
        kept = []
        with torch.inference_mode():
            for node in graph.nodes:
                if all(not name or name in constants for name in node.inputs):
                    self._compute(node, constants, {})
                else:
                    kept.append(node)
        used = {name for node in kept for name in node.inputs} | set(graph.outputs)
        return (
            Graph(tuple(kept), {}, graph.inputs, graph.outputs),
            {name: value for name, value in constants.items() if name in used},
        )

    def _compute(self, node: Node, values: dict[str, Any], constants: Mapping[str, Any]) -> None:
        inputs = [(values[name] if name in values else constants[name]) if name else None for name in node.inputs]
        if node.operator not in self._reads_numbers and any(self._is_away(value) for value in inputs):
            inputs = [value if value is None else value.to(self.device) for value in inputs]
        made = self._operators[node.operator](node.attributes, *inputs)
        made = made if isinstance(made, tuple) else (made,)
        values.update(zip(node.outputs, made, strict=False))

    def _is_away(self, value: Any) -> bool:
        """Whether it's on a device that isn't the CPU."""
        return value is not None and value.device.type != "cpu"


def _fastest(torch: Any) -> str:
    if torch.cuda.is_available():
        return "cuda"
    mps = getattr(torch.backends, "mps", None)
    return "mps" if mps is not None and mps.is_available() else "cpu"
