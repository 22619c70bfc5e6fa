"""The papers' training settings as data: one TOML file for every row of MotionMix's experiments.

Full supervision is the same file with the mix off (`without_mix`): the backbone's own paper.
"""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_type_hints

from ..diffusion.pivot import pivot_noise_level
from ..diffusion.schedule import Schedule, named_schedule
from ..errors import DataError, RequestError
from .corruption import CaptureFaults, Corruption, WhiteNoise
from .placeholders import PlaceholderKind
from .timestep_ranges import TimestepRanges

ConditionName = Literal["clip", "distilbert", "clip_tokens", "action", "music", "none"]


@dataclass(frozen=True)
class PaperData:
    """Where clips come from. noise_space: what the white noise is added to. frames: window length or longest clip.

    music_width: 35 (librosa) or 4800 (Jukebox). face_forward: turn each clip to +Z first (not published; small runs).
    """

    name: Literal["humanml3d", "kit", "humanact12", "uestc", "aistpp", "bandai"]
    features: int
    fps: float
    frames: int
    noise_space: Literal["normalised_features", "axis_angle_and_joints", "axis_angle_and_root"]
    stratify_by_action: bool = False
    actions: int = 0
    music_width: int = 35
    face_forward: bool = False


@dataclass(frozen=True)
class PaperDiffusion:
    """The forward process and what the network predicts. clip_x0: bound of |x0|, 0 for none."""

    schedule: Literal["cosine", "linear"]
    steps: int
    predicts: Literal["x0", "epsilon"]
    clip_x0: float = 0.0


@dataclass(frozen=True)
class PaperMix:
    """MotionMix proper. noise_from, noise_to: T1 and T2 (exclusive), timesteps. pivot: T*.

    guide_second_stage: the released code's extrapolation below the pivot; the paper's formula has none. stages: "one"
    trains and samples the same mixed data plainly, every clip at every step: the control experiment. faults: capture
    faults in place of white noise, as tables for `CaptureFaults.from_config`; T* must then lie above their level.
    unannotated_everywhere: clean clips also train the placeholder above the pivot, for sampling without a condition.
    """

    enabled: bool
    noise_from: int
    noise_to: int
    pivot: int
    noisy_ratio: float
    placeholder: PlaceholderKind
    guide_second_stage: bool = False
    stages: Literal["two", "one"] = "two"
    faults: tuple[dict[str, Any], ...] = ()
    unannotated_everywhere: bool = False


@dataclass(frozen=True)
class PaperNetwork:
    """The network's size, published unless said otherwise. heads 0, dropout -1: as published for the backbone.

    architecture, decoder_token, mask_frames: of MDM (denoisers.mdm.MDMConfig).
    """

    width: int = 512
    feedforward: int = 1024
    layers: int = 8
    heads: int = 0
    dropout: float = -1.0
    architecture: Literal["trans_enc", "trans_dec", "gru"] = "trans_enc"
    decoder_token: Literal["none", "time", "full"] = "none"
    mask_frames: bool = False

    def dropout_or(self, published: float) -> float:
        """The dropout, or the published one."""
        return published if self.dropout < 0 else self.dropout


@dataclass(frozen=True)
class PaperTraining:
    """The optimiser and its length; ema 0 for none, clip_norm 0 for none. epochs or steps is 0 where the other counts.

    loss: which of the published losses; the weights are those of MDM's geometric terms. feet: "published" takes feet
    relative to the pelvis (MDM) or in normalised numbers (EDGE); "world" in metres over the ground. ema_warm_up: an
    average that profits runs shorter than the 1e5 steps that the published one needs. precision: of the network's call.
    """

    optimiser: Literal["adamw", "adam", "adan"]
    learning_rate: float
    batch: int
    loss: Literal["mdm", "motion_diffuse", "edge"]
    steps: int = 0
    epochs: int = 0
    weight_decay: float = 0.0
    clip_norm: float = 0.0
    ema: float = 0.0
    condition_drop: float = 0.0
    joints_weight: float = 0.0
    velocity_weight: float = 0.0
    foot_contact_weight: float = 0.0
    feet: Literal["published", "world"] = "published"
    ema_warm_up: bool = False
    precision: Literal["fp32", "bf16"] = "fp32"

    def steps_in_all(self, batches_per_epoch: int) -> int:
        """Optimiser steps of the whole run."""
        return self.steps or self.epochs * batches_per_epoch


@dataclass(frozen=True)
class PaperSampling:
    """How the paper samples. guidance 1: none. ramp: EDGE's long form begins without guidance and is at full strength
    after half of the steps."""

    sampler: Literal["ddpm", "ddim", "dpmpp_2m"]
    steps: int
    guidance: float
    eta: float = 0.0
    ramp: bool = False


