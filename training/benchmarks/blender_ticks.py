"""Times how long the window is blocked while motions are made: the real add-on, worker and model in a real Blender.

Run by a Python that has bpy (`python -m training.benchmarks.blender_ticks`); prints one line of JSON. Ten jobs of 10 s
and two variations on a rig of 159 bones are run as the operator's timer runs them: `runs.Run.tick` is called every
10 ms, and each call is timed. There is no window, so Blender's own redraw isn't in it; what Blender computes when the
armature gets its new Action is timed apart. Everything that the machine does besides is in it: the load is printed.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from .blender_write import PACKAGE, REPO_ROOT

JOBS, SECONDS, VARIATIONS, FPS = 10, 10.0, 2, 30
TICK_SECONDS = 0.01
CANCELS = 10


def main() -> None:
    """Prints {"blender", "load", "press": [...], "ticks": [...], "update": [...], "cancel": [...]}, seconds.

    Of all but "cancel" there is "..._cpu" too: processor time of this thread, what they would take on a machine
    with a free core.
    """
    resources = tempfile.mkdtemp(prefix="motionmix-benchmark-")
    os.environ["BLENDER_USER_RESOURCES"] = resources
    bpy: Any = importlib.import_module("bpy")
    addon_utils: Any = importlib.import_module("addon_utils")  # can be found only once bpy has been imported

    folder = Path(resources, "extensions", "user_default", "motionmix")
    folder.mkdir(parents=True)
    for name in ("addon", "motionmix_core", "pretrained", "__init__.py", "blender_manifest.toml"):
        if (REPO_ROOT / name).exists():
            (folder / name).symlink_to(REPO_ROOT / name)
    addon_utils.extensions_refresh(ensure_wheels=True)
    addon_utils.enable(PACKAGE, default_set=True)
    addon_utils.enable("rigify", default_set=True)
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.context.scene.render.fps = FPS
    bpy.ops.object.armature_human_metarig_add()
    rig = bpy.context.object
    print(json.dumps(_measured(bpy, rig)))
    sys.stdout.flush()
    addon_utils.disable(PACKAGE, default_set=True)
    shutil.rmtree(resources, ignore_errors=True)
    os._exit(0)  # with Rigify's timer registered some versions hang or crash when Python ends by itself


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
    jobs, runs, status, bridges = (importlib.import_module(f"{PACKAGE}.addon.{name}") for name in names)
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
