"""CLIP ViT-B/32's text tower (Radford et al. 2021), which MDM and MotionDiffuse are conditioned on. Frozen, float32.

For public checkpoints: our own model uses MiniLM (text.py). The weights (151 M parameters) aren't shipped: the user
names a folder of them. MDM's way with HumanML3D and KIT-ML is kept: 20 word pieces and two markers at most, cut without
notice, then zeros behind them up to CLIP's 77 (method: MDM, tokenisation).
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from .encoder_folder import check_folder, load_model, open_tokenizer

PAGE = "openai/clip-vit-base-patch32"
CONTEXT = 77
MDM_TOKENS = 22  # 20 word pieces, start and end: HumanML3D and KIT-ML
START, END = "<|startoftext|>", "<|endoftext|>"
_WORDS = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"


@dataclass(frozen=True)
class ClipFeatures:
    """Encoded prompts.

    pooled: (B, 512) float32, the projected state of the end marker, not normalised: MDM's condition.
    tokens: (B, 77, 512) float32, states after the last layer norm, not projected: MotionDiffuse's condition.
    ends: (B,) where the end marker stands. cut: (B,) bool, whether the prompt lost its end.
    """

    pooled: NDArray[np.float32]
    tokens: NDArray[np.float32]
    ends: NDArray[np.int64]
    cut: NDArray[np.bool_]


class ClipTokenizer:
    """CLIP's byte-pair encoding, lower case, from `tokenizer.json` or from `vocab.json` and `merges.txt`."""

    def __init__(self, folder: Path | str) -> None:
        """Raises ModelError if the files are missing or broken."""
        folder = Path(folder)
        self._tokenizer = open_tokenizer(
            folder,
            "CLIP",
            "tokenizer.json, or vocab.json and merges.txt",
            (START, END),
            lambda tokenizers: _byte_pairs(tokenizers, folder),
        )
        self._tokenizer.no_truncation()
        self.start, self.end = (int(self._tokenizer.token_to_id(marker)) for marker in (START, END))

    def ids(
        self, texts: Sequence[str], max_tokens: int = MDM_TOKENS
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        """Texts -> ids (B, 77), places of the end markers (B,), cut (B,) bool.

        At most `max_tokens` ids, both markers counted; what is longer loses its end, but keeps the end marker. Zeros
        behind. MDM takes 22 for HumanML3D and KIT-ML, 77 otherwise.
        """
        if not texts or not 2 <= max_tokens <= CONTEXT:
            raise ValueError(f"encoding needs at least one text and 2 to {CONTEXT} tokens")
        ids = np.zeros((len(texts), CONTEXT), np.int64)
        ends = np.zeros(len(texts), np.int64)
        cut = np.zeros(len(texts), np.bool_)
        for row, text in enumerate(texts):
            pieces = self._tokenizer.encode(_cleaned(text), add_special_tokens=False).ids
            kept = pieces[: max_tokens - 2]
            line = [self.start, *kept, self.end]
            ids[row, : len(line)] = line
            ends[row], cut[row] = len(line) - 1, len(kept) < len(pieces)
        return ids, ends, cut


class ClipTextEncoder:
    """Prompts -> ClipFeatures."""

    def __init__(self, folder: Path | str) -> None:
        """Open the encoder.

        folder: Hugging Face's layout of CLIP ViT-B/32 (config.json, weights, tokenizer files). Raises ModelError.
        """
        folder = Path(folder)
        check_folder(folder, "CLIP ViT-B/32", PAGE, "clip")
        self.tokenizer = ClipTokenizer(folder)
        self._model: Any = load_model(folder, "CLIPTextModelWithProjection")
        config = self._model.config
        last = max(self.tokenizer.start, self.tokenizer.end)
        if config.max_position_embeddings != CONTEXT or last >= config.vocab_size:
            raise ModelError(f"{folder}: tokenizer and weights don't belong together, or it isn't CLIP's text tower")

    def encode(self, texts: Sequence[str], max_tokens: int = MDM_TOKENS) -> ClipFeatures:
        """Encode prompts; any text will do, also the empty one (which is *not* MDM's null condition: that is zeros)."""
        import torch

        ids, ends, cut = self.tokenizer.ids(texts, max_tokens)
        with torch.no_grad():
            states = self._model(input_ids=torch.from_numpy(ids)).last_hidden_state
            pooled = self._model.text_projection(states[torch.arange(len(ids)), torch.from_numpy(ends)])
        return ClipFeatures(pooled.numpy(), states.numpy(), ends, cut)


def no_text(batch: int = 1, width: int = 512) -> NDArray[np.float32]:
    """(B, 512) MDM's null condition: the *feature* is zero before the network's own projection."""
    return np.zeros((batch, width), np.float32)


def _cleaned(text: str) -> str:
    """Entities undone twice and blanks made single, as CLIP's own code does before it lowers the case."""
    return " ".join(html.unescape(html.unescape(text)).split())


def _byte_pairs(tokenizers: Any, folder: Path) -> Any:
    """CLIP's tokenizer from its two original files."""
    from tokenizers import Regex, models, normalizers, pre_tokenizers

    model = models.BPE.from_file(
        str(folder / "vocab.json"), str(folder / "merges.txt"), end_of_word_suffix="</w>", unk_token=END
    )
    tokenizer = tokenizers.Tokenizer(model)
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(_WORDS), behavior="removed", invert=True),
         pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )  # fmt: skip
    return tokenizer
