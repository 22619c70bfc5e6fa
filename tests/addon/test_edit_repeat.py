"""Finding where a motion repeats itself: the range ends there, no key changes, and what is too short is told."""

from __future__ import annotations

import time

import bpy
import numpy as np
import pytest

from tests.addon.editing import all_bytes, capture, rig_of, walking


@pytest.mark.parametrize("convention", ["mixamo", "vroid"])
def test_the_range_ends_where_the_walk_is_as_it_began(extension, models, convention: str) -> None:
    obj = rig_of(convention)
    motion = walking(extension, 4.0)
    capture(extension, obj, motion)
    before = all_bytes(extension, obj)
    panel = bpy.context.scene.motionmix_edit
    panel.range = "ACTION"
    assert bpy.ops.motionmix.edit_find_repeat() == {"FINISHED"}
    assert panel.range == "FRAMES"
    assert all_bytes(extension, obj) == before
    places = motion.positions() - motion.root_positions[:, None] * (1, 0, 1)
    begins, ends = panel.first, panel.last
    length = ends + 1 - begins
    assert 0 < length < motion.num_frames
    assert bpy.ops.motionmix.edit_find_repeat() == {"FINISHED"}
    assert (panel.first, panel.last) == (begins, ends), "looked for again it is the same"
    again, at_the_end = (np.linalg.norm(places[at] - places[0], axis=-1).mean() for at in (length, -1))
    assert again < 0.03
    assert again <= at_the_end


def test_beside_the_window_it_finds_what_a_script_finds(extension, models) -> None:
    obj = rig_of("mixamo")
    capture(extension, obj, walking(extension, 4.0))
    panel = bpy.context.scene.motionmix_edit
    panel.range = "ACTION"
    run = extension.addon("operators.edit_loop").MOTIONMIX_OT_edit_find_repeat.begun(bpy.context.scene, obj)
    found = None
    while found is None:
        found = run.tick()
        time.sleep(0.005)
    assert panel.range == "ACTION"
    bpy.ops.motionmix.edit_find_repeat()
    assert (found.first, found.last) == (panel.first, panel.last)


def test_a_range_too_short_is_told_and_stays(extension, models) -> None:
    obj = rig_of("mixamo")
    capture(extension, obj, walking(extension, 1.0))
    panel = bpy.context.scene.motionmix_edit
    panel.range, panel.loop_seconds = "ACTION", 2.0
    with pytest.raises(RuntimeError, match="too short to find a better end"):
        bpy.ops.motionmix.edit_find_repeat()
    assert panel.range == "ACTION"


def test_a_loop_out_of_step_is_told_where_to_end(extension, warm_models) -> None:
    obj = rig_of("vroid")
    bpy.context.scene.render.fps, bpy.context.scene.render.fps_base = 30, 1.0
    capture(extension, obj, walking(extension, 4.0))
    bpy.context.scene.motionmix_edit.range = "ACTION"
    bpy.ops.motionmix.edit_find_repeat()
    best = bpy.context.scene.motionmix_edit.last

    def told(last: int) -> str:
        spec = extension.addon("editing.spec").EditSpec(tool="loop", range="FRAMES", first=1, last=last, seconds=0.6)
        job = extension.addon("editing.job").begin(bpy.context.scene, obj, spec)
        return " ".join(job.warnings)

    stride = 33  # frames of the walk that it's made of
    assert f"ends on frame {best - stride}" in told(best - stride // 2)
    assert "better loop" not in told(best)
