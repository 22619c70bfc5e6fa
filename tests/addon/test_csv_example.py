"""The example script: a CSV file of prompts becomes Actions, without a window."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import bpy
import pytest

REPO_ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_from_csv", REPO_ROOT / "examples" / "generate_from_csv.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def written(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8-sig")
    return str(path)


def test_each_line_becomes_actions_and_the_result_is_saved(example, models, tmp_path) -> None:
    lines = 'prompt,seconds,seed,variations,name\nwalk,1,3,2,Walk\n"jump, slowly",1.5,4,,\n'
    blend, bvh = tmp_path / "made.blend", tmp_path / "bvh"
    status = example.main([written(tmp_path / "p.csv", lines), "-o", str(blend), "--bvh", str(bvh)])
    assert status == 0
    assert sorted(action.name for action in bpy.data.actions) == ["Walk 1", "Walk 2", "jump, slowly #1"]
    assert sorted(path.name for path in bvh.iterdir()) == ["Walk 1.bvh", "Walk 2.bvh", "jump_ slowly #1.bvh"]
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    assert len(bpy.data.actions) == 3


def test_a_line_that_fails_is_told_and_the_others_go_on(example, models, skeleton, tmp_path, capfd) -> None:
    lines = "prompt,seconds,target\n,1,\nwalk,a while,\nwalk,1,Nobody\nwalk,500,\nwalk,1,MotionMix Skeleton\n"
    assert example.main([written(tmp_path / "p.csv", lines)]) == 4
    said = capfd.readouterr().err
    assert "line 2: it has no prompt" in said
    assert "line 3:" in said
    assert "line 4: there is no armature named 'Nobody'" in said
    assert "line 5: The length in seconds must be between" in said
    assert skeleton.animation_data.action.name == "walk #1"
