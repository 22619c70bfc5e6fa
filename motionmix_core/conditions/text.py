"""Text as the networks see it: the token states and the pooled vector of a MiniLM-L6 sentence encoder.

The encoder is a folder made by ``training.convert_text_encoder`` and is run by ONNX Runtime, in training as at the
animator's, so both see the same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from ..onnx_session import (
    DEFAULT_RUNTIME,
    Interrupter,
    Runtime,
    check_weights,
    open_session,
    read_description,
    run_session,
)

TEXT_WIDTH = 384
MAX_TOKENS = 48
"""Of a prompt, its first and last special token included: 97 % of captions are shorter than half of that."""

_READ_CHARACTERS = 4000
"""No word piece is longer than this over ``MAX_TOKENS``: what comes after can't matter, and isn't tokenised."""


@dataclass(frozen=True)
class TextFeatures:
    """A batch of encoded prompts, padded to the longest.

    :param tokens: (B,L,384) float32, states of the last layer, zero where ``mask`` is False.
    :param mask: (B,L) bool, True = a token.
    :param pooled: (B,384) float32, the mean over tokens, of unit length.
    :param cut: (B,) bool, True = the prompt was longer than could be read, and its end was left out.
    """

    tokens: NDArray[np.float32]
    mask: NDArray[np.bool_]
    pooled: NDArray[np.float32]
    cut: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.tokens)


def no_text(batch: int = 1, length: int = 1) -> TextFeatures:
    """The null condition: masked tokens and zeros, which the networks take as "no text given"."""
    return TextFeatures(
        np.zeros((batch, length, TEXT_WIDTH), np.float32),
        np.zeros((batch, length), np.bool_),
        np.zeros((batch, TEXT_WIDTH), np.float32),
        np.zeros(batch, np.bool_),
    )


def padded_ids(tokens: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Ids of each text's tokens -> (B, L) with zeros behind, and (B, L) bool where there are tokens."""
    length = max(len(own) for own in tokens)
    ids = np.zeros((len(tokens), length), np.int64)
    mask = np.zeros((len(tokens), length), np.bool_)
    for row, own in enumerate(tokens):
        ids[row, : len(own)] = own
        mask[row, : len(own)] = True
    return ids, mask


class MiniLMEncoder:
    """all-MiniLM-L6-v2 (Wang et al. 2020; Reimers & Gurevych 2019): uncased English word pieces, 384 numbers each."""

    def __init__(
        self,
        folder: Path | str,
        threads: int = 0,
        interrupter: Interrupter | None = None,
        runtime: Runtime = DEFAULT_RUNTIME,
    ) -> None:
        """Open the encoder.

        :param folder: holds ``model.json tokenizer.json graph.onnx weights.safetensors``.
        :param threads: threads for one operator; 0 = physical cores.
        :param interrupter: ends network calls when it's set (they raise Cancelled).
        :param runtime: what to run the network with.
        :raises ModelError: a file is missing or damaged, or onnxruntime or tokenizers isn't installed.
        """
        folder = Path(folder)
        try:
            import tokenizers
        except ImportError as error:
            raise ModelError(
                f"The package tokenizers, which reads prompts, can't be loaded ({error}). Reinstall MotionMix for this "
                "platform, or install the package tokenizers."
            ) from error
        description = read_description(folder)
        if description.get("name") != "minilm-l6":
            raise ModelError(f"{folder} holds {description.get('name')!r}, not the text encoder minilm-l6.")
        check_weights(folder, str(description.get("weights_sha256")))
        path = folder / "tokenizer.json"
        try:
            self._tokenizer = tokenizers.Tokenizer.from_file(str(path))
        except Exception as error:  # the Rust side raises bare Exception
            raise ModelError(f"The tokenizer {path} can't be read ({error}). Reinstall MotionMix.") from error
        self._tokenizer.no_padding()
        self._interrupter = interrupter
        self._session = open_session(folder, threads, runtime)

    def encode(self, texts: Sequence[str], max_tokens: int = MAX_TOKENS) -> TextFeatures:
        """Encode prompts. Each may be any text; what goes beyond ``max_tokens`` is cut, and ``cut`` says so.

        The same prompt gives the same numbers (to float32 rounding) in any batch. An empty prompt is encoded as such,
        which is *not* the null condition: for that, use :func:`no_text`.

        :raises ValueError: no text at all, or ``max_tokens`` below 3.
        """
        if not texts or max_tokens < 3:
            raise ValueError("encode needs at least one text and three tokens (start, a word, end)")
        self._tokenizer.enable_truncation(max_tokens)
        limit = _READ_CHARACTERS * max(1, max_tokens // MAX_TOKENS)
        encodings = self._tokenizer.encode_batch([text[:limit] for text in texts])
        ids, mask = padded_ids([encoding.ids for encoding in encodings])
        feed: dict[str, NDArray[Any]] = {"input_ids": ids, "mask": mask.astype(np.float32)}
        tokens, pooled = run_session(self._session, ["tokens", "pooled"], feed, self._interrupter)
        cut = [len(text) > limit or bool(encoding.overflowing) for text, encoding in zip(texts, encodings, strict=True)]
        return TextFeatures(tokens, mask, pooled, np.array(cut, np.bool_))

    def knows(self, text: str) -> bool:
        """Whether any word piece of the text is in the vocabulary: emoji alone, or some scripts, leave none."""
        ids = self._tokenizer.encode(text[:_READ_CHARACTERS]).ids[1:-1]
        unknown = self._tokenizer.token_to_id("[UNK]")
        return any(token != unknown for token in ids)
