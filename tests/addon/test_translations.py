"""Every text of ours that the interface shows has a translation in every language that there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import bpy
import pytest

from tests.addon.shown_texts import all_texts, has_words


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
            if prop.identifier not in own or prop.identifier.startswith("bl_"):
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
    texts = dict([*registered(extension), *all_texts().items()])
    texts |= {group: "prompt_presets.json" for _, group in extension.addon("prompts").presets()}
    texts |= {scheme.title: scheme.name for scheme in extension.addon("core").all_schemes()}
    names = extension.addon("editing.spec").TAKE_NAMES.values()
    texts |= {f"{name[:1].upper()}{name[1:]}": "TAKE_NAMES" for name in names}
    missing = {text: where for text, where in texts.items() if has_words(text) and text not in words}
    assert len(texts) > 750
    assert not missing, "\n".join(f"{where}: {text!r}" for text, where in missing.items())


def test_what_the_search_for_texts_finds() -> None:
    """It finds errors of the core as well as labels, or the test above would say little."""
    found = all_texts()
    for text in (
        "Generate",
        "My Pose (no Action)",
        "No motion is being made",
        "The {1} must be between {2} and {3}, not {4}.",
        "“{1}” has no bone that could be: {2}. Set it by hand if there is one.",
        "The generator needs {1} MB of memory, and the preferences allow it {2} MB. Ask for a shorter motion or fewer "
        "variations, or raise the limit.",
    ):
        assert text in found, text


def test_translations_have_the_same_blanks_to_fill_in(words) -> None:
    blanks = re.compile(r"\{(\w*)[^}]*\}")
    for text, translation in words.items():
        assert set(blanks.findall(translation)) <= set(blanks.findall(text)), text
        left_out = set(blanks.findall(text)) - set(blanks.findall(translation))
        assert not left_out or text == "{1} {2} frame{3}", (text, left_out)
        assert translation.strip(), text


@pytest.fixture
def german(extension, words, monkeypatch) -> Any:
    """What a text becomes, also in a Blender that speaks English alone."""
    module = extension.addon("translations")
    return lambda text: module._translated(text, lambda message: words.get(message, message))


FINISHED = {
    "Generate": "Erzeugen",
    "“Walk.001” has no keys": "„Walk.001“ hat keine Keyframes",
    "“{1}” has no keys": "„{1}“ hat keine Keyframes",
    "“Head” is in Edit Mode. Leave it with Tab": "„Head“ ist im Bearbeitungsmodus. Mit Tab verlassen",
    "a text of somebody else": "a text of somebody else",
    # words of ours inside
    "Rigify metarig, 20 of 22 bones": "Rigify-Metarig, 20 von 22 Knochen",
    "The seed must be a whole number, not 1.5.": "Startwert muss eine ganze Zahl sein, nicht 1.5.",
    "“Rig” has no bone that could be: left upper arm, head. Set it by hand if there is one.": (
        "„Rig“ hat keinen Knochen für: Oberarm links, Kopf. Von Hand festlegen, falls es einen gibt."
    ),
    "Found: shaking 0.53°, root 3.1 mm, 2 popping frames": (
        "Gefunden: Zittern 0.53°, Wurzel 3.1 mm, 2 springende Bild(er)"
    ),
    "The generator hasn't answered for 30 s and was stopped. Details: /tmp/worker.log": (
        "Der Generator hat nicht geantwortet (30 s lang) und wurde beendet. Einzelheiten: /tmp/worker.log"
    ),
    "The generator's process was ended from outside (SIGTERM).": (
        "Der Prozess des Generators wurde von außen beendet (SIGTERM)."
    ),
    "The generator's process was ended from outside (SIGKILL). The system may have run out of memory.": (
        "Der Prozess des Generators wurde von außen beendet (SIGKILL). Vielleicht ging dem System der Speicher aus."
    ),
    # names of the animator's, which may be words in Blender's own dictionary
    "Bones Head are moved by constraints or drivers, so keys on them do nothing.": (
        "Die Knochen Head werden von Constraints oder Treibern bewegt, Keyframes bewirken dort nichts."
    ),
    "“Action” was removed while its motion was being made. Nothing was changed.": (
        "„Action“ wurde entfernt, während seine Bewegung gemacht wurde. Nichts wurde geändert."
    ),
}


@pytest.mark.parametrize(("english", "translation"), FINISHED.items())
def test_finished_texts_are_translated_and_names_in_them_are_not(german, english, translation) -> None:
    assert german(english) == translation


def test_without_a_language_texts_stay_as_they_are(extension) -> None:
    module = extension.addon("translations")
    text = "The length in seconds must be between 0.1 and 60, not 99."
    assert module._translated(text, lambda message: message) == text


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
