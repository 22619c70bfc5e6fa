"""The key for Generate is nobody else's."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

NEAR = {
    "Window", "Screen", "Screen Editing", "3D View", "3D View Generic", "Object Mode", "Object Non-modal", "Pose",
    "Frames", "Animation", "User Interface", "View2D", "Property Editor", "Header",
}  # fmt: skip
"""Key maps that are heeded where ours are."""


def keymap_data(name: str) -> ModuleType:
    (folder,) = [Path(path) / "keymap_data" for path in bpy.utils.preset_paths("keyconfig") if "scripts" in path][:1]
    spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["blender_default", "industry_compatible_data"])
def test_no_command_of_blenders_own_has_it(extension, name: str) -> None:
    data = keymap_data(name)
    keymaps: Any = data.generate_keymaps(data.Params())
    ours = extension.addon("keymaps")
    taken = [
        (keymap, item[0])
        for keymap, _, content in keymaps
        if keymap in NEAR
        for item in content["items"]
        if item[1].get("type") == ours.KEY and item[1].get("ctrl") and item[1].get("shift") and not item[1].get("alt")
    ]
    assert len(keymaps) > 50
    assert taken == []


def test_it_is_there_once_and_goes_with_the_extension(extension) -> None:
    ours = extension.addon("keymaps")
    added = bpy.context.window_manager.keyconfigs.addon
    if added is None:
        pytest.skip("this Blender has no key maps without a window")

    def count() -> int:
        return sum(
            item.idname == "motionmix.generate"
            for name in ours.KEYMAPS
            if name in added.keymaps
            for item in added.keymaps[name].keymap_items
        )

    assert count() == 2
    extension.addon("registration").register()
    assert count() == 2
    ours.unregister()
    assert count() == 0
    ours.register()
