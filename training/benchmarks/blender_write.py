"""Times 10 s of motion put on rigs in a real Blender: retarget, foot lock and keys, as the add-on does.

Two rigs: Rigify's metarig with as many bones as a character with face and fingers has, and the rig that Rigify
generates from the metarig: some 700 bones, most of them under constraints.

Run by a Python that has bpy (`python -m training.benchmarks.blender_write`); prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import time
from typing import Any

from .blender_session import add_generated, add_metarig, blender, part

SECONDS, FPS = 10.0, 30
BONES = 160


def main(repeats: int = 7) -> None:
    """Prints {"blender", "load", "rigs": [{"bones", "look": [...], "retarget": [...], "write": [...]}]}, seconds.

    Each rig has "processor" too: seconds of the process itself, whatever else the machine does.
    """
    with blender(FPS) as bpy:
        rigs = []
        for make in (_grown_metarig, add_generated):
            rig = make(bpy)
            bpy.context.view_layer.update()
            rigs.append({"bones": len(rig.pose.bones), **_timed(rig, repeats)})
        print(json.dumps({"blender": bpy.app.version_string, "load": os.getloadavg()[0], "rigs": rigs}))


def _timed(rig: Any, repeats: int) -> dict[str, list[float]]:
    """Seconds for looking at the rig (description, bones), for the poses, for the keys; of the processor for all."""
    transfer, write = (part(f"addon.rigs.{name}") for name in ("transfer", "write"))
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


def _grown_metarig(bpy: Any) -> Any:
    """The metarig with more bones in its head, which no joint drives, as faces and fingers would be: `BONES` in all."""
    rig = add_metarig(bpy)
    bpy.ops.object.mode_set(mode="EDIT")
    edit = rig.data.edit_bones
    for number in range(max(0, BONES - len(edit))):
        extra = edit.new(f"extra.{number:03d}")
        extra.head, extra.tail = (0.1, 0, 1.5 + number * 0.01), (0.1, 0.05, 1.5 + number * 0.01)
        extra.parent = edit["spine.006"]
    bpy.ops.object.mode_set(mode="OBJECT")
    return rig


def _result() -> Any:
    """A generator's answer of 10 s in which every joint turns."""
    import numpy as np

    core = {
        name: part(f"motionmix_core.{name}")
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
