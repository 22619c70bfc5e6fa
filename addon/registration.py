"""What is registered with Blender, in order, and how it is taken back.

Registering twice, or after an attempt that failed half-way, is safe: everything that's there already is taken out
first.
"""

from __future__ import annotations

import atexit

import bpy

from . import log, menus, preferences, properties, worker_bridge
from .operators import add_figure, add_skeleton, cancel, generate, open_log, seed
from .panels import main

CLASSES: tuple[type, ...] = (
    properties.MotionMixSettings,
    preferences.MotionMixPreferences,
    add_skeleton.MOTIONMIX_OT_add_skeleton,
    add_figure.MOTIONMIX_OT_add_figure,
    generate.MOTIONMIX_OT_generate,
    cancel.MOTIONMIX_OT_cancel,
    seed.MOTIONMIX_OT_new_seed,
    open_log.MOTIONMIX_OT_open_log,
    open_log.MOTIONMIX_OT_copy_details,
    main.MOTIONMIX_PT_main,
    main.MOTIONMIX_PT_advanced,
)


def register() -> None:
    """Register all classes, properties, menus and handlers."""
    unregister()
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Scene.motionmix = bpy.props.PointerProperty(  # type: ignore[attr-defined, func-returns-value]
        type=properties.MotionMixSettings
    )
    menus.add()
    log.start(preferences.current().log_level)
    worker_bridge.register()
    atexit.register(worker_bridge.stop_worker)
    log.logger().info("MotionMix enabled in Blender %s", bpy.app.version_string)


def unregister() -> None:
    """Stop the worker and undo `register`, whatever part of it was done."""
    worker_bridge.unregister()
    atexit.unregister(worker_bridge.stop_worker)
    menus.remove()
    if hasattr(bpy.types.Scene, "motionmix"):
        del bpy.types.Scene.motionmix
    for cls in reversed(CLASSES):
        if cls.is_registered:  # type: ignore[attr-defined]
            bpy.utils.unregister_class(cls)
    log.stop()
