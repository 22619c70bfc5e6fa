"""The papers' networks by their configs, and one way to call all three."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from motionmix_core.denoisers.edge import EDGE, EdgeConfig
from motionmix_core.denoisers.mdm import MDM, ConditionKind, MDMConfig
from motionmix_core.denoisers.motion_diffuse import MotionDiffuse, MotionDiffuseConfig
from motionmix_core.mixed_data.paper_config import PaperConfig

TOKEN_WIDTH = 768  # DistilBERT
POOLED_WIDTH = 512  # CLIP


def build_network(config: PaperConfig) -> nn.Module:
    """The network of a config, freshly initialised from torch's generator."""
    size, data = config.network, config.data
    sizes: dict[str, Any] = {
        "features": data.features,
        "width": size.width,
        "feedforward": size.feedforward,
        "layers": size.layers,
    }
    if config.backbone == "motion_diffuse":
        return MotionDiffuse(
            MotionDiffuseConfig(frames=data.frames, heads=size.heads or 8, dropout=size.dropout_or(0.0), **sizes)
        )
    if config.backbone == "edge":
        return EDGE(
            EdgeConfig(
                music_width=data.music_width,
                frames=data.frames,
                heads=size.heads or 8,
                dropout=size.dropout_or(0.1),
                condition_drop=config.training.condition_drop,
                **sizes,
            )
        )
    kinds: dict[str, ConditionKind] = {"clip": "text", "distilbert": "tokens", "action": "action"}
    return MDM(
        MDMConfig(
            architecture=size.architecture,
            condition=kinds.get(config.condition, "none"),
            condition_width=TOKEN_WIDTH if config.condition == "distilbert" else POOLED_WIDTH,
            actions=config.action_rows,
            heads=size.heads or 4,
            dropout=size.dropout_or(0.1),
            decoder_token=size.decoder_token,
            mask_frames=size.mask_frames,
            condition_drop=config.training.condition_drop,
            diffusion_steps=config.diffusion.steps,
            noise_schedule=config.diffusion.schedule,
            **sizes,
        )
    )


def call_network(
    network: nn.Module, x: Tensor, t: Tensor, condition: Any, lengths: Tensor | None, unconditional: bool = False
) -> Tensor:
    """The network's answer, x0 or epsilon. x: (B, frames, F). t: (B,) timesteps. condition: what it was built for.

    unconditional: the null condition of classifier-free guidance; MotionDiffuse has none and gets its condition.
    """
    if isinstance(network, MotionDiffuse):
        return network(x, t, condition, lengths)
    answer: Tensor = network(x, t, condition, lengths, unconditional=unconditional)
    return answer
