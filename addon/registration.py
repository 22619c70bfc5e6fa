"""What is registered with Blender, in order, and how it is taken back.

Registering twice, or after an attempt that failed half-way, is safe: everything that's there already is taken out
first.
"""

from __future__ import annotations

import atexit
from types import ModuleType

import bpy

from . import epoch, keymaps, log, menus, preferences, properties, translations, worker_bridge
from .editing import settings as edit_settings
from .operators import (
    add_figure,
    add_skeleton,
    cancel,
    copy_motion,
    edit_body_part,
    edit_clean_up,
    edit_collections,
    edit_compare,
    edit_continue,
    edit_in_between,
    edit_in_place,
    edit_loop,
    edit_sequence,
    edit_transition,
    generate,
    mapping_detect,
    mapping_mirror,
    mapping_presets,
    open_log,
    preference_tools,
    prompt_choose,
    rig_choose,
    rig_fix,
    rig_rest_pose,
    seed,
    take_again,
    take_manage,
    take_show,
    take_time,
)
from .panels import bone_collections, command_menu, main
from .panels import edit as edit_panel
from .panels import rig as rig_panel
from .panels import takes as takes_panel
from .rigs import settings as rig_settings
from .takes import properties as take_properties

MODULES: tuple[ModuleType, ...] = (
    epoch,
    translations,
    properties,
    take_properties,
    edit_settings,
    rig_settings,
    preferences,
    # what the animator does
    add_skeleton,
    add_figure,
    generate,
    cancel,
    seed,
    prompt_choose,
    rig_choose,
    rig_fix,
    preference_tools,
    open_log,
    edit_in_between,
    edit_body_part,
    edit_collections,
    edit_clean_up,
    edit_continue,
    edit_sequence,
    edit_transition,
    edit_loop,
    edit_in_place,
    edit_compare,
    take_again,
    take_show,
    take_manage,
    take_time,
    copy_motion,
    mapping_detect,
    mapping_mirror,
    mapping_presets,
    rig_rest_pose,
    # the sidebar, from top to bottom: parents before their sub-panels
    main,
    rig_panel,
    bone_collections,
    edit_panel,
    takes_panel,
    command_menu,
    keymaps,
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
    bpy.types.Scene.motionmix = bpy.props.PointerProperty(  # type: ignore[attr-defined, func-returns-value]  # made here
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
        if cls.is_registered:  # type: ignore[attr-defined]  # unknown to 4.2's stubs
            bpy.utils.unregister_class(cls)
    log.stop()


def _nothing() -> None:
    """A module without anything of its own to register."""
