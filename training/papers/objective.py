"""What a config's network is trained for: one of the published losses (motionmix_core.mixed_data.published_losses)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from motionmix_core.formats.amass import smpl_skeleton
from motionmix_core.formats.smpl_body import smpl_body
from motionmix_core.mixed_data.paper_config import PaperConfig
from motionmix_core.mixed_data.published_losses import MdmLossWeights, batch_masked_l2, edge_loss, mdm_loss
from motionmix_core.motion.skeleton import canonical_skeleton
from motionmix_core.representation.edge import RangeNormaliser

HAND = 0.08  # metres from the wrist to SMPL's hand joints, where there is no SMPL body
SMPL_PARENTS = (-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21)
Body = tuple[Tensor, Sequence[int]]


def body_of(config: PaperConfig, smpl_models: Path | None = None) -> Body:
    """Offsets (24, 3) and parents of the body whose joints the geometric losses look at.

    SMPL's own, from the folder of a user who has it; without it a body of the same proportions, hands put on; and our
    canonical one for data that is on it.
    """
    if smpl_models is not None and config.data.name != "bandai":
        joints = smpl_body(np.zeros((1, 24, 3)), np.zeros((1, 3)), smpl_models).joints[0]
        offsets = joints - np.concatenate([joints[:1], joints[list(SMPL_PARENTS[1:])]])
    else:
        skeleton = canonical_skeleton() if config.data.name == "bandai" else smpl_skeleton()
        offsets = np.concatenate([skeleton.offsets[:22], [[HAND, 0, 0], [-HAND, 0, 0]]])
    return torch.tensor(offsets, dtype=torch.float32), SMPL_PARENTS


class Objective:
    """The loss of a batch by the config. normaliser: EDGE's, for its losses in metres."""

    def __init__(
        self, config: PaperConfig, body: Body, normaliser: RangeNormaliser | None, device: torch.device
    ) -> None:
        training = config.training
        self._kind = training.loss
        self._body = (body[0].to(device), body[1])
        self._weights = MdmLossWeights(
            training.joints_weight,
            training.velocity_weight,
            training.foot_contact_weight,
            in_world=training.feet == "world",
        )
        self._range: tuple[Tensor, Tensor] | None = None
        if training.loss == "edge" and training.feet == "world" and normaliser is not None:
            low, high = (torch.as_tensor(bound, dtype=torch.float32, device=device) for bound in
                         (normaliser.low, normaliser.high))  # fmt: skip
            self._range = low, high

    def __call__(
        self, answer: Tensor, clean: Tensor, noise: Tensor, mask: Tensor
    ) -> tuple[Tensor, Mapping[str, Tensor]]:
        """The loss, (), and its parts. answer, clean, noise: (B, frames, F). mask: (B, frames)."""
        if self._kind == "motion_diffuse":
            loss = batch_masked_l2(answer, noise, mask)
            return loss, {"epsilon": loss}
        if self._kind == "edge":
            losses, parts = edge_loss(answer, clean, self._body, physical=self._range)
        else:
            losses, parts = mdm_loss(answer, clean, mask, self._weights, self._body)
        return losses.mean(), {name: part.mean() for name, part in parts.items()}
