"""The optional SMPL body: what is missing is said. The body itself needs licensed files and isn't run here."""

import sys

import numpy as np
import pytest

from motionmix_core.errors import DataError, ModelError
from motionmix_core.formats.smpl_body import smpl_body


def test_without_smplx_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "smplx", None)
    with pytest.raises(ModelError, match=r"motionmix-core\[smpl\]"):
        smpl_body(np.zeros((2, 24, 3)), np.zeros((2, 3)), tmp_path)


def test_without_the_body_model_it_says_where_to_get_it(tmp_path):
    pytest.importorskip("smplx", reason="smplx isn't installed")
    with pytest.raises(DataError, match=r"smpl\.is\.tue\.mpg\.de"):
        smpl_body(np.zeros((2, 24, 3)), np.zeros((2, 3)), tmp_path)


def test_other_shapes_and_bodies_are_refused(tmp_path):
    with pytest.raises(DataError, match=r"\(frames, 24, 3\)"):
        smpl_body(np.zeros((2, 22, 3)), np.zeros((2, 3)), tmp_path)
    with pytest.raises(DataError, match="'child'"):
        smpl_body(np.zeros((2, 24, 3)), np.zeros((2, 3)), tmp_path, gender="child")
