"""HumanAct12, UESTC and the Bandai pack as action sets, from tiny files of the published layout."""

import pickle

import numpy as np
import pytest

from motionmix_core.conditions.action import BANDAI_ACTIONS, HUMANACT12_ACTIONS
from motionmix_core.errors import DataError
from motionmix_core.formats.action_clip import ActionClip, clip_of_motion, window
from motionmix_core.formats.bandai_actions import read_bandai_actions
from motionmix_core.formats.humanact12 import read_humanact12
from motionmix_core.formats.uestc import TRAINING_SUBJECTS, read_uestc
from motionmix_core.mixed_data.roles import split_roles
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_angle, quat_mul, quat_yaw
from motionmix_core.representation.rot6d import decode
from tests.motions import walk


def humanact12_table(rng, lengths):
    return {
        "poses": [rng.normal(size=(n, 72)) for n in lengths],
        "joints3D": [rng.normal(size=(n, 24, 3)) for n in lengths],
        "y": list(range(len(lengths))),
    }


def write_humanact12(folder, table):
    (folder / "humanact12poses.pkl").write_bytes(pickle.dumps(table))


def test_humanact12(tmp_path, rng):
    table = humanact12_table(rng, [70, 30, 60])
    write_humanact12(tmp_path, table)
    data = read_humanact12(tmp_path)
    assert [clip.action for clip in data.clips] == [0, 1, 2]
    assert data.train == data.test == (0, 1, 2)
    assert len(data.table) == 12 and data.table.names[10] == "boxing"
    clip = data.clips[1]
    assert clip.root == pytest.approx(table["joints3D"][1][:, 0], abs=1e-6)
    rotations, path = decode(clip.features())
    assert quat_angle(rotations, axis_angle_to_quat(table["poses"][1].reshape(-1, 24, 3))).max() < 1e-5
    assert path == pytest.approx(clip.root - clip.root[0], abs=1e-5)
    split = split_roles([c.id for c in data.clips], 0.5, 1, strata=data.strata())
    assert not split.noisy  # one clip of each class: none can be half noisy


def test_humanact12_clips_that_are_broken_are_named(tmp_path, rng):
    table = humanact12_table(rng, [10] * 6)
    table["poses"][0][3, 5] = np.nan
    table["poses"][1] = table["poses"][1][:-1]
    table["y"][2] = 12
    table["joints3D"][3] = "text"
    table["poses"][4] = np.zeros((10, 66))
    write_humanact12(tmp_path, table)
    data = read_humanact12(tmp_path)
    assert [clip.action for clip in data.clips] == [5]
    reasons = [skip.reason for skip in data.skipped]
    for words, reason in zip(["NaN", "9 poses", "outside the table of 12 (0 to 11)", "aren't an array", "(frames, 72)"],
                             reasons, strict=True):  # fmt: skip
        assert words in reason
    assert all("humanact12poses.pkl, entry" in skip.file for skip in data.skipped)


def test_humanact12_file_of_another_kind(tmp_path, rng):
    table = humanact12_table(rng, [10])
    del table["y"]
    write_humanact12(tmp_path, table)
    with pytest.raises(DataError, match="no list 'y'"):
        read_humanact12(tmp_path)
    write_humanact12(tmp_path, [1, 2])
    with pytest.raises(DataError, match="isn't the published file"):
        read_humanact12(tmp_path)


@pytest.mark.parametrize("reader, page", [
    (read_humanact12, "action-to-motion"), (read_uestc, "UESTC-RGB-D"), (read_bandai_actions, "Bandai-Namco-Research"),
])  # fmt: skip
def test_missing_data_sets_say_where_to_get_them(tmp_path, reader, page):
    with pytest.raises(DataError, match=page):
        reader(tmp_path / "nowhere")


def write_uestc(folder, rng, videos):
    """videos: name -> frames."""
    (folder / "info").mkdir(parents=True)
    (folder / "info" / "names.txt").write_text("\n".join(videos) + "\n")
    (folder / "info" / "num_frames_min.txt").write_text("\n".join(str(n) for n in videos.values()) + "\n")
    (folder / "info" / "action_classes.txt").write_text("\n".join(f"action {i}" for i in range(40)) + "\n")
    table = {
        "pose": [rng.normal(size=(n, 72)).astype(np.float32) for n in videos.values()],
        "joints3d": [rng.normal(size=(n, 49, 3)).astype(np.float32) for n in videos.values()],
        "orig_cam": [np.tile([0.5, 0.5, 0.1, 0.2], (n, 1)).astype(np.float32) for n in videos.values()],
    }
    for camera in table["orig_cam"]:
        camera[-1] = [0.4, 0.4, 0.3, 0.1]  # further off in the last frame
    (folder / "vibe_cache_refined.pkl").write_bytes(pickle.dumps(table))
    return table


