"""A cache, a text bank and a config so small that a training run takes a second: for the trainer's tests."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from motionmix_core.conditions.text import TEXT_WIDTH
from motionmix_core.denoisers.motion_transformer import MotionTransformerConfig
from motionmix_core.mixed_data.cache import MotionCache, load_cache
from motionmix_core.mixed_data.checkpoints import config_to_dict
from motionmix_core.mixed_data.config import DataConfig, MixConfig, TrainConfig
from motionmix_core.mixed_data.text_bank import TextBank
from motionmix_core.motion.motion import Motion
from tests.motions import random_motion, turn_in_place, walk

NETWORK = MotionTransformerConfig(width=32, layers=2, heads=2, condition_width=16, mlp_ratio=2)
CONFIG = TrainConfig(
    name="small",
    seed=3,
    steps=12,
    batch=4,
    learning_rate=2e-3,
    warm_up=2,
    precision="fp32",
    validate_every=1000,
    log_every=1,
    network=NETWORK,
    data=DataConfig(lengths=(16, 24), text_tokens=6),
    mix=MixConfig(pivot_noise_level=0.3),
)
ROLES = (  # id, split, clean, annotated, own noise level
    ("walk", "train", True, True, None),
    ("noisy walk", "train", False, True, 0.5),
    ("unlabelled", "train", True, False, None),
    ("turn", "train", True, True, None),
    ("held out", "val", True, True, None),
)


def motions() -> list[Motion]:
    rng = np.random.default_rng(0)
    return [walk(2.0), walk(2.0, speed=1.0), random_motion(rng, 2.0), turn_in_place(1.5), walk(1.5, speed=1.5)]


def write_cache(folder: Path) -> MotionCache:
    """A cache in the format of training.prepare."""
    folder.mkdir(parents=True, exist_ok=True)
    clips, roots, rotations, start = [], [], [], 0
    for (name, split, clean, annotated, level), motion in zip(ROLES, motions(), strict=True):
        frames = motion.num_frames
        caption = {
            "text": f"{name} left",
            "mirrored_text": f"{name} right",
            "start_s": 0.0,
            "end_s": frames / 30,
            "source": "written",
        }
        clips.append(
            {
                "id": f"test/{name}",
                "source": "analytic",
                "licence": "CC0",
                "subject": "1",
                "split": split,
                "start": start,
                "frames": frames,
                "clean": clean,
                "annotated": annotated,
                "noise_level": level,
                "flags": [],
                "captions": [caption] if annotated else [],
                "dataset": "cmu",
                "shippable": True,
            }
        )
        roots.append(motion.root_positions)
        rotations.append(np.round(motion.rotations * 32767))
        start += frames
    np.save(folder / "root.npy", np.concatenate(roots).astype(np.float32))
    np.save(folder / "rotations.npy", np.concatenate(rotations).astype(np.int16))
    manifest = {"format": 1, "fps": 30, "skeleton": "canonical", "clips": clips}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return load_cache(folder, CONFIG.data.caption_sources, jobs=1)


def text_bank() -> TextBank:
    """Random but fixed states for every caption; row 0 is the null condition."""
    texts = sorted(f"{name} {side}" for name, *_ in ROLES for side in ("left", "right"))
    rng = np.random.default_rng(1)
    count, words = len(texts) + 1, CONFIG.data.text_tokens
    mask = np.ones((count, words), np.float32)
    mask[0] = 0
    tokens = rng.normal(size=(count, words, TEXT_WIDTH)).astype(np.float16) * mask[..., None].astype(np.float16)
    pooled = rng.normal(size=(count, TEXT_WIDTH)).astype(np.float32) * 0.05
    pooled[0] = 0
    return TextBank({text: row for row, text in enumerate(texts, start=1)}, tokens, mask, pooled)


def write_config(path: Path, config: TrainConfig = CONFIG) -> Path:
    """The config as the TOML file that the command line takes."""
    plain = config_to_dict(config)
    tables = {name: value for name, value in plain.items() if isinstance(value, dict)}
    lines = [f"{name} = {json.dumps(value)}" for name, value in plain.items() if name not in tables]
    for table, values in tables.items():
        lines += [f"[{table}]", *(f"{name} = {json.dumps(value)}" for name, value in values.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def with_mix(**changes: object) -> TrainConfig:
    return replace(CONFIG, mix=replace(CONFIG.mix, **changes))  # type: ignore[arg-type]  # any field
