"""Where the motions of an evaluation come from: a shipped model, a training run's checkpoint, the cache."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from motionmix_core.errors import DataError
from motionmix_core.generation import GenerationRequest, Generator
from motionmix_core.motion.motion import Motion
from training.evaluation.clip_cache import open_cache

# Words of the data first, then prompts that it covers thinly or not at all.
DEFAULT_PROMPTS: tuple[str, ...] = (
    "walk forward",
    "run",
    "jump",
    "wash a window",
    "salsa dance",
    "punch",
    "sit down",
    "wave",
    "kick",
    "turn around",
    "walk backward",
    "cartwheel",
    "crawl",
    "pick something up from the floor",
    "climb a ladder",
    "a tired old man shuffles along",
)


@dataclass(frozen=True)
class NamedMotion:
    """A motion and what it is: the prompt it answers or the clip it is."""

    title: str
    motion: Motion
    prompt: str = ""


@dataclass(frozen=True)
class Sampling:
    """How motions are generated: seconds a motion, first seed, motions a prompt; None keeps the model's own default."""

    seconds: float = 5.0
    seed: int = 0
    count: int = 1
    steps: int | None = None
    guidance: float | None = None
    sampler: str | None = None
    foot_lock: bool = True


def read_prompts(path: str | Path) -> list[str]:
    """One prompt a line; empty lines and lines that start with # are left out."""
    lines = [line.strip() for line in Path(path).read_text(encoding="utf-8").splitlines()]
    prompts = [line for line in lines if line and not line.startswith("#")]
    if not prompts:
        raise DataError(f"{path} holds no prompt")
    return prompts


def from_clips(cache_folder: str | Path, clip_ids: Sequence[str], seconds: float | None = None) -> list[NamedMotion]:
    """Real clips out of the cache, cut to `seconds` when given. "cmu/07_01:2.5" starts 2.5 s into cmu/07_01."""
    cache = open_cache(cache_folder)
    motions = []
    for wanted in clip_ids:
        clip_id, _, start = wanted.partition(":")
        motion = cache.motion(clip_id)
        try:
            first = round(float(start or 0) * motion.fps)
        except ValueError:
            raise DataError(f"{wanted!r}: after the colon goes the second to start at") from None
        if not 0 <= first < motion.num_frames:
            raise DataError(f"{wanted!r}: the clip is only {motion.seconds:.1f} s long")
        last = motion.num_frames if seconds is None else first + max(2, round(seconds * motion.fps))
        motion = motion.crop(first, min(last, motion.num_frames))
        caption = cache.caption(clip_id, first / motion.fps)
        motions.append(NamedMotion(f"{wanted}: {caption}" if caption else wanted, motion, caption))
    return motions


def from_model(folder: str | Path, prompts: Sequence[str], sampling: Sampling) -> list[NamedMotion]:
    """What the shipped runtime makes of each prompt with the model in `folder`; take k of a prompt has seed + k."""
    folder = Path(folder).resolve()
    if not folder.is_dir():
        raise DataError(f"there is no model folder {folder}")
    return _generated(Generator(folder.parent), folder.name, prompts, sampling)


def from_checkpoint(run: str | Path, prompts: Sequence[str], sampling: Sampling) -> list[NamedMotion]:
    """What the last checkpoint in a training run's folder makes of each prompt, through torch."""
    from training.evaluation.checkpoint import CheckpointGenerator

    return _generated(CheckpointGenerator(Path(run)), "", prompts, sampling)


def _generated(generator: Generator, model: str, prompts: Sequence[str], sampling: Sampling) -> list[NamedMotion]:
    motions = []
    for prompt in prompts:
        request = GenerationRequest(
            prompt=prompt,
            seconds=sampling.seconds,
            seed=sampling.seed,
            count=sampling.count,
            steps=sampling.steps,
            guidance=sampling.guidance,
            sampler=sampling.sampler,
            foot_lock=sampling.foot_lock,
            model=model,
        )
        result = generator.generate(request)
        for motion, seed in zip(result.motions, result.seeds, strict=True):
            title = f"{prompt}  (seed {seed})" if sampling.count > 1 else prompt
            motions.append(NamedMotion(title, motion, prompt))
    return motions
