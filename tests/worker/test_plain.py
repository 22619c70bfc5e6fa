"""Dataclasses over the pipe: what goes in comes out, and nothing else can be made."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from motionmix_core.errors import DataError
from motionmix_core.motion.skeleton import canonical_skeleton
from motionmix_core.retarget import BoneMapping, RetargetOptions, RigDescription, RigPoses
from motionmix_core.worker.plain import from_plain, to_plain


def there_and_back(value: Any) -> Any:
    plain, arrays = to_plain(value)
    return from_plain(json.loads(json.dumps(plain)), arrays)


def test_plain_values_come_back_with_their_types() -> None:
    value = {"a": (1, 2.5, "x", None, True), ("bone", "switch"): [0.1, {"b": ()}]}
    assert there_and_back(value) == value


def test_a_rig_its_mapping_options_and_poses_come_back() -> None:
    rest = np.tile(np.eye(4), (2, 1, 1))
    rig = RigDescription("Rig", ("root", "hips"), (-1, 0), rest, deform=np.array([True, False]))
    mapping = BoneMapping({"pelvis": ("hips",), "spine": ("s1", "s2")}, switches=(("hips", "IK", 1.0),))
    options = RetargetOptions(root="in_place", contacts=np.ones((3, 4), bool))
    poses = RigPoses({"hips": np.ones((3, 4))}, {}, 29.97, {("hips", "IK"): 1.0}, ("careful",))
    again = there_and_back((rig, mapping, options, poses, canonical_skeleton()))
    assert again[0].bones == rig.bones
    np.testing.assert_array_equal(again[0].rest, rest)
    np.testing.assert_array_equal(again[0].deform, [True, False])
    assert again[1] == mapping
    assert again[2].root == "in_place"
    assert again[2].contacts.dtype == bool
    assert (again[3].fps, again[3].properties, again[3].warnings) == (29.97, {("hips", "IK"): 1.0}, ("careful",))
    assert again[4].names == canonical_skeleton().names


@pytest.mark.parametrize(
    "plain",
    [
        {"kind": "Popen", "fields": {}},
        {"kind": "RigPoses", "fields": {"nonsense": 1}},
        {"array": "missing"},
        {"pairs": [1]},
        {"neither": 1},
        [1, 2],
    ],
)
def test_anything_else_is_refused(plain: object) -> None:
    with pytest.raises(DataError):
        from_plain(plain, {})


def test_what_is_not_data_can_not_be_sent() -> None:
    with pytest.raises(TypeError):
        to_plain(object())
