"""Reading the rig in ticks when an edit is begun: the scene stays as it is, Esc ends it, nothing is mixed up."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from tests.addon.editing import all_bytes, capture, curves, key_data, key_poses, rig_of, walking
from tests.addon.test_edit_tools import KEYS, begun, ticked


@pytest.fixture(autouse=True)
def one_frame_a_tick(extension, _empty_file, monkeypatch) -> None:
    monkeypatch.setattr(extension.addon("editing.reading"), "STEP_SECONDS", 0.0)
    bpy.context.scene.render.fps, bpy.context.scene.render.fps_base = 30, 1.0


def test_frames_are_read_one_after_the_other_and_the_scene_stays_on_its_own(extension, warm_models) -> None:
    obj = rig_of("mixamo")
    key_poses(extension, obj, walking(extension), KEYS)
    bpy.context.scene.frame_set(7, subframe=0.25)
    bridge, shares = extension.addon("worker_bridge").bridge(), []
    run = begun(extension, obj)
    assert run.hurries
    while run.job is None:
        share, line = bridge.progress()
        assert line == "Reading the rig"
        shares.append(share)
        assert bridge.busy
        assert run.tick() is None
        assert (bpy.context.scene.frame_current, bpy.context.scene.frame_subframe) == (7, 0.25)
    assert len(shares) > 25  # the range and what lies beside it
    assert np.all(np.diff(shares) > 0)
    assert ticked(run).action == obj.animation_data.action
    assert not bridge.busy


@pytest.mark.parametrize("tool", ["body_part", "clean_up", "continue", "loop", "transition"])
def test_every_edit_makes_the_same_as_a_script_that_waits(extension, warm_models, tool: str) -> None:
    obj = rig_of("mixamo")
    other = capture(extension, obj, walking(extension, 1.0), name="Other")
    mine = capture(extension, obj, walking(extension))
    given = {
        "body_part": {"parts": ("left_arm",), "bones": "PRESET"},
        "transition": {"after": other.name, "seconds": 0.5},
        "continue": {"seconds": 0.5},
        "loop": {"seconds": 0.4, "range": "ACTION"},
    }.get(tool, {})
    module = extension.addon("editing.transition" if tool == "transition" else "editing.job")
    spec = extension.addon("editing.spec").EditSpec(
        **({"tool": tool, "range": "FRAMES", "first": 11, "last": 36, "seed": 3} | given)
    )
    job = module.begin(bpy.context.scene, obj, spec)
    while job.request is not None:
        job.receive(extension.addon("worker_bridge").bridge().run(job.request, lambda _: None))
    job.finish()
    at_once = {place: key_data(curve)["co"] for place, curve in curves(extension, obj).items()}
    obj.animation_data.action = mine
    steps = extension.addon("editing.reading").beginning(
        lambda scene, obj, reader: module.begin(scene, obj, spec, reader), bpy.context.scene, obj
    )
    assert obj.animation_data.action == mine
    ticked(extension.addon("editing.run").EditRun(steps))
    found = {place: key_data(curve)["co"] for place, curve in curves(extension, obj).items()}
    assert found.keys() == at_once.keys()
    for place, co in at_once.items():
        np.testing.assert_allclose(found[place], co, atol=1e-6, err_msg=str(place))


def test_cancelled_while_it_reads_nothing_has_happened(extension, models) -> None:
    obj = rig_of("mixamo")
    mine = key_poses(extension, obj, walking(extension), KEYS)
    before = all_bytes(extension, obj)
    run = begun(extension, obj)
    for _ in range(5):
        assert run.tick() is None
    extension.addon("worker_bridge").bridge().cancel_all()  # what Esc and the Cancel button do
    with pytest.raises(extension.core("errors").Cancelled):
        run.tick()
    assert not extension.addon("worker_bridge").bridge().busy
    assert list(bpy.data.actions) == [mine]
    assert all_bytes(extension, obj) == before


def test_a_key_changed_while_it_reads_is_told(extension, models) -> None:
    obj = rig_of("mixamo")
    key_poses(extension, obj, walking(extension), KEYS)
    run = begun(extension, obj)
    run.tick()
    extension.addon("compat").curves_of(obj)[0].keyframe_points[1].co[1] += 0.5
    with pytest.raises(extension.core("errors").RigError, match="changed while"):
        ticked(run)
    assert not extension.addon("worker_bridge").bridge().busy


def test_the_rig_removed_while_it_reads_is_told(extension, models) -> None:
    obj = rig_of("mixamo")
    key_poses(extension, obj, walking(extension), KEYS)
    run = begun(extension, obj)
    run.tick()
    bpy.data.objects.remove(obj)
    with pytest.raises(extension.core("errors").RigError, match="removed"):
        ticked(run)


def test_what_cannot_be_edited_is_told_at_once(extension, models) -> None:
    obj = rig_of("mixamo")
    with pytest.raises(extension.core("errors").RequestError, match="no Action"):
        begun(extension, obj)
