"""Which bones are which: by name through any prefix and suffix, by shape, and refused with a reason."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from motionmix_core.errors import RigError
from motionmix_core.retarget import BoneMapping, RigDescription, detect_mapping
from motionmix_core.retarget.schemes.catalogue import all_schemes
from tests.retarget.naming import NAMINGS
from tests.retarget.rigs import CORE_FROM_BLENDER, NINE, REST_POSES, build_rig, expected_slots

AFFIXES = [("", ""), ("Hero:", ""), ("ns1:ns2:", ""), ("char_", ""), ("Armature|", ""), ("", ".001"), ("", "_jnt"),
           ("DEF-", ""), ("mixamorig9:", "_01")]  # fmt: skip


def found(mapping: BoneMapping) -> dict[str, tuple[str, ...]]:
    """What was found, without the root bone: whether a rig has one isn't part of the body."""
    return {slot: bones for slot, bones in mapping.bones.items() if slot not in ("root", "body")}


def anonymous(rig: RigDescription) -> tuple[RigDescription, dict[str, str]]:
    """The rig with names that say nothing, and its old names -> the new ones."""
    order = np.random.default_rng(5).permutation(len(rig.bones))
    names = {bone: f"bone{number:03d}" for bone, number in zip(rig.bones, order, strict=True)}
    return replace(rig, bones=tuple(names[bone] for bone in rig.bones)), names


@pytest.mark.parametrize(("prefix", "suffix"), AFFIXES)
@pytest.mark.parametrize("naming", NAMINGS)
def test_every_naming_is_read_through_prefix_and_suffix(naming: str, prefix: str, suffix: str) -> None:
    mapping = detect_mapping(build_rig(naming, prefix=prefix, suffix=suffix))
    assert found(mapping) == expected_slots(naming, prefix, suffix)
    assert mapping.usable
    assert mapping.confidence > 0.9


@pytest.mark.parametrize("naming", NAMINGS)
def test_the_scheme_is_named(naming: str) -> None:
    scheme = detect_mapping(build_rig(naming)).scheme
    assert scheme == {"unreal4": "unreal"}.get(naming, naming)


@pytest.mark.parametrize("rest", REST_POSES)
@pytest.mark.parametrize("convention", NINE)
def test_rest_pose_and_bone_axes_do_not_matter(convention: str, rest: str) -> None:
    mapping = detect_mapping(build_rig(convention, rest=rest))
    assert found(mapping) == expected_slots(convention)
    assert mapping.usable


def test_case_and_separators_do_not_matter() -> None:
    rig = build_rig("biped")
    rig = replace(rig, bones=tuple(bone.replace(" ", "_").upper() for bone in rig.bones))
    assert detect_mapping(rig).bone("left_hip") == "BIP01_L_THIGH"


def test_every_scheme_file_is_listed_once_with_all_it_needs() -> None:
    schemes = all_schemes()
    assert len({scheme.name for scheme in schemes}) == len(schemes) >= 18
    for scheme in schemes:
        slots = scheme.slots()
        assert {"pelvis", "spine", "head", "left_hip", "right_ankle", "left_elbow"} <= slots.keys(), scheme.name
        assert scheme.title


@pytest.mark.parametrize("naming", ["motionmix", "unreal4", "vrm_addon", "cmu_asf", "auto_rig_pro"])
@pytest.mark.parametrize("rest", ["T", "A", "arms_down", "bent_knees"])
def test_a_body_without_names_is_found_by_its_shape(naming: str, rest: str) -> None:
    rig, names = anonymous(build_rig(naming, rest=rest))
    mapping = detect_mapping(rig)
    expected = {slot: tuple(names[bone] for bone in bones) for slot, bones in expected_slots(naming).items()}
    assert mapping.scheme == "structure"
    assert mapping.usable
    wrong = {slot for slot, bones in expected.items() if mapping.bones.get(slot) != bones}
    assert wrong <= {"left_wrist", "right_wrist"}  # which of the bones of a hand is the wrist can't be seen
    assert mapping.confidence < 0.9


def test_a_guess_tells_left_from_right_by_the_feet() -> None:
    rig, names = anonymous(build_rig("motionmix"))
    turned = np.diag([-1.0, -1.0, 1.0, 1.0])  # the same body, looking the other way
    rig = replace(rig, rest=turned @ rig.rest, tails=rig.tails @ turned[:3, :3])
    assert detect_mapping(rig).bone("left_hip") == names["left_hip"]


def test_names_meant_from_the_onlooker_are_exchanged() -> None:
    rig = build_rig("motionmix")
    swap = {"left": "right", "right": "left"}
    names = tuple("_".join(swap.get(part, part) for part in bone.split("_")) for bone in rig.bones)
    mapping = detect_mapping(replace(rig, bones=names))
    assert mapping.bone("left_hip") == "right_hip"
    assert mapping.usable


