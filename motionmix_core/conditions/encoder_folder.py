"""Opening the folder of a text encoder that the user names: Hugging Face's layout, read from disk alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..errors import ModelError

WEIGHTS = ("model.safetensors", "pytorch_model.bin")


def check_folder(folder: Path, what: str, page: str, model_type: str) -> None:
    """Raises ModelError if the folder doesn't hold config.json of this kind of model and its weights."""
    if not (folder / "config.json").is_file() or not any((folder / name).is_file() for name in WEIGHTS):
        raise ModelError(
            f"{folder} doesn't hold {what}: expected config.json, {' or '.join(WEIGHTS)}, and the tokenizer's files, "
            f"as on huggingface.co/{page}"
        )
    try:
        found = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("model_type")
    except (OSError, ValueError, AttributeError) as error:
        raise ModelError(f"{folder / 'config.json'} can't be read ({error}). Download it again.") from error
    if found not in (model_type, f"{model_type}_text_model"):
        raise ModelError(f"{folder} holds a model of the kind {found!r}, not {what}.")


def load_model(folder: Path, class_name: str) -> Any:
    """A transformers model in eval mode, float32, on the CPU; never from the network, never with foreign code.

    Raises ModelError: transformers or torch isn't installed, or the weights are damaged or not all there.
    """
    try:
        import torch
        import transformers
    except ImportError as error:
        raise ModelError(
            f"This text encoder runs on torch and transformers, which can't be loaded ({error}). Install "
            "motionmix-core[clip]."
        ) from error
    logging = transformers.utils.logging
    verbosity = logging.get_verbosity()
    logging.set_verbosity(logging.CRITICAL)  # it lists the picture tower, which isn't wanted; errors are told below
    try:
        model, report = getattr(transformers, class_name).from_pretrained(
            str(folder), local_files_only=True, trust_remote_code=False, output_loading_info=True
        )
    except Exception as error:  # OSError, ValueError, RuntimeError, SafetensorError .. by what is broken
        raise ModelError(f"The text encoder in {folder} can't be read ({error}). Download it again.") from error
    finally:
        logging.set_verbosity(verbosity)
    # position numbers are no weights: old files carry them, new code doesn't
    missing = sorted(key for key in report["missing_keys"] if not key.endswith("position_ids"))
    if missing:
        raise ModelError(f"{folder}: {len(missing)} weights are missing, {missing[0]} first. Download it again.")
    if report["mismatched_keys"]:
        wrong = sorted(str(key[0]) for key in report["mismatched_keys"])
        raise ModelError(f"{folder}: {wrong[0]} has another size than config.json says. Download it again.")
    # half-precision weights would give half-precision features; on a CPU they are slow besides
    model = model.float().eval()
    if not all(bool(torch.isfinite(weight).all()) for weight in model.parameters()):
        raise ModelError(f"{folder}: weights contain NaN or infinite numbers. Download it again.")
    for weight in model.parameters():
        weight.requires_grad_(False)
    return model


def open_tokenizer(folder: Path, what: str, needs: str, markers: tuple[str, str], build: Callable[[Any], Any]) -> Any:
    """A tokenizer from `tokenizer.json`, else by `build` (given the package) from the older files; without padding.

    what: whose. needs: the files, for the message. markers: the words that begin and end a text, by which it is known.
    Raises ModelError if the files are missing or broken or another encoder's.
    """
    tokenizers = load_tokenizers()
    try:
        if (folder / "tokenizer.json").is_file():
            tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        else:
            tokenizer = build(tokenizers)
    except Exception as error:  # the Rust side raises bare Exception
        raise ModelError(f"{what}'s tokenizer in {folder} can't be read ({error}): it needs {needs}") from error
    if any(tokenizer.token_to_id(marker) is None for marker in markers):
        raise ModelError(f"the tokenizer in {folder} doesn't know {' and '.join(markers)}: it isn't {what}'s")
    tokenizer.no_padding()
    return tokenizer


def load_tokenizers() -> Any:
    """The package tokenizers. Raises ModelError if it isn't installed."""
    try:
        import tokenizers
    except ImportError as error:
        raise ModelError(
            f"The package tokenizers, which reads prompts, can't be loaded ({error}). Install motionmix-core[clip]."
        ) from error
    return tokenizers
