"""What the panel edits, kept with the scene: the next motion to be made."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

from collections.abc import Iterator

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, StringProperty

from . import models, prompts
from .present import registered

MAX_SEED = 2**31 - 1

QUALITY_ITEMS = (
    ("draft", "Draft", "Fewest steps: for trying prompts out"),
    ("normal", "Normal", "The model's usual number of steps"),
    ("high", "High", "More steps: a little cleaner, several times slower"),
)
ROOT_ITEMS = (
    ("hips", "Hips", "The hips carry all the travel, as in motion capture"),
    (
        "root",
        "Root Bone",
        "Travel and heading go on the rig's root bone, the rest on the hips (needs a rig that has one)",
    ),
    ("in_place", "In Place", "The character stays where it is, for games that move it themselves"),
)
START_ITEMS = (
    ("SCENE", "Scene Start", "The motion begins on the first frame of the scene's range"),
    ("CURRENT", "Current Frame", "The motion begins on the current frame"),
)

LENGTH_ITEMS = (
    ("SECONDS", "Seconds", "So many seconds, whatever the frame rate"),
    ("FRAMES", "Frames", "So many of the scene's frames"),
    ("RANGE", "Scene Range", "The scene's frame range, or its preview range, from its first to its last frame"),
)

TRANSLATION_CONTEXT = "MotionMix"
"""For words that Blender knows with another meaning: its "Normal" is that of a surface."""

PROMPT_TEXT = "What the character does, in a few English words. Empty: any motion"
SECONDS_TEXT = "Length of the motion in seconds"
FRAMES_TEXT = "Length of the motion in frames of the scene"
LENGTH_TEXT = "How the length of the motion is given"
KEY_RATE_TEXT = "Where keys are made when the scene's frame rate isn't the model's"
SEED_TEXT = "The same seed, prompt and settings give the same motion"
VARIATIONS_TEXT = "How many motions to make at once, each a new Action"
QUALITY_TEXT = "How much time to spend"
GUIDANCE_TEXT = "How strictly to follow the prompt. Low: freer; high: more literal, stiffer"
STEPS_TEXT = "How many times the network refines the motion"
LITERAL_TEXT = (
    "Take the prompt as it stands: not in words that the model knows better, no standing before sitting down, nothing "
    "made one after the other"
)
FOOT_LOCK_TEXT = "Hold planted feet still on this rig's own proportions"
ROOT_TEXT = "Which bone carries the character along the ground"
START_TEXT = "Where on the timeline the motion begins"
MODEL_TEXT = "Which model makes the motion. Empty: the usual one"
LOOP_TEXT = "Make the end flow into the beginning, so that the motion can be played over and over"
EXTEND_TEXT = "Move the end of the scene's frame range back if the motion is longer"


def search_prompt(_settings: MotionMixSettings, _context: bpy.types.Context, text: str) -> Iterator[str]:
    """What the prompt's field offers while something is typed: former prompts, then presets."""
    return (prompt for prompt, _ in prompts.matching(text))


def search_model(_settings: MotionMixSettings, _context: bpy.types.Context, text: str) -> list[str]:
    """The models there are, of those whose name has what is typed."""
    return [name for name in models.names() if text.casefold() in name.casefold()]


class MotionMixSettings(bpy.types.PropertyGroup):
    """Settings of the next motion (``scene.motionmix``)."""

    prompt: StringProperty(
        name="Prompt",
        description=PROMPT_TEXT,
        default="a person walks forward and waves",
        search=search_prompt,
        search_options={"SUGGESTION"},
    )
    length: EnumProperty(name="Length In", description=LENGTH_TEXT, items=LENGTH_ITEMS, default="SECONDS")
    frames: IntProperty(name="Length", description=FRAMES_TEXT, default=96, min=3, soft_max=300, max=14400)
    seconds: FloatProperty(
        name="Length",
        description=SECONDS_TEXT,
        default=4.0,
        min=0.1,
        soft_min=1.0,
        soft_max=10.0,
        step=50,
        precision=1,
        unit="TIME_ABSOLUTE",
    )
    seed: IntProperty(name="Seed", description=SEED_TEXT, default=0, min=0, max=MAX_SEED)
    lock_seed: BoolProperty(
        name="Keep Seed", description="Use this seed again next time. Off: every press of Generate draws a new one"
    )
    variations: IntProperty(name="Variations", description=VARIATIONS_TEXT, default=1, min=1, max=8)
    quality: EnumProperty(
        name="Quality",
        description=QUALITY_TEXT,
        items=QUALITY_ITEMS,
        default="normal",
        translation_context=TRANSLATION_CONTEXT,
    )
    model: StringProperty(name="Model", description=MODEL_TEXT, search=search_model, search_options=set())
    use_guidance: BoolProperty(name="Set Guidance", description="Use this guidance rather than the model's own")
    guidance: FloatProperty(
        name="Guidance", description=GUIDANCE_TEXT, default=2.5, min=0.0, soft_max=6.0, max=20.0, precision=1
    )
    use_steps: BoolProperty(name="Set Steps", description="Use this number of steps rather than the quality's")
    steps: IntProperty(name="Steps", description=STEPS_TEXT, default=16, min=1, soft_max=100, max=1000)
    foot_lock: BoolProperty(name="Foot Lock", description=FOOT_LOCK_TEXT, default=True)
    root: EnumProperty(name="Travel On", description=ROOT_TEXT, items=ROOT_ITEMS, default="hips")
    start: EnumProperty(name="Begin At", description=START_TEXT, items=START_ITEMS, default="SCENE")
    loop: BoolProperty(name="Loop", description=LOOP_TEXT)
    literal: BoolProperty(name="Literal Prompt", description=LITERAL_TEXT)
    extend_range: BoolProperty(name="Extend Frame Range", description=EXTEND_TEXT, default=True)


def of(scene: bpy.types.Scene) -> MotionMixSettings:
    """The settings of a scene."""
    settings: MotionMixSettings = registered(scene, "motionmix")
    return settings


CLASSES = (MotionMixSettings,)
