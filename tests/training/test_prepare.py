"""`python -m training.prepare` as a person uses it: folders in, a cache out, broken files named, bad input refused."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import numpy as np
import pytest

from motionmix_core.motion.rotations import quat_angle
from tests import motions
from tests.formats.foreign_files import (
    bvh_text,
    cmu_source,
    packed,
    smpl_table,
    source_of,
    write_cmu_pack,
    write_lines,
)
from training.preparation.cache import load_motion, read_manifest
from training.prepare import main


def run(*arguments: object, out: Path) -> int:
    return main(["--quiet", "--as-recorded", "--jobs", "1", "--out", str(out), "--source", *map(str, arguments)])


def entries(out: Path) -> dict[str, dict]:
    return {entry["id"]: entry for entry in read_manifest(out)["clips"]}


@pytest.fixture
def everything(tmp_path, rng):
    """A source folder with a CMU pack, hand-made animation, foreign BVH and AMASS, and text beside them."""
    source = tmp_path / "data"
    walk = motions.walk()
    write_cmu_pack(
        source / "cmu",
        {"13_01": cmu_source(walk), "13_02": cmu_source(motions.walk(speed=1.4)), "14_01": cmu_source(walk),
         "60_01": cmu_source(motions.random_motion(rng, amplitude=0.3))},
        t13_02={"split": "test"}, t60_01={"source_kind": "bvh-daz", "broken_spans_s": [[0.0, 0.8]]},
        t14_01={"flags": ["duplicate-of-13_01"]},
    )  # fmt: skip
    _write_hand_made(source / "games_cc0")
    (source / "lab" / "anna").mkdir(parents=True)
    (source / "lab" / "anna" / "turn.bvh").write_text(bvh_text(source_of(motions.turn_in_place())))
    (source / "lab" / "anna" / "turn.txt").write_text("A person turns to the left.\n")
    np.savez(source / "lab" / "anna" / "walk_poses.npz", **smpl_table(walk))
    np.savez(source / "lab" / "anna" / "shape.npz", betas=np.zeros(16))
    (source / "lab" / "walk.fbx").write_bytes(b"Kaydara")
    (source / "lab" / "notes.md").write_text("not motion")
    return source


def _write_hand_made(folder: Path) -> None:
    """Two clips on a skeleton with Unreal's names, one of them not for models that ship."""
    folder.mkdir(parents=True)
    names = {"left": "l", "right": "r"}
    parts = {"hip": "thigh", "knee": "calf", "ankle": "foot", "foot": "ball", "collar": "clavicle",
             "shoulder": "upperarm", "elbow": "lowerarm", "wrist": "hand"}  # fmt: skip
    middle = {"pelvis": "pelvis", "spine1": "spine_01", "spine2": "spine_02", "spine3": "spine_03",
              "neck": "neck_01", "head": "head"}  # fmt: skip
    source = source_of(motions.walk())
    joints = []
    for name in source.skeleton.names:
        side, _, part = name.partition("_")
        joints.append(middle[name] if name in middle else f"{parts[part]}_{names[side]}")
    table = {"joints": joints, "parents": source.skeleton.parents, "offsets": source.skeleton.offsets.tolist()}
    (folder / "skeleton.json").write_text(json.dumps(table))
    root, rotations = packed(source)
    arrays = {f"{name}/{key}": value for name in ("Walk", "cyber_Walk") for key, value in
              (("root", root), ("rot", rotations))}  # fmt: skip
    np.savez(folder / "g.npz", **arrays)
    write_lines(folder / "clips.jsonl", [{"clip": "g/Walk", "fps": 30}, {"clip": "g/cyber_Walk", "fps": 30}])
    caption = {"clip": "g/Walk", "start_s": 0, "end_s": 4, "text": "walk", "source": "written"}
    write_lines(folder / "captions.jsonl", [caption])


