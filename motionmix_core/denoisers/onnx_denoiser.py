"""The denoiser that the extension runs: an exported network on ONNX Runtime, numpy in and out, no torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..conditions.text import TextFeatures
from ..errors import ModelError
from ..onnx_session import DEFAULT_RUNTIME, Interrupter, Runtime, check_weights, open_session, run_session
from .description import ModelDescription, read_model_description

INPUTS = ("x", "observed_mask", "noise_level", "text_tokens", "text_mask", "text_pooled", "frame_mask")
OUTPUT = "x0"


class OnnxDenoiser:
    """A model folder (``model.json graph.onnx weights.safetensors``) as a function that predicts the clean motion."""

    def __init__(
        self,
        folder: Path | str,
        threads: int = 0,
        interrupter: Interrupter | None = None,
        runtime: Runtime = DEFAULT_RUNTIME,
    ) -> None:
        """Load the network.

        Args:
            folder: of the model.
            threads: for one operator; 0 = physical cores.
            interrupter: ends network calls when it's set (they raise Cancelled).
            runtime: what to run the network with.
        Raises:
            ModelError: a file is missing, damaged or of another kind, or ONNX Runtime isn't there.
        """
        folder = Path(folder)
        self.description: ModelDescription = read_model_description(folder)
        check_weights(folder, self.description.weights_sha256)
        self._interrupter = interrupter
        self._session = open_session(folder, threads, runtime)
        names = {value.name for value in self._session.get_inputs()}
        if names != set(INPUTS):
            raise ModelError(f"{folder}: the network takes {sorted(names)}, not {sorted(INPUTS)}. Update the model.")

    @property
    def runs_on(self) -> str:
        """What runs it, for people: "ONNX Runtime on the CPU", "torch on cuda"."""
        device = getattr(self._session, "device", None)
        return "ONNX Runtime on the CPU" if device is None else f"torch on {device}"

    def __call__(
        self,
        x: NDArray[np.float32],
        observed_mask: NDArray[np.float32],
        noise_level: float,
        text: TextFeatures,
    ) -> NDArray[np.float32]:
        """Predict x0.

        Args:
            x: (B,T,F) normalised noisy motion, observed entries already overwritten by their clean values.
            observed_mask: (B,T,F), 1 = observed.
            noise_level: sqrt(1 - alpha_bar), the same for the whole batch.
            text: B encoded prompts; masked ones are the null condition.
        Returns:
            (B,T,F) normalised.
        """
        batch, frames, _ = x.shape
        padding = -frames % self.description.patch
        frame_mask = np.ones((batch, frames + padding), np.float32)
        if padding:
            frame_mask[:, frames:] = 0
            after = ((0, 0), (0, padding), (0, 0))
            x, observed_mask = np.pad(x, after), np.pad(observed_mask, after)
        feed = {
            "x": x,
            "observed_mask": observed_mask,
            "noise_level": np.full(batch, noise_level, np.float32),
            "text_tokens": text.tokens,
            "text_mask": text.mask.astype(np.float32),
            "text_pooled": text.pooled,
            "frame_mask": frame_mask,
        }
        (x0,) = run_session(self._session, [OUTPUT], feed, self._interrupter)
        return x0[:, :frames]
