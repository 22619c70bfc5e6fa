"""A real mouse and keyboard in Blender's window, and eyes that find the buttons there.

Nobody tells Python where Blender draws a button. So the mouse is moved over the sidebar until the button under it is
the wanted one, which Blender does tell: its commands *Copy Data Path* and *Copy Python Command* read the button that
the mouse points at. A script therefore names what it wants to press, and goes on working when a panel changes.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import bpy

Steps = Iterator[float]
LONGEST = 90.0  # seconds for anything to happen, on a machine with nothing else to do


class Hand:
    """The mouse, the keyboard and the camera. Places are pixels from the window's lower left corner, as in Blender."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.patience = float(os.environ.get("MOTIONMIX_GUI_PATIENCE", "1"))
        self.places: dict[str, tuple[int, int]] = {}
        self._once: dict[str, tuple[int, int]] = {}  # where things were before the panel changed: often not far
        # One process for all: Blender is large, and starting one from it for each move would take its time.
        self._xdotool = subprocess.Popen(["xdotool", "-"], stdin=subprocess.PIPE, text=True)

    # ---- the window

    @property
    def window(self) -> bpy.types.Window:
        return bpy.context.window_manager.windows[0]

    def area(self, kind: str = "VIEW_3D") -> Any:
        return next(area for area in self.window.screen.areas if area.type == kind)

    def region(self, kind: str = "VIEW_3D", region: str = "UI") -> Any:
        return next(found for found in self.area(kind).regions if found.type == region)

    def override(self, kind: str = "VIEW_3D", region: str = "WINDOW") -> Any:
        """``with hand.override(): bpy.ops...``: as if called from that editor."""
        return bpy.context.temp_override(
            window=self.window, area=self.area(kind), region=self.region(kind, region), screen=self.window.screen
        )

    def open_tab(self, name: str = "MotionMix") -> Steps:
        """Open the viewport's sidebar at a tab."""
        area = self.area()
        area.spaces.active.show_region_ui = True
        area.tag_redraw()
        yield 0.5
        yield from self.until(lambda: self.region().width > 1, "the sidebar opens")
        self.region().active_panel_category = name  # Blender knows the tabs once they were drawn
        area.tag_redraw()
        yield 0.5
        self.places.clear()

    def until(self, condition: Callable[[], Any], what: str, seconds: float = LONGEST) -> Steps:
        """Let the window live until something is so; an error that the extension tells ends the wait."""
        deadline = time.monotonic() + seconds * self.patience
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited in vain: {what}")
            yield 0.05

    # ---- mouse and keyboard

    def _send(self, command: str) -> None:
        assert self._xdotool.stdin is not None and self._xdotool.poll() is None, "xdotool has ended"
        self._xdotool.stdin.write(command + "\n")
        self._xdotool.stdin.flush()

    def move(self, x: float, y: float) -> Steps:
        """Point at a place."""
        self._send(f"mousemove {round(x)} {self.window.height - 1 - round(y)}")
        yield 0.04
        yield 0.04

    def click_at(self, x: float, y: float, button: int = 1) -> Steps:
        """Press and release; slowly, as panel headers want it."""
        yield from self.move(x - 2, y)
        yield from self.move(x, y)
        yield 0.1
        self._send(f"mousedown {button}")
        yield 0.15
        self._send(f"mouseup {button}")
        yield 0.3

    def press_down(self) -> None:
        """Press the left button and hold it."""
        self._send("mousedown 1")

    def let_go(self) -> None:
        """Let the left button go."""
        self._send("mouseup 1")

    def key(self, name: str) -> Steps:
        """Press a key: "Escape", "ctrl+a"."""
        self._send(f"key {name}")
        yield 0.3 * self.patience

    def write(self, text: str) -> Steps:
        """Type a text."""
        for character in text:
            self._send(f"key {'space' if character == ' ' else character}")
            yield 0.05
        yield 0.2

    def rest(self) -> Steps:
        """Take the mouse off the sidebar, into the viewport, so that no button is lit and no tooltip opens."""
        region = self.region(region="WINDOW")
        yield from self.move(region.x + region.width * 0.35, region.y + region.height * 0.45)

    # ---- finding things

    def under(self) -> str | None:
        """What the mouse points at in the sidebar: "motionmix.generate", or the end of a property's path, "prompt"."""
        manager = bpy.context.window_manager
        with self.override(region="UI"):
            for operator, options in (
                (bpy.ops.ui.copy_python_command_button, {}),
                (bpy.ops.ui.copy_data_path_button, {"full_path": True}),
            ):
                if operator.poll():
                    manager.clipboard = ""
                    operator(**options)
                    named = _name(manager.clipboard)
                    if named:
                        return named
        return None

    def find(self, name: str) -> Iterator[float]:
        """Look for a button in the sidebar, row by row; its place is in ``places`` afterwards."""
        if name in self.places:
            yield from self.move(*self.places[name])
            if self.under() == name:
                return
            self.places.clear()
        region, scale = self.region(), bpy.context.preferences.system.ui_scale
        inner = region.width - 22 * scale  # without the tabs at the side
        if name in self._once:
            x, former = self._once[name]
            for away in range(0, 80, 8):
                for y in {former + away, former - away}:
                    yield from self.move(x, y)
                    if self.under() == name:
                        self.places[name] = (x, y)
                        return
        columns = (
            (0.75, 0.72, 0.78)
            if " of " in name
            else (0.94,)
            if name == "motionmix.cancel"
            else (0.66, 0.94, 0.86, 0.3, 0.12, 0.5, 0.78)
        )
        for across in columns:
            y = region.y + region.height - 12 * scale
            while y > region.y:
                x = region.x + inner * across
                yield from self.move(x, y)
                found = self.under()
                if found is not None:
                    self.places.setdefault(found, (round(x), round(y)))
                if found == name:
                    yield from self._centre(name)
                    self._once[name] = self.places[name]
                    return
                y -= 12 * scale
        raise LookupError(f"no {name} in the sidebar; seen: {', '.join(sorted(self.places))}")

    def _centre(self, name: str) -> Steps:
        """Half a row further in, where a press can't miss."""
        x, y = self.places[name]
        lower = y - 5 * bpy.context.preferences.system.ui_scale
        yield from self.move(x, lower)
        if self.under() == name:
            self.places[name] = (x, round(lower))

    def press(self, name: str) -> Steps:
        """Find a button and press it."""
        yield from self.find(name)
        yield from self.click_at(*self.places[name])

    def enter(self, name: str, text: str) -> Steps:
        """Type something into a field, in place of what was there."""
        yield from self.find(name)
        x, y = self.places[name]
        yield from self.move(x, y)
        self._send("click --repeat 2 --delay 60 1")
        yield 0.5
        yield from self.key("ctrl+a")
        yield from self.write(text)
        yield from self.key("Return")

    def fold_first(self) -> Steps:
        """Fold the topmost panel of the tab, or open it, by a click on its header."""
        region, scale = self.region(), bpy.context.preferences.system.ui_scale
        yield from self.click_at(region.x + 60 * scale, region.y + region.height - 14 * scale)
        self.places.clear()
        yield 0.5

    def unfold(self, panel: str) -> Steps:
        """Open a folded panel (by its class's name) by a click on its header."""
        cls = getattr(bpy.types, panel)
        drawn = [False]
        original = cls.draw

        def draw(self: Any, context: bpy.types.Context) -> None:
            drawn[0] = True
            original(self, context)

        cls.draw = draw
        try:
            yield from self._redraw()
            if drawn[0]:
                return
            region, scale = self.region(), bpy.context.preferences.system.ui_scale
            x, y = region.x + 60 * scale, region.y + region.height - 30 * scale
            while y > region.y:
                yield from self.move(x, y)
                if self.under() is None:
                    yield from self.click_at(x, y)
                    drawn[0] = False
                    yield from self._redraw()
                    self.places.clear()
                    if drawn[0]:
                        return
                    yield from self.click_at(x, y)  # it may have been another panel's header
                y -= 14 * scale
        finally:
            cls.draw = original
        raise LookupError(f"no header of {panel} in the sidebar")

    def settle(self) -> Steps:
        """Wait until all is drawn where it belongs: panels glide to their places."""
        yield from self._redraw(6)

    def _redraw(self, times: int = 1) -> Steps:
        for _ in range(times):
            self.region().tag_redraw()
            yield 0.4

    # ---- the camera

    def picture(
        self, name: str, crop: tuple[float, float, float, float] | None = None, trim: bool = False, colours: int = 255
    ) -> None:
        """Photograph the screen. (Blender's own screenshot is black with software OpenGL.)

        :param crop: x, y, width, height to keep, y counted upwards.
        :param trim: cut empty borders off, too.
        """
        picture = str(self.out / name)
        subprocess.run(["import", "-window", "root", picture], check=True)
        command = ["convert", picture]
        if crop is not None:
            x, y, width, height = (round(value) for value in crop)
            command += ["-crop", f"{width}x{height}+{x}+{self.window.height - y - height}", "+repage"]
        if trim:
            command += ["-shave", "3x3", "+repage", "-fuzz", "4%", "-trim", "+repage"]
        command += [
            "-strip",
            "+dither",
            "-colors",
            str(colours),
            "-define",
            "png:compression-level=9",
            f"PNG8:{picture}",
        ]
        subprocess.run(command, check=True)

    def picture_of_tab(self, name: str, rows: float | None = None, tabs: bool = False) -> Steps:
        """Photograph the sidebar, without what is empty below the panels.

        :param rows: how much of it at most, in rows of buttons from the top.
        :param tabs: with the names of the tabs at the side, and all of its height.
        """
        yield from self.rest()
        yield from self.settle()
        region, scale = self.region(), bpy.context.preferences.system.ui_scale
        height = region.height if rows is None else min(region.height, rows * 20 * scale)
        width = region.width if tabs else region.width - 22 * scale
        # One pixel in from the edges, which are of another colour than what is trimmed.
        self.picture(name, (region.x + 1, region.y + region.height - height, width - 1, height - 1), trim=not tabs)


def _name(text: str) -> str | None:
    """ "motionmix.generate" of "bpy.ops.motionmix.generate()"; "prompt" of a path that ends so."""
    operator = re.match(r"bpy\.ops\.([\w.]+)\(", text)
    if operator:
        return operator.group(1)
    tail = re.search(r"(\w+)(\[\d+\])?$", text)
    if tail is None:
        return None
    take = re.match(r'bpy\.data\.actions\["(.+?)"\]', text)
    return f"{tail.group(1)} of {take.group(1)}" if take else tail.group(1)
