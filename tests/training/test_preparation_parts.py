"""The parts of data preparation one by one: good stretches, floor, splits, caption files."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import quat_mul
from motionmix_core.motion.skeleton import JOINT_NAMES
from tests import motions
from training.preparation.caption_files import find_captions, humanml_lines
from training.preparation.floor import estimate_floor, settle_floors
from training.preparation.records import Caption, Clip, Frames
from training.preparation.spans import good_spans, joint_jumps, speed_spikes
from training.preparation.split import carve_test, carve_validation, spread_test


def spiked(motion: Motion, frame: int, distance: float) -> Motion:
    root = motion.root_positions.copy()
    root[frame] += (distance, 0, 0)
    return Motion(motion.skeleton, root, motion.rotations, motion.fps)


def test_a_spike_is_cut_out_with_its_neighbours():
    motion = spiked(motions.walk(seconds=4.0), 60, 2.0)
    assert not speed_spikes(motions.walk()).any()
    spans = good_spans(motion, [], 0.5)
    assert len(spans) == 2
    assert spans[0][0] == 0
    assert spans[1][1] == motion.num_frames
    assert spans[0][1] <= 60 - 3
    assert spans[1][0] >= 60 + 4
    for start, stop in spans:
        assert not speed_spikes(motion.crop(start, stop)).any()


def test_known_broken_stretches_are_cut_out_and_crumbs_dropped():
    motion = motions.walk(seconds=4.0)
    assert good_spans(motion, [[1.0, 2.0]], 0.5) == [(0, 30), (60, 120)]
    assert good_spans(motion, [[0.4, 2.0], [3.9, 4.0]], 0.5) == [(60, 117)]
    assert good_spans(motion, [[0.0, 4.0]], 0.5) == []
    assert good_spans(motion, [], 0.5) == [(0, 120)]


def test_a_twist_flip_is_found_where_it_is():
    motion = motions.walk()
    rotations = motion.rotations.copy()
    hip = JOINT_NAMES.index("right_hip")
    rotations[40:, hip] = quat_mul(rotations[40:, hip], motions.about("y", 3.0))
    flipped = Motion(motion.skeleton, motion.root_positions, rotations, 30.0)
    assert joint_jumps(motion) == []
    assert joint_jumps(flipped) == [(40, "right_hip")]
    assert good_spans(flipped, [], 0.5) == [(0, 35), (45, 120)]
    assert good_spans(flipped, [], 0.5, captured=False) == [(0, 120)]


@pytest.mark.parametrize("height", [-0.1, 0.0, 0.04])
@pytest.mark.parametrize("make", [motions.walk, motions.jump, motions.turn_in_place])
def test_the_floor_is_found_under_standing_feet(make, height):
    floor = estimate_floor(make().transformed(0.0, (0, height, 0)))
    assert floor.trusted
    assert floor.height == pytest.approx(height, abs=0.005)


def test_flying_alone_says_nothing_about_the_floor():
    flight = motions.jump(height=1.0, stand_seconds=0.5).crop(18, 40)
    assert not estimate_floor(flight).trusted


def clip(name: str, motion: Motion, **fields) -> Clip:
    return Clip(name, "lab", fields.pop("source", "test"), "none", fields.pop("subject", "1"),
                fields.pop("split", "train"), Frames.pack(motion), **fields)  # fmt: skip


def test_floors_are_settled_by_subject_and_steps_are_left_high():
    """A subject 3 cm too high is lowered as a whole; one clip 10 cm too low has its own floor; a ladder stays high."""
    heights = {"a": 0.03, "b": 0.03, "c": 0.03, "low": -0.1, "ladder": 0.28}
    clips = [clip(name, motions.walk().transformed(0, (0, height, 0))) for name, height in heights.items()]
    pairs = [(c, estimate_floor(c.frames.unpack())) for c in clips]
    settled = {c.id: estimate_floor(c.frames.unpack()).height for c in settle_floors(pairs)}
    assert settled == pytest.approx({"a": 0, "b": 0, "c": 0, "low": 0, "ladder": 0.25}, abs=0.006)


def test_hand_made_animation_is_moved_as_a_whole_only():
    raised = [motions.walk().transformed(0, (0, height, 0)) for height in (0.05, 0.05, 0.05, 0.0)]
    clips = [clip(str(k), motion, captured=False) for k, motion in enumerate(raised)]
    pairs = [(c, estimate_floor(c.frames.unpack())) for c in clips]
    settled = [estimate_floor(c.frames.unpack()).height for c in settle_floors(pairs)]
    assert settled == pytest.approx([0, 0, 0, -0.05], abs=0.006)


def test_validation_takes_whole_groups_and_never_touches_test():
    motion = motions.rest(30)
    clips = [clip(f"{group}/{take}", motion, group=f"g{group}", split="test" if group == 7 else "train")
             for group in range(60) for take in range(3)]  # fmt: skip
    done = carve_validation(clips)
    assert [c.id for c in done] == [c.id for c in clips]
    splits: dict[str, set[str]] = {}
    for c in done:
        splits.setdefault(c.group, set()).add(c.split)
    assert all(len(found) == 1 for found in splits.values())
    assert splits["g7"] == {"test"}
    share = sum(c.split == "val" for c in done) / sum(c.split != "test" for c in done)
    assert 0.03 < share <= 0.06
    assert carve_validation(clips) == done


def test_more_data_does_not_reshuffle_validation():
    """Groups of a dataset keep their place in the order, so that what was held out stays held out."""
    motion = motions.rest(30)
    few = [clip(str(k), motion, group=f"g{k}") for k in range(50)]
    more = few + [clip(str(k), motion, group=f"g{k}") for k in range(50, 60)]
    held = {c.id for c in carve_validation(few) if c.split == "val"}
    still = {c.id for c in carve_validation(more) if c.split == "val"}
    assert held
    assert len(held & still) >= len(held) - 1


def loose_clips(count: int, folders: int, **fields) -> list[Clip]:
    motion = motions.rest(30)
    return [clip(f"{k}", motion, source=f"{k}.bvh", group=f"folder{k % folders}", **fields) for k in range(count)]


@pytest.mark.parametrize(("files", "folders", "held"), [(7, 1, 0), (8, 1, 1), (12, 1, 1), (12, 4, 1), (60, 2, 3)])
def test_single_files_are_held_out_where_groups_are_too_large(files, folders, held):
    """The same data of a pack, whose makers have settled its groups, stays whole."""
    clips = loose_clips(files, folders)
    assert sum(c.split == "val" for c in carve_validation(clips, loose={"lab"})) == held
    assert not any(c.split == "val" for c in carve_validation(clips))


def test_many_folders_of_a_file_each_are_held_out_of_together():
    clips = [replace(c, dataset=f"take{k}", id=f"take{k}/{c.id}") for k, c in enumerate(loose_clips(40, 1))]
    done = carve_validation(clips, loose={c.dataset for c in clips})
    assert sum(c.split == "val" for c in done) == 2


def test_pieces_of_one_file_stay_in_one_part():
    pieces = [replace(c, id=f"{c.id}@{k}") for c in loose_clips(8, 1) for k in range(3)]
    for done in (carve_validation(pieces, loose={"lab"}), carve_test(pieces, 0.2, {"lab"})):
        parts = {c.source: {d.split for d in done if d.source == c.source} for c in done}
        assert all(len(splits) == 1 for splits in parts.values())
        assert any(splits != {"train"} for splits in parts.values())


def test_a_file_held_out_alone_is_exact_and_says_what_it_shows():
    said = Caption("walk", "walk", 0.0, 1.0, "sidecar")
    files = loose_clips(9, 1, clean=False)
    files[3] = replace(files[3], clean=True, captions=(said,))
    assert [c.id for c in carve_validation(files, loose={"lab"}) if c.split == "val"] == ["3"]


def test_other_takes_of_a_test_clip_are_test_too():
    motion = motions.rest(30)
    clips = [clip("a", motion, group="walk", split="test"), clip("b", motion, group="walk")]
    clips += [clip("c", motion, group="run")]
    assert [c.split for c in spread_test(clips)] == ["test", "test", "train"]


def test_humanml_text_files_and_plain_ones(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("a man walks#a/DET man/NOUN#0.0#0.0\nhe waves#he/X#1.5#3.0\nplain words\n\nodd#x#nan#nan\n")
    assert [(line["text"], line["start_s"], line["end_s"]) for line in humanml_lines(path)] == [
        ("a man walks", 0.0, None), ("he waves", 1.5, 3.0), ("plain words", 0.0, None), ("odd", 0.0, None),
    ]  # fmt: skip


def test_captions_are_found_beside_motion(tmp_path):
    (tmp_path / "KIT" / "3").mkdir(parents=True)
    motion = tmp_path / "KIT" / "3" / "kick_01_poses.npz"
    motion.with_suffix(".txt").write_text("a kick\n")
    (tmp_path / "captions.jsonl").write_text('{"file": "KIT/3/kick_01_poses.npz", "text": "he kicks", "end_s": 2}\n')
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "000001.txt").write_text("kicks high#x#0.5#1.0\n")
    (tmp_path / "index.csv").write_text(
        "source_path,start_frame,end_frame,new_name\n./pose_data/KIT/3/kick_01_poses.npy,20,80,000001.npy\n"
    )
    book = find_captions(tmp_path)
    found = {line["text"]: (line.get("start_s"), line.get("end_s"))
             for line in book.lines_for(motion, motion.relative_to(tmp_path))}  # fmt: skip
    assert found == {"he kicks": (None, 2), "kicks high": (1.5, 2.0), "a kick": (0.0, None)}


def test_cmu_index_in_both_forms(tmp_path):
    (tmp_path / "cmu-mocap-index-text.txt").write_text(
        "Subject #1 (climb, swing)\n\n01_01\tplayground - forward jumps\n18_01\twalk (2 subjects - subject A)\n"
    )
    (tmp_path / "cmu-index.jsonl").write_text('{"trial": "02_01", "description": "walk", "subject": "various"}\n')
    trials = find_captions(tmp_path).trials
    assert trials["01_01"] == {"description": "playground - forward jumps", "subject": "climb, swing"}
    assert trials["18_01"]["description"] == "walk"
    assert trials["02_01"] == {"description": "walk", "subject": "various"}


def test_a_broken_caption_file_is_named_and_passed_over(tmp_path):
    (tmp_path / "captions.jsonl").write_text("{\n")
    book = find_captions(tmp_path)
    assert [(skip.name, "line 1" in skip.reason) for skip in book.skipped] == [("captions.jsonl", True)]


def test_frames_keep_motion_to_a_tenth_of_a_millimetre(rng):
    motion = motions.random_motion(rng)
    back = Frames.pack(motion).unpack()
    assert np.abs(back.positions() - motion.positions()).max() < 5e-4
