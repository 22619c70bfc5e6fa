"""Several armatures selected: each gets the motion in its own proportions, or it's said why not."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
import pytest

from tests.addon.motions import result_of
from tests.addon.scene_state import state
from tests.addon.test_copy_motion import rig_of, select
from tests.addon.test_retarget import degrees_off, read_back, walking

pytestmark = pytest.mark.usefixtures("thirty_frames_a_second")


def job_for(extension: Any, *armatures: Any, **values: Any) -> Any:
    jobs = extension.addon("jobs")
    settings = jobs.Settings(**{"prompt": "walk", "seconds": 1.0, "seed": 3, "foot_lock": False} | values)
    return jobs.prepare(bpy.context.scene, armatures[0], settings, armatures[1:])


def test_each_selected_armature_gets_the_motion(extension, models, capsys) -> None:
    rigs = [rig_of("mixamo"), rig_of("unreal", legs=1.3), rig_of("vroid")]
    select(rigs[1], *rigs)
    assert bpy.ops.motionmix.generate(prompt="walk", seconds=1.0, seed=5) == {"FINISHED"}
    names = {rig.animation_data.action.name for rig in rigs}
    assert names == {"walk #1", "walk #2", "walk #3"}
    assert len(bpy.data.actions) == 3


def test_the_same_motion_on_all(extension) -> None:
    rigs = [rig_of("mixamo"), rig_of("unreal", arms=1.2)]
    motion = walking(extension)
    takes = extension.addon("jobs").finish(job_for(extension, *rigs), result_of(extension, motion))
    assert [action.name for action in takes.actions] == ["walk #1", "walk #2"]
    for rig in rigs:
        back = read_back(extension, rig, [1, 9, 20])
        for index, frame in enumerate((0, 8, 19)):
            assert degrees_off(extension, back, motion.crop(frame, frame + 1))[index].max() < 0.5


def test_those_that_cannot_are_told_and_the_others_get_it(extension) -> None:
    good, bad = rig_of("mixamo"), rig_of("unreal")
    bad.scale = (0, 1, 1)
    bpy.context.view_layer.update()
    gone = rig_of("vroid")
    job = job_for(extension, bad, good, gone)
    before = state(bad)
    bpy.data.objects.remove(gone)
    takes = extension.addon("jobs").finish(job, result_of(extension, walking(extension)))
    assert good.animation_data.action in takes.actions
    assert len(takes.actions) == len(bpy.data.actions) == 1
    assert any("scale of zero" in line for line in takes.warnings)
    assert any("vroid" in line and "removed" in line for line in takes.warnings)
    assert state(bad)["pose"] == before["pose"]
    assert bad.animation_data is None


def test_none_can(extension) -> None:
    rigs = [rig_of("mixamo"), rig_of("unreal")]
    for rig in rigs:
        rig.scale = (0, 1, 1)
    bpy.context.view_layer.update()
    with pytest.raises(extension.core("errors").RigError, match="scale of zero"):
        job_for(extension, *rigs)


def test_an_end_half_way_leaves_nothing_on_any(extension) -> None:
    """Cancelled while the second armature's keys are made."""
    rigs = [rig_of("mixamo"), rig_of("unreal")]
    before = [state(rig) for rig in rigs]
    steps = extension.addon("jobs").finishing(job_for(extension, *rigs), result_of(extension, walking(extension)), None)
    while len(bpy.data.actions) < 2:
        next(steps)
    steps.close()
    assert [state(rig) for rig in rigs] == before


def test_scripts_name_several_targets(extension, models) -> None:
    rigs = [rig_of("mixamo"), rig_of("unreal")]
    actions = extension.addon("api").generate("walk", seconds=1.0, seed=2, target=rigs)
    assert [rig.animation_data.action for rig in rigs] == actions
    assert all(np.isfinite(point.co[1]) for rig in rigs for c in extension.addon("compat").curves_of(rig)
               for point in c.keyframe_points)  # fmt: skip
