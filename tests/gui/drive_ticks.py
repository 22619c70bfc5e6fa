"""How long the window stands still while ten motions are made: the largest gap between ticks of a timer.

Software OpenGL takes its time to draw, and other programs may run beside; so the same gaps are measured in a window
that only draws (its sidebar is redrawn as often as a job would have it), before and after the jobs. Time of the
processor that the window's own thread used between two ticks is measured, too: what a gap would be at least on a
machine with a free core. Written to ticks.json; a person judges.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from typing import Any

import addon_utils
import bpy
from hand import Hand, Steps
from scene import bridge, empty_scene, part, say, settings

JOBS, SECONDS = 10, 6.0
BETWEEN_REDRAWS = 0.1


def steps(hand: Hand) -> Steps:
    yield from empty_scene(hand)
    addon_utils.enable("rigify", default_set=True)
    with hand.override():
        bpy.ops.object.armature_human_metarig_add()
        bpy.ops.view3d.view_selected()
    yield from hand.open_tab()
    yield from hand.rest()
    settings().prompt, settings().quality, settings().seconds = "a person walks forward", "draft", SECONDS
    own = timed_modal(part("addon.operators.beside").BesideTheWindow)
    yield 5.0

    found: dict[str, Any] = {"blender": bpy.app.version_string, "load": [round(os.getloadavg()[0], 1)]}
    found["idle"] = yield from measured(hand, wait(5.0))
    found["only drawing"] = yield from measured(hand, wait(5.0), redraw_sidebar=True)
    gaps: list[tuple[float, float]] = []
    for number in range(JOBS + 1):
        before = len(bpy.data.actions)
        own.clear()
        with hand.override():
            bpy.ops.motionmix.generate("INVOKE_DEFAULT", True, seed=number)

        def made(before: int = before) -> bool:
            return len(bpy.data.actions) > before and not bridge().busy

        here = yield from measured(hand, made)
        if number:  # the first started the worker
            gaps += here["gaps"]
            found.setdefault("our calls", []).extend(own)
    found["ten jobs"] = summary(gaps)
    found["our calls"] = summary(found["our calls"])
    found["only drawing, again"] = yield from measured(hand, wait(5.0), redraw_sidebar=True)
    found["undo step of Blender's own"] = round(undo_step(hand), 1)
    found["load"].append(round(os.getloadavg()[0], 1))
    for value in found.values():
        if isinstance(value, dict):
            value.pop("gaps", None)
    (hand.out / "ticks.json").write_text(json.dumps(found, indent=1))
    for name, value in found.items():
        say(f"{name}: {value}")


def wait(seconds: float) -> Callable[[], bool]:
    """Whether so many seconds have gone by since the first question."""
    ends: list[float] = []

    def over() -> bool:
        ends.append(time.monotonic() + seconds)
        return time.monotonic() > ends[0]

    return over


def measured(hand: Hand, over: Callable[[], bool], redraw_sidebar: bool = False) -> Any:
    """Gaps between ticks until something is so."""
    gaps: list[tuple[float, float]] = []
    last: list[tuple[float, float]] = []
    drawn = [0.0]

    def tick() -> float | None:
        now = time.perf_counter(), time.thread_time()
        if last:
            gaps.append((1000 * (now[0] - last[-1][0]), 1000 * (now[1] - last[-1][1])))
        last[:] = [now]
        if redraw_sidebar and now[0] - drawn[0] > BETWEEN_REDRAWS:
            drawn[0] = now[0]
            hand.region().tag_redraw()
        return 0.001

    bpy.app.timers.register(tick)
    while not over():
        yield 0.05
    bpy.app.timers.unregister(tick)
    return summary(gaps)


def summary(gaps: list[tuple[float, float]]) -> dict[str, Any]:
    """Milliseconds: by the clock, and of processor time."""
    walls, cpus = (sorted(gap[which] for gap in gaps) for which in (0, 1))

    def at(values: list[float], share: float) -> float:
        return round(values[min(len(values) - 1, int(share * len(values)))], 1)

    return {
        "count": len(gaps),
        "wall": {"median": at(walls, 0.5), "99 %": at(walls, 0.99), "largest": at(walls, 1.0)},
        "processor": {"median": at(cpus, 0.5), "99 %": at(cpus, 0.99), "largest": at(cpus, 1.0)},
        "ten largest": [[round(value, 1) for value in gap] for gap in sorted(gaps, reverse=True)[:10]],
        "gaps": gaps,
    }


def timed_modal(owner: Any) -> list[tuple[float, float]]:
    """Have the calls of an operator's `modal` timed, in milliseconds."""
    found: list[tuple[float, float]] = []
    original: Any = owner.modal

    def modal(self: Any, context: Any, event: Any) -> Any:  # Blender counts the arguments
        started = time.perf_counter(), time.thread_time()
        try:
            return original(self, context, event)
        finally:
            ended = time.perf_counter(), time.thread_time()
            found.append((1000 * (ended[0] - started[0]), 1000 * (ended[1] - started[1])))

    owner.modal = modal
    return found


def undo_step(hand: Hand) -> float:
    """What Blender takes to remember an undo step of this file, which ends any operator: milliseconds."""
    started = time.perf_counter()
    with hand.override():
        bpy.ops.ed.undo_push(message="Measured")
    return 1000 * (time.perf_counter() - started)
