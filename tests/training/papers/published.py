"""Tiny data sets in the published layouts, with motion that is a walk by formula, and small networks for them."""

from __future__ import annotations

import json
import pickle
import re
from pathlib import Path

import numpy as np
import pytest

from motionmix_core.formats.action_clip import clip_of_motion
from motionmix_core.motion.motion import Motion
from motionmix_core.representation import humanml3d
from motionmix_core.representation.guo_layout import HUMANML3D, KIT
from tests.motions import walk

REPO = Path(__file__).resolve().parents[3]
PAPERS = REPO / "training" / "configs" / "papers"
CAPTION = "a man walks forward.#a/DET man/NOUN walk/VERB forward/ADV#0.0#0.0"
SMALL = "[network]\nwidth = 16\nfeedforward = 16\nlayers = 1\nheads = 2\n"


def walks(count: int, seconds: float = 3.0) -> list[Motion]:
    """Walks of different speeds."""
    return [walk(seconds, speed=0.8 + 0.1 * number) for number in range(count)]


def humanml3d_set(folder: Path, clips: int = 4) -> Path:
    """HumanML3D's layout; the features are the published ones of walks."""
    features = [humanml3d.encode(motion).astype(np.float32) for motion in walks(clips)]
    return _guo(folder, features, HUMANML3D.features)


def kit_set(folder: Path, clips: int = 4) -> Path:
    """KIT-ML's layout with numbers of its width."""
    rng = np.random.default_rng(0)
    return _guo(folder, [rng.normal(size=(40, KIT.features)).astype(np.float32) for _ in range(clips)], KIT.features)


def _guo(folder: Path, features: list[np.ndarray], width: int) -> Path:
    for name in ("new_joint_vecs", "texts"):
        (folder / name).mkdir(parents=True)
    for number, values in enumerate(features):
        np.save(folder / "new_joint_vecs" / f"{number:06d}.npy", values)
        (folder / "texts" / f"{number:06d}.txt").write_text(CAPTION + "\n")
    (folder / "train.txt").write_text("".join(f"{number:06d}\n" for number in range(len(features))))
    every = np.concatenate(features)
    np.save(folder / "Mean.npy", every.mean(axis=0))
    np.save(folder / "Std.npy", np.maximum(every.std(axis=0), 0.1))
    assert every.shape[1] == width
    return folder


def humanact12_set(folder: Path, clips: int = 4) -> Path:
    """HumanAct12's one pickle; half of the clips walk, half run."""
    folder.mkdir(parents=True)
    made = [clip_of_motion(str(n), motion.resample(20), 1 + n % 2) for n, motion in enumerate(walks(clips))]
    table = {
        "poses": [clip.poses.reshape(-1, 72) for clip in made],
        "joints3D": [np.tile(clip.root[:, None], (1, 24, 1)) for clip in made],
        "y": [clip.action for clip in made],
    }
    (folder / "humanact12poses.pkl").write_bytes(pickle.dumps(table))
    return folder


def uestc_set(folder: Path, clips: int = 4) -> Path:
    """UESTC's pickle and its three lists."""
    (folder / "info").mkdir(parents=True)
    names = [f"a{number % 2}_d1_p00{1 + number % 2}_c1_color{number}.avi" for number in range(clips)]
    rng = np.random.default_rng(1)
    (folder / "info" / "names.txt").write_text("\n".join(names) + "\n")
    (folder / "info" / "num_frames_min.txt").write_text("70\n" * clips)
    (folder / "info" / "action_classes.txt").write_text("".join(f"action {i}\n" for i in range(40)))
    table = {
        "pose": [rng.normal(size=(70, 72)).astype(np.float32) for _ in names],
        "joints3d": [rng.normal(size=(70, 49, 3)).astype(np.float32) for _ in names],
        "orig_cam": [np.tile([0.5, 0.5, 0.1, 0.2], (70, 1)).astype(np.float32) for _ in names],
    }
    (folder / "vibe_cache_refined.pkl").write_bytes(pickle.dumps(table))
    return folder


