"""A generation in the window, tick by tick: what the animator does between two ticks neither breaks it nor is broken.

The ticks are called here as the operator's timer calls them, one small step each, so that everything can be done while
a take is half-written.
"""

from __future__ import annotations

import time
from typing import Any

import addon_utils
import bpy
import pytest

from tests.addon.conftest import PACKAGE
from tests.addon.scene_state import state

LONGEST = 300.0  # seconds for anything to happen, on a machine with much else to do


@pytest.fixture(autouse=True)
def small_steps(extension, models, monkeypatch) -> None:
    monkeypatch.setattr(extension.addon("runs"), "BUDGET_SECONDS", 0.0)


def start(extension: Any, obj: Any, **values: Any) -> Any:
    jobs = extension.addon("jobs")
    settings = jobs.Settings(**{"prompt": "walk", "seconds": 1.0, "seed": 1, **values})
    return extension.addon("runs").Run(jobs.prepare(bpy.context.scene, obj, settings))


def tick_until(run: Any, condition: Any) -> Any:
    """Tick until something holds; the takes, if that was in the last tick."""
    deadline = time.monotonic() + LONGEST
    takes = None
    while takes is None and not condition():
        assert time.monotonic() < deadline, "this took too long"
        takes = run.tick()
        time.sleep(0.001)
    return takes


def unfinished() -> list[Any]:
    """Actions that have keys already and are nobody's yet."""
    return [action for action in bpy.data.actions if not action.users and any(action.frame_range)]


def half_written(run: Any) -> None:
    tick_until(run, lambda: run.writing and unfinished())
    assert unfinished()


def finish(run: Any) -> Any:
    return tick_until(run, lambda: False)


def test_the_keys_are_those_of_a_script_that_waits(extension, skeleton) -> None:
    takes = finish(start(extension, skeleton))
    assert [action.name for action in takes.actions] == ["walk #1"]
    ticked = keys_of(extension, skeleton)
    bpy.ops.motionmix.generate(prompt="walk", seconds=1.0, seed=1)
    waited = keys_of(extension, skeleton)
    assert ticked.keys() == waited.keys()
    for place, values in ticked.items():
        assert values == pytest.approx(waited[place], abs=1e-6)


def keys_of(extension: Any, obj: Any) -> dict[Any, list[float]]:
    return {
        (curve.data_path, curve.array_index): [key.co.y for key in curve.keyframe_points]
        for curve in extension.addon("compat").curves_of(obj)
    }


def test_while_it_is_written_the_armature_plays_what_it_played(extension, skeleton) -> None:
    bpy.ops.motionmix.generate(prompt="jump", seconds=1.0)
    run = start(extension, skeleton)
    half_written(run)
    assert skeleton.animation_data.action.name == "jump #1"
    assert extension.addon("worker_bridge").bridge().busy
    finish(run)
    assert skeleton.animation_data.action.name == "walk #1"
    assert not extension.addon("worker_bridge").bridge().busy


def test_cancelling_a_half_written_take_leaves_nothing_of_it(extension, skeleton) -> None:
    before = state(skeleton)
    run = start(extension, skeleton, variations=3)
    half_written(run)
    assert bpy.ops.motionmix.cancel() == {"FINISHED"}
    assert state(skeleton) == before
    with pytest.raises(extension.core("errors").Cancelled):
        run.tick()


def test_an_undo_in_the_middle_is_heeded_and_the_take_is_still_made(extension) -> None:
    bpy.ops.motionmix.add_skeleton(with_figure=False)
    bpy.ops.ed.undo_push(message="the skeleton is there")
    bpy.context.scene.motionmix.prompt = "changed"
    bpy.ops.ed.undo_push(message="changed the prompt")
    run = start(extension, bpy.context.object)
    half_written(run)
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.ops.ed.undo()
    takes = finish(run)
    assert [action.name for action in takes.actions] == ["walk #1"]
    assert [action.name for action in bpy.data.actions] == ["walk #1"]
    assert bpy.data.objects["MotionMix Skeleton"].animation_data.action.name == "walk #1"


def test_an_undo_that_takes_the_armature_away_in_the_middle(extension) -> None:
    bpy.ops.ed.undo_push(message="empty")
    bpy.ops.motionmix.add_skeleton(with_figure=False)
    bpy.ops.ed.undo_push(message="the skeleton is there")
    run = start(extension, bpy.context.object)
    half_written(run)
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.ops.ed.undo()
    with pytest.raises(extension.core("errors").RigError, match="removed"):
        finish(run)
    assert not bpy.data.actions


def test_the_armature_is_deleted_in_the_middle(extension, skeleton) -> None:
    run = start(extension, skeleton)
    half_written(run)
    bpy.data.objects.remove(skeleton)
    with pytest.raises(extension.core("errors").RigError, match="removed"):
        finish(run)
    assert not bpy.data.actions


