"""Two stages in one network: where the root goes, then what the body does about it (torch).

Kimodo's largest gain for keyframes and skating (anchors 2.2): a first transformer decides the root's path, height and
heading; a second one reads them, clean, in the place of the noisy ones. Takes and gives what `MotionTransformer` does,
so that training, export and sampling don't know the difference.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn

from ..representation import default as R
from .motion_transformer import MotionTransformer, MotionTransformerConfig

_ROOT = R.POSITIONS.start  # path, height and heading come first


class RootThenBody(nn.Module):
    """`config.root_layers` of the layers are the root's; the others the body's."""

    def __init__(self, config: MotionTransformerConfig) -> None:
        super().__init__()
        if not 0 < config.root_layers < config.layers:
            raise ValueError(f"{config.root_layers} of {config.layers} layers can't be the root's: the body needs some")
        self.config = config
        self.root = MotionTransformer(replace(config, layers=config.root_layers, root_layers=0))
        self.body = MotionTransformer(replace(config, layers=config.layers - config.root_layers, root_layers=0))

    def forward(
        self,
        x: Tensor,
        observed_mask: Tensor,
        noise_level: Tensor,
        text_tokens: Tensor,
        text_mask: Tensor,
        text_pooled: Tensor,
        frame_mask: Tensor,
        noisy_source: Tensor | None = None,
    ) -> Tensor:
        """x0 (B, T, features), as `MotionTransformer.forward`."""
        told = (observed_mask, noise_level, text_tokens, text_mask, text_pooled, frame_mask, noisy_source)
        root = self.root(x, *told)[..., :_ROOT]
        # what is shown stays as shown; detached, so that the body's errors don't bend the path to suit it
        known = torch.where(observed_mask[..., :_ROOT] > 0, x[..., :_ROOT], root.detach().to(x.dtype))
        body = self.body(torch.cat((known, x[..., _ROOT:]), dim=-1), *told)[..., _ROOT:]
        return torch.cat((root, body), dim=-1)


def denoiser_of(config: MotionTransformerConfig) -> MotionTransformer | RootThenBody:
    """The network that a config describes, with new weights."""
    return RootThenBody(config) if config.root_layers else MotionTransformer(config)