def edge_set(folder: Path, width: int = 35, dances: int = 3) -> Path:
    """AIST++ in EDGE's cut, 60 frames a second; two overlapping windows of each dance."""
    sort = "baseline_feats" if width == 35 else "jukebox_feats"
    for name in ("motions_sliced", sort):
        (folder / "train" / name).mkdir(parents=True)
    rng = np.random.default_rng(2)
    for number in range(dances):
        motion = walk(5.5, fps=60.0, speed=0.5 + 0.2 * number)
        clip = clip_of_motion("x", motion, 0)
        for part in range(2):
            name = f"gBR_sBM_cAll_d0{number}_mBR0_ch01_slice{part}"
            span = slice(30 * part, 30 * part + 300)
            table = {"q": clip.poses[span].reshape(-1, 72), "pos": clip.root[span]}
            (folder / "train" / "motions_sliced" / f"{name}.pkl").write_bytes(pickle.dumps(table))
            np.save(folder / "train" / sort / f"{name}.npy", rng.normal(size=(150, width)).astype(np.float32))
    return folder


def small_config(name: str, folder: Path, batch: int = 2, steps: int = 2, **changes: object) -> Path:
    """The config of a row with a network that trains in a moment; `changes` replaces settings by their names."""
    text = (PAPERS / f"{name}.toml").read_text("utf-8")
    text = re.sub(r"\[network\]\n(?:.+\n)+", "", text)
    text = re.sub(r"(?m)^(epochs = .*|music_width = .*)\n", "", text)
    head, training = text.split("[training]")
    training, sampling = training.split("[sampling]")
    training = re.sub(r"(?m)^(steps|batch) = .*\n", "", training) + f"steps = {steps}\nbatch = {batch}\n"
    text = f"{head}[training]{training}\n[sampling]{sampling}\n{SMALL}"
    for setting, value in changes.items():
        pattern = rf"(?m)^{setting} = .*$"
        assert re.search(pattern, text), setting
        text = re.sub(pattern, f"{setting} = {json.dumps(value)}", text)
    path = folder / f"{name}-small.toml"
    path.write_text(text)
    return path


def clip_encoder(folder: Path) -> Path:
    """CLIP's text tower with random weights: one layer, but the real width, which the networks expect."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers", reason="transformers isn't installed: text networks not trained")
    folder.mkdir(parents=True, exist_ok=True)
    letters = "abcdefghijklmnopqrstuvwxyz'&.,!"
    tokens = [
        "!",
        *(c for c in letters if c != "!"),
        *(f"{c}</w>" for c in letters),
        "<|startoftext|>",
        "<|endoftext|>",
    ]
    (folder / "vocab.json").write_text(json.dumps({token: number for number, token in enumerate(tokens)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    torch.manual_seed(0)
    text = {"vocab_size": len(tokens), "hidden_size": 512, "intermediate_size": 32, "num_hidden_layers": 1,
            "num_attention_heads": 2, "max_position_embeddings": 77, "projection_dim": 512, "pad_token_id": 0,
            "bos_token_id": len(tokens) - 2, "eos_token_id": len(tokens) - 1}  # fmt: skip
    vision = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
              "image_size": 32, "patch_size": 16}  # fmt: skip
    transformers.CLIPModel(
        transformers.CLIPConfig(text_config=text, vision_config=vision, projection_dim=512)
    ).save_pretrained(folder)
    return folder


def bert_encoder(folder: Path) -> Path:
    """DistilBERT with random weights: one layer of the real width."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers", reason="transformers isn't installed: text networks not trained")
    folder.mkdir(parents=True, exist_ok=True)
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "man", "walk", "##s", "##ing", "forward", "."]
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n")
    torch.manual_seed(0)
    config = transformers.DistilBertConfig(
        vocab_size=len(pieces), dim=768, hidden_dim=32, n_layers=1, n_heads=2, max_position_embeddings=64
    )
    transformers.DistilBertModel(config).save_pretrained(folder)
    return folder
