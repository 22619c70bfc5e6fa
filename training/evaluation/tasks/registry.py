"""The tasks by name, and running one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from motionmix_core.generation import Generator
from motionmix_core.metrics.report import Table
from training.evaluation.clip_cache import open_cache
from training.evaluation.tasks import bodypart, cleanup, continuation, doings, inbetween
from training.evaluation.tasks.setup import TaskSetup

TASKS: Mapping[str, Callable[[TaskSetup], list[Table]]] = {
    "inbetween": inbetween.measure,
    "bodypart": bodypart.measure,
    "cleanup": cleanup.measure,
    "continue": continuation.measure,
    "doings": doings.measure,
}


def run_task(
    name: str,
    model: str | Path,
    cache: str | Path,
    split: str = "val",
    limit: int | None = None,
    seed: int = 0,
    steps: int | None = None,
    threads: int = 0,
) -> list[Table]:
    """The tables of one task for the model in a folder. Choose settings on "val"; "test" is for reporting them.

    Raises:
        DataError: no cache, or no clips. ModelError: no such model.
    """
    folder = Path(model).resolve()
    setup = TaskSetup(Generator(folder.parent, threads), folder.name, open_cache(cache), split, limit, seed, steps)
    return TASKS[name](setup)