def test_all_kinds_of_sources_become_one_cache(everything, tmp_path, capsys):
    out = tmp_path / "cache"
    assert run(everything, out=out) == 0
    found = entries(out)
    assert set(found) == {"cmu/13_01", "cmu/13_02", "cmu/60_01@24", "g/Walk", "g/cyber_Walk", "lab/anna/turn",
                          "lab/anna/walk_poses"}  # fmt: skip
    manifest = read_manifest(out)
    assert manifest["fps"] == 30
    # the arrays are as long as the clips together, one after the other
    spans = sorted((entry["start"], entry["start"] + entry["frames"]) for entry in found.values())
    assert [start for start, _ in spans] == [0, *[stop for _, stop in spans[:-1]]]
    root, rotations = np.load(out / "root.npy"), np.load(out / "rotations.npy")
    assert root.dtype == np.float32
    assert rotations.dtype == np.int16
    assert len(root) == len(rotations) == spans[-1][1]
    walked = load_motion(out, found["cmu/13_01"], 30.0)
    assert np.abs(walked.positions() - motions.walk().positions()).max() < 2e-3
    assert np.degrees(quat_angle(walked.global_rotations(), motions.walk().global_rotations()).max()) < 0.2
    printed = capsys.readouterr().out
    assert "left out: cmu/14_01: the same recording as 13_01" in printed
    assert "left out: lab/walk.fbx" in printed
    assert "no SMPL motion" in printed
    assert "0 broken and 3 others left out" in printed
    assert "notes.md" not in printed


def test_training_clips_made_here_are_added_unless_refused(everything, tmp_path):
    recorded, full = tmp_path / "recorded", tmp_path / "full"
    assert run(everything, out=recorded) == 0
    assert main(["--quiet", "--jobs", "1", "--out", str(full), "--source", str(everything)]) == 0
    added = [entry for name, entry in entries(full).items() if name not in entries(recorded)]
    assert {entry["dataset"] for entry in added} >= {"hand_tasks", "body_tasks"}
    assert {entry["split"] for entry in added} == {"train"}
    assert all(entries(full)[name]["split"] == entry["split"] for name, entry in entries(recorded).items())


def test_roles_licences_and_splits(everything, tmp_path):
    out = tmp_path / "cache"
    run(everything, out=out)
    found = entries(out)
    exact, daz = found["cmu/13_01"], found["cmu/60_01@24"]
    assert (exact["clean"], exact["noise_level"], exact["annotated"]) == (True, None, True)
    assert (daz["clean"], daz["annotated"]) == (False, True)
    assert 0.1 < daz["noise_level"] < 0.3
    assert found["cmu/13_02"]["split"] == "test"
    assert found["cmu/13_01"]["split"] == "train"
    shippable = {name: entry["shippable"] for name, entry in found.items()}
    assert shippable == {"cmu/13_01": True, "cmu/13_02": True, "cmu/60_01@24": True, "g/Walk": True,
                         "g/cyber_Walk": False, "lab/anna/turn": False, "lab/anna/walk_poses": False}  # fmt: skip
    assert "mocap.cs.cmu.edu" in exact["licence"]
    assert found["g/cyber_Walk"]["annotated"] is False


def test_captions_keep_their_times_and_their_mirror_image(everything, tmp_path):
    out = tmp_path / "cache"
    run(everything, out=out)
    written = [c for c in entries(out)["cmu/13_01"]["captions"] if c["source"] == "written"]
    assert written == [{
        "text": "a person steps off with the left foot and turns clockwise",
        "mirrored_text": "a person steps off with the right foot and turns counterclockwise",
        "start_s": 0, "end_s": 2.0, "source": "written",
    }]  # fmt: skip
    # 0.8 s were cut off the front of this one
    assert {(c["start_s"], c["end_s"]) for c in entries(out)["cmu/60_01@24"]["captions"]} == {(0, 1.2)}
    assert entries(out)["lab/anna/turn"]["captions"][0]["mirrored_text"] == "a person turns to the right"


def test_a_stated_licence_lets_files_ship(everything, tmp_path):
    out = tmp_path / "cache"
    arguments = ["--source", str(everything), "--out", str(out), "--as-recorded", "--quiet"]
    assert main([*arguments, "--licence", "CC0 1.0"]) == 0
    assert entries(out)["lab/anna/turn"]["shippable"] is True
    assert entries(out)["lab/anna/turn"]["licence"] == "CC0 1.0"


def test_same_input_same_bytes_whatever_the_jobs(everything, tmp_path):
    digests = []
    for name, jobs in (("a", "1"), ("b", "2")):
        out = tmp_path / name
        assert main(["--source", str(everything), "--out", str(out), "--jobs", jobs, "--quiet", "--as-recorded"]) == 0
        digests.append([hashlib.sha256((out / file).read_bytes()).hexdigest() for file in sorted(os.listdir(out))])
    assert digests[0] == digests[1]


