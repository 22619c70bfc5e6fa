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
from ..errors import DataError
from .corruption import WhiteNoise
from .placeholders import PlaceholderKind
from .timestep_ranges import TimestepRanges


@dataclass(frozen=True)
class PaperData:
    """Where clips come from. noise_space: what the white noise is added to. frames: window length or longest clip."""

    name: str
    features: int
    fps: float
    frames: int
    noise_space: Literal["normalised_features", "axis_angle_and_joints", "axis_angle_and_root"]
    stratify_by_action: bool = False
    actions: int = 0


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

    guide_second_stage: the released code's extrapolation below the pivot; the paper's formula has none.
    """

    enabled: bool
    noise_from: int
    noise_to: int
    pivot: int
    noisy_ratio: float
    placeholder: PlaceholderKind
    guide_second_stage: bool = False


@dataclass(frozen=True)
class PaperTraining:
    """The optimiser and its length; ema 0 for none, clip_norm 0 for none. epochs or steps is 0 where the other counts.

    loss: which of the published losses; the weights are those of MDM's geometric terms.
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


@dataclass(frozen=True)
class PaperSampling:
    """How the paper samples. guidance 1: none."""

    sampler: Literal["ddpm", "ddim"]
    steps: int
    guidance: float
    eta: float = 0.0


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

    def without_mix(self) -> PaperConfig:
        """The same experiment, fully supervised: no corruption, no pivot, every clip trains every step."""
        mix = dataclasses.replace(self.mix, enabled=False, pivot=0, noisy_ratio=0.0)
        return dataclasses.replace(self, mix=mix)

    def schedule(self) -> Schedule:
        """The training schedule."""
        return named_schedule(self.diffusion.schedule, self.diffusion.steps)

    def ranges(self) -> TimestepRanges:
        """Which timesteps each role trains."""
        return TimestepRanges(self.diffusion.steps, self.mix.pivot if self.mix.enabled else 0)

    def white_noise(self, seed: int) -> WhiteNoise | None:
        """The corruption of the noisy role; None with the mix off."""
        if not self.mix.enabled:
            return None
        return WhiteNoise(self.schedule(), self.mix.noise_from, self.mix.noise_to, seed)

    def pivot_level(self) -> float | None:
        """Noise level of T* for sampling; None with the mix off."""
        return pivot_noise_level(self.schedule(), self.mix.pivot) if self.mix.enabled else None

    @property
    def action_rows(self) -> int:
        """Rows of the action table: one more for the placeholder where clips without label are trained."""
        extra = self.mix.enabled and self.mix.placeholder == "extra_class"
        return self.data.actions + (1 if extra else 0)


def load_paper_config(path: Path) -> PaperConfig:
    """Read an experiment. Raises DataError that names the file and the setting."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise DataError(f"{path}: can't be read ({error})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: not a TOML file ({error})") from error
    config = _build(PaperConfig, table, str(path))
    assert isinstance(config, PaperConfig)
    mix = config.mix
    if mix.enabled and not 0 < mix.noise_from < mix.noise_to <= mix.pivot <= config.diffusion.steps:
        raise DataError(
            f"{path}: [mix] needs 0 < noise_from < noise_to <= pivot <= steps, so that stage two is cleaner"
        )
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
            values[name] = _build(hint, value, f"{where} [{name}]")  # type: ignore[arg-type]
        else:
            values[name] = _checked(hint, value, f"{where}: '{name}'")
    return kind(**values)


def _checked(hint: Any, value: Any, where: str) -> Any:
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
