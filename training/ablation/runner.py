"""Training and measuring one arm with one seed; what is finished is read back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from motionmix_core.conditions.text import TextFeatures
from motionmix_core.denoisers.root_then_body import denoiser_of
from motionmix_core.generation import GenerationRequest
from motionmix_core.metrics.distribution import fid, kid
from motionmix_core.metrics.retrieval import group_captions, mm_distance, whole_pool_r_precision
from motionmix_core.mixed_data.cache import MotionCache
from motionmix_core.mixed_data.initial_weights import initial_weights, load_into
from motionmix_core.mixed_data.text_bank import TextBank
from motionmix_core.mixed_data.trainer import Progress, Trainer
from motionmix_core.motion.motion import Motion
from training.evaluation.checkpoint import CheckpointGenerator
from training.evaluation.physical import measure
from training.evaluators.judge import Judge
from training.reporting.measurements import SIMILAR
from training.reporting.memory import Library, nearest_of_each
from training.reporting.orders import Order
from training.reporting.scores import Points, main_axes
from training.reporting.stretches import StretchSet

from .arm_data import arm_cache, arm_texts
from .held_out import HeldOut
from .plan import Arm, Plan
from .results import REAL_TO_TRAINING, SAMPLES_TO_TRAINING

RESULT = "result.json"
SAMPLING_STEPS = 8


@dataclass(frozen=True)
class Yardstick:
    """What arms are measured by: validation stretches, the judges, their points of real motion; held-out losses.

    library: training clips; with it each arm's samples are held against those of them that it was taught on.
    """

    wanted: StretchSet
    judges: Sequence[Judge]
    real: dict[str, Points]
    axes: dict[str, Points]
    held_out: Callable[[str], HeldOut]
    library: Library | None = None

    @classmethod
    def of(
        cls,
        wanted: StretchSet,
        training: StretchSet,
        judges: Sequence[Judge],
        count: int,
        held_out: Callable[[str], HeldOut],
        library: Library | None = None,
    ) -> Yardstick:
        """On at most `count` validation stretches (0 = no samples); all real ones are the reference.

        held_out: gives the held-out batches for networks that read text as `ArmData.text` says.
        """
        fps = wanted.data.fps
        return cls(
            wanted.spread(count),
            judges,
            {j.name: j.motions(wanted.positions(), fps) for j in judges},
            {j.name: main_axes(j.motions(training.positions(), fps)) for j in judges},
            held_out,
            library,
        )


def run_arm(
    arm: Arm,
    seed: int,
    folder: Path,
    cache: MotionCache,
    texts: TextBank,
    yardstick: Yardstick,
    *,
    minutes: float | None = None,
    threads: int = 1,
    told: Callable[[str], None] = lambda line: None,
    models_dir: Path | None = None,
) -> dict[str, Any] | None:
    """The arm's measures by name, or None when `minutes` ended before its training did (run it again to go on)."""
    import torch

    result = folder / RESULT
    if result.exists():
        return json.loads(result.read_text(encoding="utf-8"))
    torch.set_num_threads(threads)
    config = replace(arm.config, seed=seed)
    data = arm_cache(cache, texts, config, arm.data)
    taught_on = {clip.id for clip in data.select("train", config.data.shippable_only)}
    trainer = Trainer(
        config,
        data,
        arm_texts(texts, arm.data.text),
        folder,
        on_progress=lambda p: _show(told, arm.name, seed, p),
    )
    began = time.process_time()
    done = trainer.run(minutes)
    if done.step < config.steps:
        return None
    pivot = config.mix.pivot_noise_level if arm.data.pivot else None
    losses = yardstick.held_out(arm.data.text).losses(trainer.ema_network, trainer.normaliser)
    values = {
        **_summed(losses),
        **(
            _measured(ArmGenerator(folder, pivot, arm.data.text, models_dir), yardstick, taught_on)
            if len(yardstick.wanted)
            else {}
        ),
        "parameters": trainer.parameters,
        "cpu minutes": (time.process_time() - began) / 60,
    }
    result.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    return values


