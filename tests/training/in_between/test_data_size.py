"""The data-size curve: its closed-form learner learns, and its parts are whole clips."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from motionmix_core.editing.gap_network import ROOT_SCALE, TURN_SCALE
from tests.mixed_data.small_run import write_cache
from training.evaluation.clip_cache import ClipCache, open_cache
from training.in_between.bank import filled, worked_out
from training.in_between.data_size import PARTS, RandomFeatures, corrections, curve, missed, parts_of, products
from training.in_between.gaps import GapSampler
from training.in_between.learning import GapLoss


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> ClipCache:
    return open_cache(write_cache(tmp_path_factory.mktemp("cache") / "motion").folder)


def test_a_correction_leads_nearer_to_the_truth(cache: ClipCache) -> None:
    [bank] = filled(GapSampler(cache, "train", (1.0,)), np.random.default_rng(0), 64, (12, 12), 8)
    scale = torch.tensor([ROOT_SCALE] * 3 + [TURN_SCALE] * 66)
    bent = bank.bends @ (corrections(bank).unflatten(1, (-1, 69)) * scale)
    off = bank.off.float()
    assert (off + bent).square().sum() < 0.2 * off.square().sum()


def test_what_was_learned_from_is_missed_by_less_than_by_the_plain_curve(cache: ClipCache) -> None:
    sampler = GapSampler(cache, "train", (1.0,))
    banks = [worked_out(sampler.batch(np.random.default_rng(0), 256, 12, 8, (True, False)))]
    features = RandomFeatures(banks, 64)
    gram, targets = products(features, banks)
    loss = GapLoss(sampler.spread(np.random.default_rng(0)))
    nothing = missed(loss, features, banks, torch.zeros_like(targets))
    np.testing.assert_allclose(nothing, 1, atol=1e-6)
    taught = missed(loss, features, banks, torch.linalg.solve(gram + 10 * torch.eye(len(gram)), targets))
    assert (taught < 0.8).all()


def test_every_training_clip_is_in_one_part(cache: ClipCache) -> None:
    parts = [clip for part in parts_of(cache) for clip in part.ids("train")]
    assert sorted(parts) == sorted(cache.ids("train"))
    assert len(parts_of(cache)) == PARTS


def test_the_curve_has_a_point_for_each_share(cache: ClipCache) -> None:
    found = curve(cache, 8, 64, width=32)
    assert [share for share, _ in found] == [0.25, 0.5, 1.0]
    assert all(errors.shape == (2,) and np.isfinite(errors).all() for _, errors in found)
