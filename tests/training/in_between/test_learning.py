"""Teaching the gap network: torch and numpy agree, the loss sees what it should, and lessons help."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from motionmix_core.editing.gap_network import WEIGHTS, GapNetwork, read_tensors
from motionmix_core.editing.gap_view import WAVES
from motionmix_core.errors import DataError
from tests.mixed_data.small_run import write_cache
from training.evaluation.clip_cache import open_cache
from training.in_between.gaps import GapSampler
from training.in_between.learning import COURSE, GapLoss, Lessons, taught
from training.in_between.network import load, save


@pytest.fixture(scope="module")
def sampler(tmp_path_factory) -> GapSampler:
    write_cache(tmp_path_factory.mktemp("cache"))
    return GapSampler(open_cache(tmp_path_factory.getbasetemp() / "cache0"), "train", (1.0,))


SHORT = Lessons(steps=3, batch=8, longest=30)


def test_numpy_runs_what_torch_taught(sampler: GapSampler, tmp_path) -> None:
    network = taught(sampler, SHORT)
    numbers = sampler.batch(np.random.default_rng(1), 5, 12, 4).view.numbers()
    file = save(network, tmp_path, 3)
    with torch.no_grad():
        expected = load(tmp_path).eval()(torch.from_numpy(numbers)).numpy()
    assert expected.shape == (5, WAVES, COURSE)
    np.testing.assert_allclose(GapNetwork(read_tensors(file))(numbers), expected, atol=2e-5)


def test_the_same_seed_teaches_the_same(sampler: GapSampler) -> None:
    one, two = (taught(sampler, SHORT).out.weight for _ in range(2))
    assert torch.equal(one, two)
    assert not torch.equal(one, taught(sampler, replace(SHORT, seed=1)).out.weight)


def test_lessons_bring_it_nearer_to_the_truth_than_the_plain_curve(sampler: GapSampler) -> None:
    network = taught(sampler, Lessons(steps=60, batch=32, ema=0.9, longest=30))
    loss = GapLoss(sampler.spread(np.random.default_rng(0)))
    gaps = sampler.batch(np.random.default_rng(2), 64, 15, 10)
    with torch.no_grad():
        made = loss(network(torch.from_numpy(gaps.view.numbers())), gaps)
        plain = loss(torch.zeros(64, WAVES, COURSE), gaps)
    assert made[0] < 0.9 * plain[0]


def test_mirrored_gaps_are_whole_bodies(sampler: GapSampler) -> None:
    """Bones keep their lengths, and places belong to the rotations that are given beside them."""
    gaps = sampler.batch(np.random.default_rng(4), 40, 10, 5)
    forearm = np.linalg.norm(gaps.positions[..., 20, :] - gaps.positions[..., 18, :], axis=-1)
    np.testing.assert_allclose(forearm, forearm.mean(), atol=1e-4)
    from motionmix_core.motion.kinematics import positions_from_global
    from motionmix_core.motion.skeleton import canonical_skeleton

    np.testing.assert_allclose(
        positions_from_global(canonical_skeleton(), gaps.rotations, gaps.root), gaps.positions, atol=1e-4
    )


def test_no_file_and_no_clips_are_told(tmp_path, sampler: GapSampler) -> None:
    with pytest.raises(DataError, match=WEIGHTS):
        load(tmp_path)
    cache = open_cache(write_cache(tmp_path / "other").folder)
    with pytest.raises(DataError, match="no clip"):
        GapSampler(cache, "nowhere")


def test_gaps_longer_than_every_clip_are_told(sampler: GapSampler) -> None:
    with pytest.raises(DataError, match="no clip is long enough"):
        sampler.batch(np.random.default_rng(0), 4, 500, 10)