def before_any(plan: Plan, yardstick: Yardstick) -> dict[str, float] | None:
    """Held-out losses of the weights that the arms of `plan` go on from; None if they begin with random ones."""
    if not plan.base.init_from:
        return None
    network, weights = denoiser_of(plan.base.network), initial_weights(Path(plan.base.init_from))
    load_into(network, weights, plan.base.init_from)
    return _summed(yardstick.held_out("both").losses(network, weights.normaliser))


def _summed(losses: dict[str, float]) -> dict[str, float]:
    total = float(np.mean([value for name, value in losses.items() if name.startswith("loss@")]))
    return {"validation loss": total, **losses}


class ArmGenerator(CheckpointGenerator):
    """A checkpoint's generator that reads text as its arm does and drops it below the arm's pivot."""

    def __init__(self, run: Path, pivot: float | None, text: str, models_dir: Path | None = None) -> None:
        super().__init__(run, models_dir)
        inner, kind = self._denoiser, text
        inner.description = replace(inner.description, pivot_noise_level=pivot)
        plain = type(inner).__call__

        class Reading(type(inner)):  # type: ignore[misc]  # whichever network it is
            """The same network behind the arm's reading glasses."""

            def __call__(self, x: Any, observed_mask: Any, noise_level: float, text: TextFeatures) -> NDArray:
                if kind == "tokens":
                    text = replace(text, pooled=np.zeros_like(text.pooled))
                elif kind == "pooled":
                    text = replace(text, tokens=np.zeros_like(text.tokens))
                return plain(self, x, observed_mask, noise_level, text)

        inner.__class__ = Reading


def _measured(generator: CheckpointGenerator, yardstick: Yardstick, taught_on: Set[str]) -> dict[str, float]:
    """taught_on: ids of the clips that the generator was."""
    wanted = yardstick.wanted
    fps = wanted.data.fps
    longest = generator.denoiser().description.max_seconds  # a take of several windows would measure how they join
    orders = [Order(s.caption(0, False), min(s.frames / fps, longest)) for s in wanted.stretches]
    motions: list[Motion] = []
    for order in orders:
        request = GenerationRequest(order.prompt, order.seconds, seed=order.seed, steps=SAMPLING_STEPS, literal=True)
        motions += generator.generate(request).motions
    captions = [order.prompt for order in orders]
    groups = group_captions(generator._encoder("minilm-l6").encode(captions).pooled, SIMILAR)
    rows: dict[str, list[float]] = {"R@3 of all": [], "MM-Dist": [], "FID (8 axes)": [], "KID": []}
    for judge in yardstick.judges:
        made, text = judge.motions([m.positions() for m in motions], fps), judge.texts(captions)
        real, axes = yardstick.real[judge.name], yardstick.axes[judge.name]
        rows["R@3 of all"].append(float(whole_pool_r_precision(text, made, groups)[-1]))
        rows["MM-Dist"].append(mm_distance(text, made))
        rows["FID (8 axes)"].append(fid(made @ axes, real @ axes))
        rows["KID"].append(kid(made, real, np.random.default_rng(0), 20, len(made) * 4 // 5))
    physical = [measure(motion) for motion in motions]
    return {
        **{name: float(np.mean(values)) for name, values in rows.items()},
        "skating": float(np.mean([row["skate GMD"] for row in physical])),
        "jitter": float(np.mean([row["jitter"] for row in physical])),
        **_nearness(motions, yardstick, taught_on),
    }


def _nearness(motions: Sequence[Motion], yardstick: Yardstick, taught_on: Set[str]) -> dict[str, float]:
    """Median metres to the training clips of samples, and of real motion for the same captions."""
    if yardstick.library is None:
        return {}
    known, wanted = yardstick.library.part(taught_on.__contains__), yardstick.wanted
    sets = {SAMPLES_TO_TRAINING: [m.positions() for m in motions], REAL_TO_TRAINING: wanted.positions()[::2]}
    return {
        name: float(np.median([one.metres for one in nearest_of_each(known, motion, wanted.data.fps)]))
        for name, motion in sets.items()
    }


def _show(told: Callable[[str], None], name: str, seed: int, progress: Progress) -> None:
    if progress.step % 200 == 0:
        told(f"{name}, seed {seed}: step {progress.step}, loss {progress.loss:.3f}")
