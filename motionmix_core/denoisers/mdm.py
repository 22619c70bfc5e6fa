"""The networks of MDM (Tevet et al. 2022), torch: transformer encoder, transformer decoder, GRU; they predict x0.

State-dict names are those of the published checkpoints, so `MDM.from_public_checkpoint` reads what the authors
released. Frames come first inside (frames, batch, width), as in the published networks; outside everything is batch
first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor, nn

from ..diffusion.forward_process import Predict
from ..diffusion.schedule import Schedule, Step, named_schedule
from ..errors import RequestError

Architecture = Literal["trans_enc", "trans_dec", "gru"]
ConditionKind = Literal["text", "tokens", "action", "none"]
MAX_POSITIONS = 5000


@dataclass(frozen=True)
class MDMConfig:
    """Sizes and choices of an MDM network.

    features: per frame (HumanML3D 263, KIT 251, action data 150 = 25 x 6). condition: "text" one pooled CLIP feature,
    "tokens" DistilBERT token states (trans_dec only), "action" labels, "none". condition_width: 512 or 768 for text.
    actions: size of the action table. decoder_token: what trans_dec prepends to the frames: nothing, the time embedding
    (published code today) or time + text (before December 2024, and in MotionMix). mask_frames: padded frames take no
    part in attention; the paper's model has no such mask. condition_drop: share of training samples whose condition is
    masked. diffusion_steps, noise_schedule: what it was trained with. prefix_frames: clean frames that DiP is given.
    target_layers: hidden layers of the target embedding (DiP with target: 1), 0 for a network without targets.
    gru_over: what the GRU's recurrence runs along. The published code runs it along the *batch* (its arrays are frames
    first, its GRU batch first), so that each answer depends on the batch's other samples; "frames" is what is meant.
    """

    features: int = 263
    architecture: Architecture = "trans_enc"
    condition: ConditionKind = "text"
    condition_width: int = 512
    actions: int = 0
    width: int = 512
    feedforward: int = 1024
    layers: int = 8
    heads: int = 4
    dropout: float = 0.1
    decoder_token: Literal["none", "time", "full"] = "none"
    mask_frames: bool = False
    condition_drop: float = 0.1
    diffusion_steps: int = 1000
    noise_schedule: str = "cosine"
    prefix_frames: int = 0
    target_layers: int = 0
    gru_over: Literal["frames", "batch"] = "frames"

    def __post_init__(self) -> None:
        if self.condition == "tokens" and self.architecture != "trans_dec":
            raise RequestError("token features need the trans_dec architecture")
        if self.condition == "action" and self.actions < 1:
            raise RequestError("an action-conditioned network needs the number of actions")


@dataclass(frozen=True)
class TextTokens:
    """Token states of a text encoder. features: (batch, tokens, width). valid: (batch, tokens) bool, False = pad."""

    features: Tensor
    valid: Tensor


Condition = Tensor | TextTokens | None

TARGETS = ("pelvis", "left_foot", "right_foot", "left_wrist", "right_wrist", "head", "traj", "heading")
"""What DiP's last frame may be asked to reach: six joints, the path on the ground, the heading."""


@dataclass(frozen=True)
class Targets:
    """Goals of DiP's last frame, in the order of TARGETS. values: (batch, 8, 3). known: (batch, 8) bool, asked for."""

    values: Tensor
    known: Tensor


def sinusoidal_table(length: int, width: int) -> Tensor:
    """(length, width): sines at even and cosines at odd columns."""
    position = torch.arange(length, dtype=torch.float32)[:, None]
    rate = torch.exp(torch.arange(0, width, 2, dtype=torch.float32) * (-math.log(10000.0) / width))
    table = torch.zeros(length, width)
    table[:, 0::2] = torch.sin(position * rate)
    table[:, 1::2] = torch.cos(position * rate)
    return table


