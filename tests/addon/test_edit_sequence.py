"""As a New Motion: a sequence of prompts made from nothing, by a script and beside the window alike."""

from __future__ import annotations

import bpy
import pytest

from tests.addon.editing import all_bytes, key_poses, rig_of, walking
from tests.addon.test_edit_tools import KEYS, ticked

pytestmark = pytest.mark.usefixtures("thirty_frames_a_second")

PARTS = (("walk", 1.0), ("sit down", 1.5))


@pytest.mark.parametrize("has_action", [True, False])
def test_beside_the_window_it_is_made_from_nothing_as_by_a_script(extension, warm_models, has_action: bool) -> None:
    obj = rig_of("mixamo")
    if has_action:
        mine = key_poses(extension, obj, walking(extension), KEYS)
        before = all_bytes(extension, obj)
    spec = extension.addon("editing.spec").EditSpec(tool="continue", sequence=PARTS, seed=4)
    pressed = extension.addon("operators.edit_continue").MOTIONMIX_OT_edit_sequence
    made = ticked(pressed.begun(bpy.context.scene, obj, spec)).action
    assert made == obj.animation_data.action
    assert made.name == "walk, sit down #1"
    assert tuple(made.frame_range) == (1, 75)
    in_the_window = all_bytes(extension, obj)
    assert bpy.ops.motionmix.edit_sequence(prompts="walk: 1; sit down: 1.5", seed=4) == {"FINISHED"}
    assert obj.animation_data.action != made
    assert all_bytes(extension, obj) == in_the_window
    if has_action:
        assert bpy.ops.motionmix.take_own() == {"FINISHED"}
        assert obj.animation_data.action == mine
        assert all_bytes(extension, obj) == before
