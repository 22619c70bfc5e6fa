"""What the Edit panel holds, kept with the scene (``scene.motionmix_edit``)."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from .. import models, properties
from ..present import registered
from .bones import CHOICE_ITEMS, PRESET_ITEMS
from .ranges import RANGE_ITEMS
from .spec import MOST_VARIATIONS, OUTPUT_ITEMS, EditSpec

TOOL_ITEMS = (
    ("in_between", "In-between", "Make the motion between your key poses; the poses stay exactly as keyed"),
    ("body_part", "Body Part", "Make a part of the body new; all other bones keep their keys"),
    ("clean_up", "Clean Up", "Take shaking, pops and sliding feet out of a capture"),
    ("continue", "Continue", "Go on after the Action's last key"),
    ("transition", "Transition", "Make the way from one Action into another"),
    ("loop", "Loop", "Make the end flow into the beginning"),
    ("in_place", "In Place", "Take the travel out of the Action, or put it on the root bone"),
)
ROOT_ITEMS = (
    ("NONE", "Remove", "The character stays where it is"),
    ("BONE", "Root Bone", "The travel goes on the rig's root bone, the rest on the hips"),
)

PROMPT_TEXT = "What happens in the new part, in a few English words. Empty: whatever fits"
RANGE_TEXT = "Which frames may change. Everything outside stays as it is, key by key"
FIRST_TEXT, LAST_TEXT = "First frame that may change", "Last frame that may change"
BONES_TEXT = "Which bones may change. All others keep their F-curves byte by byte"
PARTS_TEXT = "Parts of the body (Shift-click for several)"
COLLECTIONS_TEXT = "Names of bone collections, with semicolons between them"
OUTPUT_TEXT = "Where the result goes"
STRENGTH_TEXT = "How far it may go from what is there. 1: made quite new"
EASE_TEXT = "Time over which the edit comes in after the first frame and goes out before the last"
CHAIN_TEXT = "How many joints along the chain the edit comes in over, beside the bones that stay"
NOISE_TEXT = "How strongly to clean. Low: only shaking; high: the motion is told anew"
AUTO_TEXT = "Use the strength that suits the noise found in the motion"
PROTECT_TEXT = "Parts of the body that are left alone (Shift-click for several)"
PROTECT_KEYS_TEXT = "Leave the poses of the selected keys alone"
SECONDS_TEXT = "Length of the new part in seconds"
PROMPTS_TEXT = "Several prompts one after the other, with their seconds: “walk forward: 3; sit down: 2”"
LOOP_TEXT = "How much of the end is made new, in seconds"
AFTER_TEXT = "The Action to go over into. Empty: between two selected NLA strips"
TRAVEL_TEXT = "Where the character's travel goes"


class MotionMixEditPrompt(bpy.types.PropertyGroup):
    """One part of a sequence."""

    prompt: StringProperty(name="Prompt", description=PROMPT_TEXT)
    seconds: FloatProperty(name="Length", description=SECONDS_TEXT, default=2.0, min=0.5, soft_max=10.0, precision=1)


class MotionMixEditBones(bpy.types.PropertyGroup):
    """A bone collection that is ticked, by its name."""


class MotionMixEditSettings(bpy.types.PropertyGroup):
    """The next edit (``scene.motionmix_edit``)."""

    tool: EnumProperty(name="Edit", description="What to do", items=TOOL_ITEMS, default="in_between")
    prompt: StringProperty(name="Prompt", description=PROMPT_TEXT)
    range: EnumProperty(
        name="Frames",
        description=RANGE_TEXT,
        items=RANGE_ITEMS,
        default="SELECTED",
        translation_context=properties.TRANSLATION_CONTEXT,  # Blender's own keys are those of the keyboard
    )
    first: IntProperty(name="First", description=FIRST_TEXT, default=1)
    last: IntProperty(name="Last", description=LAST_TEXT, default=50)
    bones: EnumProperty(name="Bones", description=BONES_TEXT, items=CHOICE_ITEMS, default="PRESET")
    parts: EnumProperty(
        name="Parts", description=PARTS_TEXT, items=PRESET_ITEMS, options={"ENUM_FLAG"}, default={"upper_body"}
    )
    collections: CollectionProperty(name="Collections", type=MotionMixEditBones, description=CHOICE_ITEMS[2][2])
    collection_row: IntProperty(name="Row", description="Row of the list of bone collections", default=0, min=0)
    output: EnumProperty(name="Into", description=OUTPUT_TEXT, items=OUTPUT_ITEMS, default="TAKE")
    variations: IntProperty(
        name="Variations", description=properties.VARIATIONS_TEXT, default=1, min=1, max=MOST_VARIATIONS
    )
    strength: FloatProperty(name="Strength", description=STRENGTH_TEXT, default=1.0, min=0.01, max=1.0)
    ease: FloatProperty(
        name="Ease", description=EASE_TEXT, default=0.3, min=0.0, max=10.0, soft_max=2.0, unit="TIME_ABSOLUTE"
    )
    chain_ease: IntProperty(name="Ease on Chain", description=CHAIN_TEXT, default=1, min=0, max=8, soft_max=4)
    auto_noise: BoolProperty(name="As Found", description=AUTO_TEXT, default=True)
    noise: FloatProperty(name="Strength", description=NOISE_TEXT, default=0.15, min=0.03, max=0.6)
    found: StringProperty(name="Found", description="Noise found in the range, when it was last looked at")
    protect_parts: EnumProperty(
        name="Protect", description=PROTECT_TEXT, items=PRESET_ITEMS, options={"ENUM_FLAG"}, default=set()
    )
    protect_keys: BoolProperty(name="Protect Selected Keys", description=PROTECT_KEYS_TEXT)
    seconds: FloatProperty(
        name="Length", description=SECONDS_TEXT, default=2.0, min=0.1, soft_max=10.0, precision=1, unit="TIME_ABSOLUTE"
    )
    loop_seconds: FloatProperty(
        name="New End", description=LOOP_TEXT, default=0.6, min=0.1, soft_max=3.0, precision=1, unit="TIME_ABSOLUTE"
    )
    use_sequence: BoolProperty(name="Sequence", description="Several prompts, one after the other")
    sequence: CollectionProperty(name="Prompts", type=MotionMixEditPrompt, description=PROMPTS_TEXT)
    root: EnumProperty(name="Travel", description=TRAVEL_TEXT, items=ROOT_ITEMS, default="NONE")
    after: StringProperty(name="Into", description=AFTER_TEXT)


def of(scene: bpy.types.Scene) -> MotionMixEditSettings:
    """The edit settings of a scene."""
    settings: MotionMixEditSettings = registered(scene, "motionmix_edit")
    return settings


def spec_of(scene: bpy.types.Scene, tool: str) -> EditSpec:
    """The panel's settings for a tool; seed, quality and the rest as the panel above has them."""
    edit, panel = of(scene), properties.of(scene)
    values: dict[str, Any] = {
        "tool": tool,
        "prompt": edit.prompt,
        "seed": panel.seed,
        "quality": panel.quality,
        "guidance": panel.guidance if panel.use_guidance else None,
        "steps": panel.steps if panel.use_steps else None,
        "foot_lock": panel.foot_lock,
        "model": panel.model,
        "output": edit.output,
        "variations": edit.variations,
        "range": edit.range,
        "first": float(edit.first),
        "last": float(edit.last),
        "ease": edit.ease,
        "chain_ease": edit.chain_ease,
        "protect_parts": tuple(sorted(edit.protect_parts)),
        "protect_keys": edit.protect_keys,
        "seconds": edit.loop_seconds if tool == "loop" else edit.seconds,
        "root": edit.root,
        "after": edit.after,
    }
    if tool == "body_part":
        values |= {
            "bones": edit.bones,
            "parts": tuple(sorted(edit.parts)),
            "collections": tuple(sorted(edit.collections.keys())),
            "strength": edit.strength,
        }
    if tool == "clean_up":
        values["strength"] = None if edit.auto_noise else edit.noise
    if tool == "continue" and edit.use_sequence:
        values["sequence"] = tuple((part.prompt, part.seconds) for part in edit.sequence)
    return EditSpec(**values)


