"""Render one small picture with Workbench, to see whether this machine can.

python probe_workbench.py PICTURE.png
"""

from __future__ import annotations

import os
import sys

import bpy

bpy.ops.wm.read_factory_settings(use_empty=True)
bpy.ops.mesh.primitive_cube_add()
bpy.ops.object.camera_add(location=(0.0, -6.0, 0.0), rotation=(1.5708, 0.0, 0.0))
scene = bpy.context.scene
scene.camera = bpy.context.object
scene.render.engine = "BLENDER_WORKBENCH"
scene.render.resolution_x = scene.render.resolution_y = 16
scene.render.filepath = sys.argv[-1]
bpy.ops.render.render(write_still=True)
sys.stdout.flush()
os._exit(0)
