"""The judge: a small classifier of real motion, after the one that HumanAct12's numbers rest on (MDM, evaluation).

Two layers of a GRU over joint positions, 30 numbers behind a tanh (the features of FID and diversity), then the
actions. Trained on the training clips, clean, with other seeds than the networks that it judges.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from motionmix_core.mixed_data.published_losses import root_centred_joints, row_rotations
from motionmix_core.representation.rot6d import SMPL_JOINTS, TRANSLATION
from training.papers.action_clips import ActionClips
from training.papers.objective import Body

FEATURES = 30


class ActionClassifier(nn.Module):
    """Joint positions (B, T, 24, 3), metres, the root of frame 0 at the origin -> features (B, 30) and scores."""

    def __init__(self, actions: int, width: int = 128) -> None:
        super().__init__()
        self.gru = nn.GRU(SMPL_JOINTS * 3, width, 2, batch_first=True)
        self.squeeze = nn.Linear(width, FEATURES)
        self.score = nn.Linear(FEATURES, actions)

    def forward(self, joints: Tensor) -> tuple[Tensor, Tensor]:
        """(B, 30) features and (B, actions) scores."""
        hidden, _ = self.gru(joints.flatten(2))
        features = torch.tanh(self.squeeze(hidden[:, -1]))
        return features, self.score(features)


def joints_of(motion: Tensor, body: Body) -> Tensor:
    """(B, T, 150) -> (B, T, 24, 3) joint positions with the root's path."""
    rows = motion.unflatten(2, (-1, 6))[:, :, :-1]
    return root_centred_joints(row_rotations(rows), *body) + motion[:, :, None, TRANSLATION]


@dataclass(frozen=True)
class Judged:
    """features: (N, 30). predicted: (N,) actions."""

    features: NDArray[np.float64]
    predicted: NDArray[np.int64]


@dataclass(frozen=True)
class Evaluator:
    """A trained classifier with the body whose joints it sees."""

    network: ActionClassifier
    body: Body

    @torch.no_grad()
    def judge(self, motions: NDArray[np.float32]) -> Judged:
        """Motions (N, T, 150) -> their features and actions."""
        features, scores = self.network.eval()(joints_of(torch.from_numpy(motions), self.body))
        return Judged(features.double().numpy(), scores.argmax(dim=1).numpy())


def train_evaluator(
    clips: ActionClips, actions: int, body: Body, *, seed: int, steps: int = 600, batch: int = 64
) -> Evaluator:
    """Train on clean clips by cross-entropy."""
    torch.manual_seed(seed)
    network = ActionClassifier(actions)
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=steps)
    generator = np.random.default_rng([seed, 99])
    for _ in range(steps):
        motions, labels = windows(clips, generator, generator.integers(len(clips.clips), size=batch))
        _, scores = network(joints_of(torch.from_numpy(motions), body))
        loss = F.cross_entropy(scores, torch.from_numpy(labels))
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
    return Evaluator(network.eval(), body)


def windows(
    clips: ActionClips, generator: np.random.Generator, places: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Random windows of these clips (N, frames, 150) and their labels (N,)."""
    drawn = [clips.draw(int(place), generator) for place in places]
    return np.stack([example.motion for example in drawn]), np.array([example.annotation for example in drawn])
