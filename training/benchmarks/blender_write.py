"""Times 10 s of motion put on rigs in a real Blender: retarget, foot lock and keys, as the add-on does.

Two rigs: Rigify's metarig with as many bones as a character with face and fingers has, and the rig that Rigify
generates from the metarig: some 700 bones, most of them under constraints.

Run by a Python that has bpy (`python -m training.benchmarks.blender_write`); prints one line of JSON. The extension is
laid out by symbolic links in a user folder of its own, so the user's Blender isn't touched.
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

REPO_ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "bl_ext.user_default.motionmix"
SECONDS, FPS = 10.0, 30
BONES = 160


def main(repeats: int = 7) -> None:
    """Prints {"blender", "load", "rigs": [{"bones", "look": [...], "retarget": [...], "write": [...]}]}, seconds.

    Each rig has "processor" too: seconds of the process itself, whatever else the machine does.
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
    rigs = []
    for make in (_metarig, _generated):
        rig = make()
        bpy.context.view_layer.update()
        rigs.append({"bones": len(rig.pose.bones), **_timed(rig, repeats)})
    print(json.dumps({"blender": bpy.app.version_string, "load": os.getloadavg()[0], "rigs": rigs}))
    sys.stdout.flush()
    addon_utils.disable(PACKAGE, default_set=True)
    shutil.rmtree(resources, ignore_errors=True)
    os._exit(0)  # with Rigify's timer registered some versions hang or crash when Python ends by itself


def _timed(rig: Any, repeats: int) -> dict[str, list[float]]:
    """Seconds for looking at the rig (description, bones), for the poses, for the keys; of the processor for all."""
    transfer, write = (importlib.import_module(f"{PACKAGE}.addon.rigs.{name}") for name in ("transfer", "write"))
    result = _result()
    taken: dict[str, list[float]] = {"look": [], "retarget": [], "write": [], "processor": []}
    for _ in range(repeats + 1):
        begin, worked = time.perf_counter(), time.process_time()
        target = transfer.target_of(rig)
        looked = time.perf_counter()
        poses = transfer.put(target, result.motions[0], foot_lock=True, contacts=result.contacts[0])
        posed = time.perf_counter()
        write.write_takes(rig, [poses], [{"prompt": "benchmark"}], 1)
        written = time.perf_counter()
        parts = (looked - begin, posed - looked, written - posed, time.process_time() - worked)
        for name, seconds in zip(taken, parts, strict=True):
            taken[name].append(seconds)
    return {name: seconds[1:] for name, seconds in taken.items()}  # the first warms caches up


def _metarig() -> Any:
    bpy: Any = importlib.import_module("bpy")
    bpy.ops.object.armature_human_metarig_add()
    rig = bpy.context.object
    _grow_to(rig, BONES)
    return rig


def _generated() -> Any:
    bpy: Any = importlib.import_module("bpy")
    bpy.ops.object.armature_human_metarig_add()
    bpy.ops.pose.rigify_generate()
    return next(obj for obj in bpy.data.objects if obj.type == "ARMATURE" and "torso" in obj.data.bones)


def _grow_to(rig: Any, bones: int) -> None:
    """Adds bones that no joint drives to the metarig's head until there are `bones`, as faces and fingers would."""
    bpy: Any = importlib.import_module("bpy")

    bpy.ops.object.mode_set(mode="EDIT")
    edit = rig.data.edit_bones
    for number in range(max(0, bones - len(edit))):
        extra = edit.new(f"extra.{number:03d}")
        extra.head, extra.tail = (0.1, 0, 1.5 + number * 0.01), (0.1, 0.05, 1.5 + number * 0.01)
        extra.parent = edit["spine.006"]
    bpy.ops.object.mode_set(mode="OBJECT")


def _result() -> Any:
    """A generator's answer of 10 s in which every joint turns."""
    import numpy as np

    core = {
        name: importlib.import_module(f"{PACKAGE}.motionmix_core.{name}")
        for name in ("motion.motion", "motion.skeleton", "motion.rotations", "motion.contacts", "generation.result")
    }
    skeleton = core["motion.skeleton"].canonical_skeleton()
    times = np.arange(round(SECONDS * FPS)) / FPS
    phase = np.arange(skeleton.num_joints * 3).reshape(-1, 3)
    rotations = core["motion.rotations"].axis_angle_to_quat(0.3 * np.sin(times[:, None, None] * 3 + phase))
    root = np.stack((0 * times, np.full_like(times, core["motion.skeleton"].rest_height(skeleton)), times), axis=1)
    motion = core["motion.motion"].Motion(skeleton, root, rotations, float(FPS))
    contacts = core["motion.contacts"].foot_contacts(motion.positions(), float(FPS))
    return core["generation.result"].GenerationResult([motion], [0], [contacts], (), "benchmark")


if __name__ == "__main__":
    main()
