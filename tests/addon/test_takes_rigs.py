"""Takes on several armatures, on copies, on linked rigs and their overrides, and Actions that rigs share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import pytest

from tests.addon.take_scenes import keys, make, own_action, pose
from tests.addon.test_takes_list import listed, row_of


def activate(obj: Any) -> Any:
    bpy.context.view_layer.objects.active = obj
    return obj


def two_rigs(skeleton: Any) -> tuple[Any, Any]:
    skeleton.name = "Anna"
    bpy.ops.motionmix.add_skeleton(with_figure=False)
    other = bpy.context.object
    other.name = "Ben"
    return skeleton, other


def test_each_armature_has_its_own_list(extension, skeleton) -> None:
    anna, ben = two_rigs(skeleton)
    make(extension, anna, "walk", frames=10)
    make(extension, ben, "jump", frames=10)
    activate(anna)
    assert listed(extension) == ["walk #1"]
    assert listed(extension, every_rig=True) == ["walk #1", "jump #1"]
    activate(ben)
    assert listed(extension) == ["jump #1"]
    ben.name = "Benjamin"
    assert listed(extension) == ["jump #1"], "a rig may be renamed"


def test_another_rigs_take_can_be_shown_if_it_has_the_bones(extension, skeleton, metarig) -> None:
    metarig = bpy.data.objects["metarig"]
    anna, ben = two_rigs(skeleton)
    (walk,) = make(extension, anna, "walk", frames=10)
    activate(ben)
    bpy.ops.motionmix.take_show(take=walk.name)
    assert ben.animation_data.action == anna.animation_data.action == walk
    bpy.context.scene.frame_set(5)
    assert pose(ben) == pose(anna)
    activate(metarig)
    make(extension, metarig, "jump", frames=10)
    assert listed(extension, every_rig=True) == ["jump #1"]
    with pytest.raises(RuntimeError, match="made for another rig"):
        bpy.ops.motionmix.take_show(take=walk.name)


def test_a_copy_of_a_rig_has_its_takes(extension, skeleton) -> None:
    (walk,) = make(extension, skeleton, "walk", frames=10)
    bpy.ops.object.select_all(action="DESELECT")
    skeleton.select_set(True)
    bpy.ops.object.duplicate()
    copy = bpy.context.object
    assert copy != skeleton
    assert walk.name in listed(extension)
    make(extension, copy, "jump", frames=10)
    activate(skeleton)
    assert "jump #1" in listed(extension)


def test_deleting_a_take_that_two_rigs_play_gives_each_its_own_back(extension, skeleton) -> None:
    anna, ben = two_rigs(skeleton)
    own = own_action(ben)
    (walk,) = make(extension, anna, "walk", frames=10)
    activate(ben)
    bpy.ops.motionmix.take_show(take=walk.name)
    activate(anna)
    bpy.ops.motionmix.take_delete()
    assert anna.animation_data.action is None
    assert ben.animation_data.action == own


def test_an_action_that_two_rigs_share_is_each_ones_own_in_its_slot(extension, skeleton) -> None:
    compat = extension.addon("compat")
    anna, ben = two_rigs(skeleton)
    shared = own_action(anna)
    ben.animation_data_create().action = shared
    if compat.HAS_SLOTS:
        slot = shared.slots.new(id_type="OBJECT", name="Ben")
        ben.animation_data.action_slot = slot
        ben.pose.bones["head"].rotation_quaternion = (0.5, 0.5, 0.5, 0.5)
        ben.pose.bones["head"].keyframe_insert("rotation_quaternion", frame=1)
    before = keys(extension, shared)
    slots = [compat.current_assignment(obj).slot for obj in (anna, ben)]
    bpy.context.scene.frame_set(20)
    stood = [pose(anna), pose(ben)]
    for obj, prompt in ((anna, "walk"), (ben, "jump")):
        make(extension, activate(obj), prompt, frames=10)
    assert (anna.animation_data.action.name, ben.animation_data.action.name) == ("walk #1", "jump #1")
    for obj in (anna, ben):
        activate(obj)
        bpy.ops.motionmix.take_own()
        assert obj.animation_data.action == shared
    assert [compat.current_assignment(obj).slot for obj in (anna, ben)] == slots
    assert [pose(anna), pose(ben)] == stood
    assert keys(extension, shared) == before


@pytest.fixture
def library(extension, skeleton, tmp_path: Path) -> Path:
    """A file with a rig in a collection, that has its own Action and a take."""
    own_action(skeleton)
    make(extension, skeleton, "walk", frames=10)
    bpy.ops.motionmix.take_own()
    collection = bpy.data.collections.new("Character")
    bpy.context.scene.collection.children.link(collection)
    collection.objects.link(skeleton)
    path = tmp_path / "library.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    bpy.ops.wm.read_homefile(use_empty=True)
    return path


def link(path: Path) -> Any:
    with bpy.data.libraries.load(str(path), link=True) as (_there, here):
        here.collections = ["Character"]
        here.actions = ["walk #1"]
    bpy.context.scene.collection.children.link(here.collections[0])
    return here.collections[0]


def overridden(path: Path) -> Any:
    """The rig as an animator has it in a shot: linked, with an editable library override."""
    link(path).override_hierarchy_create(bpy.context.scene, bpy.context.view_layer)
    rig = next(obj for obj in bpy.data.objects if obj.library is None and obj.type == "ARMATURE")
    rig.override_library.is_system_override = False
    return activate(rig)


def test_a_linked_rig_says_what_to_do(extension, library) -> None:
    collection = link(library)
    rig = activate(collection.objects[0])
    playing = rig.animation_data.action
    for operator in (bpy.ops.motionmix.take_own, bpy.ops.motionmix.take_step, bpy.ops.motionmix.generate):
        assert not operator.poll()
        with pytest.raises(RuntimeError, match="library override"):
            operator()
    rig.motionmix_takes.row = row_of(bpy.data.actions["walk #1"])
    assert rig.animation_data.action == playing


def test_on_an_override_takes_work_and_are_there_after_saving(extension, library, tmp_path) -> None:
    rig = overridden(library)
    bpy.context.scene.frame_set(20)
    before = pose(rig)
    assert rig.animation_data.action.library is not None
    make(extension, rig, "jump", "salsa", frames=10)
    assert "jump #1" in listed(extension)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "shot.blend"))
    rig = bpy.context.view_layer.objects.active
    assert rig.override_library is not None
    assert rig.animation_data.action.name == "salsa #1"
    assert set(listed(extension)) == {"jump #1", "salsa #1"}
    bpy.ops.motionmix.take_own()
    assert rig.animation_data.action.name == "my walk"
    assert pose(rig) == before
    bpy.ops.motionmix.take_show(take="jump #1")
    bpy.ops.motionmix.take_push()
    assert rig.animation_data.nla_tracks[-1].strips[0].action.name == "jump #1"


def test_a_linked_take_is_shown_and_copied_but_not_changed(extension, library) -> None:
    rig = overridden(library)
    linked = next(action for action in bpy.data.actions if action.name == "walk #1")
    bpy.ops.motionmix.take_show(take="walk #1")
    assert rig.animation_data.action == linked
    for operator, values in (
        (bpy.ops.motionmix.take_delete, {}),
        (bpy.ops.motionmix.take_rename, {"name": "x"}),
        (bpy.ops.motionmix.take_star, {}),
        (bpy.ops.motionmix.take_blend, {}),
        (bpy.ops.motionmix.take_fit, {}),
    ):
        with pytest.raises(RuntimeError, match=r"linked from library.blend: duplicate it"):
            operator(**values)
    bpy.ops.motionmix.take_duplicate()
    copy = rig.animation_data.action
    assert copy.library is None
    assert copy.name == "walk #2"
    assert bpy.ops.motionmix.take_star() == {"FINISHED"}
    assert bpy.ops.motionmix.take_blend() == {"FINISHED"}


def test_the_mesh_stands_for_its_armature(extension) -> None:
    bpy.ops.motionmix.add_skeleton(with_figure=True)
    rig = bpy.context.object
    make(extension, rig, "walk", "jump", frames=10)
    activate(rig.children[0])
    assert listed(extension) == ["walk #1", "jump #1"]
    bpy.ops.motionmix.take_step()
    assert rig.animation_data.action.name == "walk #1"


def test_takes_of_an_early_version_are_listed_where_their_bones_are(extension, skeleton, metarig) -> None:
    (walk,) = make(extension, skeleton, "walk", frames=10)
    walk.motionmix_take.property_unset("rig")
    activate(skeleton)
    assert listed(extension) == ["walk #1"]
    activate(metarig)
    assert listed(extension) == []


def test_a_rig_generated_by_rigify_gets_its_pose_and_switches_back(extension, generated) -> None:
    """Its takes key switches (FK or IK) among the bones' custom properties."""
    generated.pose.bones["upper_arm_parent.L"]["IK_FK"] = 0.0
    generated.pose.bones["hand_ik.L"].location = (0.1, 0.0, 0.2)
    before = pose(generated)
    switches = {bone.name: bone["IK_FK"] for bone in generated.pose.bones if "IK_FK" in bone}
    (walk,) = make(extension, generated, "walk", frames=10)
    bpy.context.view_layer.update()
    assert {bone.name: bone["IK_FK"] for bone in generated.pose.bones if "IK_FK" in bone} != switches
    bpy.ops.motionmix.take_own()
    assert {bone.name: bone["IK_FK"] for bone in generated.pose.bones if "IK_FK" in bone} == switches
    assert pose(generated) == before
    bpy.ops.motionmix.take_show(take=walk.name)
    bpy.ops.motionmix.take_blend(blend_in=4, blend_out=0)
    bpy.context.scene.frame_set(1)
    bpy.context.view_layer.update()
    assert generated.pose.bones["upper_arm_parent.L"]["IK_FK"] == 0.0
    bpy.context.scene.frame_set(6)
    bpy.context.view_layer.update()
    assert generated.pose.bones["upper_arm_parent.L"]["IK_FK"] == 1.0
