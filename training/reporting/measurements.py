"""Everything that a report measures, part after part, each from samples on the shelf."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from motionmix_core.metrics.report import REPEATS, Estimate
from motionmix_core.metrics.retrieval import POOL, group_captions
from motionmix_core.mixed_data.cache import load_cache
from motionmix_core.motion.motion import Motion
from training.evaluation.clip_cache import open_cache
from training.evaluation.physical import summarise
from training.evaluation.shares import is_made
from training.evaluators.judge import Judge
from training.taught import taught_on

from . import curves
from .baselines import labels, nearest_training_clips
from .copying import Case, cases_of
from .coverage import SHARES, Coverage, drawn_takes, part_of
from .density import Density, Reach, reach_of
from .memory import Library, Nearest, nearest_of_each
from .orders import Order, Shelf, fill
from .outside import Outside, outcomes_of, outside_orders
from .scores import REAL, Points, Row, Scene, main_axes, multimodal, recall_by_caption, scored
from .sentences import Sentences
from .stretches import SIDES, StretchSet, read_stretches, training_clips

MODEL_ROW, NEAREST_ROW = "generated", "nearest training clip"
HELD_OUT, HELD_OUT_MADE = "real validation clips", "generated for validation captions"
OTHER_TAKES, OTHER_TAKES_STRETCHES = "training clips, from all other takes", 300
SIMILAR = 0.95  # cosine of MiniLM sentence vectors from which two captions are one group
MULTIMODAL_PROMPTS, MULTIMODAL_SAMPLES = 10, 10


@dataclass(frozen=True)
class Settings:
    """captions: of each stretch that are asked for. curve: stretches in the curve of steps (0 = no curve). outside:
    samples of each prompt with unknown words (0 = none). taught_on: the cache that the model was taught on, where it
    holds clips that training.prepare made and the measured one doesn't (None = the measured one).
    """

    captions: int = 3
    curve: int = 32
    processes: int = 2
    repeats: int = REPEATS
    seed: int = 0
    outside: int = 3
    taught_on: Path | None = None


@dataclass
class Measurements:
    """What came out. rows: judge -> row -> measure; the rest as named, None or empty where it wasn't made."""

    stretches: int = 0
    clips: int = 0
    samples: int = 0
    caption_groups: int = 0
    rows: dict[str, dict[str, Row]] = field(default_factory=dict)
    by_caption: dict[str, list[Estimate]] = field(default_factory=dict)
    words: list[float] = field(default_factory=list)
    multimodality: dict[str, Estimate] = field(default_factory=dict)
    physical: dict[str, dict[str, Estimate]] = field(default_factory=dict)
    memory: dict[str, list[Nearest]] = field(default_factory=dict)
    cases: dict[str, tuple[Case, ...]] = field(default_factory=dict)
    copies: list[tuple[Order, Nearest]] = field(default_factory=list)
    density: Density | None = None
    coverage: list[Coverage] = field(default_factory=list)
    outside: Outside | None = None
    curve: list[curves.Point] = field(default_factory=list)
    curve_real: dict[str, float] = field(default_factory=dict)
    curve_stretches: int = 0
    cpu_seconds: float | None = None
    lacking: list[str] = field(default_factory=list)


