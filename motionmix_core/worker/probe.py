"""What an interpreter has for running the worker, found by trying: ``python -m motionmix_core.worker --probe``."""

from __future__ import annotations

import importlib
import sys
import time
from pathlib import Path
from typing import Any

from ..errors import MotionMixError
from ..generation.generator import Generator
from ..generation.request import GenerationRequest
from ..onnx_session import Runtime

LIBRARIES = ("numpy", "onnxruntime", "tokenizers", "torch")


def probe(models_dir: Path | None, runtime: Runtime) -> dict[str, Any]:
    """Versions of the libraries ("" = not there), torch's devices, and what came of making a second of motion.

    The result is JSON-ready: python, one entry a library, devices (list of text), works, runs_on, seconds (of the
    short motion, model loaded), problem (why it doesn't work, "" if it does).
    """
    found: dict[str, Any] = {"python": sys.version.split()[0], "executable": sys.executable}
    found |= {name: _version(name) for name in LIBRARIES}
    found["devices"] = _devices() if found["torch"] else []
    found |= {"works": False, "runs_on": "", "seconds": 0.0, "problem": ""}
    try:
        generator = Generator(models_dir, runtime=runtime)
        request = GenerationRequest("a person walks", 1.0, steps=2)
        generator.generate(request)
        begin = time.perf_counter()
        generator.generate(request)
        found |= {"works": True, "seconds": time.perf_counter() - begin, "runs_on": generator.denoiser().runs_on}
    except MotionMixError as error:
        found["problem"] = str(error)
    except Exception as error:  # whatever a strange interpreter does is what the animator wants to know
        found["problem"] = f"{type(error).__name__}: {error}"
    return found


def _version(name: str) -> str:
    try:
        return str(getattr(importlib.import_module(name), "__version__", "?"))
    except Exception:  # a broken library raises anything
        return ""


def _devices() -> list[str]:
    torch = importlib.import_module("torch")
    devices = ["CPU"]
    if torch.cuda.is_available():
        devices += [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())]
    if getattr(torch.backends, "mps", None) is not None and torch.backends.mps.is_available():
        devices.append("Apple GPU")
    return devices
