"""Teaching the gap network: torch and numpy agree, the loss sees what it should, and lessons help."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from motionmix_core.editing.gap_network import WEIGHTS, GapNetwork, read_tensors
from motionmix_core.editing.gap_view import WAVES
from motionmix_core.errors import DataError
from motionmix_core.motion.kinematics import positions_from_global
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_angle, quat_apply, quat_inv, quat_mul
from motionmix_core.motion.skeleton import canonical_skeleton
from tests.mixed_data.small_run import write_cache
from training.evaluation.clip_cache import open_cache
from training.in_between.bank import filled, worked_out
from training.in_between.gaps import GapSampler
from training.in_between.learning import AgainstCurves, GapLoss, Lessons, Weights, taught
from training.in_between.network import COURSE, grown, load, save


@pytest.fixture(scope="module")
def sampler(tmp_path_factory) -> GapSampler:
    write_cache(tmp_path_factory.mktemp("cache"))
    return GapSampler(open_cache(tmp_path_factory.getbasetemp() / "cache0"), "train", (1.0,))


SHORT = Lessons(steps=3, batch=8, gaps=64, longest=30)


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
    network = taught(sampler, Lessons(steps=60, batch=32, gaps=2000, ema=0.9, longest=30))
    loss = GapLoss(sampler.spread(np.random.default_rng(0)))
    gaps = worked_out(sampler.batch(np.random.default_rng(2), 64, 15, 10)).chosen(torch.arange(64))
    with torch.no_grad():
        made, plain = loss(network(gaps.numbers), gaps)[0], loss(None, gaps)[0]
    assert made.mean() < 0.9 * plain.mean()


def test_the_loss_is_what_the_body_misses_by(sampler: GapSampler) -> None:
    """Of the plain curve: beside places by a whole forward pass and rotations by their angles."""
    gaps = sampler.batch(np.random.default_rng(3), 32, 3, 3)  # small errors: it is true to first order
    spread = np.array([0.3, 0.1, 0.5]) * np.ones((22, 3))
    place, turn = GapLoss(spread)(None, worked_out(gaps).chosen(torch.arange(32)))
    view, course = gaps.view, gaps.view.curve()[:, gaps.frames]
    turns = axis_angle_to_quat(course[..., 3:].reshape(32, -1, 22, 3))
    world = quat_mul(view.rotations[:, view.last, None], turns)
    root = view.root[:, view.last, None] + quat_apply(view.facing()[:, None], course[..., :3])
    missed = positions_from_global(canonical_skeleton(), world, root) - gaps.positions
    seen = quat_apply(quat_inv(view.facing())[:, None, None], missed) / spread
    expected = np.sqrt(np.square(seen).sum(axis=(-1, -2)) + 1e-4).mean(axis=1)
    np.testing.assert_allclose(place, expected, rtol=0.2, atol=0.02)
    angles = np.sqrt(np.square(quat_angle(world, gaps.rotations) / 2).sum(axis=-1) + 1e-5).mean(axis=1)
    np.testing.assert_allclose(turn, angles, rtol=0.05, atol=0.02)


def test_gaps_of_every_length_count_alike(sampler: GapSampler) -> None:
    """A plain curve weighs the same at any length but the shortest, which are half noise."""
    bank = filled(sampler, np.random.default_rng(5), 6000, (3, 30), 8)
    loss = GapLoss(sampler.spread(np.random.default_rng(0)))
    gaps = bank.chosen(torch.arange(len(bank)))
    assert gaps.missing.min() <= 4
    assert gaps.missing.max() >= 28
    for missed, weight in zip(loss(None, gaps), Weights(loss, bank)(gaps.missing), strict=True):
        counted = [float((missed * weight)[gaps.missing == n].mean()) for n in gaps.missing.unique() if n >= 10]
        assert max(counted) < 2 * min(counted)


def test_how_held_out_gaps_are_told(sampler: GapSampler) -> None:
    """A network that has learned nothing is the plain curve."""
    network = taught(sampler, replace(SHORT, steps=0))
    assert AgainstCurves(sampler, (5, 12), 16)(network) == "5: 1.000 1.000  12: 1.000 1.000"


def test_a_network_that_has_grown_answers_as_before(sampler: GapSampler) -> None:
    network = taught(sampler, SHORT)
    numbers = torch.from_numpy(sampler.batch(np.random.default_rng(1), 5, 12, 4).view.numbers())
    larger = grown(network, network.config.blocks + 2).eval()
    with torch.no_grad():
        torch.testing.assert_close(larger(numbers), network(numbers))
    assert sum(p.numel() for p in larger.parameters()) > sum(p.numel() for p in network.parameters())


def test_mirrored_gaps_are_whole_bodies(sampler: GapSampler) -> None:
    """Bones keep their lengths, and places belong to the rotations that are given beside them."""
    gaps = sampler.batch(np.random.default_rng(4), 40, 10, 5)
    forearm = np.linalg.norm(gaps.positions[..., 20, :] - gaps.positions[..., 18, :], axis=-1)
    np.testing.assert_allclose(forearm, forearm.mean(), atol=1e-4)
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
