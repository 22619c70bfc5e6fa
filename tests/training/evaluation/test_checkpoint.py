"""A run's checkpoint as a generator gives what the network gives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from motionmix_core.conditions.text import no_text
from motionmix_core.denoisers.motion_transformer import MotionTransformer, MotionTransformerConfig
from motionmix_core.errors import DataError
from motionmix_core.generation import GenerationRequest
from motionmix_core.mixed_data.checkpoints import save_checkpoint
from motionmix_core.mixed_data.config import TrainConfig
from motionmix_core.representation import default as representation
from tests import motions
from tests.tiny_model import write_text_encoder
from training.evaluation.checkpoint import CheckpointGenerator

NETWORK = MotionTransformerConfig(width=32, layers=1, heads=2, patch=2)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    network, ema = MotionTransformer(NETWORK), MotionTransformer(NETWORK)
    torch.nn.init.normal_(ema.motion_out.weight, std=0.05)
    normaliser = representation.fit_normaliser(representation.encode(motions.walk()))
    save_checkpoint(
        tmp_path / "run",
        step=7,
        config=replace(TrainConfig(), network=NETWORK),
        normaliser=normaliser,
        network=network.state_dict(),
        ema=ema.state_dict(),
        optimiser={},
    )
    write_text_encoder(tmp_path / "models" / "text-minilm")
    return tmp_path / "run"


def test_averaged_weights_are_used_and_padding_is_cut_off(run: Path) -> None:
    generator = CheckpointGenerator(run, run.parent / "models")
    assert generator.step == 7
    denoiser = generator.denoiser()
    x = np.random.default_rng(0).normal(size=(1, 7, representation.FEATURES)).astype(np.float32)
    out = denoiser(x, np.zeros_like(x), 0.5, no_text())
    assert out.shape == x.shape  # 7 frames are padded to the patch's 8 inside
    assert np.abs(out).max() > 0  # the plain weights of this checkpoint answer with zeros


def test_motion_of_the_asked_length_and_the_same_again(run: Path) -> None:
    generator = CheckpointGenerator(run, run.parent / "models")
    request = GenerationRequest("walk forward", seconds=1.5, seed=3, count=2, steps=2)
    first, again = generator.generate(request), generator.generate(request)
    assert [m.num_frames for m in first] == [45, 45]
    assert list(first.seeds) == [3, 4]
    np.testing.assert_array_equal(first[0].rotations, again[0].rotations)
    assert np.abs(first[0].rotations - first[1].rotations).max() > 1e-3


def test_a_folder_without_a_checkpoint_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no checkpoint yet"):
        CheckpointGenerator(tmp_path)
