"""The shipped runtime as the add-on uses it: through a worker process."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from motionmix_core.errors import WorkerError
from motionmix_core.generation import GenerationRequest
from motionmix_core.worker.client import WorkerClient
from motionmix_core.worker.process import WorkerSettings

from .measures import Row, seconds_of

PROMPT = "a person walks forward and waves"
CLIP_SECONDS = 6.0


def measure_worker(model: Path, threads: int, repeats: int) -> list[Row]:
    """Cold start, warm clips at normal and draft quality and with 50 steps, and the worker's peak memory."""
    model = model.resolve()
    settings = WorkerSettings(models_dir=model.parent, threads=threads)
    request = GenerationRequest(PROMPT, seconds=CLIP_SECONDS, model=model.name)
    rows = [
        Row(
            "cold start to first motion",
            seconds_of(lambda: _from_cold(settings, request), min(repeats, 5)),
            budget=3.0,
            note="new worker process, model loaded, 6 s clip at normal quality; files in the system's cache",
        )
    ]
    client = WorkerClient(settings)
    try:
        client.wait(client.submit(request))
        for name, variant, budget in (
            ("6 s clip, normal, warm", request, 1.0),
            ("6 s clip, draft, warm", replace(request, quality="draft"), 0.35),
            ("6 s clip, 50 steps, warm", replace(request, steps=50), None),
        ):
            client.wait(client.submit(variant))
            times = seconds_of(lambda variant=variant: client.wait(client.submit(variant)), repeats)  # type: ignore[misc]
            rows.append(Row(name, times, budget=budget, timed=True))
        assert client.pid is not None
        peak = peak_memory_mb(client.pid)
    finally:
        client.stop()
    if peak is not None:
        rows.append(Row("worker, peak memory", (peak,), "MB", 700.0, note="resident, after the runs above"))
    return rows


def _from_cold(settings: WorkerSettings, request: GenerationRequest) -> None:
    client = WorkerClient(settings)
    try:
        if len(client.wait(client.submit(request))) != 1:
            raise WorkerError("the worker made no motion")
    finally:
        client.stop()


def peak_memory_mb(pid: int) -> float | None:
    """The largest resident memory that a process has had, in MB (10^6 bytes); None off Linux."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return None
