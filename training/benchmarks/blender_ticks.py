"""Times how long the window is blocked while motions are made: the real add-on, worker and model in a real Blender.

Run by a Python that has bpy (`python -m training.benchmarks.blender_ticks`); prints one line of JSON. Ten jobs of 10 s
and two variations on a rig of 159 bones are run as the operator's timer runs them: `runs.Run.tick` is called every
10 ms, and each call is timed. There is no window, so Blender's own redraw isn't in it; what Blender computes when the
armature gets its new Action is timed apart. Everything that the machine does besides is in it: the load is printed.
"""

from __future__ import annotations

import json
import os
import time
from typing import Any

from .blender_session import add_metarig, blender, part

JOBS, SECONDS, VARIATIONS, FPS = 10, 10.0, 2, 30
TICK_SECONDS = 0.01
CANCELS = 10


def main() -> None:
    """Prints {"blender", "load", "press": [...], "ticks": [...], "update": [...], "cancel": [...]}, seconds.

    Of all but "cancel" there is "..._cpu" too: processor time of this thread, what they would take on a machine
    with a free core.
    """
    with blender(FPS) as bpy:
        print(json.dumps(_measured(bpy, add_metarig(bpy))))


class _Clock:
    """Wall and processor time of a stretch of this thread."""

    def __init__(self, found: dict[str, list[float]], name: str) -> None:
        self._found, self._name = found, name

    def __enter__(self) -> None:
        self._begin = time.perf_counter(), time.thread_time()

    def __exit__(self, *_error: object) -> None:
        for name, now, then in zip(("", "_cpu"), (time.perf_counter(), time.thread_time()), self._begin, strict=True):
            self._found.setdefault(self._name + name, []).append(now - then)


def _measured(bpy: Any, rig: Any) -> dict[str, Any]:
    names = ("jobs", "runs", "rigs.status", "worker_bridge")
    jobs, runs, status, bridges = (part(f"addon.{name}") for name in names)
    status.of(rig)  # as the panel does long before the button is pressed
    found: dict[str, list[float]] = {}
    loads = [os.getloadavg()[0]] if hasattr(os, "getloadavg") else []
    for number in range(JOBS + 1):
        if number == 1:
            found = {}  # the first started the worker and warmed the caches
        settings = jobs.Settings("a person walks forward", SECONDS, seed=number, variations=VARIATIONS)
        with _Clock(found, "press"):
            run = runs.Run(jobs.prepare(bpy.context.scene, rig, settings))
        takes = None
        while takes is None:
            time.sleep(TICK_SECONDS)
            with _Clock(found, "ticks"):
                takes = run.tick()
        with _Clock(found, "update"):
            bpy.context.view_layer.update()
    found["cancel"] = []
    for number in range(CANCELS):
        settings = jobs.Settings("a person walks forward", 30.0, seed=number, variations=8, steps=1000)
        run = runs.Run(jobs.prepare(bpy.context.scene, rig, settings))
        while run.work.progress is None or run.work.progress.done < 2 + number % 3:
            run.tick()
            time.sleep(TICK_SECONDS)
        begin = time.perf_counter()
        run.cancel()
        while not run.work.finished:
            time.sleep(0.002)
            bridges.bridge().poll()
        found["cancel"].append(time.perf_counter() - begin)
    loads += [os.getloadavg()[0]] if loads else []
    return {
        "blender": bpy.app.version_string,
        "bones": len(rig.pose.bones),
        "load": max(loads, default=0.0),
        "jobs": JOBS,
        **found,
    }


if __name__ == "__main__":
    main()
