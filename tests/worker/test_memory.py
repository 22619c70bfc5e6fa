"""A worker that may hold only so much memory: it says so and ends, and the next one works."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from motionmix_core.errors import WorkerError
from motionmix_core.generation import GenerationRequest
from motionmix_core.worker import WorkerClient, WorkerSettings
from motionmix_core.worker.memory import resident_mb
from tests.tiny_model import write_models

SOON = 300.0


def test_memory_that_is_taken_is_seen() -> None:
    before = resident_mb()
    if before is None:
        pytest.skip("this system doesn't say how much memory a process holds")
    block = np.ones(25_000_000)  # 200 MB
    after = resident_mb()
    assert after is not None
    assert after - before > 150
    del block


def test_a_worker_above_its_limit_says_so_and_a_roomier_one_works(tmp_path: Path) -> None:
    if resident_mb() is None:
        pytest.skip("this system doesn't say how much memory a process holds")
    models = write_models(tmp_path)
    request = GenerationRequest("a person walks", 60.0, count=64, steps=1000)
    tight = WorkerClient(WorkerSettings(models_dir=models, threads=1, memory_mb=10.0))
    with pytest.raises(WorkerError):
        tight.wait(tight.submit(request), timeout=SOON)
    tight.stop()
    growing = WorkerClient(WorkerSettings(models_dir=models, threads=1, memory_mb=held_by_an_idle_worker(models) + 15))
    with pytest.raises(WorkerError, match=r"needs .* MB of memory, and the preferences allow it .* raise the limit"):
        # 64 takes of a minute are kept until all are made: some hundred megabytes
        growing.wait(growing.submit(GenerationRequest("a person walks", 60.0, count=64, steps=1)), timeout=5 * SOON)
    assert len(growing.wait(growing.submit(GenerationRequest("a person walks", 1.0, steps=1)), timeout=SOON)) == 1
    growing.stop()


def held_by_an_idle_worker(models: Path) -> float:
    """MB of a worker that has made something short."""
    client = WorkerClient(WorkerSettings(models_dir=models, threads=1))
    client.wait(client.submit(GenerationRequest("a person walks", 1.0, steps=1)), timeout=SOON)
    status = Path(f"/proc/{client.pid}/statm")
    if not status.exists():
        pytest.skip("another process's memory can't be read here")
    held = int(status.read_text().split()[1]) * 4096 / 1e6
    client.stop()
    return held
