"""How long the window stands still while ten motions are made: the largest gap between ticks of a timer.

Software OpenGL takes its time to draw, and other programs may run beside. So gaps in which Blender drew something are
told from those in which it didn't, and the same gaps are measured in a window that only draws its sidebar anew. Time of
the processor that the window's own thread used between two ticks is measured, too: what a gap would be at least on a
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
Gap = tuple[float, float, str]
"""Milliseconds by the clock, of processor time, and what was drawn meanwhile."""


def steps(hand: Hand) -> Steps:
    yield from empty_scene(hand)
    addon_utils.enable("rigify", default_set=True)
    with hand.override():
        bpy.ops.object.armature_human_metarig_add()
        bpy.ops.view3d.view_selected()
    yield from hand.open_tab()
    yield from hand.rest()
    settings().prompt, settings().quality, settings().seconds = "a person walks forward", "normal", SECONDS
    bpy.context.preferences.system.viewport_aa = "OFF"  # else the viewport is drawn over and over to smooth its lines
    hand.area().spaces.active.shading.type = "WIREFRAME"
    own = timed_modal(part("addon.operators.beside").BesideTheWindow)
    drawn = counted_drawing()
    yield 5.0

    found: dict[str, Any] = {"blender": bpy.app.version_string, "load": [round(os.getloadavg()[0], 1)]}
    found["idle"] = summary((yield from measured(hand, wait(5.0), drawn)))
    found["only drawing"] = summary((yield from measured(hand, wait(8.0), drawn, redraw_sidebar=True)))
    gaps: list[Gap] = []
    for number in range(JOBS + 1):
        before = len(bpy.data.actions)
        own.clear()
        with hand.override():
            bpy.ops.motionmix.generate("INVOKE_DEFAULT", True, seed=number)

        def made(before: int = before) -> bool:
            return len(bpy.data.actions) > before and not bridge().busy

        here = yield from measured(hand, made, drawn)
        if number:  # the first started the worker
            gaps += here
            found.setdefault("our calls", []).extend(own)
        yield 2.0 * hand.patience  # the new motion is drawn
    found["ten jobs, nothing drawn"] = summary([gap for gap in gaps if not gap[2]])
    found["ten jobs, sidebar drawn"] = summary([gap for gap in gaps if gap[2] and "viewport" not in gap[2]])
    found["ten jobs, viewport drawn"] = summary([gap for gap in gaps if "viewport" in gap[2]])
    found["our calls"] = summary(found["our calls"])
    found["undo step of Blender's own"] = round(undo_step(hand), 1)
    found["load"].append(round(os.getloadavg()[0], 1))
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


def measured(hand: Hand, over: Callable[[], bool], drawn: set[str], redraw_sidebar: bool = False) -> Any:
    """Gaps between ticks until something is so."""
    gaps: list[Gap] = []
    last: list[tuple[float, float]] = []
    redrawn = [0.0]

    def tick() -> float | None:
        now = time.perf_counter(), time.thread_time()
        if last:
            gaps.append((1000 * (now[0] - last[-1][0]), 1000 * (now[1] - last[-1][1]), " ".join(sorted(drawn))))
        last[:] = [now]
        drawn.clear()
        if redraw_sidebar and now[0] - redrawn[0] > BETWEEN_REDRAWS:
            redrawn[0] = now[0]
            hand.region().tag_redraw()
        return 0.001

    bpy.app.timers.register(tick)
    while not over():
        yield 0.05
    bpy.app.timers.unregister(tick)
    return gaps


def summary(gaps: list[Gap]) -> dict[str, Any]:
    """Milliseconds: by the clock, and of processor time."""
    if not gaps:
        return {"count": 0}
    walls, cpus = (sorted(gap[which] for gap in gaps) for which in (0, 1))

    def at(values: list[float], share: float) -> float:
        return round(values[min(len(values) - 1, int(share * len(values)))], 1)

    return {
        "count": len(gaps),
        "wall": {"median": at(walls, 0.5), "99 %": at(walls, 0.99), "largest": at(walls, 1.0)},
        "processor": {"median": at(cpus, 0.5), "99 %": at(cpus, 0.99), "largest": at(cpus, 1.0)},
    }


def counted_drawing() -> set[str]:
    """A set that takes in what Blender draws: "viewport", "sidebar"."""
    drawn: set[str] = set()
    bpy.types.SpaceView3D.draw_handler_add(lambda: drawn.add("viewport"), (), "WINDOW", "POST_PIXEL")
    panel = bpy.types.MOTIONMIX_PT_main
    original: Any = panel.draw

    def draw(self: Any, context: Any) -> None:
        drawn.add("sidebar")
        original(self, context)

    panel.draw = draw
    return drawn


def timed_modal(owner: Any) -> list[Gap]:
    """Have the calls of an operator's `modal` timed, in milliseconds."""
    found: list[Gap] = []
    original: Any = owner.modal

    def modal(self: Any, context: Any, event: Any) -> Any:  # Blender counts the arguments
        started = time.perf_counter(), time.thread_time()
        try:
            return original(self, context, event)
        finally:
            ended = time.perf_counter(), time.thread_time()
            found.append((1000 * (ended[0] - started[0]), 1000 * (ended[1] - started[1]), ""))

    owner.modal = modal
    return found


def undo_step(hand: Hand) -> float:
    """What Blender takes to remember an undo step of this file, which ends any operator: milliseconds."""
    started = time.perf_counter()
    with hand.override():
        bpy.ops.ed.undo_push(message="Measured")
    return 1000 * (time.perf_counter() - started)
