"""MotionMix in other languages than English.

Blender translates what stands in its interface by itself, from the dictionary that is registered here. What we put
together (a number of steps, a name in quotes) goes through `interface` and `report` first.

A language is a JSON file beside this one, named by its locale as Blender has it, from English texts to their
translations. Prompts stay English: that is what the models read.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import bpy

from ..package import PACKAGE

CLASSES = ()

Messages = dict[tuple[str | None, str], str]
_CONTEXTS = ("*", "Operator", "MotionMix")  # Blender's for properties and labels, for operators; our own


def languages() -> dict[str, dict[str, str]]:
    """Locale -> English text -> its translation."""
    files = sorted(Path(__file__).parent.glob("*.json"))
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}


def interface(text: str) -> str:
    """A label in the animator's language, if Blender's interface is translated."""
    blender: Any = bpy.app.translations
    return str(blender.pgettext_iface(text))


def report(text: str) -> str:
    """A message in the animator's language, if Blender's reports are translated."""
    blender: Any = bpy.app.translations
    translate = getattr(blender, "pgettext_rpt", blender.pgettext_iface)
    return str(translate(text))


def dictionary() -> dict[str, Messages]:
    """All languages in the form that Blender takes: each text in every context that it is looked up in."""
    return {
        locale: {(context, text): word for text, word in words.items() for context in _CONTEXTS}
        for locale, words in languages().items()
    }


def register() -> None:
    """Hand the dictionary to Blender."""
    blender: Any = bpy.app.translations
    blender.register(PACKAGE, dictionary())


def unregister() -> None:
    """Take it back; harmless when it isn't there."""
    blender: Any = bpy.app.translations
    blender.unregister(PACKAGE)
