"""MotionMix for Python scripts: ``from bl_ext.user_default.motionmix import api``.

    from bl_ext.user_default.motionmix import api

    rig = api.add_skeleton()
    for prompt in ("walk forward", "jump", "boxing"):
        (action,) = api.generate(prompt, seconds=4, seed=7, target=rig)
        print(action.name)

Everything here waits until it's done, with a window or in ``blender -b``; nothing asks or pops up. What goes wrong is
raised as an exception whose text is meant for people (`MotionMixError`), and then nothing has been changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import bpy

from . import jobs, preferences, worker_bridge
from . import prompts as prompt_choices
from .core import BoneMapping, ModelSummary, MotionMixError, RequestError, model_summaries
from .editing import job as editing_job
from .editing import transition
from .editing.spec import EditSpec
from .present import present
from .rigs import figure, read, takes
from .rigs.skeleton import add_armature
from .takes import collection

__all__ = [
    "MotionMixError",
    "add_skeleton",
    "edit",
    "generate",
    "mapping_of",
    "models",
    "prompts",
    "request_of",
    "stop_worker",
    "takes_of",
]


def generate(
    prompt: str,
    seconds: float = 4.0,
    *,
    seed: int = 0,
    variations: int = 1,
    quality: str = "normal",
    guidance: float | None = None,
    steps: int | None = None,
    foot_lock: bool = True,
    root: str = "hips",
    loop: bool = False,
    frame_start: int | None = None,
    extend_range: bool = True,
    model: str = "",
    frames: int = 0,
    key_rate: str = "scene",
    literal: bool = False,
    target: bpy.types.Object | Sequence[bpy.types.Object] | None = None,
    scene: bpy.types.Scene | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> list[bpy.types.Action]:
    """Make motion and put it on an armature, each variation as a new Action.

    The first of them is the one it plays then.

    prompt: what happens, in English; "" is any motion. seconds: the length. seed: same seed, same motion; variation k
    has seed + k. quality: "draft", "normal" or "high". guidance, steps: None is the model's, or the quality's, own
    value. foot_lock: hold planted feet still. root: what carries the travel, "hips", "root" (the rig's root bone) or
    "in_place". loop: make the end flow into the beginning. frame_start: scene frame of the first key; None is the start
    of the scene's range. extend_range: let the scene's range reach to the motion's end. model: a model's name, "" the
    usual one. frames: length in frames of the scene, in place of the seconds. key_rate: "scene" is a key on every frame
    of the scene, "model" one for each frame that the model made, which may lie between frames. literal: the prompt as
    it stands, not in words that the model knows better, without a posture before it or one thing after the other.
    target: the armature, or several that get the same motions; None is the active object. scene: None is the current
    one. on_progress: told 0.0 to 1.0 now and then.

    Returns the new actions. Raises MotionMixError; nothing has been changed then.
    """
    scene = present(scene or bpy.context.scene)
    settings = jobs.Settings(
        prompt=prompt,
        seconds=seconds,
        seed=seed,
        variations=variations,
        quality=quality,
        guidance=guidance,
        steps=steps,
        foot_lock=foot_lock,
        root=root,
        frame_start=scene.frame_start if frame_start is None else frame_start,
        extend_range=extend_range,
        loop=loop,
        model=model,
        frames=frames,
        key_rate=key_rate,
        literal=literal,
    )
    given = [target or bpy.context.object] if not isinstance(target, Sequence) else list(target)
    first, *others = [read.target_of(obj) for obj in given] or [None]
    job = jobs.prepare(scene, first, settings, [obj for obj in others if obj is not None])
    result = worker_bridge.bridge().run(job.request, lambda p: on_progress(p.fraction) if on_progress else None)
    return list(jobs.finish(job, result).actions)


def edit(
    tool: str,
    *,
    target: bpy.types.Object | None = None,
    scene: bpy.types.Scene | None = None,
    on_progress: Callable[[float], None] | None = None,
    **values: Any,
) -> bpy.types.Action:
    """Change the Action that an armature plays, in a new take or (output="OWN") in that Action itself.

        api.edit("in_between", range="FRAMES", first=10, last=60, prompt="stumbles")
        api.edit("body_part", range="FRAMES", first=10, last=60, bones="PRESET", parts=("left_arm",), prompt="waves")
        api.edit("clean_up", range="ACTION")
        api.edit("continue", sequence=(("walk", 3.0), ("sit down", 2.0)))

    tool: "in_between", "body_part", "clean_up", "continue", "transition", "loop" or "in_place". values: fields of
    `editing.spec.EditSpec`. target: the armature; None is the active object. on_progress: told 0.0 to 1.0 for each
    request that the edit takes.

    Returns the Action that holds the result. Raises MotionMixError; nothing has been changed then.
    """
    try:
        spec = EditSpec(tool=tool, **values)
    except TypeError as error:
        raise RequestError(f"There is no such setting of an edit: {error}") from error
    begin = transition.begin if tool == "transition" else editing_job.begin
    job = begin(present(scene or bpy.context.scene), read.target_of(target or bpy.context.object), spec)
    while job.request is not None:
        job.receive(worker_bridge.bridge().run(job.request, lambda p: on_progress(p.fraction) if on_progress else None))
    return job.finish().action


def add_skeleton(location: tuple[float, float, float] = (0.0, 0.0, 0.0), with_figure: bool = False) -> bpy.types.Object:
    """Add the MotionMix skeleton to the scene and make it active, with a figure to look at if wished.

    Needs Object Mode.
    """
    obj = add_armature(bpy.context, location)
    if with_figure:
        figure.add_figure(bpy.context, obj, read.mapping_of(obj))
    return obj


def mapping_of(target: bpy.types.Object) -> BoneMapping:
    """Which bones of an armature are which places of the body; its `reason` says why it can't be used, "" if it can."""
    return read.mapping_of(target)


def models() -> list[ModelSummary]:
    """The models that can be asked for, the usual one first: name, size, licence, card, what is wrong with it."""
    return model_summaries(preferences.models_folder())


def prompts() -> list[str]:
    """Prompts that the shipped model is good at."""
    return [prompt for prompt, _ in prompt_choices.presets()]


def takes_of(target: bpy.types.Object | None = None, every_rig: bool = False) -> list[bpy.types.Action]:
    """The takes of an armature, in the order in which they were made.

    What can be done with one is an operator, as in the panel: ``bpy.ops.motionmix.take_show(take=action.name)``,
    ``take_own``, ``take_again``, ``take_star``, ``take_duplicate``, ``take_delete``, ``take_fit``, ``take_blend``,
    ``take_push``. They work on the active armature.

    target: the armature; None is the active object. every_rig: also the takes of other rigs that fit its bones.
    """
    obj = read.target_of(target or bpy.context.object)
    if obj is None or obj.type != "ARMATURE":
        raise RequestError("Takes belong to an armature: make one active, or name it")
    return collection.takes_of(obj, every_rig)


def request_of(action: bpy.types.Action) -> dict[str, object] | None:
    """The settings that made an action; None if MotionMix didn't make it."""
    return takes.request_of(action)


def stop_worker() -> None:
    """End the process that generates and free its memory. The next call starts another."""
    worker_bridge.stop_worker()
