"""Reading the checkpoint folders that MDM's authors published: `args.json` beside `model000475000.pt` or safetensors.

Shapes are taken from the weights; `args.json` tells only what weights can't (schedule, masks, drop rate). Pickles are
read with `weights_only=True`, so a file can't run code.
"""

from __future__ import annotations

import json
import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor

from ..errors import ModelError
from .mdm import MDM, Architecture, ConditionKind, MDMConfig

# Frozen text towers that old files carry along, fixed sinusoid tables, and the body model.
_NOT_WEIGHTS = re.compile(r"^(clip_model|bert_model|text_encoder|rot2xyz|smpl_model)\.|(^|\.)sequence_pos_encoder\.pe$")


def read_public_checkpoint(
    folder: Path, *, use_ema: bool = True, decoder_token: Literal["time", "full"] | None = None
) -> MDM:
    """The network of a published folder, in eval mode on the CPU. See `MDM.from_public_checkpoint`."""
    args = _read_args(folder / "args.json")
    file = newest_weights(folder)
    state = clean_state(read_weights(file), use_ema=use_ema)
    config = _config(state, args, file, decoder_token)
    model = MDM(config)
    expected = model.state_dict()
    missing, unexpected = sorted(expected.keys() - state.keys()), sorted(state.keys() - expected.keys())
    if missing or unexpected:
        kind = f"missing {missing[0]}" if missing else f"unknown weight {unexpected[0]}"
        raise ModelError(f"{file}: not a complete MDM checkpoint ({kind}; {len(missing) + len(unexpected)} in all)")
    for key, value in state.items():
        if value.shape != expected[key].shape:
            raise ModelError(f"{file}: {key} is {tuple(value.shape)}, expected {tuple(expected[key].shape)}")
        if not bool(torch.isfinite(value).all()):
            raise ModelError(f"{file}: {key} holds NaN or infinite numbers; download the file again")
    model.load_state_dict({key: value.float() for key, value in state.items()})
    return model.eval()


def newest_weights(folder: Path) -> Path:
    """The checkpoint file with the highest step number in a folder; safetensors before pickles."""
    if not folder.is_dir():
        raise ModelError(f"{folder}: no such folder; give the folder that holds args.json and model*.pt")
    for pattern in ("*.safetensors", "model*.pt"):
        files = sorted(folder.glob(pattern), key=lambda path: (int((re.findall(r"\d+", path.stem) or ["0"])[-1]), path))
        if files:
            return files[-1]
    raise ModelError(f"{folder}: holds no model*.pt and no *.safetensors file")


def read_weights(file: Path) -> dict[str, Any]:
    """The contents of a .safetensors or .pt file. Raises ModelError for anything that isn't plain weights."""
    if file.suffix == ".safetensors":
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        try:
            return dict(load_file(str(file)))
        except (SafetensorError, OSError) as error:
            raise ModelError(f"{file}: not a readable safetensors file ({error}); download it again") from error
    try:
        loaded = torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise ModelError(f"{file}: holds more than plain weights, which could run code; it was not loaded") from error
    except (OSError, RuntimeError, EOFError, ValueError) as error:
        raise ModelError(f"{file}: not a readable torch file ({error}); download it again") from error
    if not isinstance(loaded, Mapping):
        raise ModelError(f"{file}: holds a {type(loaded).__name__}, not a table of weights")
    return dict(loaded)


def clean_state(contents: Mapping[str, Any], *, use_ema: bool = True) -> dict[str, Tensor]:
    """The trained weights alone: the averaged ones where there are and `use_ema`, without towers, tables, prefixes."""
    for name in ("model_avg", "model") if use_ema else ("model", "model_avg"):
        if isinstance(contents.get(name), Mapping):
            contents = contents[name]
            break
    state = {str(key): value for key, value in contents.items() if isinstance(value, Tensor)}
    for prefix in ("module.", "model."):
        if state and all(key.startswith(prefix) for key in state):
            state = {key.removeprefix(prefix): value for key, value in state.items()}
    return {key: value for key, value in state.items() if not _NOT_WEIGHTS.search(key)}


def _read_args(path: Path) -> dict[str, Any]:
    try:
        args = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ModelError(f"{path}: missing; a published checkpoint has args.json beside its weights") from error
    except ValueError as error:
        raise ModelError(f"{path}: not valid JSON ({error})") from error
    if not isinstance(args, dict):
        raise ModelError(f"{path}: expected a table of training arguments")
    return args


def _config(
    state: Mapping[str, Tensor], args: Mapping[str, Any], file: Path, decoder_token: Literal["time", "full"] | None
) -> MDMConfig:
    if "output_process.poseFinal.weight" not in state:
        raise ModelError(f"{file}: has no output_process.poseFinal.weight, so it is not an MDM checkpoint")
    targets = sorted(key for key in state if key.startswith("embed_target_cond."))
    if targets and not all(re.fullmatch(r"embed_target_cond\.mlp\.\d+\.(weight|bias)", key) for key in targets):
        raise ModelError(f"{file}: its target joints are embedded in an unpublished way ({targets[0]})")
    features, width = (int(n) for n in state["output_process.poseFinal.weight"].shape)
    architecture: Architecture = "trans_enc"
    stack = "seqTransEncoder"
    if any(key.startswith("seqTransDecoder.") for key in state):
        architecture, stack = "trans_dec", "seqTransDecoder"
    elif "gru.weight_ih_l0" in state:
        architecture, stack = "gru", "gru"
    numbers = [int(n) for key in state if key.startswith(stack) for n in re.findall(r"(?:layers\.|_l)(\d+)", key)]
    feedforward = state.get(f"{stack}.layers.0.linear1.weight")
    condition: ConditionKind = "none"
    condition_width, actions = 512, 0
    if "embed_text.weight" in state:
        condition_width = int(state["embed_text.weight"].shape[1])
        condition = "tokens" if args.get("text_encoder_type") == "bert" or condition_width == 768 else "text"
    elif "embed_action.action_embedding" in state:
        condition, actions = "action", int(state["embed_action.action_embedding"].shape[0])
    token: Literal["none", "time", "full"] = "none"
    if architecture == "trans_dec" and args.get("emb_trans_dec"):
        # The published code began to prepend the time alone when it learned other text encoders.
        token = decoder_token or ("time" if "text_encoder_type" in args else "full")
    return MDMConfig(
        features=features,
        architecture=architecture,
        condition=condition,
        condition_width=condition_width,
        actions=actions,
        width=width,
        feedforward=1024 if feedforward is None else int(feedforward.shape[0]),
        layers=max(numbers, default=0) + 1,
        decoder_token=token,
        mask_frames=bool(args.get("mask_frames", False)),
        condition_drop=float(args.get("cond_mask_prob", 0.1)),
        diffusion_steps=int(args.get("diffusion_steps", 1000)),
        noise_schedule=str(args.get("noise_schedule", "cosine")),
        prefix_frames=int(args.get("context_len", 0) or 0),
        target_layers=max(len(targets) // 2 - 1, 0),
        gru_over="batch" if architecture == "gru" else "frames",
    )
