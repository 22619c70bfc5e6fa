"""Reading BVH of every dress, and naming what is wrong with a broken one."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motionmix_core.errors import DataError
from motionmix_core.formats.bvh_read import UNITS, guess_unit, parse_bvh, read_bvh
from motionmix_core.formats.bvh_write import write_bvh
from motionmix_core.formats.source import SourceMotion
from motionmix_core.motion.rotations import quat_angle
from motionmix_core.motion.skeleton import Skeleton
from tests import motions
from tests.formats.foreign_files import bvh_text, source_of

ORDERS = ["".join(order) for order in itertools.permutations("XYZ")]


def assert_same_world(a: SourceMotion, b: SourceMotion, metres: float = 1e-5, degrees: float = 1e-3) -> None:
    (positions, rotations), (others, other_rotations) = a.world(), b.world()
    order = [b.skeleton.names.index(name) for name in a.skeleton.names]
    assert np.abs(positions - others[:, order]).max() < metres
    assert np.degrees(quat_angle(rotations, other_rotations[:, order]).max()) < degrees


@pytest.mark.parametrize("order", ORDERS)
def test_any_rotation_order_reads_back(rng, order):
    source = source_of(motions.random_motion(rng))
    assert_same_world(parse_bvh(bvh_text(source, [order])), source)


def test_every_joint_may_have_its_own_order(rng):
    source = source_of(motions.random_motion(rng))
    assert_same_world(parse_bvh(bvh_text(source, ORDERS)), source)


def test_what_we_write_we_read(rng, tmp_path):
    motion = motions.random_motion(rng)
    write_bvh(tmp_path / "a.bvh", motion)
    read = read_bvh(tmp_path / "a.bvh")
    assert read.fps == pytest.approx(30, rel=1e-6)
    assert_same_world(read, source_of(motion))
    assert read.skeleton.end_offsets["head"] == pytest.approx(motion.skeleton.end_offsets["head"], abs=1e-5)


def test_liberties_of_exporters(rng):
    """Windows line ends, tabs, brackets on the line, commas between numbers, lower-case channels, no last newline."""
    source = source_of(motions.random_motion(rng, seconds=0.3))
    text = bvh_text(source)
    head, frames = text.split("MOTION\n")
    head = head.replace("rotation", "ROTATION").replace("\n\t{", " {")
    lines = frames.rstrip("\n").split("\n")
    frames = "\n".join(lines[:2] + [line.replace(" ", ", ") for line in lines[2:]])
    loose = "\ufeff" + (head + "MOTION\n" + frames).replace("\n", "\r\n")
    assert_same_world(parse_bvh(loose.lstrip("\ufeff")), source)


def test_hips_that_move_below_a_still_root(rng):
    motion = motions.random_motion(rng)
    names = ("reference", *motion.skeleton.names)
    parents = (-1, *(parent + 1 for parent in motion.skeleton.parents))
    offsets = np.concatenate((np.zeros((1, 3)), motion.skeleton.offsets))
    still = np.tile([1.0, 0, 0, 0], (motion.num_frames, 1, 1))
    source = SourceMotion(
        Skeleton(names, parents, offsets), np.zeros((motion.num_frames, 3)),
        np.concatenate((still, motion.rotations), axis=1), 30.0, {1: motion.root_positions},
    )  # fmt: skip
    read = parse_bvh(bvh_text(source))
    assert_same_world(read, source)
    assert np.abs(source.world()[0][:, 1:] - motion.positions()).max() < 1e-9


@given(unit=st.sampled_from(sorted(UNITS)), size=st.floats(0.88, 1.12))
def test_the_unit_is_told_from_the_size_of_the_body(unit, size):
    skeleton = motions.SKELETON
    body = Skeleton(skeleton.names, skeleton.parents, skeleton.offsets * size / UNITS[unit])
    assert guess_unit(body) == unit


def test_a_file_cut_off_in_its_last_frame_keeps_the_whole_ones(rng):
    source = source_of(motions.random_motion(rng, seconds=1.0))
    text = bvh_text(source)
    read = parse_bvh(text[: text.rindex(" ")])
    assert read.num_frames == 29
    assert "29 of 30" in " ".join(read.notes)
    assert_same_world(read, source.crop(0, 29))


GOOD = bvh_text(source_of(motions.rest(3)))
BROKEN = {
    "empty": ("", "not a BVH"),
    "something else": ("hello\nworld\n", "not a BVH"),
    "no motion": (GOOD.split("MOTION")[0], "not a BVH"),
    "no joints": ("HIERARCHY\nMOTION\nFrames: 1\nFrame Time: 0.03\n0\n", "no joints"),
    "bracket missing": (GOOD.replace("}\nMOTION", "MOTION", 1), "cut off"),
    "bracket too many": (GOOD.replace("}\nMOTION", "}\n}\nMOTION", 1), "never opened"),
    "offset of two numbers": (GOOD.replace("OFFSET 0.000000 0.000000 0.000000", "OFFSET 0.0 0.0", 1), "line 4"),
    "offset that is no number": (GOOD.replace("OFFSET 0.000000", "OFFSET nan", 1), "line 4"),
    "unknown channel": (GOOD.replace("Zrotation", "Wrotation", 1), "line 5.*Wrotation"),
    "unknown word": (GOOD.replace("JOINT", "JOIN", 1), "line 6"),
    "no frame time": (GOOD.replace("Frame Time", "Frametime"), "Frame Time"),
    "frame time zero": (GOOD.replace("Frame Time: 0.0333333", "Frame Time: 0"), "0.0 s"),
    "frames that are no number": (GOOD.replace("Frames: 3", "Frames: three"), "three"),
    "a word among the numbers": (GOOD.rstrip("\n") + "x\n", "isn't a number"),
    "infinite": (GOOD[: GOOD.rindex(" ")] + " inf\n", "infinite"),
    "a number too many": (GOOD.rstrip("\n") + " 0\n", "don't make frames"),
    "no frames": (GOOD[: GOOD.index("Frame Time")] + "Frame Time: 0.0333333\n", "no frames"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_broken_files_are_named_with_what_is_wrong(tmp_path, what):
    text, expected = BROKEN[what]
    path = tmp_path / "walk.bvh"
    path.write_text(text)
    with pytest.raises(DataError, match=expected) as error:
        read_bvh(path)
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match=r"gone\.bvh"):
        read_bvh(tmp_path / "gone.bvh")


def test_more_frames_than_the_file_says(rng):
    """Programs that join files forget that line. All of it is there, so all of it is read."""
    source = source_of(motions.random_motion(rng, seconds=1.0))
    text = bvh_text(source)
    for said in (29, 15):
        read = parse_bvh(text.replace("Frames: 30", f"Frames: {said}"))
        assert f"says {said} frames and has 30" in " ".join(read.notes)
        assert_same_world(read, source)


def test_a_remark_in_front_and_other_line_ends(rng):
    source = source_of(motions.random_motion(rng, seconds=1.0))
    text = bvh_text(source)
    assert_same_world(parse_bvh("# recorded on a Monday\n" + text), source)
    assert_same_world(parse_bvh(text.replace("\n", "\r")), source)
