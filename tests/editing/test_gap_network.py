"""Learned curves through gaps: keys are hit whatever the network says, and where a body is or faces changes nothing."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from motionmix_core.editing.gap_network import FOLDER, HEAD, LONGEST, GapNetwork, gap_network, learned, read_tensors
from motionmix_core.editing.gap_tokens import FARTHEST, POSE, TIMES, Kind, tokens_of
from motionmix_core.editing.gap_view import FUTURE, PAST, GapView
from motionmix_core.editing.interpolation import interpolated
from motionmix_core.editing.keys import Held, Key, held_by
from motionmix_core.errors import ModelError
from motionmix_core.generation.models import default_models_dir, shipped_models_dir
from motionmix_core.motion.motion import Motion
from tests.editing.clips import lively_walk


@pytest.fixture(scope="module")
def wild() -> GapNetwork:
    """Two networks that answer all kinds of things, and far too much."""
    rng = np.random.default_rng(3)
    width, inner = HEAD, 16
    shapes = {
        "mean": (POSE,), "known.weight": (width, 2 * POSE), "known.bias": (width,), "curve.weight": (width, 3 * POSE),
        "curve.bias": (width,), "kind.weight": (len(Kind), width), "time.weight": (width, TIMES),
        "time.bias": (width,),
        "layers.0.norm1.weight": (width,), "layers.0.norm1.bias": (width,), "layers.0.qkv.weight": (3 * width, width),
        "layers.0.qkv.bias": (3 * width,), "layers.0.near": (1, 2 * FARTHEST + 1),
        "layers.0.out.weight": (width, width),
        "layers.0.out.bias": (width,), "layers.0.norm2.weight": (width,), "layers.0.norm2.bias": (width,),
        "layers.0.up.weight": (inner, width), "layers.0.up.bias": (inner,), "layers.0.down.weight": (width, inner),
        "layers.0.down.bias": (width,), "norm.weight": (width,), "norm.bias": (width,), "out.weight": (69, width),
        "out.bias": (69,),
    }  # fmt: skip
    tensors = {name: rng.normal(0, 0.2, (2, *shape)).astype(np.float32) for name, shape in shapes.items()}
    return GapNetwork({**tensors, "std": np.ones((2, POSE), np.float32)})


def gap(motion: Motion, start: int, stop: int) -> Held:
    """Everything holds but a stretch."""
    held = np.ones(motion.num_frames, bool)
    held[start:stop] = False
    return Held(np.repeat(held[:, None], motion.skeleton.num_joints, axis=1), held)


def view_of(motion: Motion, start: int, stop: int) -> GapView:
    """The gap, motion known on both sides."""
    at = [*(start - 1 - k for k in PAST), start - 1, stop, *(stop + k for k in FUTURE)]
    return GapView(motion.root_positions[None, at], motion.global_rotations()[None, at], (True, True), stop - start)


def test_what_holds_stays_and_speeds_go_on(wild: GapNetwork) -> None:
    motion = lively_walk(3.0)
    held = gap(motion, 30, 50)
    made, plain = learned(motion, held, wild), interpolated(motion, held)
    outside = np.r_[0:30, 50:90]
    np.testing.assert_allclose(made.root_positions[outside], motion.root_positions[outside], atol=1e-12)
    np.testing.assert_allclose(made.positions()[outside], motion.positions()[outside], atol=1e-9)
    assert np.abs(made.positions()[38:42] - plain.positions()[38:42]).max() > 0.03
    for seam in (30, 50):  # the step over the seam is the plain curve's, which has the motion's own speed
        steps = [np.diff(m.positions()[seam - 1 : seam + 1], axis=0) for m in (made, plain)]
        assert np.abs(steps[0] - steps[1]).max() < 0.03


def test_the_mean_of_its_members_answers(wild: GapNetwork) -> None:
    tokens = tokens_of(view_of(lively_walk(2.0), 20, 41))
    alone = [GapNetwork({name: values[[at]] for name, values in wild.tensors.items()})(tokens) for at in (0, 1)]
    assert np.abs(alone[0] - alone[1]).max() > 0.1
    np.testing.assert_allclose(wild(tokens), 0.5 * (alone[0] + alone[1]), atol=1e-4)


def test_keys_in_a_row_are_passed_through_without_a_stop(wild: GapNetwork) -> None:
    motion = lively_walk(4.0)
    held = held_by([Key(frame) for frame in (0, 20, 45, 70, 119)], 120)
    made = learned(motion, held, wild)
    keys = np.flatnonzero(held.root)
    np.testing.assert_allclose(made.positions()[keys], motion.positions()[keys], atol=1e-9)
    acceleration = np.linalg.norm(np.diff(made.positions(), n=2, axis=0), axis=-1).mean(axis=1)
    assert acceleration[keys[1:-1] - 1].max() < 2 * np.percentile(acceleration, 95)


def test_turned_and_moved_it_is_the_same_curve(wild: GapNetwork) -> None:
    motion = lively_walk(2.0)
    held = gap(motion, 20, 41)
    there = learned(motion.transformed(1.9, (3.0, 0.0, -2.0)), held, wild)
    here = learned(motion, held, wild).transformed(1.9, (3.0, 0.0, -2.0))
    np.testing.assert_allclose(there.positions(), here.positions(), atol=1e-5)


def test_the_mirror_image_of_a_motion_gets_the_mirror_image_of_the_curve(wild: GapNetwork) -> None:
    motion = lively_walk(2.0)
    held = gap(motion, 20, 41)
    there = learned(motion.mirrored(), held, wild)
    np.testing.assert_allclose(there.positions(), learned(motion, held, wild).mirrored().positions(), atol=1e-5)


def test_gaps_that_it_was_not_taught_keep_the_plain_curve(wild: GapNetwork) -> None:
    motion = lively_walk(4.0)
    long = gap(motion, 10, 11 + LONGEST)
    np.testing.assert_array_equal(learned(motion, long, wild).root_positions, interpolated(motion, long).root_positions)
    hands = gap(motion, 30, 50)
    hands.rotations[40, -1] = True  # one hand holds within it
    np.testing.assert_allclose(
        learned(motion, hands, wild).positions(), interpolated(motion, hands).positions(), atol=1e-9
    )


def test_poses_beside_the_gap_that_are_not_whole_are_not_taken_for_whole(wild: GapNetwork) -> None:
    motion = lively_walk(3.0)
    held = gap(motion, 30, 50)
    held.rotations[50:, 5] = False
    np.testing.assert_allclose(
        learned(motion, held, wild).positions(), interpolated(motion, held).positions(), atol=1e-9
    )


def test_without_the_file_curves_are_plain(tmp_path) -> None:
    assert gap_network(tmp_path) is None


def test_a_damaged_file_is_told(tmp_path) -> None:
    (tmp_path / "weights.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0{ not json")
    with pytest.raises(ModelError, match="reinstall"):
        read_tensors(tmp_path / "weights.safetensors")


def test_a_matrix_of_bytes_is_read_by_its_scales(tmp_path) -> None:
    """As the file's format has it: a header of JSON, then the numbers."""
    matrix, scale = np.array([[-127, 3], [64, 0]], np.int8), np.array([0.5, 0.25], np.float16)
    header = json.dumps({
        "out.weight": {"dtype": "I8", "shape": [2, 2], "data_offsets": [0, 4]},
        "out.weight.scale": {"dtype": "F16", "shape": [2], "data_offsets": [4, 8]},
    }).encode()  # fmt: skip
    file = tmp_path / "weights.safetensors"
    file.write_bytes(len(header).to_bytes(8, "little") + header + matrix.tobytes() + scale.tobytes())
    found = read_tensors(file)
    assert found.keys() == {"out.weight"}
    np.testing.assert_array_equal(found["out.weight"], np.array([[-63.5, 1.5], [16, 0]]))