def fill_panel(scene: bpy.types.Scene, spec: EditSpec) -> None:
    """Put an edit's settings back into the panel, its seed too (and lock it)."""
    edit, panel = of(scene), properties.of(scene)
    edit.tool = spec.tool
    for name in ("prompt", "range", "output", "ease", "chain_ease", "protect_keys", "root", "after"):
        setattr(edit, name, getattr(spec, name))
    edit.first, edit.last = round(spec.first), round(spec.last)
    setattr(edit, "loop_seconds" if spec.tool == "loop" else "seconds", spec.seconds)
    edit.protect_parts = set(spec.protect_parts)
    edit.collections.clear()
    for name in spec.collections:
        edit.collections.add().name = name
    if spec.tool == "body_part":
        edit.bones, edit.parts = spec.bones, set(spec.parts)
        edit.strength = 1.0 if spec.strength is None else spec.strength
    if spec.tool == "clean_up":
        edit.auto_noise = spec.strength is None
        edit.noise = edit.noise if spec.strength is None else spec.strength
    _fill_parts(edit, spec.sequence)
    panel.model = models.in_panel(spec.model)
    panel.seed, panel.quality, panel.foot_lock, panel.lock_seed = spec.seed, spec.quality, spec.foot_lock, True
    for name in ("guidance", "steps"):
        chosen = getattr(spec, name)
        setattr(panel, f"use_{name}", chosen is not None)
        if chosen is not None:
            setattr(panel, name, chosen)


def fill_sequence(scene: bpy.types.Scene, parts: Iterable[tuple[str, float]]) -> None:
    """Put the prompts of a sequence that was made as a new motion back into the panel."""
    edit = of(scene)
    edit.tool = "continue"
    _fill_parts(edit, parts)


def _fill_parts(edit: MotionMixEditSettings, parts: Iterable[tuple[str, float]]) -> None:
    edit.sequence.clear()
    for prompt, seconds in parts:
        part = edit.sequence.add()
        part.prompt, part.seconds = prompt, seconds
    edit.use_sequence = bool(len(edit.sequence))


CLASSES = (MotionMixEditPrompt, MotionMixEditBones, MotionMixEditSettings)


def register() -> None:
    """Put the settings on the scene."""
    bpy.types.Scene.motionmix_edit = PointerProperty(  # type: ignore[attr-defined, func-returns-value]  # made here
        type=MotionMixEditSettings
    )


def unregister() -> None:
    """Take them off."""
    if hasattr(bpy.types.Scene, "motionmix_edit"):
        del bpy.types.Scene.motionmix_edit
