"""The same walk on eight rigs side by side, as a contact sheet: do feet, arms and twist look right on every one?

    <a Python with bpy> -m tests.pictures.eight_rigs -o docs/images/eight-rigs.png

The rigs are built from their conventions (tests/retarget/rigs.py), with other proportions and rest poses each, but for
the MotionMix skeleton and the one that Rigify generates. Every one is animated through the add-on, foot lock and all.
Workbench draws it; a machine without a GPU needs Mesa's software OpenGL.
"""

from __future__ import annotations

import argparse
import importlib
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from training.benchmarks.blender_session import add_generated, blender, part

FRAMES = (1, 9, 17)  # over one cycle of the walk, 33 frames
SPACING = 1.15  # metres between two rigs
ROW = 2.3  # metres of height that a row shows
TILE = 140  # pixels a rig is wide
VIEW = (0.62, -1.0, 0.22)  # from the rigs to the camera: in front, a little to their left and above


@dataclass(frozen=True)
class Example:
    """title: under the picture. make: a new armature, standing at the origin. colour: of its figure."""

    title: str
    make: Callable[[], Any]
    colour: tuple[float, float, float]


def main() -> None:
    """Draws the sheet and prints how far each rig's joints are from the walk's, and how far its feet slide."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("-o", "--output", type=Path, default=Path("build/eight-rigs.png"))
    parser.add_argument("--save", type=Path, help="also save the scene as a .blend file")
    arguments = parser.parse_args()
    with blender() as bpy:
        right = np.cross([0.0, 0.0, 1.0], VIEW)
        right /= np.linalg.norm(right)
        for column, example in enumerate(examples()):
            place = right * SPACING * (column - 3.5)
            rig = example.make()
            off, slide = animate(rig)
            rig.location = rig.location + type(rig.location)(place)
            dress(rig, example.colour)
            write_title(example.title, place)
            name = example.title.replace("\n", ", ")
            print(f"{name}: arms and trunk {off:.2f} degrees off, feet slide {slide:.2f} cm, at most")
        set_up_camera(right)
        rows = [render(frame) for frame in FRAMES]
        save_sheet(rows, arguments.output)
        if arguments.save:
            bpy.ops.wm.save_as_mainfile(filepath=str(arguments.save.resolve()))
        print(arguments.output, arguments.output.stat().st_size // 1000, "kB")


def examples() -> list[Example]:
    """The eight rigs: naming scheme, rest pose, bone axes, object transform and proportions all differ."""
    wood, blue, green = (0.72, 0.55, 0.36), (0.36, 0.53, 0.74), (0.45, 0.66, 0.45)
    return [
        Example(
            "MotionMix\nT-pose",
            lambda: part("addon.rigs.skeleton").add_armature(importlib.import_module("bpy").context),
            wood,
        ),
        Example("Rigify\n706 bones", lambda: add_generated(importlib.import_module("bpy")), blue),
        Example("Mixamo\nT-pose, scale 0.01", lambda: _built("mixamo"), green),
        Example("Unreal 5\nA-pose, long legs", lambda: _built("unreal", legs=1.2, arms=0.95), wood),
        Example("VRoid\nshort legs", lambda: _built("vroid", legs=0.75, arms=0.85), blue),
        Example("Auto-Rig Pro\narms down", lambda: _built("auto_rig_pro", rest="arms_down"), green),
        Example("Daz G8\nlong arms", lambda: _built("daz_genesis8", legs=1.05, arms=1.25), wood),
        Example("MPFB\nbent elbows", lambda: _built("mpfb", rest="bent_elbows", legs=0.9), blue),
    ]


def _built(convention: str, **body: Any) -> Any:
    from tests.retarget.rigs import NINE, build_rig

    return importlib.import_module("tests.addon.test_retarget").armature_of(
        build_rig(convention, name=convention, **body), NINE[convention].matrix
    )


def animate(rig: Any) -> tuple[float, float]:
    """Put the walk on a rig, on the spot. Returns degrees by which arms and trunk are off, cm by which feet slide."""
    from tests.motions import walk

    transfer, write, read = part("addon.rigs.transfer"), part("addon.rigs.write"), part("addon.rigs.read")
    made = walk(1.4)
    skeleton = part("motionmix_core.motion.skeleton").canonical_skeleton()
    motion = part("motionmix_core.motion.motion").Motion(skeleton, made.root_positions, made.rotations, 30.0)
    contacts = part("motionmix_core.motion.contacts").foot_contacts(motion.positions(), 30.0)
    target = transfer.target_of(rig)
    for root in ("hips", "in_place"):
        poses = transfer.put(target, motion, root=root, foot_lock=True, contacts=contacts)
        write.write_takes(rig, [poses], [{"prompt": f"walk {root}"}], 1)
        if root == "hips":
            slide = sliding(rig, target.mapping.for_reading(), contacts)
    frames = np.arange(motion.num_frames)
    back = transfer.take(read.bpy.context.scene, rig, (frames + 1).tolist(), 30.0)
    turned = part("motionmix_core.motion.rotations").quat_angle(back.global_rotations(), motion.global_rotations())
    legs = {skeleton.index(f"{side}_{name}") for side in ("left", "right") for name in ("hip", "knee", "ankle", "foot")}
    others = [joint for joint in range(skeleton.num_joints) if joint not in legs]
    return float(np.degrees(turned[:, others].max())), slide


def sliding(rig: Any, mapping: Any, contacts: np.ndarray) -> float:
    """Centimetres that a planted foot joint is away from where it first stood, at most."""
    bpy: Any = importlib.import_module("bpy")
    joints = ("left_ankle", "left_foot", "right_ankle", "right_foot")
    places = np.full((len(contacts), len(joints), 3), np.nan)
    for frame in range(len(contacts)):
        bpy.context.scene.frame_set(frame + 1)
        for column, joint in enumerate(joints):
            bone = mapping.bone(joint)
            if bone:
                places[frame, column] = rig.matrix_world @ rig.pose.bones[bone].head
    runs = part("motionmix_core.retarget.planting").runs
    slides = [
        np.linalg.norm(places[start:stop, column] - places[start, column], axis=-1).max()
        for column in range(len(joints))
        for start, stop in runs(contacts[:, column])
    ]
    return float(100 * np.nanmax(slides))


def dress(rig: Any, colour: tuple[float, float, float]) -> None:
    """A figure on the bones that show the pose."""
    bpy: Any = importlib.import_module("bpy")
    mapping = part("addon.rigs.read").mapping_of(rig)
    figure = part("addon.rigs.figure").add_figure(bpy.context, rig, mapping.for_reading())
    material = bpy.data.materials.new(rig.name)
    material.diffuse_color = (*colour, 1.0)
    figure.data.materials.clear()
    figure.data.materials.append(material)
    rig.hide_render = True


def write_title(text: str, place: np.ndarray) -> None:
    """A title that faces the camera, below the feet."""
    bpy: Any = importlib.import_module("bpy")
    curve = bpy.data.curves.new(text, "FONT")
    curve.body, curve.size, curve.align_x = text, 0.125, "CENTER"
    title = bpy.data.objects.new(text, curve)
    bpy.context.collection.objects.link(title)
    title.location = (*place[:2], -0.16)
    title.rotation_euler = _facing()
    material = bpy.data.materials.get("Title") or bpy.data.materials.new("Title")
    material.diffuse_color = (0.05, 0.05, 0.06, 1.0)
    curve.materials.append(material)


def _facing() -> Any:
    vector: Any = importlib.import_module("mathutils").Vector
    return vector(VIEW).to_track_quat("Z", "Y").to_euler()


def set_up_camera(right: np.ndarray) -> None:
    """An orthographic camera that sees all rigs in one row, and Workbench's shading."""
    bpy: Any = importlib.import_module("bpy")
    scene = bpy.context.scene
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.collection.objects.link(camera)
    scene.camera = camera
    camera.data.type, camera.data.ortho_scale = "ORTHO", 8 * SPACING
    camera.location = np.array(VIEW) * 12 + [0, 0, 0.8]
    camera.rotation_euler = _facing()
    scene.render.resolution_x, scene.render.resolution_y = 8 * TILE, round(8 * TILE * ROW / (8 * SPACING))
    scene.render.resolution_percentage = 100
    scene.render.engine = "BLENDER_WORKBENCH"
    scene.world = bpy.data.worlds.new("World")
    scene.world.color = (0.93, 0.94, 0.95)
    scene.view_settings.view_transform = "Standard"
    scene.display.render_aa = "8"
    shading = scene.display.shading
    shading.light, shading.studio_light, shading.color_type = "STUDIO", "paint.sl", "MATERIAL"
    shading.show_cavity, shading.cavity_type, shading.background_type = True, "BOTH", "WORLD"


