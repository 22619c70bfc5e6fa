"""Teaching the gap network: torch and numpy agree, the loss sees what it should, and lessons help."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from motionmix_core.editing.gap_network import WEIGHTS, GapNetwork, read_tensors
from motionmix_core.editing.gap_tokens import tokens_of
from motionmix_core.errors import DataError
from motionmix_core.motion.kinematics import positions_from_global
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_angle, quat_apply, quat_inv, quat_mul
from motionmix_core.motion.skeleton import canonical_skeleton
from tests.mixed_data.small_run import write_cache
from tests.training.evaluators.toy import write_toy_cache
from training.evaluation.clip_cache import open_cache
from training.in_between.bank import filled, worked_out
from training.in_between.gaps import GapSampler
from training.in_between.join import main
from training.in_between.learning import AgainstCurves, GapLoss, Lessons, Weights, taught
from training.in_between.network import COURSE, GapNetworkConfig, TokenTensors, TorchGapNetwork, load, save


@pytest.fixture(scope="module")
def sampler(tmp_path_factory) -> GapSampler:
    return GapSampler(open_cache(write_cache(tmp_path_factory.mktemp("cache")).folder), "train", (1.0,))


SHORT = Lessons(steps=3, batch=8, gaps=64, longest=30)


@pytest.mark.parametrize("moves", [(True, False), (False, True), (True, True), (False, False)])
def test_numpy_runs_what_torch_taught(sampler: GapSampler, tmp_path, moves: tuple[bool, bool]) -> None:
    """Two networks, of which the mean answers."""
    networks = [taught(sampler, replace(SHORT, seed=seed)) for seed in (0, 1)]
    tokens = tokens_of(sampler.batch(np.random.default_rng(1), 5, 12, 4, moves).view)
    file = save(networks, tmp_path)
    with torch.no_grad():
        answers = [network.eval()(TokenTensors.of(tokens)).numpy() for network in load(tmp_path)]
    expected = np.mean(answers, axis=0)
    assert len(answers) == 2
    assert expected.shape == (5, tokens.curve.shape[1], COURSE)
    assert np.abs(answers[0] - answers[1]).max() > 0
    np.testing.assert_allclose(GapNetwork(read_tensors(file))(tokens), expected, atol=2e-5)


def test_networks_of_two_sizes_are_not_joined(tmp_path) -> None:
    small, large = (TorchGapNetwork(GapNetworkConfig(layers=layers)) for layers in (1, 2))
    with pytest.raises(DataError, match="different sizes"):
        save([small, large], tmp_path)


def test_joined_networks_tell_how_they_do_together(tmp_path, capsys: pytest.CaptureFixture[str]) -> None:
    cache = write_toy_cache(tmp_path / "cache", train=1, held_out=1)
    folders = []
    for seed in (0, 1):
        torch.manual_seed(seed)
        folders.append(str(save([TorchGapNetwork(GapNetworkConfig(layers=1))], tmp_path / str(seed)).parent))
    assert main([*folders, "--cache", str(cache), "--gaps", "5", "-o", str(tmp_path / "both")]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[:3]] == ["1", "2", "together"]
    assert len(load(tmp_path / "both")) == 2
    assert main([str(tmp_path / "none"), "--cache", str(cache), "--gaps", "5", "-o", str(tmp_path / "more")]) == 2
    assert "can't be read" in capsys.readouterr().err


def test_the_same_seed_teaches_the_same(sampler: GapSampler) -> None:
    one, two = (taught(sampler, SHORT).out.weight for _ in range(2))
    assert torch.equal(one, two)
    assert not torch.equal(one, taught(sampler, replace(SHORT, seed=1)).out.weight)


def test_lessons_bring_it_nearer_to_the_truth_than_the_plain_curve(sampler: GapSampler) -> None:
    network = taught(sampler, Lessons(steps=120, batch=32, gaps=2000, ema=0.9, longest=30, learning_rate=2e-3))
    loss = GapLoss(sampler.spread(np.random.default_rng(0)))
    gaps = worked_out(sampler.batch(np.random.default_rng(2), 64, 15, 10)).chosen(torch.arange(64))
    with torch.no_grad():
        made, plain = loss(network(gaps.tokens), gaps)[0], loss(None, gaps)[0]
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
    banks = filled(sampler, np.random.default_rng(5), 6000, (3, 30), 8)
    loss = GapLoss(sampler.spread(np.random.default_rng(0)))
    weights = Weights(loss, banks)
    assert banks[0].missing <= 4
    assert banks[-1].missing >= 28
    every = [(bank.missing, loss(None, bank.chosen(torch.arange(len(bank))))) for bank in banks if bank.missing >= 10]
    counted = np.array([[float(m.mean()) * w for m, w in zip(m2, weights(n), strict=True)] for n, m2 in every])
    assert (counted.max(axis=0) < 2 * counted.min(axis=0)).all()


def test_how_held_out_gaps_are_told(sampler: GapSampler) -> None:
    """A network that has learned nothing is the plain curve."""
    network = taught(sampler, replace(SHORT, steps=0))
    assert AgainstCurves(sampler, (5, 12), 16)(network) == "5: 1.000 1.000  12: 1.000 1.000"


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
