"""What is registered with Blender, in order, and how it is taken back.

Registering twice, or after an attempt that failed half-way, is safe: everything that's there already is taken out
first.
"""

from __future__ import annotations

import atexit
from types import ModuleType

import bpy

from . import epoch, log, menus, preferences, properties, worker_bridge
from .operators import add_figure, add_skeleton, cancel, generate, open_log, seed
from .panels import main

MODULES: tuple[ModuleType, ...] = (
    epoch,
    properties,
    preferences,
    # what the animator does
    add_skeleton,
    add_figure,
    generate,
    cancel,
    seed,
    open_log,
    # the sidebar, from top to bottom: parents before their sub-panels
    main,
)
"""Each lists its classes in ``CLASSES``.

It may also have ``register()``, called when all classes are registered, and ``unregister()``, called before any is
taken out (also when ``register()`` never ran).
"""

CLASSES: tuple[type, ...] = tuple(cls for module in MODULES for cls in module.CLASSES)


def register() -> None:
    """Register all classes, properties, menus and handlers."""
    unregister()
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Scene.motionmix = bpy.props.PointerProperty(  # type: ignore[attr-defined, func-returns-value]
        type=properties.MotionMixSettings
    )
    for module in MODULES:
        getattr(module, "register", _nothing)()
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
    for module in reversed(MODULES):
        getattr(module, "unregister", _nothing)()
    if hasattr(bpy.types.Scene, "motionmix"):
        del bpy.types.Scene.motionmix
    for cls in reversed(CLASSES):
        if cls.is_registered:  # type: ignore[attr-defined]
            bpy.utils.unregister_class(cls)
    log.stop()


def _nothing() -> None:
    """A module without anything of its own to register."""