def quadruped(names: bool = True) -> RigDescription:
    """A four-legged body: level spine, four legs of two long bones, a head in front; Blender's axes."""
    table: dict[str, tuple[str | None, tuple[float, float, float]]] = {"Hips": (None, (0, 0.5, 0.7))}
    previous = "Hips"
    for number, y in enumerate((0.3, 0.0, -0.3)):
        table[f"Spine{number or ''}"] = (previous, (0, y, 0.72))
        previous = f"Spine{number or ''}"
    table["Neck"] = (previous, (0, -0.45, 0.8))
    table["Head"] = ("Neck", (0, -0.6, 0.95))
    for side, x in (("Left", 0.12), ("Right", -0.12)):
        for base, y, parts in (
            ("Hips", 0.5, ("UpLeg", "Leg", "Foot", "ToeBase")),
            (previous, -0.35, ("Arm", "ForeArm", "Hand", "HandIndex1")),
        ):
            parent = base
            for part, drop, ahead in zip(parts, (0.68, 0.4, 0.1, 0.02), (0, 0.03, 0, -0.08), strict=True):
                table[side + part] = (parent, (x, y + ahead, drop))
                parent = side + part
    bones = tuple(table)
    rest = np.tile(np.eye(4), (len(bones), 1, 1))
    rest[:, :3, 3] = [place for _, place in table.values()]
    parents = tuple(-1 if parent is None else bones.index(parent) for parent, _ in table.values())
    shown = bones if names else tuple(f"b{number}" for number in range(len(bones)))
    return RigDescription("Wolf", shown, parents, rest, CORE_FROM_BLENDER)


@pytest.mark.parametrize("names", [True, False])
def test_a_quadruped_is_refused_even_with_a_humans_bone_names(names: bool) -> None:
    mapping = detect_mapping(quadruped(names))
    assert not mapping.usable
    assert "four legs" in mapping.reason
    assert "Wolf" in mapping.reason


def test_bones_that_constraints_own_are_not_taken() -> None:
    rig = build_rig("mixamo")
    mapping = detect_mapping(replace(rig, owned=np.ones(len(rig.bones), dtype=bool)))
    assert not mapping.usable
    assert "constraints" in mapping.reason
    few = np.array(["Arm" in bone for bone in rig.bones])  # a rig with IK on its arms alone can still be used
    assert detect_mapping(replace(rig, owned=few)).usable


def test_a_prop_is_refused() -> None:
    rest = np.tile(np.eye(4), (5, 1, 1))
    rest[:, 2, 3] = np.arange(5)
    prop = RigDescription("Crane", ("base", "arm", "arm.001", "arm.002", "hook"), (-1, 0, 1, 2, 3), rest)
    mapping = detect_mapping(prop)
    assert not mapping.usable
    assert mapping.confidence == 0
    assert "No human body" in mapping.reason


def test_missing_bones_are_named_in_plain_words() -> None:
    rig = build_rig("mixamo")
    keep = [bone for bone in rig.bones if not any(part in bone for part in ("RightLeg", "RightFoot", "RightToe"))]
    parents = [rig.bones[rig.parents[rig.index(bone)]] if rig.parents[rig.index(bone)] >= 0 else "" for bone in keep]
    kept = [rig.index(bone) for bone in keep]
    one_legged = RigDescription(
        "Pirate", tuple(keep), tuple(keep.index(p) if p in keep else -1 for p in parents), rig.rest[kept], rig.world
    )
    mapping = detect_mapping(one_legged)
    assert set(mapping.missing) == {"right_knee", "right_ankle"}
    assert "right shin" in mapping.reason
    assert "right foot" in mapping.reason
    assert "Pirate" in mapping.reason


def test_a_mapping_survives_a_preset_file() -> None:
    mapping = detect_mapping(build_rig("unreal")).with_bone("neck", "")
    assert "neck" not in mapping.bones
    again = BoneMapping.from_json(mapping.to_json())
    assert again.bones == mapping.bones
    assert again.usable


def test_a_preset_of_a_control_rig_keeps_switches_and_ik_limbs() -> None:
    mapping = detect_mapping(build_rig("rigify_generated"))
    assert mapping.scheme == "rigify_generated"
    again = BoneMapping.from_json(json.loads(json.dumps(mapping.to_json())))
    assert again == mapping
    assert ("thigh_parent.L", "IK_FK", 1.0) in again.switches
    assert {limb.control for limb in again.ik_limbs} == {"hand_ik.L", "hand_ik.R", "foot_ik.L", "foot_ik.R"}


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"format": 1},
        {"format": 9, "bones": {}},
        {"format": 1, "bones": {"leg": ["x"]}},
        {"format": 1, "bones": {"head": ["x", "y"]}},
        {"format": 1, "bones": []},
    ],
)
def test_a_broken_preset_is_refused(broken: dict[str, object]) -> None:
    with pytest.raises(RigError):
        BoneMapping.from_json(broken)
