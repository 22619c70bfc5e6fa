"""MotionMix in other languages than English.

Blender translates what stands in its interface by itself, from the dictionary that is registered here. What we put
together (a number of steps, a name in quotes) and what errors say goes through `interface` and `report` first.

A language is a JSON file beside this one, named by its locale as Blender has it, from English texts to their
translations. Prompts stay English: that is what the models read.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import bpy

from ..package import PACKAGE
from . import templates

CLASSES = ()

Messages = dict[tuple[str | None, str], str]
_LONGEST = 1000  # characters of a text of ours
_CONTEXTS = ("*", "Operator", "MotionMix")  # Blender's for properties and labels, for operators; our own


def languages() -> dict[str, dict[str, str]]:
    """Locale -> English text -> its translation."""
    files = sorted(Path(__file__).parent.glob("*.json"))
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}


def interface(text: str) -> str:
    """A label, or an error that a panel shows, in the animator's language, if Blender's interface is translated."""
    blender: Any = bpy.app.translations
    return _translated(text, blender.pgettext_iface)


def report(text: str) -> str:
    """A message in the animator's language, if Blender's reports are translated."""
    blender: Any = bpy.app.translations
    return _translated(text, getattr(blender, "pgettext_rpt", blender.pgettext_iface))


def _translated(text: str, lookup: Callable[[str], str]) -> str:
    """The text by itself, or else by the template that it was made from."""
    whole = str(lookup(text))
    found = _taken_apart(text) if whole == text else None
    if found is None:
        return whole
    template, filling = found
    translation = str(lookup(template))
    if translation == template:  # no translation is wanted, or there is none
        return text
    return templates.filled(translation, filling, lambda part: _translated(part, lookup))


@lru_cache(maxsize=256)
def _taken_apart(text: str) -> tuple[str, dict[str, str]] | None:
    return templates.taken_apart(text, _patterns()) if len(text) < _LONGEST else None


@lru_cache(maxsize=1)
def _patterns() -> templates.Patterns:
    return templates.patterns({text for words in languages().values() for text in words})


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
    _patterns()  # made now, not while a window waits for it


def unregister() -> None:
    """Take it back; harmless when it isn't there."""
    blender: Any = bpy.app.translations
    blender.unregister(PACKAGE)