@dataclass(frozen=True)
class PaperConfig:
    """One experiment: a backbone on a data set, mixed or fully supervised."""

    name: str
    backbone: Literal["mdm", "motion_diffuse", "edge"]
    data: PaperData
    diffusion: PaperDiffusion
    mix: PaperMix
    training: PaperTraining
    sampling: PaperSampling
    condition: ConditionName = "none"
    network: PaperNetwork = PaperNetwork()

    def without_mix(self) -> PaperConfig:
        """The same experiment, fully supervised: no corruption, no pivot, every clip trains every step."""
        mix = dataclasses.replace(self.mix, enabled=False, pivot=0, noisy_ratio=0.0)
        return dataclasses.replace(self, mix=mix)

    def schedule(self) -> Schedule:
        """The training schedule."""
        return named_schedule(self.diffusion.schedule, self.diffusion.steps)

    def ranges(self) -> TimestepRanges:
        """Which timesteps each role trains."""
        pivot = self.mix.pivot if self._two_stages else 0
        return TimestepRanges(self.diffusion.steps, pivot, self.mix.unannotated_everywhere)

    def corruption(self, seed: int) -> Corruption | None:
        """The corruption of the noisy role; None with the mix off. Raises RequestError for an unknown fault."""
        if self.mix.enabled and self.mix.faults:
            return CaptureFaults.from_config(self.mix.faults, seed)
        return self.white_noise(seed)

    def white_noise(self, seed: int) -> WhiteNoise | None:
        """The paper's noise between T1 and T2; None with the mix off."""
        if not self.mix.enabled:
            return None
        return WhiteNoise(self.schedule(), self.mix.noise_from, self.mix.noise_to, seed)

    def pivot_level(self) -> float | None:
        """Noise level of T* for sampling; None with the mix off."""
        return pivot_noise_level(self.schedule(), self.mix.pivot) if self._two_stages else None

    @property
    def _two_stages(self) -> bool:
        return self.mix.enabled and self.mix.stages == "two"

    @property
    def action_rows(self) -> int:
        """Rows of the action table: one more for the placeholder where clips without label are trained."""
        extra = self.mix.enabled and self.mix.placeholder == "extra_class"
        return self.data.actions + (1 if extra else 0)

    def to_plain(self) -> dict[str, Any]:
        """Plain data that `paper_config_from` reads back."""
        return dataclasses.asdict(self)


def load_paper_config(path: Path) -> PaperConfig:
    """Read an experiment. Raises DataError that names the file and the setting."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise DataError(f"{path}: can't be read ({error})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: not a TOML file ({error})") from error
    return paper_config_from(table, str(path))


def paper_config_from(table: dict[str, Any], where: str) -> PaperConfig:
    """An experiment from plain data. Raises DataError that names `where` and the setting."""
    config = _build(PaperConfig, table, where)
    assert isinstance(config, PaperConfig)
    mix = config.mix
    if mix.enabled and not 0 < mix.noise_from < mix.noise_to <= mix.pivot <= config.diffusion.steps:
        raise DataError(
            f"{where}: [mix] needs 0 < noise_from < noise_to <= pivot <= steps, so that stage two is cleaner"
        )
    if mix.enabled:
        try:
            config.corruption(0)
        except RequestError as error:
            raise DataError(f"{where}: [mix] {error}") from error
    if not config.training.steps and not config.training.epochs:
        raise DataError(f"{where}: [training] needs steps or epochs")
    kind, takes = config.backbone, config.condition
    fitting = {"mdm": ("clip", "distilbert", "action", "none"), "motion_diffuse": ("clip_tokens",), "edge": ("music",)}
    if takes not in fitting[kind]:
        raise DataError(f"{where}: 'condition' of {kind} must be one of {', '.join(fitting[kind])}, not '{takes}'")
    return config


def _build(kind: type, table: dict[str, Any], where: str) -> Any:
    hints = get_type_hints(kind)
    known = {field.name: field for field in dataclasses.fields(kind)}
    if unknown := sorted(set(table) - set(known)):
        raise DataError(f"{where}: unknown setting '{unknown[0]}'; known are {', '.join(sorted(known))}")
    missing = [name for name, field in known.items() if field.default is dataclasses.MISSING and name not in table]
    if missing:
        raise DataError(f"{where}: setting '{missing[0]}' is missing")
    values = {}
    for name, value in table.items():
        hint = hints[name]
        if dataclasses.is_dataclass(hint):
            if not isinstance(value, dict):
                raise DataError(f"{where}: '{name}' must be a table")
            values[name] = _build(hint, value, f"{where} [{name}]")  # type: ignore[arg-type]  # asked above
        else:
            values[name] = _checked(hint, value, f"{where}: '{name}'")
    return kind(**values)


def _checked(hint: Any, value: Any, where: str) -> Any:
    if getattr(hint, "__origin__", None) is tuple:
        if not isinstance(value, list | tuple) or not all(isinstance(entry, dict) for entry in value):
            raise DataError(f"{where} must be a list of tables, not {value!r}")
        return tuple(value)
    allowed = getattr(hint, "__args__", None)
    if allowed:
        if value not in allowed:
            raise DataError(f"{where} must be one of {', '.join(map(str, allowed))}, not '{value}'")
        return value
    if hint is float and type(value) is int:
        return float(value)
    if type(value) is not hint:
        raise DataError(f"{where} must be a {hint.__name__}, not {value!r}")
    return value
