"""In-between: keys are hit exactly, everything outside the range and all other bones keep their bytes."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from tests.addon.editing import (
    FIVE,
    all_bytes,
    bone_of,
    curves,
    evaluated,
    key_data,
    key_poses,
    keys_at,
    rig_of,
    walking,
    world_pose,
)

KEYS = (1, 11, 21, 36, 51)
FIRST, LAST = 11, 36


pytestmark = pytest.mark.usefixtures("thirty_frames_a_second")


def in_between(**values):
    return bpy.ops.motionmix.edit_in_between(**({"first": FIRST, "last": LAST, "seed": 3} | values))


@pytest.mark.parametrize("mode", ["QUATERNION", "XYZ"])
@pytest.mark.parametrize("convention", FIVE)
def test_keys_are_hit_and_everything_else_keeps_its_bytes(extension, warm_models, convention: str, mode: str) -> None:
    obj = rig_of(convention, mode)
    mine = key_poses(extension, obj, walking(extension), KEYS)
    before, shapes = all_bytes(extension, obj), {}
    outside = [*np.arange(-5, FIRST, 0.25), FIRST, LAST, *np.arange(LAST, 60, 0.25)]
    keyed = {place: keys_at(c, KEYS) for place, c in curves(extension, obj).items()}
    handles = {
        place: keys_at(c, (1, 21, 51), ("co", "handle_left", "handle_right", "handle_left_type", "handle_right_type"))
        for place, c in curves(extension, obj).items()
    }
    shapes = {place: evaluated(c, outside) for place, c in curves(extension, obj).items()}
    poses = {frame: world_pose(obj, frame) for frame in (1, 5, 11, 21, 36, 44, 51)}
    assert in_between() == {"FINISHED"}
    made = obj.animation_data.action
    assert made != mine
    after = curves(extension, obj)
    for place, old in keyed.items():
        assert keys_at(after[place], KEYS) == old, place
        names = ("co", "handle_left", "handle_right", "handle_left_type", "handle_right_type")
        assert keys_at(after[place], (1, 21, 51), names) == handles[place]
        np.testing.assert_array_equal(evaluated(after[place], outside), shapes[place])
    frames = {f for c in after.values() for f in key_data(c)["co"][:, 0].tolist()}
    assert frames == set(KEYS) | set(range(FIRST, LAST + 1))
    for frame, matrices in poses.items():
        np.testing.assert_allclose(world_pose(obj, frame), matrices, atol=1e-6)
    changed = world_pose(obj, 16)
    obj.animation_data.action = mine
    assert np.abs(changed - world_pose(obj, 16)).max() > 1e-3, "the gap is made new"
    assert all_bytes(extension, obj) == before
    assert {bone_of(path) for path, _ in after} >= {bone_of(path) for path, _ in before}