def test_unused_data_is_purged_in_the_middle(extension, skeleton) -> None:
    run = start(extension, skeleton)
    half_written(run)
    bpy.data.orphans_purge()
    assert [action.name for action in finish(run).actions] == ["walk #1"]
    assert len(bpy.data.actions) == 1


def test_bones_are_changed_in_the_middle(extension, skeleton) -> None:
    run = start(extension, skeleton)
    half_written(run)
    bpy.ops.object.mode_set(mode="EDIT")
    skeleton.data.edit_bones.new("extra").tail = (0, 0, 1)
    bpy.ops.object.mode_set(mode="OBJECT")
    assert [action.name for action in finish(run).actions] == ["walk #1"]


def test_it_waits_until_the_animator_leaves_edit_mode(extension, skeleton) -> None:
    run = start(extension, skeleton)
    bpy.ops.object.mode_set(mode="EDIT")
    tick_until(run, lambda: run.writing)
    for _ in range(20):
        assert run.tick() is None
    assert not bpy.data.actions
    bpy.ops.object.mode_set(mode="OBJECT")
    assert finish(run).actions[0].name == "walk #1"


def test_what_is_half_written_is_not_in_a_file_that_is_saved_meanwhile(extension, skeleton, tmp_path) -> None:
    run = start(extension, skeleton)
    half_written(run)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"), copy=True)
    finish(run)
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
    assert not bpy.data.actions
    assert bpy.context.object.name == "MotionMix Skeleton"


def test_another_file_is_opened_in_the_middle(extension, skeleton) -> None:
    run = start(extension, skeleton)
    half_written(run)
    bpy.ops.wm.read_homefile(use_empty=True)
    assert not bpy.data.actions
    with pytest.raises(extension.core("errors").Cancelled):
        run.tick()
    assert not extension.addon("worker_bridge").bridge().busy


@pytest.mark.parametrize("way", ["disabled", "registered again"])
def test_the_extension_goes_in_the_middle(extension, skeleton, way: str) -> None:
    before = state(skeleton)
    run = start(extension, skeleton)
    half_written(run)
    if way == "disabled":
        addon_utils.disable(PACKAGE, default_set=True)
        addon_utils.enable(PACKAGE, default_set=True)
    else:
        extension.addon("registration").register()
    assert state(bpy.context.object) == before
    bpy.ops.motionmix.generate(prompt="jump", seconds=1.0)
    assert bpy.context.object.animation_data.action.name == "jump #1"


def test_scripts_are_reloaded_in_the_middle_of_a_job(extension, skeleton) -> None:
    run = start(extension, skeleton, seconds=30.0, variations=8, steps=1000)
    tick_until(run, lambda: run.work.progress is not None)
    bpy.utils.load_scripts(reload_scripts=True)
    assert run.work.finished
    bpy.ops.motionmix.generate(prompt="jump", seconds=1.0)
    assert bpy.context.object.animation_data.action.name == "jump #1"


def test_several_runs_queue_and_all_arrive(extension, skeleton) -> None:
    other = extension.addon("rigs.skeleton").add_armature(bpy.context, (2.0, 0.0, 0.0))
    runs = [start(extension, obj, prompt=prompt) for obj, prompt in ((skeleton, "walk"), (other, "jump"))]
    runs.append(start(extension, skeleton, prompt="wave"))
    deadline = time.monotonic() + LONGEST
    made: list[str] = []
    while runs:
        assert time.monotonic() < deadline
        for run in list(runs):
            takes = run.tick()
            if takes is not None:
                runs.remove(run)
                made += [action.name for action in takes.actions]
        time.sleep(0.001)
    assert sorted(made) == ["jump #1", "walk #1", "wave #1"]
    assert other.animation_data.action.name == "jump #1"
    assert skeleton.animation_data.action.name == "wave #1"


def test_a_worker_that_dies_while_it_retargets_is_replaced(extension, skeleton) -> None:
    run = start(extension, skeleton)
    client = extension.addon("worker_bridge").bridge()._client
    tick_until(run, lambda: bool(client._tasks))
    client._process.kill()
    assert finish(run).actions[0].name == "walk #1"


def test_progress_says_step_and_time_left(extension, skeleton) -> None:
    bridge = extension.addon("worker_bridge").bridge()
    run = start(extension, skeleton, seconds=30.0, variations=8, steps=1000)
    tick_until(run, lambda: run.work.progress is not None and run.work.progress.done > 3)
    fraction, line = bridge.progress()
    assert 0 < fraction < 1
    assert line.startswith("Take 1 of 8, step ")
    assert line.endswith((" s left", " min left"))
    run.cancel()


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "1 s left"), (48.4, "48 s left"), (101.0, "2 min left"), (901.0, "15 min left")]
)
def test_long_waits_are_told_in_minutes(extension, seconds: float, said: str) -> None:
    assert extension.addon("worker_bridge").time_left(seconds) == said
