"""What the scripts need of Blender and of the extension, where no hand is needed."""

from __future__ import annotations

import importlib
from typing import Any

import bpy
from hand import Hand, Steps

MODULE = "bl_ext.user_default.motionmix"


def say(line: str) -> None:
    """A line for whoever started the tests; all other output stays in the log."""
    print(f"gui: {line}", flush=True)


def part(name: str) -> Any:
    """A module of the installed extension: "addon.jobs"."""
    return importlib.import_module(f"{MODULE}.{name}")


def bridge() -> Any:
    """The extension's way to its worker."""
    return part("addon.worker_bridge").bridge()


def settings() -> Any:
    """What the panel shows."""
    return bpy.context.scene.motionmix


def empty_scene(hand: Hand) -> Steps:
    """A new file without the cube, the sidebar open at our tab."""
    bpy.ops.wm.read_homefile(use_empty=False)
    yield 1.0
    cube = bpy.data.objects.get("Cube")
    if cube is not None:
        bpy.data.objects.remove(cube)
    settings().lock_seed = True
    yield from hand.open_tab()
