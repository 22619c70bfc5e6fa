"""Prompts with words that no training caption has: does the model make of them the nearest thing that it knows?

Beside each such prompt stands the known one that says the same. A judge places the samples of both; the prompt has kept
its sense if, of all the known prompts, the nearest is its own. Judges see joint positions alone here, no words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from motionmix_core.metrics import jitter, skating
from motionmix_core.motion.motion import Motion
from training.evaluators.judge import Judge

from .orders import Order

PAIRS = (
    ("a gentleman promenades", "a person walks forward"),
    ("somebody scurries off", "someone runs"),
    ("somebody vaults skyward", "a person jumps up high"),
    ("a couple waltzes", "someone dances salsa"),
    ("a brawler pummels a rival", "someone boxes with both fists"),
    ("somebody guzzles lemonade", "a person drinks from a bottle"),
    ("somebody vacuums the carpet", "someone mops the floor"),
    ("a firefighter ascends a trellis", "a person climbs a ladder"),
    ("a samurai duels with a katana", "someone swings a sword with the right hand"),
    ("a goalie punts the football", "a person kicks a ball with the right foot"),
    ("a commuter hails a taxi", "a person waves with the right hand"),
    ("grandfather slumps into an armchair", "someone sits down on a stool and stands up"),
    ("a gymnast does a handspring", "a person does a cartwheel"),
    ("a burglar skulks past", "a person sneaks forward"),
    ("an aerobics instructor warms up", "a person does jumping jacks"),
)
"""(words outside the data, the known prompt that is nearest in sense)."""
SECONDS = 4.0


@dataclass(frozen=True)
class Outcome:
    """prompt and the known one that is meant; unknown: its words that no training caption has; nearest: the known
    prompt whose samples lie nearest; rank: place of the one that is meant, 1 = nearest (mean over judges).
    """

    prompt: str
    meant: str
    unknown: tuple[str, ...]
    nearest: str
    rank: float


@dataclass(frozen=True)
class Outside:
    """All outcomes; skating and jitter of samples for unknown and for known words (mean)."""

    outcomes: tuple[Outcome, ...]
    skating: tuple[float, float]
    jitter: tuple[float, float]


def outside_orders(samples: int) -> list[Order]:
    """`samples` of each prompt, unknown ones first, then known ones."""
    prompts = [prompt for prompt, _ in PAIRS] + [known for _, known in PAIRS]
    return [Order(prompt, SECONDS, number) for prompt in prompts for number in range(samples)]


def unknown_words(prompt: str, captions: Iterable[str]) -> tuple[str, ...]:
    """Words of the prompt that none of the captions has, in order."""
    known = {word for caption in captions for word in _words(caption)}
    return tuple(word for word in _words(prompt) if word not in known)


def outcomes_of(motions: Sequence[Motion], judges: Sequence[Judge], captions: Sequence[str]) -> Outside:
    """From the samples of `outside_orders` in their order; captions: of the training split."""
    count = len(motions) // (2 * len(PAIRS))
    paths = [motion.positions() for motion in motions]
    fps = motions[0].fps
    distances = np.stack([_distances(judge.motions(paths, fps), count) for judge in judges])
    ranks = np.mean([ranks_of(table) for table in distances], axis=0)
    nearest = distances.mean(axis=0).argmin(axis=1)
    half = len(PAIRS) * count
    slides = [skating.gmd_skating_ratio(path, fps) for path in paths]
    shakes = [jitter.jitter(path, fps) for path in paths]
    return Outside(
        tuple(
            Outcome(prompt, meant, unknown_words(prompt, captions), PAIRS[near][1], float(rank))
            for (prompt, meant), near, rank in zip(PAIRS, nearest, ranks, strict=True)
        ),
        (float(np.mean(slides[:half])), float(np.mean(slides[half:]))),
        (float(np.mean(shakes[:half])), float(np.mean(shakes[half:]))),
    )


def ranks_of(distances: NDArray[np.float64]) -> NDArray[np.int64]:
    """(N,) place of the diagonal in each row of distances (N, N), 1 = nearest."""
    return 1 + (distances < np.diagonal(distances)[:, None]).sum(axis=1)


def outside_text(outside: Outside | None) -> str:
    """The section as Markdown."""
    if outside is None:
        return "Not measured.\n"
    found = outside.outcomes
    own = sum(one.nearest == one.meant for one in found)
    ranks = np.array([one.rank for one in found])
    lines = [
        "Each prompt has words that no training caption has (in the second column). Where do its samples lie, by the",
        f"judges, among the samples of {len(found)} known prompts? Rank 1: nearest to the known one that is meant.\n",
        "| prompt | unknown words | meant | nearest | rank |",
        "|---|---|---|---|---:|",
        *(f"| {o.prompt} | {', '.join(o.unknown)} | {o.meant} | {o.nearest} | {o.rank:.1f} |" for o in found),
        "",
        f"{own} of {len(found)} come nearest to what is meant (by chance: one); median rank {np.median(ranks):.1f}, "
        f"{(len(found) + 1) / 2:.1f} by chance. And it isn't noise: skating {outside.skating[0]:.3f}, jitter "
        f"{outside.jitter[0]:.1f}; for the known prompts {outside.skating[1]:.3f} and {outside.jitter[1]:.1f}.",
    ]
    return "\n".join(lines) + "\n"


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())


def _distances(points: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """(N, N) distances from the mean sample of each unknown prompt to that of each known one."""
    means = points.reshape(2, len(PAIRS), count, -1).mean(axis=2)
    return np.linalg.norm(means[0][:, None] - means[1][None], axis=-1)