def test_uestc_split_views_and_translation(tmp_path, rng):
    videos = {"a3_d1_p001_c1_color.avi": 50, "a39_d2_p003_c0_color.avi": 50, "a0_d8_p001_c0_color.avi": 50,
              "a5_d1_p002_c1_color.avi": 44, "a6_d1_p004_c1_color.avi": 44}  # fmt: skip
    table = write_uestc(tmp_path, rng, videos)
    data = read_uestc(tmp_path)
    assert [(clip.id, clip.action, clip.subject) for clip in data.clips] == [
        ("a3_d1_p001_c1_color.avi", 3, "1"), ("a39_d2_p003_c0_color.avi", 39, "3"),
        ("a5_d1_p002_c1_color.avi", 5, "2"), ("a6_d1_p004_c1_color.avi", 6, "4"),
    ]  # fmt: skip
    assert [skip.file for skip in data.skipped] == ["a0_d8_p001_c0_color.avi"]
    assert data.train == (0,)  # person 2 trains too, but 44 frames are too few; persons 3 and 4 test, however short
    assert data.test == (1, 3)
    front, turned = data.clips[0], data.clips[1]
    # shift of the camera and depth = 500 / (270 * scale), added to the hips
    moved = front.root[-1] - table["joints3d"][0][-1, 8] - (front.root[0] - table["joints3d"][0][0, 8])
    assert moved == pytest.approx([0.2, -0.1, 500 / 270 * (1 / 0.4 - 1 / 0.5)], abs=1e-4)
    assert np.array_equal(front.poses.reshape(50, 72), table["pose"][0])
    # view 2 of the second camera is turned back by a right angle
    before, after = (axis_angle_to_quat(p) for p in (table["pose"][1][:, :3].astype(np.float64), turned.poses[:, 0]))
    assert quat_angle(quat_mul(quat_yaw(-np.pi / 2), before), after).max() < 1e-5
    assert np.array_equal(turned.poses[:, 1:].reshape(50, 69), table["pose"][1][:, 3:])


def test_uestc_has_51_people_to_train_and_40_actions(tmp_path, rng):
    assert len(TRAINING_SUBJECTS) == 51 and max(TRAINING_SUBJECTS) <= 118
    videos = {"a40_d1_p001_c1_color.avi": 50, "walking.avi": 50, "a1_d1_p119_c1_color.avi": 50}
    write_uestc(tmp_path, rng, videos)
    data = read_uestc(tmp_path)
    assert not data.clips
    assert ["action 40 is outside" in data.skipped[0].reason, "expected a name like" in data.skipped[1].reason,
            "person 119" in data.skipped[2].reason] == [True] * 3  # fmt: skip
    (tmp_path / "info" / "num_frames_min.txt").write_text("50\n")
    with pytest.raises(DataError, match=r"num_frames_min\.txt: expected 3"):
        read_uestc(tmp_path)


def test_windows_are_consecutive_and_short_clips_hold_their_last_frame(rng):
    poses = np.zeros((100, 24, 3), np.float32) + np.arange(100, dtype=np.float32)[:, None, None]
    clip = ActionClip("x", 0, poses, poses[:, 0])
    starts = set()
    for _ in range(300):
        cut = window(clip, rng)
        assert np.array_equal(np.diff(cut.root[:, 0]), np.ones(59))
        starts.add(int(cut.root[0, 0]))
    assert min(starts) == 0 and max(starts) == 40
    short = window(clip.frames(np.arange(10)), rng)
    assert short.root[:, 0].tolist() == [*range(10), *[9] * 50]


def test_our_own_motions_as_action_clips():
    motion = walk(1.0)
    clip = clip_of_motion("walk", motion, 1)
    rotations, path = decode(clip.features())
    assert quat_angle(rotations[:, :22], motion.rotations).max() < 1e-5
    assert path == pytest.approx(motion.root_positions - motion.root_positions[0], abs=1e-5)


def test_the_shared_bandai_pack_is_an_action_set(shared_data):
    data = read_bandai_actions(shared_data / "bandai_nc", actions=["run", "wave-both-hands"], per_action=2, fps=20)
    assert [BANDAI_ACTIONS.names[clip.action] for clip in data.clips] == ["run"] * 2 + ["wave-both-hands"] * 2
    assert not data.skipped and len(data.train) + len(data.test) == 4
    for clip in data.clips:
        assert clip.features().shape == (clip.num_frames, 150)
        assert 0.7 < clip.root[:, 1].mean() < 1.1
    assert np.linalg.norm(np.diff(data.clips[0].root[:, [0, 2]], axis=0), axis=-1).mean() * 20 > 1.5  # runs
    assert len(HUMANACT12_ACTIONS) == 12