class _InputProcess(nn.Module):
    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.poseEmbedding = nn.Linear(inputs, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.poseEmbedding(x)


class _OutputProcess(nn.Module):
    def __init__(self, width: int, features: int) -> None:
        super().__init__()
        self.poseFinal = nn.Linear(width, features)

    def forward(self, x: Tensor) -> Tensor:
        return self.poseFinal(x)


class _TimestepEmbedder(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.time_embed = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, rows: Tensor) -> Tensor:
        return self.time_embed(rows)


class _ActionTable(nn.Module):
    def __init__(self, actions: int, width: int) -> None:
        super().__init__()
        self.action_embedding = nn.Parameter(torch.randn(actions, width))

    def forward(self, action: Tensor) -> Tensor:
        return self.action_embedding[action]


class _TargetEmbedding(nn.Module):
    def __init__(self, width: int, layers: int) -> None:
        super().__init__()
        stack: list[nn.Module] = [nn.Linear(4 * len(TARGETS), width)]
        for _ in range(layers):
            stack += [nn.SiLU(), nn.Linear(width, width)]
        self.mlp = nn.Sequential(*stack)

    def forward(self, targets: Targets) -> Tensor:
        known = targets.known[..., None].to(targets.values.dtype)
        return self.mlp(torch.cat([targets.values, known], dim=-1).flatten(1))


class MDM(nn.Module):
    """A denoiser of MDM's family. `config` tells what it is; `schedule()` what it was trained on."""

    positions: Tensor

    def __init__(self, config: MDMConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        gru = config.architecture == "gru"
        self.input_process = _InputProcess(config.features + (width if gru else 0), width)
        self.register_buffer("positions", sinusoidal_table(MAX_POSITIONS, width), persistent=False)
        self.position_dropout = nn.Dropout(config.dropout)
        if gru:
            self.gru = nn.GRU(width, width, config.layers, batch_first=config.gru_over == "batch")
        elif config.architecture == "trans_enc":
            encoder = nn.TransformerEncoderLayer(width, config.heads, config.feedforward, config.dropout, "gelu")
            self.seqTransEncoder = nn.TransformerEncoder(encoder, config.layers, enable_nested_tensor=False)
        elif config.architecture == "trans_dec":
            decoder = nn.TransformerDecoderLayer(width, config.heads, config.feedforward, config.dropout, "gelu")
            self.seqTransDecoder = nn.TransformerDecoder(decoder, config.layers)
        else:
            raise RequestError(f"unknown MDM architecture '{config.architecture}': use trans_enc, trans_dec or gru")
        self.embed_timestep = _TimestepEmbedder(width)
        if config.condition in ("text", "tokens"):
            self.embed_text = nn.Linear(config.condition_width, width)
        elif config.condition == "action":
            self.embed_action = _ActionTable(config.actions, width)
        if config.target_layers:
            self.embed_target_cond = _TargetEmbedding(width, config.target_layers)
        self.output_process = _OutputProcess(width, config.features)

    @staticmethod
    def from_public_checkpoint(
        folder: str | Path, *, use_ema: bool = True, decoder_token: Literal["time", "full"] | None = None
    ) -> MDM:
        """Read a published checkpoint folder: `args.json` beside `model*.pt` (or safetensors). In eval mode.

        use_ema: prefer the averaged weights where the file has them. decoder_token: what a decoder "with emb" was
        trained to be given before its frames; guessed from the age of args.json if None. Raises ModelError naming the
        file and the fault.
        """
        from .mdm_checkpoint import read_public_checkpoint

        return read_public_checkpoint(Path(folder), use_ema=use_ema, decoder_token=decoder_token)

    def schedule(self) -> Schedule:
        """The noise schedule that the network was trained with."""
        return named_schedule(self.config.noise_schedule, self.config.diffusion_steps)

    def forward(
        self,
        x: Tensor,
        t: Tensor,
        condition: Condition = None,
        lengths: Tensor | None = None,
        *,
        unconditional: bool = False,
        prefix: Tensor | None = None,
        targets: Targets | None = None,
    ) -> Tensor:
        """Predict the clean motion.

        Args:
            x: (batch, frames, features), noisy, in the space that the network was trained in.
            t: (batch,) int, timesteps of `schedule()`.
            condition: pooled text features (batch, condition_width), `TextTokens` (or bare token states
                (batch, tokens, width), none of them padding), action ids (batch,), or None for the null condition.
                Null text is the bias of the text layer (a zero feature), null action a zero embedding.
            lengths: (batch,) int frames that exist; used only by networks with `mask_frames`.
            unconditional: give the null condition in place of `condition`; unlike None it keeps the token mask of the
                prompt, as the published guidance does.
            prefix: (batch, frames, features) clean frames before x (DiP); the answer is for x alone.
            targets: where the last frame is to be (DiP with target); None for no goal. Guidance doesn't touch them.
        Returns:
            (batch, frames, features), x0.
        Raises:
            RequestError: arrays of the wrong shape or kind, an action outside the table.
        """
        if self.config.condition == "tokens" and isinstance(condition, Tensor) and condition.ndim == 3:
            condition = TextTokens(condition, condition.new_ones(condition.shape[:2], dtype=torch.bool))
        self._check(x, t, condition)
        self._check_targets(targets, len(x))
        frames = x.shape[1]
        if prefix is not None:
            x = torch.cat([prefix, x], dim=1)
            lengths = None if lengths is None else lengths + prefix.shape[1]
        time = self.embed_timestep(self.positions[t])[None]
        if targets is not None:
            time = time + self._masked(self.embed_target_cond(targets).to(time.dtype)[None], False)
        embedding, padded_tokens = self._condition(time, condition, unconditional)
        sequence = x.transpose(0, 1)
        if self.config.architecture == "gru":
            hidden = torch.cat([sequence, embedding.expand(len(sequence), -1, -1)], dim=2)
            hidden, _ = self.gru(self._placed(self.input_process(hidden)))
        else:
            hidden = self._transformer(self.input_process(sequence), time, embedding, padded_tokens, lengths)
        return self.output_process(hidden[-frames:]).transpose(0, 1)

    def _transformer(
        self, frames: Tensor, time: Tensor, embedding: Tensor, padded_tokens: Tensor | None, lengths: Tensor | None
    ) -> Tensor:
        if self.config.architecture == "trans_enc":
            token: Tensor | None = embedding
        else:
            token = {"none": None, "time": time, "full": embedding}[self.config.decoder_token]
        lead = 0 if token is None else 1
        sequence = self._placed(frames if token is None else torch.cat([token, frames]))
        padded = None
        if self.config.mask_frames and lengths is not None:
            places = torch.arange(len(sequence), device=frames.device)
            padded = places >= lengths.to(frames.device)[:, None] + lead
        if self.config.architecture == "trans_enc":
            return self.seqTransEncoder(sequence, src_key_padding_mask=padded)[lead:]
        decoded = self.seqTransDecoder(
            sequence, embedding, tgt_key_padding_mask=padded, memory_key_padding_mask=padded_tokens
        )
        return decoded[lead:]

    def _placed(self, sequence: Tensor) -> Tensor:
        """The sequence (length, batch, width) with its positional code."""
        return self.position_dropout(sequence + self.positions[: len(sequence), None])

    def _condition(self, time: Tensor, condition: Condition, unconditional: bool) -> tuple[Tensor, Tensor | None]:
        """Time and condition as (tokens, batch, width), and the (batch, tokens) mask of padding."""
        kind, batch = self.config.condition, time.shape[1]
        if kind == "none":
            return time, None
        if kind == "tokens":
            if condition is None:
                features, padded = time.new_zeros(1, batch, self.config.condition_width), None
            else:
                assert isinstance(condition, TextTokens)
                features, padded = condition.features.transpose(0, 1).to(time.dtype), ~condition.valid.bool()
            return time + self.embed_text(self._masked(features, unconditional)), padded
        if kind == "text":
            assert not isinstance(condition, TextTokens)
            features = time.new_zeros(batch, self.config.condition_width) if condition is None else condition
            return time + self.embed_text(self._masked(features.to(time.dtype)[None], unconditional)), None
        if condition is None or unconditional:
            return time, None
        return time + self._masked(self.embed_action(condition)[None], False), None

    def _masked(self, features: Tensor, unconditional: bool) -> Tensor:
        """(tokens, batch, width) zeroed altogether, or in training for a random share of the samples."""
        if unconditional:
            return torch.zeros_like(features)
        if self.training and self.config.condition_drop > 0:
            kept = torch.rand(features.shape[1], device=features.device) >= self.config.condition_drop
            return features * kept[:, None]
        return features

    def _check_targets(self, targets: Targets | None, batch: int) -> None:
        if targets is None:
            return
        if not self.config.target_layers:
            raise RequestError("this network takes no targets")
        wanted = (batch, len(TARGETS))
        if tuple(targets.values.shape) != (*wanted, 3) or tuple(targets.known.shape) != wanted:
            raise RequestError(f"targets are ({batch}, {len(TARGETS)}, 3) values and as many known ones")

    def _check(self, x: Tensor, t: Tensor, condition: Condition) -> None:
        config = self.config
        if x.ndim != 3 or x.shape[2] != config.features:
            raise RequestError(f"this network reads (batch, frames, {config.features}) features, not {tuple(x.shape)}")
        if tuple(t.shape) != (len(x),):
            raise RequestError(f"a batch of {len(x)} needs as many timesteps, not {tuple(t.shape)}")
        if condition is None:
            return
        if config.condition == "tokens":
            ok = isinstance(condition, TextTokens) and tuple(condition.features.shape[::2]) == (
                len(x),
                config.condition_width,
            )
            if not ok:
                raise RequestError(
                    f"this network is conditioned by TextTokens (batch, tokens, {config.condition_width})"
                )
        elif isinstance(condition, TextTokens) or config.condition == "none":
            raise RequestError(f"this network takes no such condition; it is conditioned by: {config.condition}")
        elif config.condition == "text" and tuple(condition.shape) != (len(x), config.condition_width):
            raise RequestError(
                f"text features must be ({len(x)}, {config.condition_width}), not {tuple(condition.shape)}"
            )
        elif config.condition == "action":
            if tuple(condition.shape) != (len(x),) or condition.is_floating_point():
                raise RequestError(f"actions must be {len(x)} integer labels")
            if len(condition) and not 0 <= int(condition.min()) <= int(condition.max()) < config.actions:
                raise RequestError(
                    f"an action label is outside the table of {config.actions} (0 to {config.actions - 1})"
                )


def as_predictor(
    model: MDM,
    condition: Condition = None,
    lengths: Tensor | None = None,
    *,
    unconditional: bool = False,
    prefix: Tensor | None = None,
    targets: Targets | None = None,
) -> Predict:
    """The network under one condition as a denoiser for `diffusion.sample`."""

    def predict(x_t: Tensor, step: Step) -> Tensor:
        t = torch.as_tensor(step.timestep, device=x_t.device).expand(len(x_t))
        return model(x_t, t, condition, lengths, unconditional=unconditional, prefix=prefix, targets=targets)

    return predict
