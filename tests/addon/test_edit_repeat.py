"""Finding where a motion repeats itself: the range ends there, no key changes, and what is too short is told."""

from __future__ import annotations

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
    again, at_the_end = (np.linalg.norm(places[at] - places[0], axis=-1).mean() for at in (length, -1))
    assert again < 0.03
    assert again <= at_the_end


def test_a_range_too_short_is_told_and_stays(extension, models) -> None:
    obj = rig_of("mixamo")
    capture(extension, obj, walking(extension, 1.0))
    panel = bpy.context.scene.motionmix_edit
    panel.range, panel.loop_seconds = "ACTION", 2.0
    with pytest.raises(RuntimeError, match="too short to find a better end"):
        bpy.ops.motionmix.edit_find_repeat()
    assert panel.range == "ACTION"