def test_broken_files_are_named_counted_and_survived(everything, tmp_path, capsys):
    pack = everything / "cmu"
    shard = pack / "cmu_60.npz"
    shard.write_bytes(shard.read_bytes()[:1000])
    with np.load(pack / "cmu_13.npz") as arrays:
        table = dict(arrays)
    table["13_02/root"][5] = np.nan
    np.savez(pack / "cmu_13.npz", **table)
    (everything / "lab" / "cut.bvh").write_text("HIERARCHY\nROOT Hips\n{\n")
    np.savez(everything / "lab" / "bad.npz", poses=np.zeros((5, 60)), trans=np.zeros((5, 3)))
    out = tmp_path / "cache"
    assert run(everything, out=out) == 0
    printed = capsys.readouterr().out
    broken = [line for line in printed.splitlines() if line.startswith("broken: ")]
    for expected in ("cmu/60_01: ", "cmu/13_02: contains NaN", "lab/cut.bvh: ", "lab/bad.npz: "):
        assert any(line.startswith(f"broken: {expected}") for line in broken)
    assert len(broken) == 4
    assert "4 broken and 3 others left out" in printed
    assert set(entries(out)) == {"cmu/13_01", "g/Walk", "g/cyber_Walk", "lab/anna/turn", "lab/anna/walk_poses"}


def test_the_full_database_as_bvh_beside_the_pack(everything, tmp_path, capsys):
    """Trials that the pack has already aren't taken twice; others get CMU's index text, and other takes of a test clip
    don't leak into training."""
    folder = everything / "zz_bvh" / "013"
    folder.mkdir(parents=True)
    for trial in ("13_01", "13_03", "13_04"):
        (folder / f"{trial}.bvh").write_text(bvh_text(cmu_source(motions.walk()), ["ZYX"], 17.7))
    index = [{"trial": "13_03", "description": "walk 13_02", "subject": "walk"},
             {"trial": "13_04", "description": "sweep floor", "subject": "chores"}]  # fmt: skip
    write_lines(everything / "zz_bvh" / "cmu-index.jsonl", index)
    out = tmp_path / "cache"
    assert run(everything, out=out) == 0
    found = entries(out)
    assert found["cmu/13_04"]["captions"][0]["text"] == "sweep floor"
    assert found["cmu/13_04"]["shippable"] is True
    assert found["cmu/13_03"]["split"] == "test"  # the same thing by the same person as the test clip 13_02
    assert "there is already one" in capsys.readouterr().out


def test_copies_of_held_out_trials_in_amass_stay_out_of_training(everything, tmp_path, capsys):
    """AMASS has CMU's trials under names of its own: the test clip 13_02 must not come back through it."""
    alone, both = tmp_path / "alone", tmp_path / "both"
    assert run(everything, out=alone) == 0
    amass = tmp_path / "AMASS"
    for name in ("13/13_01_poses", "13/13_02_poses", "13/13_02_stageii", "13/13_07_poses", "13/13_08_poses",
                 "14/14_03_poses", "60/60_09_poses"):  # fmt: skip
        path = amass / "CMU" / f"{name}.npz"
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, **smpl_table(motions.walk()))
    (amass / "BMLx").mkdir()
    np.savez(amass / "BMLx" / "13_02_poses.npz", **smpl_table(motions.walk()))  # somebody else's 13_02
    index = [{"trial": "13_07", "description": "walk 13_02"}, {"trial": "13_08", "description": "sweep floor"}]
    write_lines(amass / "cmu-index.jsonl", index)
    capsys.readouterr()
    assert run(everything, amass, out=both) == 0
    before, after = entries(alone), entries(both)
    added = {name: entry["split"] for name, entry in after.items() if name not in before}
    # 14_03: nobody of his is held out. 60_09: of a couple, known by the trial's number
    trials = ("13_01", "13_08", "14_03", "60_09")
    assert added == {**{f"amass-cmu/{trial}": "train" for trial in trials}, "BMLx/13_02_poses": "train"}
    assert {name: after[name]["split"] for name in before} == {name: entry["split"] for name, entry in before.items()}
    assert after["amass-cmu/13_01"]["shippable"] is False  # by AMASS's licence, whatever CMU's own says
    printed = capsys.readouterr().out
    assert "left out: CMU/13/13_02_poses.npz: the same recording as cmu/13_02, which is kept for testing" in printed
    assert "left out: CMU/13/13_07_poses.npz: the same person" in printed
    assert "13_02_stageii.npz" in printed


