"""A real Blender with the working tree as its extension, in a user folder of its own: the user's isn't touched.

For programs run by a Python that has bpy. Nothing is installed: the extension is laid out by symbolic links.
"""

from __future__ import annotations

import importlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

REPO_ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "bl_ext.user_default.motionmix"


@contextmanager
def blender(fps: int = 30) -> Iterator[Any]:
    """The bpy module with an empty file at `fps`, the extension and Rigify enabled. Ends the process on leaving.

    With Rigify's timer registered some versions hang or crash when Python ends by itself. An exception is shown and
    gives exit status 1.
    """
    resources = tempfile.mkdtemp(prefix="motionmix-blender-")
    os.environ["BLENDER_USER_RESOURCES"] = resources  # read when bpy is imported
    bpy: Any = importlib.import_module("bpy")
    addon_utils: Any = importlib.import_module("addon_utils")  # can be found only once bpy has been imported
    folder = Path(resources, "extensions", "user_default", "motionmix")
    folder.mkdir(parents=True)
    for name in ("addon", "motionmix_core", "pretrained", "__init__.py", "blender_manifest.toml"):
        if (REPO_ROOT / name).exists():
            (folder / name).symlink_to(REPO_ROOT / name)
    status = 1
    try:
        addon_utils.extensions_refresh(ensure_wheels=True)
        addon_utils.enable(PACKAGE, default_set=True)
        addon_utils.enable("rigify", default_set=True)
        if PACKAGE not in bpy.context.preferences.addons:
            raise RuntimeError("the extension can't be enabled: the reason stands above")
        bpy.ops.wm.read_homefile(use_empty=True)
        bpy.context.scene.render.fps = fps
        yield bpy
        status = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        addon_utils.disable(PACKAGE, default_set=True)
        shutil.rmtree(resources, ignore_errors=True)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def part(name: str) -> Any:
    """A module of the extension, such as "addon.rigs.write"."""
    return importlib.import_module(f"{PACKAGE}.{name}")


def add_metarig(bpy: Any) -> Any:
    """Rigify's human metarig, active."""
    bpy.ops.object.armature_human_metarig_add()
    return bpy.context.object


def add_generated(bpy: Any) -> Any:
    """The rig of some 700 bones that Rigify generates from its human metarig, active; metarig and widgets not drawn."""
    metarig = add_metarig(bpy)
    bpy.ops.pose.rigify_generate()
    rig = next(obj for obj in bpy.data.objects if obj.type == "ARMATURE" and "torso" in obj.data.bones)
    for obj in bpy.data.objects:
        if obj is metarig or obj.name.startswith("WGT-"):
            obj.hide_render = True
    bpy.context.view_layer.objects.active = rig
    return rig
