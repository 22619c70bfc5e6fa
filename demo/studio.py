"""The demo's studio: a checkered floor, a light, a camera that follows, and how Workbench shades them."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Vector
from numpy.typing import NDArray

FLOOR_METRES = 90
CAMERA_OFFSET = Vector((3.0, -4.4, 0.75))  # from the followed point: in front of it, to the side, at eye height
FOLLOW_SECONDS = 0.7
LIGHT = Vector((0.35, 0.62, -0.7))
"""Where the light goes: downwards and to the camera's right, so that the whole shadow is seen, from the feet on. One
that goes away from the camera hides behind the legs, and its far end looks like a shadow of nobody."""


def add_floor() -> bpy.types.Object:
    """A checkerboard of 1 m squares at height 0, so that travel and sliding feet can be seen."""
    count = FLOOR_METRES
    line = np.arange(count + 1) - count / 2
    x, y = np.meshgrid(line, line)
    vertices = np.stack((x.ravel(), y.ravel(), np.zeros(x.size)), axis=1)
    row, column = (index.ravel() for index in np.indices((count, count)))
    corner = row * (count + 1) + column
    faces = np.stack((corner, corner + 1, corner + count + 2, corner + count + 1), axis=1)
    mesh = bpy.data.meshes.new("Floor")
    mesh.from_pydata(vertices.tolist(), [], faces.tolist())
    for name, grey in (("Floor Light", 1.0), ("Floor Dark", 0.76)):
        mesh.materials.append(_material(name, (grey * 0.96, grey * 0.98, grey, 1.0)))
    mesh.polygons.foreach_set("material_index", ((row + column) % 2).astype(np.int32))
    floor = bpy.data.objects.new("Floor", mesh)
    bpy.context.scene.collection.objects.link(floor)
    return floor


def add_light() -> None:
    """A sun, for whoever renders the saved file with EEVEE or Cycles; Workbench brings its own studio light."""
    light = bpy.data.lights.new("Sun", "SUN")
    light.energy = 3.0
    light.angle = 0.15
    sun = bpy.data.objects.new("Sun", light)
    sun.rotation_euler = LIGHT.to_track_quat("-Z", "Y").to_euler()
    bpy.context.scene.collection.objects.link(sun)


def followed_points(armature: bpy.types.Object, bone: str) -> NDArray[np.float64]:
    """Where a bone's head is in each frame of the scene: (frames, 3) in the world, metres."""
    scene = bpy.context.scene
    points = []
    for frame in range(scene.frame_start, scene.frame_end + 1):
        scene.frame_set(frame)
        points.append(armature.matrix_world @ armature.pose.bones[bone].head)
    return np.array(points)


def add_camera(points: NDArray[np.float64]) -> bpy.types.Object:
    """A camera that keeps its distance and its direction from the points, with their jerks smoothed away.

    :param points: (frames, 3), metres, one for each frame of the scene.
    """
    scene = bpy.context.scene
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    camera.data.sensor_fit = "VERTICAL"  # as much of the body in the wide film as in the squarer tiles
    camera.data.lens = 47.0
    scene.collection.objects.link(camera)
    scene.camera = camera
    camera.rotation_euler = (-CAMERA_OFFSET + Vector((0.0, 0.0, -0.05))).to_track_quat("-Z", "Y").to_euler()
    smooth = _smoothed(points, FOLLOW_SECONDS * scene.render.fps)
    smooth[:, 2] = np.quantile(points[:, 2], (0.05, 0.95)).mean()  # who sits down is in the picture before it, too
    for frame, point in enumerate(smooth, scene.frame_start):
        camera.location = Vector(point) + CAMERA_OFFSET
        camera.keyframe_insert("location", frame=frame)
    return camera


def shade(engine: str) -> None:
    """Set the scene up for one engine: "workbench", or "cycles" where nothing can be drawn."""
    scene = bpy.context.scene
    scene.world = scene.world or bpy.data.worlds.new("World")
    scene.world.color = (0.80, 0.83, 0.87)
    scene.view_settings.view_transform = "Standard"
    if engine == "cycles":
        scene.render.engine = "CYCLES"
        scene.cycles.samples = 1
        scene.cycles.max_bounces = 1
        scene.cycles.use_denoising = False
        scene.render.use_persistent_data = True
        return
    scene.render.engine = "BLENDER_WORKBENCH"
    scene.display.light_direction = (-LIGHT.x, -LIGHT.z, LIGHT.y)  # Workbench counts its axes this way
    shading = scene.display.shading
    shading.light = "STUDIO"
    shading.studio_light = "paint.sl"  # the brightest of those that come with Blender
    shading.color_type = "MATERIAL"
    shading.show_shadows = True
    shading.shadow_intensity = 0.45
    shading.show_cavity = True
    shading.cavity_type = "BOTH"
    shading.background_type = "WORLD"


def _smoothed(values: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    """Gaussian means over time; beyond the ends the motion is mirrored through its end point, so nothing lags there."""
    reach = min(int(3 * width), len(values) - 1)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    before = 2 * values[0] - values[1 : reach + 1][::-1]
    after = 2 * values[-1] - values[-1 - reach : -1][::-1]
    padded = np.concatenate((before, values, after))
    columns = [np.convolve(padded[:, axis], kernel / kernel.sum(), mode="valid") for axis in range(values.shape[1])]
    return np.stack(columns, axis=1)


def _material(name: str, colour: tuple[float, float, float, float]) -> bpy.types.Material:
    material = bpy.data.materials.new(name)
    material.diffuse_color = colour
    return material
