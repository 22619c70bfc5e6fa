"""Opening a model folder with ONNX Runtime: one place for its settings and for what can be wrong with the files.

A folder holds ``model.json``, ``graph.onnx`` and ``weights.safetensors``; the graph's initialisers point into the
weights file. Used by the text encoder and by the denoiser.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol

from numpy.typing import NDArray

from .errors import Cancelled, ModelError


class Session(Protocol):
    """What is needed of whatever runs a network: ONNX Runtime's session, or ours on torch."""

    def run(self, outputs: list[str], feed: Mapping[str, NDArray[Any]], options: Any = None, /) -> list[NDArray[Any]]:
        """The named outputs."""
        ...

    def get_inputs(self) -> Any:
        """The inputs; each has a `name`."""
        ...


DESCRIPTION_FILE = "model.json"
GRAPH_FILE = "graph.onnx"
WEIGHTS_FILE = "weights.safetensors"
FORMAT = 1


class Interrupter:
    """Lets another thread end a network call that is being made, and all later ones until `clear`.

    A call is left between two operators of the network, which is a matter of milliseconds.
    """

    def __init__(self) -> None:
        self._options: Any = None
        self._lock = threading.Lock()

    @property
    def options(self) -> Any:
        """What a session's run is to be given."""
        with self._lock:
            if self._options is None:
                self._options = _run_options()
            return self._options

    @property
    def is_set(self) -> bool:
        """Whether calls are being refused."""
        return self._options is not None and bool(self._options.terminate)

    def set(self) -> None:
        """End the present call, refuse later ones. From any thread."""
        self.options.terminate = True

    def clear(self) -> None:
        """Let calls be made again."""
        if self._options is not None:
            self._options.terminate = False


def _run_options() -> Any:
    try:
        import onnxruntime
    except ImportError:  # torch runs the networks
        return SimpleNamespace(terminate=False)
    options = onnxruntime.RunOptions()
    options.log_severity_level = 4  # a call that is ended on purpose isn't an error to be logged
    return options


@dataclass(frozen=True)
class Runtime:
    """What networks are run with.

    :param kind: "onnxruntime", "torch", or "auto" = ONNX Runtime where it is installed, else torch.
    :param device: for torch: "cpu", "cuda", "mps", or "auto" = the fastest there is.
    """

    kind: str = "onnxruntime"
    device: str = "auto"


DEFAULT_RUNTIME = Runtime()


def read_description(folder: Path) -> dict[str, Any]:
    """The folder's ``model.json`` as a dictionary.

    :raises ModelError: the folder or the file is missing, isn't JSON, or is of a newer format.
    """
    path = folder / DESCRIPTION_FILE
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(f"No model in {folder}: {DESCRIPTION_FILE} is missing. Reinstall MotionMix.") from None
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} can't be read ({error}). Reinstall MotionMix.") from error
    if not isinstance(description, dict) or description.get("format") != FORMAT:
        raise ModelError(f"{path} isn't of format {FORMAT}, the one this version reads. Update MotionMix or the model.")
    return description


def check_weights(folder: Path, expected_sha256: str) -> None:
    """Compare the weights file with the SHA-256 in ``model.json``: a damaged download would make damaged motion.

    :raises ModelError: the file is missing, cut short or altered.
    """
    path = folder / WEIGHTS_FILE
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"The weights {path} can't be read ({error.strerror}). Reinstall MotionMix.") from error
    if digest != expected_sha256:
        raise ModelError(f"The weights {path} are damaged (their SHA-256 isn't the model's). Reinstall MotionMix.")


def open_session(folder: Path, threads: int = 0, runtime: Runtime = DEFAULT_RUNTIME) -> Session:
    """A session on the folder's graph.

    :param threads: threads for one operator; 0 = as many as there are physical cores.
    :param runtime: what to run it with.
    :raises ModelError: ONNX Runtime (or torch) isn't installed, or the graph can't be loaded.
    """
    path = folder / GRAPH_FILE
    if not path.is_file():
        raise ModelError(f"The model {folder} has no {GRAPH_FILE}. Reinstall MotionMix.")
    wants_torch = runtime.kind == "torch" or (runtime.kind == "auto" and not _is_there("onnxruntime"))
    if wants_torch and (runtime.kind == "torch" or _is_there("torch")):
        from .torch_runtime import TorchSession

        return TorchSession(folder, runtime.device, threads)
    return _open_onnx(path, threads)


def _is_there(library: str) -> bool:
    try:
        importlib.import_module(library)
    except ImportError:
        return False
    return True


def _open_onnx(path: Path, threads: int) -> Session:
    try:
        import onnxruntime
    except ImportError as error:
        raise ModelError(
            f"ONNX Runtime, which runs the models, can't be loaded ({error}). Reinstall MotionMix for this platform, "
            "or install the package onnxruntime."
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or physical_cores()
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 3
    # Threads that spin between operators take twice the processor time (50 ms a step against 20 on two busy cores)
    # and with that the animator's cores, for no gain while anything else runs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's exceptions have no common base below Exception
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelError(f"The model {path} can't be loaded ({reason}). Reinstall MotionMix.") from error


def run_session(
    session: Session,
    outputs: list[str],
    feed: Mapping[str, NDArray[Any]],
    interrupter: Interrupter | None = None,
) -> list[NDArray[Any]]:
    """Run a session.

    :param interrupter: ends the call when it's set.
    :raises ModelError: the network can't be run, most likely for want of memory.
    :raises Cancelled: the call was interrupted.
    """
    try:
        return session.run(outputs, feed, interrupter.options if interrupter is not None else None)
    except Cancelled:
        raise
    except Exception as error:  # ONNX Runtime's exceptions have no common base below Exception
        if interrupter is not None and interrupter.is_set:
            raise Cancelled("Cancelled.") from None
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelError(
            f"The network couldn't be run ({reason}). If memory is short, ask for a shorter motion or fewer variations."
        ) from error


def physical_cores() -> int:
    """Half the logical processors where there are more than four (they come in pairs), else all of them."""
    logical = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return logical // 2 if logical > 4 else logical