def render(frame: int) -> np.ndarray:
    """(H, W, 4) one row of the sheet, bottom line first as Blender has it."""
    bpy: Any = importlib.import_module("bpy")
    scene = bpy.context.scene
    scene.frame_set(frame)
    path = Path(tempfile.gettempdir(), f"eight-rigs-{os.getpid()}.png")
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    image = bpy.data.images.load(str(path))
    pixels = np.empty(len(image.pixels), dtype=np.float32)
    image.pixels.foreach_get(pixels)
    size = image.size[1], image.size[0], 4
    bpy.data.images.remove(image)
    path.unlink()
    return pixels.reshape(size)


def save_sheet(rows: list[np.ndarray], output: Path) -> None:
    """All rows in one PNG, the first on top."""
    bpy: Any = importlib.import_module("bpy")
    sheet = np.concatenate(rows[::-1])
    sheet = np.round(sheet * 42) / 42  # a few shades fewer make a much smaller file
    image = bpy.data.images.new("sheet", sheet.shape[1], sheet.shape[0])
    image.pixels.foreach_set(sheet.astype(np.float32).ravel())
    settings = bpy.context.scene.render.image_settings
    settings.file_format, settings.color_mode, settings.compression = "PNG", "RGB", 100
    output.parent.mkdir(parents=True, exist_ok=True)
    image.save_render(str(output.resolve()))


if __name__ == "__main__":
    main()