def test_a_copied_trial_without_a_description_follows_its_whole_subject(everything, tmp_path, capsys):
    """It may be what the test clip shows: nothing says that it isn't."""
    path = tmp_path / "AMASS" / "CMU" / "13" / "13_07_poses.npz"
    path.parent.mkdir(parents=True)
    np.savez(path, **smpl_table(motions.walk()))
    assert run(everything, tmp_path / "AMASS", out=tmp_path / "cache") == 0
    assert not any(name.startswith("amass-cmu") for name in entries(tmp_path / "cache"))
    assert "as far as is known the same thing" in capsys.readouterr().out


def test_amass_alone_is_split_as_any_data(tmp_path):
    """Takes of one thing by one person stay together, and a part is carved for validation."""
    for subject in range(1, 41):
        path = tmp_path / "AMASS" / "CMU" / f"{subject:02d}" / f"{subject:02d}_01_poses.npz"
        path.parent.mkdir(parents=True)
        np.savez(path, **smpl_table(motions.walk(1.0)))
    assert run(tmp_path / "AMASS", out=tmp_path / "cache") == 0
    splits = [entry["split"] for entry in entries(tmp_path / "cache").values()]
    assert (splits.count("val"), splits.count("train")) == (2, 38)


def test_limit_takes_a_few_of_each(everything, tmp_path):
    out = tmp_path / "cache"
    assert (
        main(
            ["--source", str(everything), "--out", str(out), "--jobs", "1", "--quiet", "--as-recorded", "--limit", "2"]
        )
        == 0
    )
    # of the loose files the first two are a body shape, which isn't motion, and the turn
    assert set(entries(out)) == {"cmu/13_01", "cmu/13_02", "g/Walk", "g/cyber_Walk", "lab/anna/turn"}


def test_research_data_is_taken_only_when_asked_for(tmp_path, capsys):
    source = source_of(motions.walk())
    root, rotations = packed(source)
    folder = tmp_path / "data" / "nc"
    folder.mkdir(parents=True)
    delta = np.diff(np.moveaxis(rotations, 0, -1), axis=-1, prepend=np.zeros((22, 4, 1), np.int16))
    np.savez(folder / "bandai_walk.npz", names=["walk_1"], frames=[len(root)], root=root, rot_delta=delta)
    table = {"joints": source.skeleton.names, "parents": source.skeleton.parents,
             "offsets": source.skeleton.offsets.tolist()}  # fmt: skip
    (folder / "skeleton.json").write_text(json.dumps(table))
    line = {"clip": "walk_1", "content": "walk", "style": "active", "shard": "bandai_walk.npz", "split": "test"}
    write_lines(folder / "clips.jsonl", [line])
    out = tmp_path / "cache"
    assert run(tmp_path / "data", out=out) == 2
    assert "--research" in capsys.readouterr().err
    assert main(["--source", str(tmp_path / "data"), "--out", str(out), "--as-recorded", "--quiet", "--research"]) == 0
    entry = entries(out)["bandai/walk_1"]
    assert entry["shippable"] is False
    assert entry["labels"] == {"action": "walk", "style": "active"}


def refused(capsys, *arguments: object) -> str:
    """Runs with bad input; gives the one line that was said."""
    assert main([*map(str, arguments), "--quiet", "--jobs", "1"]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    return lines[0]


def test_bad_input_is_one_clear_line_and_status_2(everything, tmp_path, capsys):
    out = tmp_path / "cache"
    assert "nowhere" in refused(capsys, "--source", tmp_path / "nowhere", "--out", out)
    (tmp_path / "empty").mkdir()
    assert "no motion found" in refused(capsys, "--source", tmp_path / "empty", "--out", out)
    assert "at least 1" in refused(capsys, "--source", everything, "--out", out, "--limit", 0)
    (tmp_path / "file").write_text("x")
    assert "in the way" in refused(capsys, "--source", everything, "--out", tmp_path / "file")
    assert "can't write" in refused(capsys, "--source", everything, "--out", tmp_path / "file" / "cache")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.doc").write_text("precious")
    assert "in the way" in refused(capsys, "--source", everything, "--out", tmp_path / "other")
    assert (tmp_path / "other" / "thesis.doc").read_text() == "precious"
    assert not out.exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(everything, tmp_path, capsys):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    assert "can't write" in refused(capsys, "--source", everything, "--out", locked / "cache")


def test_only_broken_files_leave_the_old_cache_as_it_was(everything, tmp_path, capsys):
    out = tmp_path / "cache"
    assert run(everything, out=out) == 0
    before = {name: (out / name).read_bytes() for name in os.listdir(out)}
    (out / "features-1.npy").write_bytes(b"derived by the trainer")
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "a.bvh").write_text("nonsense")
    assert "no clip could be used; a.bvh: not a BVH" in refused(capsys, "--source", bad, "--out", out)
    assert {name: (out / name).read_bytes() for name in before} == before
    assert run(everything, out=out) == 0
    assert set(os.listdir(out)) == set(before)  # what was derived from the old cache is gone with it
    assert [name for name in os.listdir(tmp_path) if name.startswith(".cache")] == []


