"""DistilBERT (Sanh et al. 2019), whose token states newer MDM models attend to. Frozen, float32.

For public checkpoints (`trans_dec` with BERT, DiP). The weights (66 M parameters) aren't shipped: the user names a
folder of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .encoder_folder import check_folder, load_model, open_tokenizer
from .text import padded_ids

PAGE = "distilbert/distilbert-base-uncased"
MAX_TOKENS = 512


@dataclass(frozen=True)
class TokenFeatures:
    """Encoded prompts, padded to the longest of the batch.

    tokens: (B, L, 768) float32, states of the last layer. valid: (B, L) bool, False = padding. cut: (B,) bool.
    With no text MDM zeroes the states and keeps `valid` (`without_text`).
    """

    tokens: NDArray[np.float32]
    valid: NDArray[np.bool_]
    cut: NDArray[np.bool_]

    def without_text(self) -> TokenFeatures:
        """The null condition beside these prompts: zeros in as many places."""
        return TokenFeatures(np.zeros_like(self.tokens), self.valid, self.cut)


class DistilBertTokenizer:
    """BERT's uncased word pieces, from `tokenizer.json` or `vocab.txt`."""

    def __init__(self, folder: Path | str) -> None:
        """Raises ModelError if the files are missing or broken."""
        folder = Path(folder)
        self._tokenizer = open_tokenizer(
            folder,
            "DistilBERT",
            "tokenizer.json or vocab.txt",
            ("[CLS]", "[SEP]"),
            lambda tokenizers: tokenizers.BertWordPieceTokenizer(str(folder / "vocab.txt"), lowercase=True),
        )

    def ids(
        self, texts: Sequence[str], max_tokens: int = MAX_TOKENS
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]]:
        """Texts -> ids (B, L), valid (B, L) bool, cut (B,) bool; [CLS] first, [SEP] last, zeros behind."""
        if not texts or not 2 <= max_tokens <= MAX_TOKENS:
            raise ValueError(f"encoding needs at least one text and 2 to {MAX_TOKENS} tokens")
        self._tokenizer.enable_truncation(max_tokens)
        encodings = self._tokenizer.encode_batch(list(texts))
        ids, valid = padded_ids([encoding.ids for encoding in encodings])
        return ids, valid, np.array([bool(encoding.overflowing) for encoding in encodings], np.bool_)


class DistilBertTextEncoder:
    """Prompts -> TokenFeatures."""

    def __init__(self, folder: Path | str) -> None:
        """Open the encoder.

        folder: Hugging Face's layout of distilbert-base-uncased. Raises ModelError.
        """
        folder = Path(folder)
        check_folder(folder, "DistilBERT", PAGE, "distilbert")
        self.tokenizer = DistilBertTokenizer(folder)
        self._model: Any = load_model(folder, "DistilBertModel")

    def encode(self, texts: Sequence[str], max_tokens: int = MAX_TOKENS) -> TokenFeatures:
        """Encode prompts. The same prompt gives the same valid states in any batch, to rounding."""
        import torch

        ids, valid, cut = self.tokenizer.ids(texts, min(max_tokens, self._model.config.max_position_embeddings))
        with torch.no_grad():
            mask = torch.from_numpy(valid.astype(np.int64))
            states = self._model(input_ids=torch.from_numpy(ids), attention_mask=mask).last_hidden_state
        return TokenFeatures(states.numpy(), valid, cut)
