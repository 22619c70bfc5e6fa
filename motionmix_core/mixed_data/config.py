"""Everything that decides a training run, as one file of TOML."""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..denoisers.motion_transformer import MotionTransformerConfig
from ..errors import DataError


@dataclass(frozen=True)
class DataConfig:
    """Which clips and captions are learned from, and how windows are cut and varied."""

    # where captions are from: "*" and "?" stand for anything, "!kit-ml" leaves out; the last that fits decides
    caption_sources: tuple[str, ...] = ("written", "written-from-file-name", "cmu-index", "cmu-index-subject")
    shippable_only: bool = True  # off: clips are learned from, too, whose licence doesn't say that a model may ship
    lengths: tuple[int, ...] = (96, 144, 192)  # frames of a batch's windows; a few fixed sizes, so that they compile
    text_tokens: int = 32
    mirror: bool = True
    speed: tuple[float, float] = (0.8, 1.25)
    yaw_degrees: float = 20.0  # spread of the first frame's heading about +Z
    shorten: float = 0.2  # share of windows that end before their batch's length
    balance: float = 0.5  # 1 = every second of motion alike, 0 = every action alike
    hand_made_weight: float = 0.4  # of game animations beside captured motion
    hand_task_weight: float = 0.4  # of hand tasks made by formula
    body_task_weight: float = 0.4  # of gestures and doings keyed by hand
    made_share: float = 0.0  # above 0: of the windows, so many are of those two kinds, however little else there is

    def __post_init__(self) -> None:
        if not 0 <= self.made_share < 1:
            raise ValueError(f"made_share is a share of the windows, 0 up to but not 1, not {self.made_share}")


@dataclass(frozen=True)
class MixConfig:
    """Roles of clips (MotionMix section 2.1, design section 5)."""

    enabled: bool = True  # off: every clip trains every step with its condition, as in MDM
    pivot_noise_level: float = 0.3  # noisy clips train only above it, unless they bring a level of their own
    unannotated_everywhere: bool = True  # off: clean clips without captions train only below the pivot, as in the paper
    text_dropout: float = 0.1
    mask_share: float = 0.3  # share of windows with observed motion
    composite_share: float = 0.0  # share of windows that join the arms of one clip to the body of another


@dataclass(frozen=True)
class LossConfig:
    """Weights of the x0 loss per block of the representation, and of the losses in space; `error` is their shape."""

    error: str = "smooth_l1"  # or "l1", "l2" (halved squares, as smooth L1 near 0)
    root_xz: float = 6.0
    root_height: float = 2.0
    heading: float = 2.0
    positions: float = 10.0
    rotations: float = 10.0
    contacts: float = 1.0
    velocity: float = 1.0
    forward_kinematics: float = 1.0
    foot_contact: float = 0.5

    def __post_init__(self) -> None:
        if self.error not in ("smooth_l1", "l1", "l2"):
            raise ValueError(f"the loss's error is {self.error!r}, not smooth_l1, l1 or l2")


@dataclass(frozen=True)
class TrainConfig:
    """One run. `seed` and the config decide every number of it."""

    name: str = "base"
    seed: int = 0
    init_from: str = ""  # folder of an exported model whose weights and statistics the run begins with
    distil_guidance: float = 0.0  # above 0: learn what those weights say at this guidance, in one pass instead of two
    steps: int = 20_000
    batch: int = 32
    learning_rate: float = 4e-4
    warm_up: int = 300
    decay_from: float = 0.7  # share of the steps after which the rate falls to a twentieth, along a cosine
    muon: float = 0.0  # above 0: Muon for the blocks' matrices, at so many times the learning rate
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    ema: float = 0.999
    diffusion_steps: int = 1000
    schedule: str = "cosine"
    high_noise_shift: float = 1.0  # above 1 draws more noisy timesteps: u -> s u / (1 + (s - 1) u)
    precision: str = "auto"  # auto = bf16 where the machine computes in it, else fp32
    compile: bool = False
    checkpoint_minutes: float = 5.0
    validate_every: int = 500
    log_every: int = 20
    network: MotionTransformerConfig = field(default_factory=MotionTransformerConfig)
    data: DataConfig = field(default_factory=DataConfig)
    mix: MixConfig = field(default_factory=MixConfig)
    loss: LossConfig = field(default_factory=LossConfig)


def _build(kind: type, table: dict[str, Any], where: str) -> Any:
    fields = {f.name: f for f in dataclasses.fields(kind)}
    unknown = sorted(set(table) - set(fields))
    if unknown:
        raise DataError(f"{where}: unknown setting {unknown[0]!r}; known are {', '.join(sorted(fields))}")
    values = {}
    for name, value in table.items():
        default = fields[name].default_factory if fields[name].default is dataclasses.MISSING else None
        if isinstance(value, dict) and isinstance(default, type):
            values[name] = _build(default, value, f"{where} [{name}]")
        else:
            values[name] = tuple(value) if isinstance(value, list) else value
    try:
        return kind(**values)
    except (TypeError, ValueError) as error:
        raise DataError(f"{where}: {error}") from error


def config_from_dict(table: dict[str, Any], where: str = "config") -> TrainConfig:
    """Raises DataError that names the unknown setting."""
    return _build(TrainConfig, table, where)


def load_config(path: Path) -> TrainConfig:
    """Read a TOML file. Raises DataError for a missing file, bad TOML or an unknown setting."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"{path}: there is no such config file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: not a TOML file ({error})") from error
    return config_from_dict(table, str(path))