@pytest.fixture
def lab(tmp_path) -> Path:
    """A studio's own folders: exact captures, motion from video, and an SMPL file that states no frame rate."""
    source = tmp_path / "lab"
    for folder, take, speed in (("exact", "a", 1.0), ("exact", "b", 1.3), ("video", "c", 0.8), ("video", "d", 1.1)):
        (source / folder).mkdir(parents=True, exist_ok=True)
        (source / folder / f"{take}.bvh").write_text(bvh_text(source_of(motions.walk(speed=speed))))
        (source / folder / f"{take}.txt").write_text("a person walks\n")
    smpl = {key: array for key, array in smpl_table(motions.walk()).items() if "rate" not in key}
    np.savez(source / "video" / "e.npz", **smpl)
    return source


def test_files_said_to_be_noisy_are_and_the_others_stay_exact(lab, tmp_path):
    out = tmp_path / "cache"
    assert run(lab, "--noisy", "video:0.03", "--noisy", f"{lab / 'video' / 'd.bvh'}", out=out) == 0
    role = {name: (entry["clean"], entry["noise_level"]) for name, entry in entries(out).items()}
    assert role["exact/a"] == role["exact/b"] == (True, None)
    assert role["video/c"] == role["video/e"] == (False, pytest.approx(0.287, abs=0.01))
    assert role["video/d"] == (False, None)  # how noisy isn't known: the training config's pivot holds


@pytest.mark.parametrize(
    ("noisy", "said"), [("vidoe:0.03", "no vidoe"), ("video:3", "by how many metres"), ("video:much", "by how many")]
)
def test_noisy_places_that_make_no_sense_are_refused(lab, tmp_path, capsys, noisy, said):
    assert run(lab, "--noisy", noisy, out=tmp_path / "cache") == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "cache").exists()


def test_a_guessed_frame_rate_is_told_and_can_be_said(lab, tmp_path, capsys):
    guessed, said = tmp_path / "guessed", tmp_path / "said"
    assert run(lab, out=guessed) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "no frame rate" in line]
    assert "video/e" in line and "taken as 60" in line and "--fps" in line
    assert run(lab, "--fps", "30", out=said) == 0
    assert "no frame rate" not in capsys.readouterr().out
    walked = motions.walk().num_frames
    assert entries(said)["video/e"]["frames"] == walked
    assert entries(guessed)["video/e"]["frames"] == pytest.approx(walked / 2, abs=2)


def test_some_of_ones_own_files_are_held_out(tmp_path, capsys):
    source, out = tmp_path / "mine", tmp_path / "cache"
    source.mkdir()
    for k in range(12):
        (source / f"take{k}.bvh").write_text(bvh_text(source_of(motions.walk(speed=0.8 + 0.1 * k))))
        (source / f"take{k}.txt").write_text("a person walks\n")
    assert run(source, out=out) == 0
    splits = [entry["split"] for entry in entries(out).values()]
    assert (splits.count("val"), splits.count("test"), splits.count("train")) == (1, 0, 11)
    assert "warning" not in capsys.readouterr().out
    assert run(source, "--test-share", "0.2", out=out) == 0
    splits = [entry["split"] for entry in entries(out).values()]
    assert (splits.count("val"), splits.count("test"), splits.count("train")) == (1, 2, 9)


def test_that_nothing_is_held_out_of_a_few_files_is_told(lab, tmp_path, capsys):
    assert run(lab / "exact", out=tmp_path / "cache") == 0
    assert {entry["split"] for entry in entries(tmp_path / "cache").values()} == {"train"}
    assert "warning: too little to hold any of it out for validation" in capsys.readouterr().out
