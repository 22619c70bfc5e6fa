"""What a user does, by script: install the zip, add a Rigify metarig, generate a motion; then film it.

Run by ``build.py demo`` with a Python that has Blender as a module. BLENDER_USER_RESOURCES must name an empty folder.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from pathlib import Path

import bpy

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent)]

import addon_utils  # noqa: E402 - the two folders above, and Blender's own, must be found first
import pictures  # noqa: E402
import studio  # noqa: E402

from build_steps.console import Steps  # noqa: E402


def main() -> None:
    """Make the three files and print where they are and what took how long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("zip", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--engine", choices=("workbench", "cycles"), default="workbench")
    parser.add_argument("--prompt", required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--seed", type=int, required=True)
    options = parser.parse_args()
    if "BLENDER_USER_RESOURCES" not in os.environ:
        parser.error("set BLENDER_USER_RESOURCES to an empty folder first, or this would change your own Blender")

    steps = Steps()
    with steps.step(f"installing {options.zip.name} in Blender {bpy.app.version_string}"):
        bpy.ops.wm.read_factory_settings(use_empty=True)
        bpy.ops.extensions.package_install_files(
            repo="user_default", filepath=str(options.zip.resolve()), enable_on_install=True
        )
        if options.engine == "cycles":
            addon_utils.enable("cycles")
    with steps.step("adding a Rigify human metarig"):
        addon_utils.enable("rigify", default_set=True)
        bpy.ops.object.armature_human_metarig_add()
        armature = bpy.context.object
    with steps.step(f'generating "{options.prompt}" ({options.seconds:g} s, seed {options.seed})'):
        scene = bpy.context.scene
        scene.render.fps = 30
        settings = scene.motionmix
        settings.prompt, settings.seconds, settings.seed = options.prompt, options.seconds, options.seed
        bpy.ops.motionmix.generate()
    action = armature.animation_data.action
    scene.frame_start, scene.frame_end = (round(frame) for frame in action.frame_range)
    with steps.step("setting the scene"):
        bpy.ops.motionmix.add_figure()
        armature.hide_render = True
        studio.add_floor()
        studio.add_light()
        studio.add_camera(studio.followed_points(armature, "spine"))
        studio.shade(options.engine)
        scene.frame_set(scene.frame_start)
    blend, film, sheet = (options.output.resolve() / name for name in ("demo.blend", "demo.mp4", "contact_sheet.png"))
    with steps.step("the contact sheet"):
        pictures.render_sheet(sheet)
    with steps.step(f"the film, {scene.frame_end - scene.frame_start + 1} frames"):
        pictures.render_film(film, options.prompt)
        scene.render.use_stamp = False
    with steps.step("saving"):
        scene.frame_set(scene.frame_start)
        scene.render.filepath = "//demo.mp4"
        bpy.context.preferences.filepaths.save_version = 0
        bpy.ops.wm.save_as_mainfile(filepath=str(blend), compress=True)
    print(steps.table())
    for path, what in (
        (blend, "the scene: the metarig with its new Action"),
        (film, "the motion as a film"),
        (sheet, "twelve moments of it"),
    ):
        print(f"{path}  {path.stat().st_size / 1e6:.1f} MB  {what}")


if __name__ == "__main__":
    status = 0
    try:
        main()
    except Exception:  # the process must end by os._exit below, whatever happened: see there
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    # Rigify leaves a timer registered, with which some Blenders crash or hang when Python takes itself down.
    os._exit(status)
