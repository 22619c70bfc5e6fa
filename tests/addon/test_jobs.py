"""Work that doesn't end as it should:

cancelled, killed, its target gone, its file closed. Nothing breaks, nothing is half-written.
"""

from __future__ import annotations

import importlib
import os
import signal
import time
from typing import Any

import addon_utils
import bpy
import pytest

from tests.addon.conftest import PACKAGE
from tests.addon.scene_state import state

LONGEST = 300.0  # seconds for anything to happen, on a machine with much else to do


@pytest.fixture
def bridge(extension, models) -> Any:
    return extension.addon("worker_bridge").bridge()


def long_job(extension: Any, obj: Any) -> Any:
    """A job of a thousand steps and eight takes: it's not done before we say so."""
    jobs = extension.addon("jobs")
    settings = jobs.Settings(prompt="walk", seconds=30.0, seed=1, variations=8, steps=1000)
    return jobs.prepare(bpy.context.scene, obj, settings)


def short_job(extension: Any, obj: Any) -> Any:
    jobs = extension.addon("jobs")
    return jobs.prepare(bpy.context.scene, obj, jobs.Settings(prompt="walk", seconds=1.0, seed=1))


def watch(bridge: Any, condition: Any) -> None:
    """Look in on the worker as the operator's timer does, until something is so."""
    deadline = time.monotonic() + LONGEST
    while not condition():
        assert time.monotonic() < deadline, "this took too long"
        bridge.poll()
        time.sleep(0.005)


def test_progress_is_shown_and_cancel_ends_the_work_itself(extension, skeleton, bridge) -> None:
    before = state(skeleton)
    work = bridge.submit(long_job(extension, skeleton).request)
    assert bridge.busy
    assert bridge.progress() == (0.0, "Starting")
    watch(bridge, lambda: work.progress is not None and work.progress.done > 3)
    fraction, line = bridge.progress()
    assert 0 < fraction < 1
    assert "Take 1 of 8" in line
    assert bpy.ops.motionmix.cancel() == {"FINISHED"}
    watch(bridge, lambda: work.finished)
    assert work.state == "cancelled"
    assert not bridge.busy
    with pytest.raises(extension.core("errors").Cancelled):
        extension.addon("jobs").answer(work)
    assert state(skeleton) == before
    assert not bpy.ops.motionmix.cancel.poll()


def test_requests_queue_and_each_gets_its_answer(extension, skeleton, bridge) -> None:
    first = bridge.submit(short_job(extension, skeleton).request)
    second = bridge.submit(short_job(extension, skeleton).request)
    assert bridge.waiting == 1
    assert "(+1)" in bridge.progress()[1]
    watch(bridge, lambda: second.finished)
    assert first.state == second.state == "done"


