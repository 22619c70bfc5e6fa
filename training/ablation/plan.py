"""An ablation as one file of TOML: a question, what all arms share, and what each changes.

question = "..."
title = "..."
seeds = [1, 2, 3]
base = "small.toml"     settings of every arm: a training config in `bases`, or a table of its own
[arms.plain]
label = "(a) all clips plain"
[arms.plain.config]     what this arm changes in the training config
[arms.plain.data]       what it changes about the data (`ArmData`)
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from motionmix_core.errors import DataError
from motionmix_core.mixed_data.checkpoints import config_to_dict
from motionmix_core.mixed_data.config import TrainConfig, config_from_dict

FOLDER = Path("training/configs/ablations")
BASES = "bases"


@dataclass(frozen=True)
class ArmData:
    """What an arm changes about the training clips; the validation clips stay.

    clips: "all", or "clean" to leave the noisy ones out.
    share: of the training clips, whole takes, the same ones first for every larger share.
    captions: at most so many to a stretch, 0 = all.
    simulated: share of takes that get the paper's white noise; these, and only these, are then the noisy ones.
    hide_clean: clean clips lose their captions, as in the paper.
    text: what the network reads: "both" token states and the sentence vector, "tokens" or "pooled" alone.
    pivot: drop the text below the pivot when sampling, as the paper does.
    """

    clips: str = "all"
    share: float = 1.0
    captions: int = 0
    simulated: float = 0.0
    hide_clean: bool = False
    text: str = "both"
    pivot: bool = False

    def __post_init__(self) -> None:
        if self.clips not in ("all", "clean"):
            raise ValueError(f"clips is {self.clips!r}, not all or clean")
        if self.text not in ("both", "tokens", "pooled"):
            raise ValueError(f"text is {self.text!r}, not both, tokens or pooled")
        if not 0 < self.share <= 1 or not 0 <= self.simulated <= 1:
            raise ValueError("share lies above 0 to 1, simulated in 0 to 1")


@dataclass(frozen=True)
class Arm:
    """One thing that is tried. label: its row in the table."""

    name: str
    label: str
    config: TrainConfig
    data: ArmData

    def digest(self, seed: int) -> str:
        """Names what is run: arms that do the same, of one ablation or of several, are run once."""
        config = _changed(config_to_dict(replace(self.config, seed=seed)), config_to_dict(TrainConfig()))
        record: dict[str, Any] = {"config": config, "data": asdict(self.data)}
        described = Path(self.config.init_from) / "model.json"
        if self.config.init_from and described.exists():  # other weights of the same name are another start
            record["weights"] = json.loads(described.read_text(encoding="utf-8"))["weights_sha256"]
        return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Plan:
    """An ablation. The first arm is what the others are compared with. base: what all arms share."""

    name: str
    title: str
    question: str
    seeds: tuple[int, ...]
    base: TrainConfig
    arms: tuple[Arm, ...]


def read_plan(path: Path) -> Plan:
    """Raises DataError for a missing file, bad TOML, an unknown setting, or arms with different budgets."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        base = table.get("base")
        if isinstance(base, str):
            table["base"] = tomllib.loads((path.parent / BASES / base).read_text(encoding="utf-8"))
    except FileNotFoundError:
        if path.exists():
            raise DataError(f"{path}: its base isn't in {path.parent / BASES}") from None
        known = ", ".join(sorted(p.stem for p in path.parent.glob("*.toml"))) or "none"
        raise DataError(f"there is no ablation {path.stem!r}; known are {known}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: not a TOML file ({error})") from error
    try:
        base, arms = table["base"], table["arms"]
        made = tuple(_arm(name, arm, base, f"{path} [arms.{name}]") for name, arm in arms.items())
        shared = config_from_dict(base, f"{path} [base]")
        plan = Plan(path.stem, str(table["title"]), str(table["question"]), tuple(table["seeds"]), shared, made)
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{path}: {error} is missing or of the wrong kind") from error
    budgets = {(arm.config.steps, arm.config.batch) for arm in plan.arms}
    if len(budgets) != 1:
        raise DataError(f"{path}: its arms don't have the same budget of steps and batch")
    return plan


def _arm(name: str, table: Mapping[str, Any], base: Mapping[str, Any], where: str) -> Arm:
    unknown = set(table) - {"label", "config", "data"}
    if unknown:
        raise DataError(f"{where}: unknown setting {min(unknown)!r}; known are label, config, data")
    data = table.get("data", {})
    wrong = set(data) - {f.name for f in fields(ArmData)}
    if wrong:
        raise DataError(f"{where} data: unknown setting {min(wrong)!r}")
    try:
        changes = ArmData(**data)
    except ValueError as error:
        raise DataError(f"{where} data: {error}") from error
    return Arm(
        name, str(table.get("label", name)), config_from_dict(merged(base, table.get("config", {})), where), changes
    )


def _changed(config: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    """What a config sets otherwise than by default: a setting that is added later makes no other arm of it."""
    return {
        key: _changed(value, defaults[key]) if isinstance(value, dict) else value
        for key, value in config.items()
        if value != defaults[key]
    }


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with `changes` on top, table by table."""
    out = dict(base)
    for key, value in changes.items():
        both = isinstance(value, Mapping) and isinstance(out.get(key), Mapping)
        out[key] = merged(out[key], value) if both else value
    return out
