"""The trainer's loss: zero for the truth, blind to padding, and each term sees what it is for."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from motionmix_core.mixed_data.config import LossConfig
from motionmix_core.mixed_data.losses import MotionLoss, errors
from motionmix_core.representation import default as R
from tests.motions import random_motion, walk


@pytest.fixture
def setting(rng):
    features = np.stack([R.encode(walk(2.0)), R.encode(random_motion(rng, 2.0).crop(0, 60))])
    normaliser = R.fit_normaliser(features.reshape(-1, R.FEATURES))
    target = torch.from_numpy(normaliser.normalise(features))
    return MotionLoss(LossConfig(), normaliser, 30.0, torch.device("cpu")), normaliser, target


def ones(target):
    return torch.ones(target.shape[:2]), torch.ones(len(target))


def test_the_truth_costs_next_to_nothing(setting):
    loss, _, target = setting
    total, parts = loss(target, target, *ones(target))
    # only what the contact labels and the smoothing of floats leave
    assert all(parts[name] == 0 for name in R.BLOCKS)
    assert parts["velocity"] == 0
    assert parts["forward_kinematics"] < 1e-6
    assert total < 0.05


def test_forward_kinematics_agrees_with_the_motion_core(setting, rng):
    loss, _normaliser, _ = setting
    motion = random_motion(rng, 1.0)
    features = torch.from_numpy(R.encode(motion))[None]
    expected = motion.positions() - motion.positions()[:, :1]
    np.testing.assert_allclose(loss.forward_kinematics(features)[0].numpy(), expected, atol=1e-5)
    np.testing.assert_allclose(loss.positions_in_world(features)[0].numpy(), motion.positions(), atol=1e-5)


def test_padding_does_not_count(setting):
    loss, _, target = setting
    frame_mask, alpha_bar = ones(target)
    frame_mask[:, 40:] = 0
    guess = target + 0.1
    spoiled = guess.clone()
    spoiled[:, 40:] += 5.0
    assert loss(guess, target, frame_mask, alpha_bar)[0] == pytest.approx(
        loss(spoiled, target, frame_mask, alpha_bar)[0].item(), rel=1e-6
    )


def test_a_sliding_planted_foot_costs_in_the_contact_term_only_with_signal(setting):
    loss, normaliser, target = setting
    frame_mask, _ = ones(target)
    guess = target[:1].clone()
    guess[..., 0] += torch.linspace(0, 1, 60) / normaliser.std[0]  # the whole body drifts by a metre
    clear = loss(guess, target[:1], frame_mask[:1], torch.ones(1))[1]["foot_contact"]
    noisy = loss(guess, target[:1], frame_mask[:1], torch.zeros(1))[1]["foot_contact"]
    assert clear > 10 * loss(target[:1], target[:1], frame_mask[:1], torch.ones(1))[1]["foot_contact"]
    assert noisy == 0


def test_shapes_of_the_error_meet_where_they_should():
    d = torch.tensor([-2.0, -0.5, 0.0, 0.5, 2.0])
    zero = torch.zeros(5)
    assert errors("l1", d, zero).tolist() == [2.0, 0.5, 0.0, 0.5, 2.0]
    assert errors("l2", d, zero).tolist() == [2.0, 0.125, 0.0, 0.125, 2.0]
    smooth = errors("smooth_l1", d, zero)
    torch.testing.assert_close(smooth[1:4], errors("l2", d, zero)[1:4])
    torch.testing.assert_close(smooth[[0, 4]], errors("l1", d, zero)[[0, 4]] - 0.5)
    with pytest.raises(ValueError, match="huber"):
        LossConfig(error="huber")


def test_large_errors_cost_more_when_squared(setting, rng):
    _, normaliser, target = setting
    far = target + 3.0
    device = torch.device("cpu")
    totals = {kind: MotionLoss(LossConfig(error=kind), normaliser, 30.0, device) for kind in ("smooth_l1", "l2")}
    costs = {kind: loss(far, target, *ones(target))[0] for kind, loss in totals.items()}
    assert costs["l2"] > 1.5 * costs["smooth_l1"]
