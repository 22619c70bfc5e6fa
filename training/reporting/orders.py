"""What is to be generated, and the shelf where finished samples lie: a sample is made once for one set of weights.

The shelf is a folder a model (named by its weights), a file a sample (named by all that decides it). So a report that
was broken off goes on where it was, and a second one takes seconds.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from motionmix_core.motion.motion import Motion
from training.preparation.records import Frames

DEFAULT_SHELF = Path(".cache/report")
MADE_BY = 6  # to be raised when the runtime comes to make other motion of the same network and seed


@dataclass(frozen=True)
class Order:
    """A sample: prompt, length, which of its repeats (decides the seed); None keeps the model's own default."""

    prompt: str
    seconds: float
    number: int = 0
    steps: int | None = None
    sampler: str | None = None
    guidance: float | None = None
    foot_lock: bool = True
    interval: tuple[float, float] | None = None

    @property
    def key(self) -> str:
        """Name of its file."""
        said = asdict(self)
        if self.interval is None:  # samples made before there was an interval keep their names
            del said["interval"]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:20]

    @property
    def seed(self) -> int:
        """From prompt, length and number alone: the same start noise whatever the steps or the sampler."""
        text = json.dumps([self.prompt, self.seconds, self.number])
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")


@dataclass(frozen=True)
class Shelf:
    """Finished samples of one model in one folder."""

    folder: Path

    @classmethod
    def of_model(cls, model: Path, root: Path = DEFAULT_SHELF, apart_from: Sequence[str] = ()) -> Shelf:
        """The shelf of a model folder: named by model.json, which holds the weights' digest, and the defaults.

        apart_from: defaults that every order overrides; another value of them is the same shelf.
        """
        said = (model / "model.json").read_bytes()
        if apart_from:
            kept = {name: value for name, value in json.loads(said).items() if name not in apart_from}
            said = json.dumps(kept, sort_keys=True).encode()
        digest = hashlib.sha256(said).hexdigest()[:12]
        return cls(root / f"{model.name}-{digest}-{MADE_BY}")

    def path(self, order: Order) -> Path:
        """Where a sample lies, finished or not."""
        return self.folder / f"{order.key}.npz"

    def missing(self, orders: Iterable[Order]) -> list[Order]:
        """Orders that aren't finished, each once."""
        return [order for order in dict.fromkeys(orders) if not self.path(order).exists()]

    def put(self, order: Order, motion: Motion, seconds_taken: float) -> None:
        """Keep a finished sample, whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        packed = Frames.pack(motion)
        partial = self.folder / f".{order.key}-{os.getpid()}.npz"
        np.savez(partial, root=packed.root, rotations=packed.rotations, fps=motion.fps, taken=seconds_taken)
        partial.replace(self.path(order))

    def get(self, order: Order) -> Motion:
        """A finished sample. Raises FileNotFoundError for one that isn't."""
        with np.load(self.path(order)) as stored:
            return Frames(stored["root"], stored["rotations"], float(stored["fps"])).unpack()

    def cpu_seconds(self, orders: Iterable[Order]) -> list[float]:
        """Processor time that each finished sample took."""
        taken = []
        for order in orders:
            if self.path(order).exists():
                with np.load(self.path(order)) as stored:
                    taken.append(float(stored["taken"]))
        return taken


def fill(
    shelf: Shelf,
    model: Path,
    orders: Sequence[Order],
    processes: int = 2,
    deadline: float | None = None,
    told: Callable[[int, int], None] = lambda done, wanted: None,
) -> int:
    """Generate what is missing, one thread a process, until `deadline` (of time.monotonic); returns how many lack.

    What is asked first is made first. told: called with the number made and the number that was missing.
    """
    missing = shelf.missing(orders)
    if not missing:
        return 0
    done = 0
    upcoming = iter(missing)
    # spawned, not forked: a fork of a process whose libraries run threads may hang
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, _open_model, (str(model.resolve()),)) as pool:
        running: set[Future[None]] = set()
        while True:
            late = deadline is not None and time.monotonic() > deadline
            while not late and len(running) < 2 * processes and (order := next(upcoming, None)) is not None:
                running.add(pool.submit(_make, str(shelf.folder), order))
            if not running:
                return len(missing) - done
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                future.result()
                done += 1
                told(done, len(missing))


_model: list = []  # of a worker process: its generator and the model's name


def _open_model(folder: str) -> None:
    from motionmix_core.generation import Generator

    path = Path(folder)
    _model[:] = [Generator(path.parent, threads=1), path.name]


def _make(shelf: str, order: Order) -> None:
    from motionmix_core.generation import GenerationRequest

    if Shelf(Path(shelf)).path(order).exists():  # another report was quicker
        return
    generator, name = _model
    request = GenerationRequest(
        prompt=order.prompt,
        seconds=order.seconds,
        seed=order.seed,
        steps=order.steps,
        sampler=order.sampler,
        guidance=order.guidance,
        guidance_interval=order.interval,
        foot_lock=order.foot_lock,
        model=name,
        literal=True,  # a stretch of a clip may begin anywhere in what its caption says
    )
    began = time.process_time()
    (motion,) = generator.generate(request).motions
    Shelf(Path(shelf)).put(order, motion, time.process_time() - began)
