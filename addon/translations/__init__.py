"""MotionMix in other languages than English.

Blender translates what stands in its interface by itself, from the dictionary that is registered here. What we put
together (a number of steps, a name in quotes) goes through `interface` and `report` first.
"""

from __future__ import annotations

from typing import Any

import bpy

from ..package import PACKAGE
from . import german

CLASSES = ()

Messages = dict[tuple[str | None, str], str]

LANGUAGES: dict[str, dict[str, str]] = {"de_DE": german.MESSAGES}
"""Locale -> English text -> its translation."""


def interface(text: str) -> str:
    """A label in the animator's language, if Blender's interface is translated."""
    blender: Any = bpy.app.translations
    return str(blender.pgettext_iface(text))


def report(text: str) -> str:
    """A message in the animator's language, if Blender's reports (before 4.x: its interface) are translated."""
    blender: Any = bpy.app.translations
    translate = getattr(blender, "pgettext_rpt", blender.pgettext_iface)
    return str(translate(text))


def dictionary() -> dict[str, Messages]:
    """All languages in the form that Blender takes: each text in every context that it is looked up in."""
    return {
        locale: {(context, text): word for text, word in words.items() for context in ("*", "Operator")}
        for locale, words in LANGUAGES.items()
    }


def register() -> None:
    """Hand the dictionary to Blender."""
    blender: Any = bpy.app.translations
    blender.register(PACKAGE, dictionary())


def unregister() -> None:
    """Take it back; harmless when it isn't there."""
    blender: Any = bpy.app.translations
    blender.unregister(PACKAGE)
