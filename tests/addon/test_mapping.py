"""Bones set by hand: detected into fields, changed, mirrored, saved as presets, kept on the armature's object."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest

from tests.addon.test_retarget import armature_of, lively
from tests.retarget.rigs import NINE, build_rig, expected_slots


def oddly_named(extension: Any) -> Any:
    """A body whose names say nothing, so that only its shape or a hand can tell the bones."""
    obj = armature_of(build_rig("unreal4"), np.eye(4))
    for number, bone in enumerate(obj.data.bones):
        bone.name = f"bone{number:02d}"
    return obj


@pytest.fixture(autouse=True)
def _own_presets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, extension: Any) -> None:
    presets = extension.addon("rigs.presets")
    before = presets.names()
    yield
    for name in set(presets.names()) - set(before):
        presets.remove(name)


@pytest.fixture
def rig(extension: Any) -> Any:
    return armature_of(build_rig("unreal"), NINE["unreal"].matrix)


def mapping_of(extension: Any, obj: Any) -> Any:
    return extension.addon("rigs.read").mapping_of(obj)


def test_detect_fills_the_fields_with_what_is_found(extension, rig) -> None:
    bpy.ops.motionmix.mapping_detect()
    fields = rig.motionmix_rig
    assert fields.bone_pelvis == "pelvis"
    assert fields.bone_left_elbow == "lowerarm_l"
    assert [getattr(fields, f"bone_spine_{n}") for n in range(1, 7)] == [
        "spine_01", "spine_02", "spine_03", "spine_04", "spine_05", "",
    ]  # fmt: skip
    found = {slot: bones for slot, bones in mapping_of(extension, rig).bones.items() if slot != "root"}
    assert found == expected_slots("unreal")


def test_a_changed_field_counts_and_automatic_takes_it_back(extension, rig) -> None:
    bpy.ops.motionmix.mapping_detect()
    rig.motionmix_rig.bone_head = ""
    mapping = mapping_of(extension, rig)
    assert mapping.missing == ("head",)
    assert "head" in mapping.reason
    assert extension.addon("rigs.status").of(rig).usable is False
    rig.motionmix_rig.bone_head = "neck_01"
    assert "neck_01" in mapping_of(extension, rig).reason  # set twice
    rig.motionmix_rig.bone_neck_1 = ""
    assert mapping_of(extension, rig).usable
    assert mapping_of(extension, rig).bone("head") == "neck_01"
    bpy.ops.motionmix.mapping_automatic()
    assert mapping_of(extension, rig).bone("head") == "head"
    assert rig.motionmix_rig.base == ""


def test_a_bone_that_is_gone_is_named(extension, rig) -> None:
    bpy.ops.motionmix.mapping_detect()
    rig.data.bones["thigh_l"].name = "leg"
    mapping = mapping_of(extension, rig)
    assert "thigh_l" in mapping.reason
    assert "left thigh" in mapping.reason


@pytest.mark.parametrize("source", ["left", "right"])
def test_mirror_by_names(extension, rig, source: str) -> None:
    bpy.ops.motionmix.mapping_detect()
    other = "right" if source == "left" else "left"
    for part in ("collar", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "foot"):
        setattr(rig.motionmix_rig, f"bone_{other}_{part}", "")
    assert not mapping_of(extension, rig).usable
    bpy.ops.motionmix.mapping_mirror(source=source)
    found = {slot: bones for slot, bones in mapping_of(extension, rig).bones.items() if slot != "root"}
    assert found == expected_slots("unreal")


def test_mirror_by_place_where_names_have_no_sides(extension) -> None:
    obj = oddly_named(extension)
    bpy.ops.motionmix.mapping_detect()
    whole = mapping_of(extension, obj).bones
    assert whole
    for part in ("shoulder", "elbow", "hip", "knee", "ankle"):
        setattr(obj.motionmix_rig, f"bone_right_{part}", "")
    bpy.ops.motionmix.mapping_mirror(source="left")
    assert mapping_of(extension, obj).bones == whole


def test_a_preset_is_a_file_that_another_armature_takes(extension, rig) -> None:
    bpy.ops.motionmix.mapping_detect()
    rig.motionmix_rig.bone_spine_1 = ""
    bpy.ops.motionmix.mapping_save(name="My: Mannequin")
    presets = extension.addon("rigs.presets")
    assert "My Mannequin" in presets.names()
    data = json.loads((presets.folder() / "My Mannequin.json").read_text(encoding="utf-8"))
    assert data["bones"]["spine"] == ["spine_02", "spine_03", "spine_04", "spine_05"]
    bpy.ops.wm.read_homefile(use_empty=True)
    other = armature_of(build_rig("unreal"), np.eye(4))
    bpy.ops.motionmix.mapping_load(name="My Mannequin")
    assert mapping_of(extension, other).bones["spine"] == ("spine_02", "spine_03", "spine_04", "spine_05")
    bpy.ops.motionmix.mapping_delete(name="My Mannequin")
    assert "My Mannequin" not in presets.names()


def test_a_preset_of_another_rig_or_a_broken_one_changes_nothing(extension, rig) -> None:
    bpy.ops.motionmix.mapping_save(name="mannequin")
    presets = extension.addon("rigs.presets")
    (presets.folder() / "broken.json").write_text("{", encoding="utf-8")
    other = armature_of(build_rig("mixamo"), np.eye(4))
    for name, words in (("mannequin", "none of the bones"), ("broken", "damaged"), ("nowhere", "nowhere.json")):
        with pytest.raises(RuntimeError, match=words):
            bpy.ops.motionmix.mapping_load(name=name)
        assert other.motionmix_rig.base == ""
    with pytest.raises(RuntimeError, match="name"):
        bpy.ops.motionmix.mapping_save(name=" / ")


def test_fields_are_saved_with_the_file_and_carry_motion(extension, tmp_path) -> None:
    obj = oddly_named(extension)
    bpy.ops.motionmix.mapping_detect()
    wanted = mapping_of(extension, obj).bones
    path = str(tmp_path / "rig.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.ops.wm.open_mainfile(filepath=path)
    obj = bpy.data.objects["Rig"]
    assert mapping_of(extension, obj).bones == wanted
    bpy.context.scene.render.fps = 30
    transfer = extension.addon("rigs.transfer")
    poses = transfer.put(transfer.target_of(obj), lively(extension))
    assert set(poses.rotations) >= {bone for bones in wanted.values() for bone in bones}


def test_the_active_bone_is_picked(extension, rig) -> None:
    bpy.ops.motionmix.mapping_detect()
    bpy.ops.object.mode_set(mode="POSE")
    rig.data.bones.active = rig.data.bones["spine_03"]
    bpy.ops.motionmix.mapping_pick(field="bone_neck_1")
    assert rig.motionmix_rig.bone_neck_1 == "spine_03"
    with pytest.raises(RuntimeError, match="isn't a place"):
        bpy.ops.motionmix.mapping_pick(field="controls")


def test_a_rigify_map_set_by_hand_keeps_its_switches(extension, metarig) -> None:
    bpy.ops.pose.rigify_generate()
    rig = next(o for o in bpy.data.objects if o.type == "ARMATURE" and "torso" in o.data.bones)
    bpy.context.view_layer.objects.active = rig
    automatic = mapping_of(extension, rig)
    bpy.ops.motionmix.mapping_detect()
    by_hand = mapping_of(extension, rig)
    assert by_hand.switches == automatic.switches
    assert by_hand.ik_limbs == automatic.ik_limbs
    assert by_hand.readings == automatic.readings
    rig.motionmix_rig.bone_neck_1 = ""
    changed = mapping_of(extension, rig)
    assert "neck" not in changed.bones
    assert changed.switches == automatic.switches
