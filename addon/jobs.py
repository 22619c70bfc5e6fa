"""One generation: what is asked for before the worker runs, what is done with its answer.

Nothing here waits. The operator (with a window) and `api` (for scripts) do the waiting between `prepare` and
`finish`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar

import bpy
import numpy as np

from . import log, preferences, properties
from .core import (
    Cancelled,
    GenerationRequest,
    GenerationResult,
    Motion,
    RequestError,
    RetargetOptions,
    RigError,
    RigPoses,
    WorkerJob,
)
from .rigs import read, transfer, unseen, write
from .takes import identity


@dataclass(frozen=True)
class Settings:
    """What the animator can choose for a motion.

    `guidance` and `steps`: None is the model's, or the quality's, own value.

    frame_start: scene frame of the first key. extend_range: let the scene's frame range reach to the motion's end.
    """

    prompt: str
    seconds: float
    seed: int
    variations: int = 1
    quality: str = "normal"
    guidance: float | None = None
    steps: int | None = None
    foot_lock: bool = True
    root: str = "hips"
    frame_start: int = 1
    extend_range: bool = True
    model: str = ""


@dataclass(frozen=True)
class Job:
    """A request on its way, and whom it is for.

    Blender's data is named by session-wide numbers: pointers don't live through an undo.
    """

    settings: Settings
    request: GenerationRequest
    target_uid: int
    target_name: str
    scene_uid: int


@dataclass(frozen=True)
class Takes:
    """The actions that were made, the first of which the armature plays now, and what the animator should be told."""

    actions: tuple[bpy.types.Action, ...]
    warnings: tuple[str, ...]


def panel_settings(scene: bpy.types.Scene) -> Settings:
    """The settings as the panel shows them."""
    panel = properties.of(scene)
    return Settings(
        prompt=panel.prompt,
        seconds=panel.seconds,
        seed=panel.seed,
        variations=panel.variations,
        quality=panel.quality,
        guidance=panel.guidance if panel.use_guidance else None,
        steps=panel.steps if panel.use_steps else None,
        foot_lock=panel.foot_lock,
        root=panel.root,
        frame_start=scene.frame_current if panel.start == "CURRENT" else scene.frame_start,
        extend_range=panel.extend_range,
    )


def fill_panel(scene: bpy.types.Scene, settings: Settings) -> None:
    """Show settings in the panel: the other way round than `panel_settings`.

    The seed is locked, since it is one of them. Where on the timeline the motion begins stays as the panel has it.
    """
    panel = properties.of(scene)
    for name in ("prompt", "seconds", "seed", "variations", "quality", "foot_lock", "root", "extend_range"):
        setattr(panel, name, getattr(settings, name))
    panel.lock_seed = True
    for name in ("guidance", "steps"):
        chosen = getattr(settings, name)
        setattr(panel, f"use_{name}", chosen is not None)
        if chosen is not None:
            setattr(panel, name, chosen)


def prepare(scene: bpy.types.Scene, obj: bpy.types.Object | None, settings: Settings) -> Job:
    """Check everything that can be checked before the worker starts.

    Raises RigError or RequestError; nothing has been changed then.
    """
    reason = read.rig_problem(obj)
    if reason or obj is None:
        raise RigError(reason)
    request = GenerationRequest(
        prompt=settings.prompt,
        seconds=settings.seconds,
        seed=settings.seed,
        count=settings.variations,
        quality=settings.quality,
        guidance=settings.guidance,
        steps=settings.steps,
        foot_lock=settings.foot_lock,
        model=settings.model,
    )
    RetargetOptions(root=settings.root)
    return Job(settings, request, obj.session_uid, obj.name, scene.session_uid)


def answer(work: WorkerJob) -> GenerationResult:
    """What became of a finished piece of work. Raises what it failed with, or Cancelled."""
    if work.error is not None:
        raise work.error
    if work.result is None:
        raise Cancelled("Cancelled.")
    return work.result


def finish(job: Job, result: GenerationResult) -> Takes:
    """Put the motions on the armature, each as a new Action, all or none.

    Raises RigError when the armature or the scene is gone, or can't be written to any more; the scene is as before
    then.
    """
    obj = by_uid(bpy.data.objects, job.target_uid)
    scene = by_uid(bpy.data.scenes, job.scene_uid)
    if obj is None or scene is None:
        raise RigError(f"“{job.target_name}” was removed while its motion was being made. Nothing was changed.")
    reason = read.problem(obj) if obj.mode != "EDIT" else ""
    if reason:
        raise RigError(reason)
    bpy.context.view_layer.update()  # a script may just have moved the armature
    fps = scene.render.fps / scene.render.fps_base
    poses = retarget(obj, result, job.settings, fps)
    requests = [stored_request(job.settings, seed, result.model) for seed in result.seeds]
    actions = write.write_takes(obj, poses, requests, job.settings.frame_start)
    last = job.settings.frame_start + max(rig_poses.num_frames for rig_poses in poses) - 1
    if job.settings.extend_range and scene.frame_end < last:
        scene.frame_end = last
    warnings = [*result.warnings, *(line for rig_poses in poses for line in rig_poses.warnings)]
    warnings += unseen.reasons(obj)
    log.logger().info("made %s on %s", ", ".join(action.name for action in actions), obj.name)
    return Takes(tuple(actions), tuple(dict.fromkeys(warnings)))


def retarget(obj: bpy.types.Object, result: GenerationResult, settings: Settings, fps: float) -> list[RigPoses]:
    """The motions as poses of this rig, at the scene's frame rate."""
    target = transfer.target_of(obj)
    poses = []
    for motion, contacts in zip(result.motions, result.contacts, strict=True):
        timed = motion.resample(fps)
        planted = contacts_at(contacts, motion, timed)
        poses.append(transfer.put(target, timed, root=settings.root, foot_lock=settings.foot_lock, contacts=planted))
    return poses


def contacts_at(contacts: np.ndarray, motion: Motion, timed: Motion) -> np.ndarray:
    """Foot contacts (T, 4) of a motion at the frames of the same motion at another rate: those of the nearest frame."""
    nearest = np.rint(np.arange(timed.num_frames) / timed.fps * motion.fps).astype(int)
    return contacts[np.minimum(nearest, len(contacts) - 1)]


def stored_request(settings: Settings, seed: int, model: str) -> dict[str, Any]:
    """What is kept on a take so that it can be made again.

    The settings with this take's own seed, and what made it: the model, its hash, our version.
    """
    made_by = {"model": model, **identity.of_model(preferences.models_folder(), model), "version": identity.version()}
    return {"format": 1, **asdict(settings), "seed": int(seed), "variations": 1, **made_by}


def settings_of(request: Mapping[str, Any]) -> Settings:
    """The settings that made a take, from what `stored_request` kept with it.

    Raises RequestError: it lacks something that can't be guessed, as after an edit by hand.
    """
    known = {field.name: request[field.name] for field in fields(Settings) if field.name in request}
    try:
        return Settings(**known)
    except TypeError as error:
        raise RequestError("What made this take can't be read any more: its stored settings aren't whole") from error


ID = TypeVar("ID", bound=bpy.types.ID)


def by_uid(collection: Iterable[ID], uid: int) -> ID | None:
    """The data-block with this session-wide number; None when it's gone."""
    return next((block for block in collection if block.session_uid == uid), None)
