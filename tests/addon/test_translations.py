"""Every text of ours that the interface shows has a translation in every language that there is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy
import pytest

ADDON = Path(__file__).resolve().parents[2] / "addon"
SHOWN_KEYWORDS = {"text", "placeholder", "heading"}  # of layout functions
SHOWN_CALLS = {"interface", "report", "poll_message_set", "Fix"}  # whose first argument is shown
SHOWN_NAMES = {"bl_label", "bl_description"}


def has_words(text: Any) -> bool:
    return isinstance(text, str) and any(character.isalpha() for character in text)


def in_source() -> Iterator[tuple[str, str]]:
    """(text, file) of what the add-on's source shows as it stands there."""
    for path in sorted(ADDON.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for text in shown_by(node):
                if isinstance(text, ast.Constant) and has_words(text.value):
                    yield text.value, str(path.relative_to(ADDON))


def shown_by(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Call):
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        yield from (word.value for word in node.keywords if word.arg in SHOWN_KEYWORDS)
        if name in SHOWN_CALLS:
            yield from node.args[:1]
    elif isinstance(node, ast.ClassDef):
        for line in node.body:
            if isinstance(line, ast.Assign) and getattr(line.targets[0], "id", "") in SHOWN_NAMES:
                yield line.value


def registered(extension: Any) -> Iterator[tuple[str, str]]:
    """(text, class) of names, tooltips and choices as Blender has them."""
    for cls in extension.addon("registration").CLASSES:
        rna = cls.bl_rna
        if issubclass(cls, bpy.types.Operator):
            rna = getattr(bpy.ops.motionmix, cls.bl_idname.split(".")[1]).get_rna_type()
            yield rna.name, cls.__name__
            yield rna.description, cls.__name__
        own = {name for base in cls.__mro__ for name in getattr(base, "__annotations__", {})}
        for prop in rna.properties:
            if prop.identifier not in own:
                continue
            yield prop.name, cls.__name__
            yield prop.description, cls.__name__
            for item in prop.enum_items_static if prop.type == "ENUM" else ():
                yield item.name, cls.__name__
                yield item.description, cls.__name__


@pytest.fixture(params=["de_DE"])
def words(extension, request) -> dict[str, str]:
    return dict(extension.addon("translations").languages()[request.param])


def test_every_text_has_a_translation(extension, words) -> None:
    texts = dict([*registered(extension), *in_source()])
    groups = {group: "prompt_presets.json" for _, group in extension.addon("prompts").presets()}
    missing = {text: where for text, where in {**texts, **groups}.items() if has_words(text) and text not in words}
    assert len(texts) > 400
    assert not missing, "\n".join(f"{where}: {text!r}" for text, where in missing.items())


def test_translations_have_the_same_blanks_to_fill_in(words) -> None:
    blanks = re.compile(r"\{[^}]*\}")
    for text, translation in words.items():
        assert sorted(blanks.findall(text)) == sorted(blanks.findall(translation)), text
        assert translation.strip(), text


def test_blender_shows_them_when_it_speaks_the_language(extension, skeleton) -> None:
    view = bpy.context.preferences.view
    translate = extension.addon("translations").interface
    if not bpy.app.build_options.international:
        pytest.skip("this Blender speaks English alone")
    before = (view.language, view.use_translate_interface)
    try:
        view.language = "de_DE"
        view.use_translate_interface = True
        assert translate("Travel On") == "Fortbewegung auf"
        extension.addon("translations").unregister()
        assert translate("Travel On") == "Travel On"
        extension.addon("translations").register()
    finally:
        view.language, view.use_translate_interface = before
    assert translate("Travel On") == "Travel On"
