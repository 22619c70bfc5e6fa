"""The Blender extension's package: Blender imports this file and calls `register`.

Blender knows the extension as ``bl_ext.user_default.motionmix`` (or another repository's name in the middle) and this
folder is that package. Beside this file lie ``addon`` (all that imports bpy) and ``motionmix_core`` (nothing of
Blender). One rule lets the same files serve Blender, the worker process and the command line:

* inside Blender, ``addon`` reaches the core relatively, as ``..motionmix_core``, so two extensions could never mix
  their copies up;
* in the worker process, the command line and the tests this folder stands on ``sys.path`` and the core is the
  top-level package ``motionmix_core``; therefore everything inside it imports relatively.

The add-on is imported on registration only, so that tools which find this file without Blender can import it. Scripts
reach the Python interface with ``from bl_ext.user_default.motionmix import api``.
"""

from __future__ import annotations

from typing import Any


def register() -> None:
    """Called by Blender when the extension is enabled."""
    from . import addon

    addon.register()


def unregister() -> None:
    """Called by Blender when the extension is disabled, and before it is updated or removed."""
    from . import addon

    addon.unregister()


def __getattr__(name: str) -> Any:
    """Offer ``api`` without importing bpy before it is asked for."""
    if name == "api":
        from importlib import import_module

        return import_module(".addon.api", __package__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