def test_the_network_that_ships_knows_how_legs_swing() -> None:
    """Half a second cut out of a walk: a plain curve drags the foot along, and misses by more."""
    network = gap_network(default_models_dir())
    assert network is not None, f"pretrained/{FOLDER} is missing"
    motion = lively_walk(4.0)
    errors: dict[str, list[float]] = {"plain": [], "learned": []}
    for start in range(20, 90, 5):
        held = gap(motion, start, start + 15)
        for name, made in (("plain", interpolated(motion, held)), ("learned", learned(motion, held, network))):
            off = np.linalg.norm(made.positions() - motion.positions(), axis=-1)
            errors[name].append(off[start : start + 15].mean())
    assert np.mean(errors["learned"]) < 0.95 * np.mean(errors["plain"])


def test_the_pose_alone_is_enough_to_go_on_from(wild: GapNetwork) -> None:
    """One pose before and one after: no speed is known, and none is made up from frames that are not shown."""
    motion = lively_walk(2.0)
    held = held_by([Key(20), Key(40)], 60)
    root = motion.root_positions.copy()
    root[:20] += 5.0
    other = replace(motion, root_positions=root)
    np.testing.assert_allclose(
        learned(motion, held, wild).positions()[20:41], learned(other, held, wild).positions()[20:41], atol=1e-9
    )


def test_a_folder_of_ones_own_models_needs_no_copy_of_it(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTIONMIX_MODELS", str(tmp_path))
    assert gap_network() is gap_network(shipped_models_dir()) is not None
