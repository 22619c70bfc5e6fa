"""One generation: what is asked for before the worker runs, what is done with its answer.

Nothing here waits. The operator (with a window, see `runs`) and `api` (for scripts) do the waiting between `prepare`
and `finish`. `finishing` is `finish` in small steps, for a window that must not be blocked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, TypeVar

import bpy

from . import epoch, log, models, preferences, properties
from .core import (
    Cancelled,
    EditSettings,
    GenerationRequest,
    GenerationResult,
    RequestError,
    RetargetOptions,
    RigError,
    RigPoses,
    WorkerError,
    WorkerJob,
    WorkerTask,
    editing,
    put_on_rig,
)
from .present import present
from .rigs import status, transfer, unseen, write
from .takes import identity

Made = TypeVar("Made")
Ask = Callable[..., WorkerTask]
"""(name of a task, its arguments) -> the task: `WorkerClient.ask`."""

KEY_RATES = ("scene", "model")
_PLAIN = ("prompt", "seconds", "seed", "variations", "quality", "foot_lock", "root", "loop", "literal", "extend_range")
"""Settings that the panel has by the same name and in the same form."""


@dataclass(frozen=True)
class Settings:
    """What the animator can choose for a motion.

    `guidance` and `steps`: None is the model's, or the quality's, own value.

    frame_start: scene frame of the first key. extend_range: let the scene's frame range reach to the motion's end.
    loop: make the end flow into the beginning.
    frames: length in the scene's frames; 0 = `seconds` says it. key_rate: "scene" = a key on every frame of the scene,
    "model" = a key for each of the model's own frames, which may lie between frames. literal: the prompt goes to the
    network as one (see `GenerationRequest`). segments: prompts with their seconds, one after the other, in place of the
    prompt, which then is what they are called together.
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
    loop: bool = False
    model: str = ""
    frames: int = 0
    key_rate: str = "scene"
    literal: bool = False
    segments: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Job:
    """A request on its way, and whom it is for.

    Blender's data is named by session-wide numbers: pointers don't live through an undo. others: number and name of
    further armatures that get the same motions. refused: why armatures that were meant too can't, a line each.
    """

    settings: Settings
    request: GenerationRequest
    target_uid: int
    target_name: str
    scene_uid: int
    fps: float
    others: tuple[tuple[int, str], ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Takes:
    """The actions that were made, the first of which the armature plays now, and what the animator should be told."""

    actions: tuple[bpy.types.Action, ...]
    warnings: tuple[str, ...]


def panel_settings(scene: bpy.types.Scene) -> Settings:
    """The settings as the panel shows them."""
    panel = properties.of(scene)
    fps, frames = frame_rate(scene), 0
    frame_start = scene.frame_current if panel.start == "CURRENT" else scene.frame_start
    if panel.length == "FRAMES":
        frames = panel.frames
    elif panel.length == "RANGE":
        preview = scene.use_preview_range
        frame_start = scene.frame_preview_start if preview else scene.frame_start
        frames = (scene.frame_preview_end if preview else scene.frame_end) - frame_start + 1
    return Settings(
        prompt=panel.prompt,
        seconds=frames / fps if frames else panel.seconds,
        frames=frames,
        seed=panel.seed,
        variations=panel.variations,
        quality=panel.quality,
        guidance=panel.guidance if panel.use_guidance else None,
        steps=panel.steps if panel.use_steps else None,
        foot_lock=panel.foot_lock,
        root=panel.root,
        frame_start=frame_start,
        extend_range=panel.extend_range,
        loop=panel.loop,
        model=panel.model,
        key_rate=preferences.current().key_rate.lower(),
        literal=panel.literal,
    )


def fill_panel(scene: bpy.types.Scene, settings: Settings) -> None:
    """Show settings in the panel: the other way round than `panel_settings`.

    The seed is locked, since it is one of them. Where on the timeline the motion begins stays as the panel has it.
    """
    panel = properties.of(scene)
    for name in _PLAIN:
        setattr(panel, name, getattr(settings, name))
    panel.model = models.in_panel(settings.model)
    panel.lock_seed = True
    panel.length = "FRAMES" if settings.frames else "SECONDS"
    if settings.frames:
        panel.frames = settings.frames
    for name in ("guidance", "steps"):
        chosen = getattr(settings, name)
        setattr(panel, f"use_{name}", chosen is not None)
        if chosen is not None:
            setattr(panel, name, chosen)


def prepare(
    scene: bpy.types.Scene, obj: bpy.types.Object | None, settings: Settings, others: Iterable[bpy.types.Object] = ()
) -> Job:
    """Check everything that can be checked before the worker starts.

    others: more armatures that shall get the motions. Those that can't are left out, and it's said why at the end.
    Raises RigError when no armature can, or RequestError; nothing has been changed then.
    """
    looked = [(meant, status.of(meant)) for meant in (obj, *others)]
    usable = [meant for meant, rig in looked if meant is not None and rig.usable]
    refused = tuple(rig.line for meant, rig in looked if meant is None or not rig.usable)
    if not usable:
        raise RigError(refused[0])
    obj = usable[0]
    fps = frame_rate(scene)
    if settings.frames < 0 or settings.key_rate not in KEY_RATES:
        raise RequestError("The length in frames can't be negative, and keys are made at the rate of scene or model")
    request = _request(settings, fps)
    RetargetOptions(root=settings.root)
    further = tuple((other.session_uid, other.name) for other in usable[1:])
    return Job(settings, request, obj.session_uid, obj.name, scene.session_uid, fps, further, refused)


def _request(settings: Settings, fps: float) -> GenerationRequest:
    """What the worker is asked. Raises RequestError."""
    if settings.segments:
        told = EditSettings(
            seed=settings.seed,
            count=settings.variations,
            quality=settings.quality,
            steps=settings.steps,
            guidance=settings.guidance,
            foot_lock=settings.foot_lock,
            model=settings.model,
        )
        return editing.prompt_sequence(settings.segments, told)
    return GenerationRequest(
        prompt=settings.prompt,
        seconds=settings.frames / fps if settings.frames else settings.seconds,
        seed=settings.seed,
        count=settings.variations,
        quality=settings.quality,
        guidance=settings.guidance,
        steps=settings.steps,
        foot_lock=settings.foot_lock,
        loop=settings.loop,
        model=settings.model,
        literal=settings.literal,
    )


def frame_rate(scene: bpy.types.Scene) -> float:
    """Frames a second."""
    return float(scene.render.fps / scene.render.fps_base)


def answer(work: WorkerJob) -> GenerationResult:
    """What became of a finished piece of work. Raises what it failed with, or Cancelled."""
    if work.error is not None:
        raise work.error
    if work.result is None:
        raise Cancelled("Cancelled.")
    return work.result


def finish(job: Job, result: GenerationResult) -> Takes:
    """Put the motions on the armatures, each as a new Action, all or none.

    Raises RigError when the armature or the scene is gone, or can't be written to any more; the scene is as before
    then.
    """
    present(bpy.context.view_layer).update()  # a script may just have moved an armature
    steps = finishing(job, result, None)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            return done.value


def finishing(job: Job, result: GenerationResult, ask: Ask | None) -> Generator[bool, None, Takes]:
    """As `finish`, in steps of a few milliseconds; each yields whether there is nothing to do until the worker answers.

    ask: has the worker put the motions on the rig; None = that is done here, in one long step. What the animator does
    meanwhile is heeded: after an undo it begins anew, and closing the generator takes back all that was made.
    """
    while True:
        try:
            return (yield from _finishing(job, result, ask))
        except write.Interrupted:
            yield False


def _finishing(job: Job, result: GenerationResult, ask: Ask | None) -> Generator[bool, None, Takes]:
    """All armatures' actions are made before any is played, so that an end half-way leaves none of them."""
    begun = epoch.now()
    drafts: list[write.Draft] = []
    warnings = [*job.refused, *result.warnings]
    try:
        for uid, name in ((job.target_uid, job.target_name), *job.others):
            one = replace(job, target_uid=uid, target_name=name)
            try:
                draft, last, told = yield from _drafting(one, result, ask)
            except RigError as error:
                if not job.others:
                    raise
                warnings.append(str(error))
                continue
            drafts.append(draft)
            warnings += told
        if not drafts:
            raise RigError(warnings[-1])
        if epoch.now() != begun:
            raise write.Interrupted
        actions = write.hand_over(drafts)
    except BaseException:
        write.drop(drafts)
        raise
    scene = _scene_of(job)
    if job.settings.extend_range and scene.frame_end < last:
        scene.frame_end = last
    for draft in drafts:
        warnings += unseen.reasons(draft.obj)
    log.logger().info("made %s", ", ".join(action.name for action in actions))
    return Takes(tuple(actions), tuple(dict.fromkeys(warnings)))


def _drafting(
    job: Job, result: GenerationResult, ask: Ask | None
) -> Generator[bool, None, tuple[write.Draft, int, list[str]]]:
    """The actions of one armature, the scene frame of their end, and what to tell of them."""
    begun = epoch.now()
    obj, scene = _still_there(job)
    while ask is not None and obj.mode == "EDIT":  # until the animator leaves it: poses can't be keyed there
        yield True
        obj, scene = _still_there(job)
    made_at, step = _rate_of_keys(job, result, scene)
    target = transfer.target_of(obj) if ask is None else (yield from _quietly(transfer.looking_at(obj)))
    arguments: dict[str, Any] = {
        "motions": list(result.motions),
        "contacts": list(result.contacts),
        "rig": target.rig,
        "mapping": target.mapping,
        "options": target.options(root=job.settings.root, foot_lock=job.settings.foot_lock),
        "fps": made_at,
        "frames": job.settings.frames if made_at == job.fps and job.settings.frames else None,
    }
    if ask is None:
        poses = put_on_rig(**arguments)
    else:
        poses = yield from _asked(ask, arguments)
    if epoch.now() != begun:
        raise write.Interrupted
    requests = [stored_request(job.settings, seed, result.model) for seed in result.seeds]
    yield False
    draft = yield from _quietly(write.drafting_takes(obj, poses, requests, job.settings.frame_start, step))
    last = math.ceil(job.settings.frame_start + step * (max(rig_poses.num_frames for rig_poses in poses) - 1))
    return draft, last, [line for rig_poses in poses for line in rig_poses.warnings]


def _rate_of_keys(job: Job, result: GenerationResult, scene: bpy.types.Scene) -> tuple[float, float]:
    """Keys a second, and scene frames from one to the next."""
    fps = frame_rate(scene)
    made_at = result.motions[0].fps if job.settings.key_rate == "model" else fps
    return made_at, fps / made_at


def _scene_of(job: Job) -> bpy.types.Scene:
    scene = by_uid(bpy.data.scenes, job.scene_uid)
    if scene is None:
        raise RigError("The scene was removed while its motion was being made. Nothing was changed.")
    return scene


def _still_there(job: Job) -> tuple[bpy.types.Object, bpy.types.Scene]:
    obj = by_uid(bpy.data.objects, job.target_uid)
    if obj is None:
        raise RigError(f"“{job.target_name}” was removed while its motion was being made. Nothing was changed.")
    return obj, _scene_of(job)


def _asked(ask: Ask, arguments: Mapping[str, Any]) -> Generator[bool, None, tuple[RigPoses, ...]]:
    """What the worker makes of it; a worker that dies meanwhile gets a successor once."""
    for attempt in range(2):
        task = ask("put_on_rig", **arguments)
        while not task.finished:
            yield True
        if not isinstance(task.error, WorkerError) or attempt:
            break
    return task.answer()


def _quietly(steps: Generator[None, None, Made]) -> Generator[bool, None, Made]:
    """Steps that never wait for the worker."""
    try:
        while True:
            next(steps)
            yield False
    except StopIteration as done:
        return done.value
    finally:
        steps.close()


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
        known["segments"] = tuple((str(prompt), float(seconds)) for prompt, seconds in known.get("segments") or ())
        return Settings(**known)
    except (TypeError, ValueError) as error:
        raise RequestError("What made this take can't be read any more: its stored settings aren't whole") from error


ID = TypeVar("ID", bound=bpy.types.ID)


def by_uid(collection: Iterable[ID], uid: int) -> ID | None:
    """The data-block with this session-wide number; None when it's gone."""
    return next((block for block in collection if block.session_uid == uid), None)
