"""Measuring noise beside the window: the rig is read a few frames a tick, and found is what a script finds."""

from __future__ import annotations

import time

import bpy
import pytest

from tests.addon.editing import all_bytes, capture, rig_of, walking


@pytest.fixture(autouse=True)
def one_frame_a_tick(extension, _empty_file, monkeypatch) -> None:
    monkeypatch.setattr(extension.addon("editing.reading"), "STEP_SECONDS", 0.0)
    bpy.context.scene.render.fps, bpy.context.scene.render.fps_base = 30, 1.0
    bpy.context.scene.motionmix_edit.range = "ACTION"


def begun(extension, obj):
    return extension.addon("operators.edit_clean_up").MOTIONMIX_OT_edit_measure.begun(bpy.context.scene, obj)


def test_the_rig_is_read_in_ticks_and_nothing_is_changed(extension, models) -> None:
    obj = rig_of("mixamo")
    capture(extension, obj, walking(extension), noise=0.03)
    before = all_bytes(extension, obj)
    bpy.context.scene.frame_set(7)
    bridge, run, ticks = extension.addon("worker_bridge").bridge(), begun(extension, obj), 0
    while run.hurries:
        assert bridge.busy
        assert run.tick() is None
        assert bpy.context.scene.frame_current == 7
        ticks += 1
    assert ticks > 25
    assert not bridge.busy
    found = None
    while found is None:  # it is worked out in a thread
        time.sleep(0.005)
        found = run.tick()
    bpy.ops.motionmix.edit_measure()
    panel = bpy.context.scene.motionmix_edit
    assert found == (panel.found, pytest.approx(panel.noise, rel=1e-6))
    assert "shaking" in found[0]
    assert all_bytes(extension, obj) == before


def test_cancelled_it_says_so(extension, models) -> None:
    obj = rig_of("mixamo")
    capture(extension, obj, walking(extension))
    run = begun(extension, obj)
    run.tick()
    extension.addon("worker_bridge").bridge().cancel_all()  # what Esc and the Cancel button do
    with pytest.raises(extension.core("errors").Cancelled):
        run.tick()
    assert not extension.addon("worker_bridge").bridge().busy


def test_a_rig_without_keys_is_told_at_once(extension, models) -> None:
    with pytest.raises(extension.core("errors").RequestError, match="no Action"):
        begun(extension, rig_of("mixamo"))
