"""AIST++ as published and in EDGE's cut, from tiny files of the same layout."""

import pickle

import numpy as np
import pytest

from motionmix_core.errors import DataError
from motionmix_core.formats.aistpp import AISTPP, Dance, music_of, read_edge_windows, windows
from motionmix_core.formats.amass import MAPPING
from motionmix_core.formats.canonicalise import canonicalise, fit_body
from motionmix_core.formats.published import Skipped
from motionmix_core.mixed_data.roles import split_roles
from motionmix_core.motion.rotations import quat_angle, quat_to_axis_angle
from motionmix_core.representation import edge
from motionmix_core.representation.rot6d import with_hands
from tests.motions import walk

NAME = "gBR_sBM_cAll_d04_mBR0_ch01"


def write_dance(path, rng, frames, scale=2.0):
    table = {"smpl_poses": rng.normal(size=(frames, 72)), "smpl_trans": rng.normal(size=(frames, 3)),
             "smpl_scaling": np.array([scale]), "smpl_loss": 0.1}  # fmt: skip
    path.write_bytes(pickle.dumps(table))
    return table


@pytest.fixture
def published(tmp_path, rng):
    for folder in ("motions", "splits"):
        (tmp_path / folder).mkdir()
    names = [NAME, "gJS_sFM_cAll_d02_mJS4_ch09", "gLO_sBM_cAll_d13_mLO2_ch01", "gKR_sBM_cAll_d28_mKR2_ch02"]
    tables = {name: write_dance(tmp_path / "motions" / f"{name}.pkl", rng, 420) for name in names[:3]}
    (tmp_path / "splits" / "crossmodal_train.txt").write_text("\n".join(names))
    (tmp_path / "splits" / "crossmodal_test.txt").write_text("")
    (tmp_path / "ignore_list.txt").write_text(names[1] + "\n")
    return AISTPP.open(tmp_path), tables


def test_published_dances(published):
    data, tables = published
    assert data.split("train") == [NAME, "gLO_sBM_cAll_d13_mLO2_ch01", "gKR_sBM_cAll_d28_mKR2_ch02"]
    dances = list(data.dances("train"))
    assert isinstance(dances[2], Skipped) and "there is no file" in dances[2].reason
    first = dances[0]
    assert isinstance(first, Dance) and len(first.poses) == 210
    assert first.poses.reshape(210, 72) == pytest.approx(tables[NAME]["smpl_poses"][::2], abs=1e-6)
    assert first.root == pytest.approx(tables[NAME]["smpl_trans"][::2] / 2, abs=1e-6)
    rotations, root, _ = edge.decode(first.features())
    assert rotations.shape == (210, 24, 4)
    assert root == pytest.approx(first.root, abs=1e-5)
    assert data.split("test") == []


def test_windows_of_five_seconds_every_half_second_stay_in_one_family(published):
    data, _ = published
    dance = data.dance(NAME)
    music = np.arange(210 * 35, dtype=np.float32).reshape(210, 35)
    cut = windows(dance, music)
    assert [part.id for part in cut] == [f"{NAME}_slice{i}" for i in range(5)]
    assert np.array_equal(cut[2].poses, dance.poses[30:180])
    assert np.array_equal(cut[2].music, music[30:180])
    assert len(windows(dance, music[:164])) == 1
    assert {part.family for part in cut} == {NAME}
    split = split_roles([part.id for part in cut], 0.5, 0, families={part.id: part.family for part in cut})
    assert len(split.noisy) in (0, 5)


def test_a_dance_goes_onto_our_own_skeleton():
    walked = walk(1.0)
    poses = quat_to_axis_angle(with_hands(walked.rotations)).astype(np.float32)
    source = Dance("x", poses, walked.root_positions.astype(np.float32)).motion()
    assert source.fps == 30 and not source.notes
    motion = canonicalise(source, fit_body(source.skeleton, MAPPING))
    assert quat_angle(motion.global_rotations()[:, 0], walked.global_rotations()[:, 0]).max() < 0.01
    travelled = motion.root_positions[-1, 2] - motion.root_positions[0, 2]
    assert travelled == pytest.approx(1.2 * 29 / 30, rel=0.1)


def test_the_music_in_a_dances_name():
    assert music_of(NAME) == "mBR0"
    with pytest.raises(DataError, match="my_song"):
        music_of("my_song")


@pytest.mark.parametrize("kind, width", [("baseline", 35), ("jukebox", 4800)])
def test_edge_windows_with_their_music(tmp_path, rng, kind, width):
    motions, music = tmp_path / "train" / "motions_sliced", tmp_path / "train" / f"{kind}_feats"
    motions.mkdir(parents=True)
    music.mkdir()
    for number in range(4):
        table = {"pos": rng.normal(size=(300, 3)), "q": rng.normal(size=(300, 72))}
        (motions / f"{NAME}_slice{number}.pkl").write_bytes(pickle.dumps(table))
    np.save(music / f"{NAME}_slice0.npy", np.ones((150, width), np.float32))
    np.save(music / f"{NAME}_slice1.npy", np.ones((150, width + 1), np.float32))
    np.save(music / f"{NAME}_slice2.npy", np.ones((149, width), np.float32))
    found = list(read_edge_windows(tmp_path, "train", kind))
    assert isinstance(found[0], Dance)
    assert found[0].features().shape == (150, 151) and found[0].music.shape == (150, width)
    reasons = [entry.reason for entry in found[1:] if isinstance(entry, Skipped)]
    for words, reason in zip([f"(frames, {width})", "has 149 frames", "there is no file"], reasons, strict=True):
        assert words in reason


def test_missing_and_broken_data_is_named(tmp_path, published):
    with pytest.raises(DataError, match="google.github.io/aistplusplus_dataset") as error:
        AISTPP.open(tmp_path / "nowhere")
    assert "splits/crossmodal_train.txt" in str(error.value)
    with pytest.raises(DataError, match="github.com/Stanford-TML/EDGE"):
        list(read_edge_windows(tmp_path, "test"))
    data, tables = published
    with pytest.raises(DataError, match="no split 'dev'"):
        data.split("dev")
    path = data.folder / "motions" / f"{NAME}.pkl"
    good = tables[NAME]
    for change, words in (({"smpl_poses": good["smpl_poses"][:, :66]}, r"\(frames, 72\)"),
                          ({"smpl_scaling": np.array([0.0])}, "smpl_scaling is 0"),
                          ({"smpl_scaling": None}, "smpl_scaling"),
                          ({"smpl_trans": np.full((420, 3), np.nan)}, "NaN")):  # fmt: skip
        path.write_bytes(pickle.dumps(good | change))
        with pytest.raises(DataError, match=words) as error:
            data.dance(NAME)
        assert str(path) in str(error.value)
