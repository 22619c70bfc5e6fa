"""Capture faults chosen in a config, in place of the paper's white noise, on each kind of data."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.errors import DataError, RequestError
from motionmix_core.mixed_data.paper_config import load_paper_config
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_angle
from motionmix_core.representation import humanml3d
from tests.training.papers.published import edge_set, humanact12_set, humanml3d_set, kit_set, small_config
from training.papers.action_clips import ActionClips
from training.papers.dance_clips import DanceClips
from training.papers.open_data import open_clips
from training.papers.text_clips import TextClips
from training.papers.training_set import mixed

DRIFT = "\n[[mix.faults]]\nkind = 'drift'\nmetres_per_second = 0.3\n"


def with_faults(name: str, folder, faults: str = DRIFT):
    path = small_config(name, folder)
    path.write_text(path.read_text() + faults)
    return load_paper_config(path)


def test_a_drift_moves_the_path_and_leaves_the_poses(tmp_path):
    config = with_faults("mdm-humanact12", tmp_path)
    clips = open_clips(config, humanact12_set(tmp_path / "data", clips=8))
    data = mixed(config, clips, seed=0)
    assert isinstance(clips, ActionClips) and isinstance(data.clips, ActionClips)
    for before, after, clean in zip(clips.clips, data.clips.clips, data.clean, strict=True):
        turned = quat_angle(axis_angle_to_quat(before.poses), axis_angle_to_quat(after.poses))
        assert turned.max() < 1e-4
        moved = np.abs(after.root - before.root).max()
        assert moved == 0 if clean else 0.05 < moved < 5
    again = mixed(config, clips, seed=0).clips
    assert isinstance(again, ActionClips)
    assert all(np.array_equal(a.root, b.root) for a, b in zip(data.clips.clips, again.clips, strict=True))


def test_dances_and_captioned_motions_have_them_too(tmp_path):
    config = with_faults("edge-aistpp", tmp_path)
    dances = open_clips(config, edge_set(tmp_path / "dances"))
    worse = dances.corrupted(config.corruption(0), dances.ids)
    assert isinstance(dances, DanceClips) and isinstance(worse, DanceClips)
    assert np.abs(worse.dances[0].root - dances.dances[0].root).max() > 0.05

    config = with_faults("mdm-humanml3d", tmp_path, "\n[[mix.faults]]\nkind = 'foot_slide'\namount = 0.5\n")
    texts = open_clips(config, humanml3d_set(tmp_path / "texts"))
    slid = texts.corrupted(config.corruption(0), texts.ids)
    assert isinstance(texts, TextClips) and isinstance(slid, TextClips)
    for before, after in zip(texts.clips, slid.clips, strict=True):
        assert after.features.shape == before.features.shape
        was, now = (humanml3d.recover_positions(clip.features) for clip in (before, after))
        assert humanml3d.bone_lengths(now[10]) == pytest.approx(humanml3d.bone_lengths(was[0]), abs=2e-3)
        travelled = np.linalg.norm(now[-2, 0] - now[0, 0]) / np.linalg.norm(was[-2, 0] - was[0, 0])
        assert 0.5 < travelled < 1.5 and abs(travelled - 1) > 1e-3
        height = np.abs(now[:-1, :, 1] - was[:-1, :, 1]).max()
        assert height < 0.03  # only the travel is other


def test_unknown_faults_and_kit_are_told(tmp_path):
    with pytest.raises(DataError, match=r"mdm-kit-small\.toml.*'rust'"):
        with_faults("mdm-kit", tmp_path, "\n[[mix.faults]]\nkind = 'rust'\n")
    config = with_faults("mdm-kit", tmp_path)
    clips = open_clips(config, kit_set(tmp_path / "kit"))
    with pytest.raises(RequestError, match="KIT-ML"):
        clips.corrupted(config.corruption(0), clips.ids)
    path = small_config("mdm-kit", tmp_path)
    path.write_text(path.read_text().replace("[mix]", "[mix]\nfaults = 'drift'"))
    with pytest.raises(DataError, match="list of tables"):
        load_paper_config(path)
