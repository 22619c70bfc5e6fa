"""Every limb of every control rig that is known finds its own switch between FK and IK, and no other's."""

from __future__ import annotations

import pytest

from motionmix_core.retarget import BoneMapping, limb_switches
from motionmix_core.retarget.schemes.catalogue import all_schemes
from motionmix_core.retarget.schemes.scheme import Scheme

WITH_IK = [scheme for scheme in all_schemes() if scheme.ik_limbs and scheme.ik_switches]


def mapping_of(scheme: Scheme, prefix: str = "") -> BoneMapping:
    """All that a scheme may find on a rig whose bones have a prefix."""
    fk, ik = (
        tuple((prefix + bone, key, value) for bone, key, value in scheme.all_switches(kind)) for kind in (False, True)
    )
    return BoneMapping({}, switches=fk, ik_switches=ik, ik_limbs=tuple(scheme.all_ik_limbs()))


@pytest.mark.parametrize("scheme", WITH_IK, ids=lambda scheme: scheme.name)
def test_each_switch_is_one_limbs(scheme: Scheme) -> None:
    mapping = mapping_of(scheme)
    places: dict[tuple[str, str], set[str]] = {}
    for limb in mapping.ik_limbs:
        own = limb_switches(mapping, limb)
        assert own, limb
        assert all(switch.fk != switch.ik for switch in own)
        for switch in own:
            places.setdefault((switch.bone, switch.key), set()).add(limb.upper)
    assert all(len(limbs) == 1 for limbs in places.values()), places
    told = {bone_key for bone_key, limbs in places.items()}
    values = {(bone, key): value for bone, key, value in mapping.ik_switches}
    assert told == {(b, k) for b, k, value in mapping.switches if values.get((b, k), value) != value}


@pytest.mark.parametrize("prefix", ["", "Armature|", "char_"])
def test_rigifys_switches_say_limb_and_side(prefix: str) -> None:
    scheme = next(scheme for scheme in all_schemes() if scheme.name == "rigify_generated")
    mapping = mapping_of(scheme, prefix)
    found = {
        limb.upper: [(s.bone, s.key, s.fk, s.ik) for s in limb_switches(mapping, limb)] for limb in mapping.ik_limbs
    }
    assert found == {
        "left_shoulder": [(f"{prefix}upper_arm_parent.L", "IK_FK", 1.0, 0.0)],
        "right_shoulder": [(f"{prefix}upper_arm_parent.R", "IK_FK", 1.0, 0.0)],
        "left_hip": [(f"{prefix}thigh_parent.L", "IK_FK", 1.0, 0.0)],
        "right_hip": [(f"{prefix}thigh_parent.R", "IK_FK", 1.0, 0.0)],
    }
