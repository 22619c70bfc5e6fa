"""What is compared: ways of training on the same clips, or on the part of them that a poorer studio would have."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from motionmix_core.mixed_data.paper_config import PaperConfig
from motionmix_core.mixed_data.roles import RoleSplit, split_roles
from training.papers.action_clips import ActionClips
from training.papers.training_set import TrainingSet, fully_supervised, mixed

ArmKind = Literal["full", "half", "motionmix", "plain", "noisy_half"]


@dataclass(frozen=True)
class Arm:
    """One way of training. noise_from, noise_to, pivot, ratio: T1, T2, T* and the noisy share; None: the config's.

    faults: capture faults in place of white noise. longer: a larger network, trained longer (`LONGER`).
    """

    name: str
    kind: ArmKind
    title: str
    noise_from: int | None = None
    noise_to: int | None = None
    pivot: int | None = None
    ratio: float | None = None
    faults: tuple[dict[str, Any], ...] = ()
    longer: bool = False

    def config(self, base: PaperConfig) -> PaperConfig:
        """The config that the arm's network is trained and sampled by."""
        wanted = {
            "noise_from": self.noise_from,
            "noise_to": self.noise_to,
            "pivot": self.pivot,
            "noisy_ratio": self.ratio,
        }
        mix = replace(base.mix, **{name: value for name, value in wanted.items() if value is not None})  # type: ignore[arg-type]
        if self.faults:
            mix = replace(mix, faults=self.faults)
        if self.kind == "plain":
            mix = replace(mix, stages="one")
        config = replace(base, name=f"{base.name}-{self.name}", mix=mix)
        if self.longer:
            config = replace(
                config,
                network=replace(config.network, **LONGER["network"]),
                training=replace(config.training, **LONGER["training"]),
            )
        return config if self.kind in ("motionmix", "plain") else config.without_mix()

    def data(self, base: PaperConfig, clips: ActionClips, seed: int) -> TrainingSet:
        """The clips with their roles. Arms of one seed and ratio share the split, and the noise of each clip."""
        asked = replace(self, kind="motionmix").config(base)
        config = self.config(base)
        if self.kind == "full":
            return fully_supervised(config, clips)
        split = split_of(asked, clips, seed)
        if self.kind == "half":
            return fully_supervised(config, _only(clips, split))
        if self.kind == "noisy_half":
            noise = asked.corruption(seed)
            assert noise is not None
            return fully_supervised(config, _only(clips, split).corrupted(noise, split.noisy))
        return mixed(config, clips, seed, split)


def split_of(config: PaperConfig, clips: ActionClips, seed: int) -> RoleSplit:
    """The roles that a seed draws."""
    return split_roles(clips.ids, config.mix.noisy_ratio, seed, strata=clips.strata)


def _only(clips: ActionClips, split: RoleSplit) -> ActionClips:
    """The labelled half: the clips that MotionMix has noisy."""
    chosen = set(split.noisy)
    return replace(clips, clips=tuple(clip for clip in clips.clips if clip.id in chosen))


MAIN = (
    Arm("full", "full", "full supervision: all clips clean and labelled"),
    Arm("half", "half", "the labelled half alone, clean"),
    Arm("motionmix", "motionmix", "MotionMix: half noisy and labelled, half clean and unlabelled"),
    Arm("plain", "plain", "the same mixed data, plain training"),
    Arm("noisy-half", "noisy_half", "the noisy labelled half alone, plain training"),
)
CAPTURE: tuple[dict[str, Any], ...] = (
    {"kind": "joint_jitter", "share": 0.5},
    {"kind": "drift"},
    {"kind": "dropped_frames", "probability": 0.5},
    {"kind": "twist_flips", "probability": 0.5},
)
STRONG: dict[str, Any] = {"noise_from": 20, "noise_to": 80}
LONGER: dict[str, dict[str, Any]] = {
    "network": {"width": 96, "feedforward": 192, "layers": 3},
    "training": {"steps": 2000, "batch": 32, "learning_rate": 1e-3, "ema": 0.995},
}
LONG = (
    Arm("long-motionmix", "motionmix", "MotionMix", longer=True),
    Arm("long-full", "full", "full supervision", longer=True),
    Arm("long-plain", "plain", "the same mixed data, plain training", longer=True),
    Arm("long-half", "half", "the labelled half alone, clean", longer=True),
    Arm("long-noisy-half", "noisy_half", "the noisy labelled half alone", longer=True),
)
"""The main arms again with nearly three times the weights and 2.5 times the steps: does the answer change?"""
ABLATIONS = (
    Arm("pivot-60", "motionmix", "MotionMix, T* = 60", pivot=60),
    Arm("pivot-100", "motionmix", "MotionMix, T* = 100", pivot=100),
    Arm("pivot-200", "motionmix", "MotionMix, T* = 200", pivot=200),
    Arm("ratio-30", "motionmix", "MotionMix, 30 % noisy", ratio=0.3),
    Arm("ratio-70", "motionmix", "MotionMix, 70 % noisy", ratio=0.7),
    Arm("strong-motionmix", "motionmix", "MotionMix, noise 20..80, T* = 80", pivot=80, **STRONG),
    Arm("strong-plain", "plain", "plain training, noise 20..80", pivot=80, **STRONG),
    Arm("faults-motionmix", "motionmix", "MotionMix, capture faults, T* = 100", pivot=100, faults=CAPTURE),
    Arm("faults-plain", "plain", "plain training, capture faults", pivot=100, faults=CAPTURE),
)
PIVOTS = {30: "motionmix", 60: "pivot-60", 100: "pivot-100", 200: "pivot-200"}
RATIOS = {30: "ratio-30", 50: "motionmix", 70: "ratio-70"}
NOISES = {
    "white, 10..30": ("motionmix", "plain"),
    "white, 20..80": ("strong-motionmix", "strong-plain"),
    "capture faults": ("faults-motionmix", "faults-plain"),
}
"""T* -> arm; per cent of noisy clips -> arm; kind of noise -> MotionMix and plain training on it."""
ARMS = {arm.name: arm for arm in (*MAIN, *LONG, *ABLATIONS)}
