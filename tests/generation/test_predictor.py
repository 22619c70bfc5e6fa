"""The guided denoiser: what guidance pushes, and what it leaves to the conditional prediction."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.conditions.text import TextFeatures
from motionmix_core.diffusion import cosine_schedule
from motionmix_core.generation.predictor import Features, make_predictor
from motionmix_core.representation.default import FEATURES, ROOT_XZ

FREE, TOLD = 0.25, 1.0
TEXT = TextFeatures(np.ones((1, 4, 384), np.float32), np.ones((1, 4), np.float32), np.ones((1, 384), np.float32),
                    np.zeros(1, bool))  # fmt: skip


def network(x: Features, mask: Features, level: float, text: TextFeatures) -> Features:
    """Answers one number where it is told something, another where not."""
    told = text.mask.any(axis=1)[:, None, None]
    return np.broadcast_to(np.where(told, TOLD, FREE), x.shape).astype(np.float32)


@pytest.mark.parametrize(("guidance", "travel"), [(0.0, FREE), (0.5, 0.625), (1.0, TOLD), (2.5, TOLD), (6.0, TOLD)])
def test_guidance_pushes_poses_but_never_the_way_travelled(guidance: float, travel: float) -> None:
    predict = make_predictor(network, TEXT, None, guidance, None)
    made = predict(np.zeros((1, 10, FEATURES), np.float32), cosine_schedule().step(500))
    np.testing.assert_allclose(made[..., ROOT_XZ], travel, atol=1e-6)
    np.testing.assert_allclose(made[..., ROOT_XZ.stop :], FREE + guidance * (TOLD - FREE), atol=1e-5)