class Bench:
    """A model, its shelf, the judges and the data: measures one part at a time into `out`."""

    def __init__(
        self,
        model: Path,
        cache: Path,
        judges: Sequence[Judge],
        shelf: Shelf,
        settings: Settings,
        deadline: float | None = None,
        told: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.model, self.cache, self.judges, self.shelf = model, cache, judges, shelf
        self.settings, self._deadline, self._told = settings, deadline, told
        self.out = Measurements()
        self._shippable_only = taught_on(model).shippable_only
        self.test = read_stretches(cache, "test")
        self.training = read_stretches(cache, "train")
        self.fps = self.test.data.fps
        self._sentences = Sentences(model.resolve().parent / "text-minilm", shelf.folder.parent, settings.processes)
        self._axes = {j.name: main_axes(self._real(j, self.training)) for j in judges}

    def made(self, part: str, orders: Sequence[Order]) -> bool:
        """Generates what is missing; False, and a line in `lacking`, when time ran out first."""
        began = time.monotonic()
        wanted = len(self.shelf.missing(orders))
        lack = fill(self.shelf, self.model, orders, self.settings.processes, self._deadline)
        self._told(f"{part}: {wanted - lack} samples made in {time.monotonic() - began:.0f} s")
        if lack:
            self.out.lacking.append(f"{part}: {lack} of {len(dict.fromkeys(orders))} samples")
        return not lack

    def main_orders(self) -> list[Order]:
        """A sample for every caption of every test stretch by (stretch, side, caption), flat."""
        count = self.settings.captions
        seconds = [s.frames / self.fps for s in self.test.stretches for _ in SIDES for _ in range(count)]
        # many captions are their own mirror image: the mirrored side gets a sample of its own all the same
        numbers = [
            2 * (k // len(s.captions)) + mirror for s in self.test.stretches for mirror in SIDES for k in range(count)
        ]
        return [Order(*order) for order in zip(self.test.captions(count), seconds, numbers, strict=True)]

    def measure_main(self) -> None:
        """The main table, physical measures and the memorisation check."""
        orders, out = self.main_orders(), self.out
        if not self.made("test captions", self._spread_out(orders)):
            orders = self._only_finished(orders)
            if not orders:
                return
        out.stretches, out.samples = len(self.test), len(dict.fromkeys(orders))
        out.clips = len({s.clip for s in self.test.stretches})
        motions = {order: self.shelf.get(order) for order in dict.fromkeys(orders)}
        costs = self.shelf.cpu_seconds(motions)
        out.cpu_seconds = float(np.median(costs))
        groups = self._groups(self.test.captions(self.settings.captions))
        out.caption_groups = len(np.unique(groups))
        shape = (len(self.test), len(SIDES), self.settings.captions)
        found = self._nearest(self.training)
        scenes: dict[str, Scene] = {}
        for judge in self.judges:
            scene = Scene(
                judge.texts(self.test.captions(self.settings.captions)).reshape(*shape, -1),
                self._real(judge, self.test).reshape(*shape[:2], -1),
                groups.reshape(shape),
                self._axes[judge.name],
            )
            made = dict(zip(motions, judge.motions([m.positions() for m in motions.values()], self.fps), strict=True))
            rows = {
                NEAREST_ROW: judge.motions(found, self.fps).reshape(*shape, -1),
                MODEL_ROW: np.stack([made[order] for order in orders]).reshape(*shape, -1),
            }
            scenes[judge.name] = scene
            repeats, seed = self.settings.repeats, self.settings.seed
            out.rows[judge.name] = scored(scene, rows, repeats, seed)
            real = np.broadcast_to(scene.real[:, :, None], scene.texts.shape)
            for name, points in (("real test clips", real), (MODEL_ROW, rows[MODEL_ROW])):
                out.by_caption[f"{name}, {judge.name}"] = recall_by_caption(scene, points, repeats, seed)
        words = np.array([len(text.split()) for text in self.test.captions(shape[-1])]).reshape(-1, shape[-1])
        out.words = words.mean(axis=0).tolist()
        self._physical(list(motions.values()))
        self._memory(orders, motions)
        self._coverage(scenes)

    def _spread_out(self, orders: list[Order]) -> list[Order]:
        """Stretches in a random order: should time run out, those that are finished stand for all."""
        blocks = np.arange(len(orders)).reshape(len(self.test), -1)
        return [orders[i] for i in np.random.default_rng(self.settings.seed).permutation(blocks).ravel()]

    def _only_finished(self, orders: list[Order]) -> list[Order]:
        """Goes on with the test stretches whose samples are all there; with nothing if they don't fill one pool."""
        size = len(orders) // len(self.test)
        missing = set(self.shelf.missing(orders))
        blocks = [orders[i : i + size] for i in range(0, len(orders), size)]
        kept = [n for n, block in enumerate(blocks) if not missing.intersection(block)]
        if len(kept) < POOL:
            return []
        self.out.lacking.append(f"so the test stretches below are {len(kept)} of {len(self.test)}, drawn at random")
        self.test = replace(self.test, stretches=tuple(self.test.stretches[n] for n in kept))
        return [order for n in kept for order in blocks[n]]

    def measure_multimodality(self) -> None:
        """Ten samples of each of ten test captions."""
        chosen = self.test.spread(MULTIMODAL_PROMPTS).stretches
        orders = [
            Order(s.caption(0, False), s.frames / self.fps, number)
            for s in chosen
            for number in range(MULTIMODAL_SAMPLES)
        ]
        if not self.made("multimodality", orders):
            return
        positions = [self.shelf.get(order).positions() for order in orders]
        for judge in self.judges:
            points = judge.motions(positions, self.fps).reshape(len(chosen), MULTIMODAL_SAMPLES, -1)
            self.out.multimodality[judge.name] = multimodal(points, self.settings.repeats, self.settings.seed)

    def measure_outside(self) -> None:
        """Prompts with words that no training caption has."""
        orders = outside_orders(self.settings.outside)
        if not orders or not self.made("words outside the data", orders):
            return
        captions = [text for stretch in self.training.stretches for text in (*stretch.captions, *stretch.mirrored)]
        self.out.outside = outcomes_of([self.shelf.get(order) for order in orders], self.judges, captions)

    def measure_curve(self) -> None:
        """Quality against steps, on validation captions: the number of steps may be chosen by it."""
        wanted = read_stretches(self.cache, "val").spread(self.settings.curve)
        captions = [s.caption(0, False) for s in wanted.stretches]
        groups = self._groups(captions)
        reference = {j.name: self._real(j, read_stretches(self.cache, "val")) for j in self.judges}
        for steps in curves.STEPS:  # the cheap points first, should time run out
            for sampler in curves.SAMPLERS:
                orders = curves.curve_orders(wanted, sampler, steps)
                if not self.made(f"curve of steps: {sampler}, {steps}", orders):
                    continue
                motions = [self.shelf.get(order) for order in orders]
                cost = float(np.median(self.shelf.cpu_seconds(orders)))
                self.out.curve.append(
                    curves.point(sampler, steps, motions, self.judges, captions, groups, reference, self._axes, cost)
                )
        self.out.curve.sort(key=lambda p: (p.sampler, p.steps))
        self.out.curve_stretches = len(wanted)
        self.out.curve_real = self._curve_real(wanted, captions, groups)

    def _curve_real(self, wanted: StretchSet, captions: list[str], groups: NDArray[np.int64]) -> dict[str, float]:
        from motionmix_core.metrics.jitter import jitter
        from motionmix_core.metrics.retrieval import mm_distance, whole_pool_r_precision

        positions = [wanted.data.positions(s.start, s.stop) for s in wanted.stretches]
        recalls, distances = [], []
        for judge in self.judges:
            text, motion = judge.texts(captions), judge.motions(positions, self.fps)
            recalls.append(whole_pool_r_precision(text, motion, groups)[-1])
            distances.append(mm_distance(text, motion))
        shaking = [jitter(p, self.fps) for p in positions]
        return {
            "recall": float(np.mean(recalls)),
            "distance": float(np.mean(distances)),
            "jitter": float(np.mean(shaking)),
        }

    def _real(self, judge: Judge, stretches: StretchSet) -> Points:
        return judge.motions(stretches.positions(), self.fps)

    def _groups(self, captions: Sequence[str]) -> NDArray[np.int64]:
        return group_captions(self._sentences(captions), SIMILAR)

    def _nearest(self, training: StretchSet) -> list[NDArray[np.float32]]:
        wanted = self.test.captions(self.settings.captions)
        frames = [s.frames for s in self.test.stretches for _ in SIDES for _ in range(self.settings.captions)]
        known = self._sentences([text for _, text in labels(training)])
        return nearest_training_clips(wanted, frames, training, known, self._sentences(wanted))

    def _physical(self, generated: list[Motion]) -> None:
        cache = open_cache(self.cache)
        first = {clip_id: clip["start"] for clip_id, clip in cache.clips.items()}
        real = [cache.motion(s.clip).crop(s.start - first[s.clip], s.stop - first[s.clip]) for s in self.test.stretches]
        self.out.physical = {"real test clips": summarise(real), MODEL_ROW: summarise(generated)}

    def _coverage(self, scenes: dict[str, Scene]) -> None:
        for share in SHARES:
            recalls = []
            for takes in drawn_takes(self.training, share):
                found = self._nearest(part_of(self.training, takes))
                for judge in self.judges:
                    scene = scenes[judge.name]
                    points = judge.motions(found, self.fps).reshape(scene.texts.shape)
                    recalls += [e.mean for e in recall_by_caption(scene, points, 5, self.settings.seed)]
            self.out.coverage.append(Coverage(share, Estimate.of(recalls)))

    def _memory(self, orders: Sequence[Order], generated: dict[Order, Motion]) -> None:
        """orders: of every caption by (stretch, side, caption), flat."""
        taught = self.training if self.settings.taught_on is None else read_stretches(self.settings.taught_on, "train")
        cache = self.settings.taught_on or self.cache
        library = Library.of(training_clips(cache, taught.data, self._shippable_only), self.fps)
        captured = library.part(lambda clip: not is_made(clip))
        near, memory = partial(nearest_of_each, captured, fps=self.fps), self.out.memory
        held_out, fresh = read_stretches(self.cache, "val"), self._fresh()
        test, size = self.test.stretches, len(orders) // len(self.test)
        sets: dict[str, tuple[list[NDArray[np.float32]], list[str]]] = {
            REAL: (self.test.positions()[::2], [s.clip for s in test]),
            HELD_OUT: (held_out.positions()[::2], [s.clip for s in held_out.stretches]),
        }
        memory[REAL], memory[HELD_OUT] = near(sets[REAL][0]), near(sets[HELD_OUT][0])
        memory[OTHER_TAKES] = near(fresh.positions()[::2], not_of=[s.clip for s in fresh.stretches])
        owners = dict(zip(orders, (s.clip for s in test for _ in range(size)), strict=True))
        sets[MODEL_ROW] = ([motion.positions() for motion in generated.values()], [owners[o] for o in generated])
        memory[MODEL_ROW] = near(sets[MODEL_ROW][0])
        found = dict(zip(generated, memory[MODEL_ROW], strict=True))
        made = [[found[order] for order in orders[i : i + size]] for i in range(0, len(orders), size)]
        self.out.cases["test"] = cases_of(test, memory[REAL], made)
        self.out.copies = sorted(found.items(), key=lambda item: item[1].metres)[:5]
        others = [Order(s.caption(k, False), s.frames / self.fps) for k, s in enumerate(held_out.stretches)]
        if self.made("validation captions", others):
            sets[HELD_OUT_MADE] = ([self.shelf.get(order).positions() for order in others], sets[HELD_OUT][1])
            memory[HELD_OUT_MADE] = near(sets[HELD_OUT_MADE][0])
            made = [[one] for one in memory[HELD_OUT_MADE]]
            self.out.cases["validation"] = cases_of(held_out.stretches, memory[HELD_OUT], made)
        self._density(library, sets, fresh, taught)

    def _fresh(self) -> StretchSet:
        """Captured training stretches of the data sets that the test clips are of, evenly out of all."""
        sets = {s.clip.split("/")[0] for s in self.test.stretches}
        fitting = (s for s in self.training.stretches if s.clip.split("/")[0] in sets and not is_made(s.clip))
        return replace(self.training, stretches=tuple(fitting)).spread(OTHER_TAKES_STRETCHES)

    def _density(
        self,
        library: Library,
        sets: dict[str, tuple[list[NDArray[np.float32]], list[str]]],
        fresh: StretchSet,
        taught: StretchSet,
    ) -> None:
        by_formula = replace(taught, stretches=tuple(s for s in taught.stretches if is_made(s.clip)))
        motions = [*fresh.positions()[::2], *by_formula.positions()[::2]]
        clips = [s.clip for part in (fresh, by_formula) for s in part.stretches]
        reaches: dict[str, Reach] = {name: reach_of(library, found, self.fps, of) for name, (found, of) in sets.items()}
        frames = {clip.id: clip.frames for clip in load_cache(self.cache, ()).select("train", self._shippable_only)}
        lengths = tuple((clip, count) for clip, count in frames.items() if not is_made(clip))
        self.out.density = Density(reach_of(library, motions, self.fps, clips), reaches, lengths)