def test_a_killed_worker_is_reported_and_the_next_motion_works(extension, skeleton, bridge) -> None:
    before = state(skeleton)
    work = bridge.submit(long_job(extension, skeleton).request)
    watch(bridge, lambda: work.progress is not None)
    os.kill(bridge.pid, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
    watch(bridge, lambda: work.finished)
    with pytest.raises(extension.core("errors").WorkerError, match="ended"):
        extension.addon("jobs").answer(work)
    assert state(skeleton) == before
    bpy.ops.motionmix.generate(prompt="walk", seconds=1.0)
    assert skeleton.animation_data.action.name == "walk #1"


def finished(extension: Any, bridge: Any, job: Any) -> Any:
    work = bridge.submit(job.request)
    watch(bridge, lambda: work.finished)
    return extension.addon("jobs").answer(work)


def test_the_target_is_deleted_meanwhile(extension, skeleton, bridge) -> None:
    job = short_job(extension, skeleton)
    result = finished(extension, bridge, job)
    bpy.data.objects.remove(skeleton)
    with pytest.raises(extension.core("errors").RigError, match="removed"):
        extension.addon("jobs").finish(job, result)
    assert not bpy.data.actions


def test_the_target_is_renamed_meanwhile(extension, skeleton, bridge) -> None:
    job = short_job(extension, skeleton)
    result = finished(extension, bridge, job)
    skeleton.name = "Anna"
    extension.addon("jobs").finish(job, result)
    assert skeleton.animation_data.action.name == "walk #1"


def test_an_undo_meanwhile_does_not_lose_the_target(extension, skeleton, bridge) -> None:
    bpy.ops.ed.undo_push(message="the skeleton is there")
    job = short_job(extension, skeleton)
    bpy.context.scene.motionmix.prompt = "changed"
    bpy.ops.ed.undo_push(message="changed the prompt")
    result = finished(extension, bridge, job)
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.ops.ed.undo()
    extension.addon("jobs").finish(job, result)
    assert bpy.data.objects["MotionMix Skeleton"].animation_data.action.name == "walk #1"


def test_an_undo_that_takes_the_target_away_meanwhile(extension, bridge) -> None:
    bpy.ops.ed.undo_push(message="empty")
    bpy.ops.motionmix.add_skeleton(with_figure=False)
    bpy.ops.ed.undo_push(message="the skeleton is there")
    job = short_job(extension, bpy.context.object)
    result = finished(extension, bridge, job)
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.ops.ed.undo()
    with pytest.raises(extension.core("errors").RigError, match="removed"):
        extension.addon("jobs").finish(job, result)
    assert not bpy.data.actions


def test_the_bones_are_gone_meanwhile(extension, skeleton, bridge) -> None:
    job = short_job(extension, skeleton)
    result = finished(extension, bridge, job)
    bpy.ops.object.mode_set(mode="EDIT")
    for name in ("left_knee", "left_ankle", "left_foot"):
        skeleton.data.edit_bones.remove(skeleton.data.edit_bones[name])
    bpy.ops.object.mode_set(mode="OBJECT")
    before = state(skeleton)
    with pytest.raises(extension.core("errors").RigError, match="left shin"):
        extension.addon("jobs").finish(job, result)
    assert state(skeleton) == before


def test_another_file_is_opened_meanwhile(extension, skeleton, bridge) -> None:
    work = bridge.submit(long_job(extension, skeleton).request)
    watch(bridge, lambda: work.progress is not None)
    bpy.ops.wm.read_homefile(use_empty=True)
    watch(bridge, lambda: work.finished)
    assert work.state == "cancelled"


def test_saving_meanwhile_keeps_nothing_of_the_job_in_the_file(extension, skeleton, bridge, tmp_path) -> None:
    work = bridge.submit(long_job(extension, skeleton).request)
    watch(bridge, lambda: work.progress is not None)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    assert not work.finished
    bridge.cancel(work)
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
    assert bpy.context.object.name == "MotionMix Skeleton"
    assert not bpy.data.actions


def test_the_extension_is_disabled_meanwhile(extension, skeleton, bridge) -> None:
    work = bridge.submit(long_job(extension, skeleton).request)
    watch(bridge, lambda: work.progress is not None)
    worker = bridge.pid
    addon_utils.disable(PACKAGE, default_set=True)
    assert work.state == "cancelled"
    assert not is_alive(worker)
    addon_utils.enable(PACKAGE, default_set=True)
    bpy.ops.motionmix.generate(prompt="walk", seconds=1.0)
    assert bpy.context.object.animation_data.action.name == "walk #1"
    importlib.import_module(f"{PACKAGE}.addon.worker_bridge").stop_worker()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def test_another_models_folder_in_the_preferences_is_used_from_the_next_motion_on(
    extension, skeleton, bridge, monkeypatch, tmp_path
) -> None:
    bpy.ops.motionmix.generate(prompt="walk", seconds=1.0)
    monkeypatch.delenv("MOTIONMIX_MODELS")
    preferences = bpy.context.preferences.addons[PACKAGE].preferences
    preferences.models_folder = str(tmp_path / "nowhere")
    try:
        with pytest.raises(RuntimeError, match="nowhere"):
            bpy.ops.motionmix.generate(prompt="walk", seconds=1.0)
    finally:
        preferences.models_folder = ""
