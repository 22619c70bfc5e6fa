"""The shared packs' layout, with files made by the tests and with errors put into them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from motionmix_core.errors import DataError
from motionmix_core.formats.bandai_pack import BandaiPack
from motionmix_core.formats.canonicalise import canonicalise
from motionmix_core.formats.cc0_pack import Cc0Pack
from motionmix_core.formats.cmu_pack import CmuPack
from motionmix_core.formats.humanoid import CMU
from motionmix_core.motion.rotations import quat_angle
from tests import motions
from tests.formats.foreign_files import cmu_source, packed, source_of, write_cmu_pack, write_lines


def test_a_clip_of_the_cmu_pack_comes_back(rng, tmp_path):
    motion = motions.random_motion(rng, amplitude=0.4)
    write_cmu_pack(tmp_path, {"13_01": cmu_source(motion)})
    pack = CmuPack.open(tmp_path)
    assert CmuPack.is_pack(tmp_path)
    assert not Cc0Pack.is_pack(tmp_path)
    carried = canonicalise(pack.load(pack.clips()[0]), CMU)
    assert np.abs(carried.positions() - motion.positions()).max() < 1e-3
    assert np.degrees(quat_angle(carried.global_rotations(), motion.global_rotations()).max()) < 0.1


@pytest.fixture
def pack(tmp_path):
    write_cmu_pack(tmp_path, {"13_01": cmu_source(motions.walk(seconds=1.0))})
    return CmuPack.open(tmp_path)


def rewrite(pack: CmuPack, **changes: np.ndarray | None) -> None:
    path = pack.folder / "cmu_13.npz"
    with np.load(path) as arrays:
        table = dict(arrays)
    for key, value in changes.items():
        name = f"13_01/{key}"
        if value is None:
            del table[name]
        else:
            table[name] = value
    np.savez(path, **table)


def load(pack: CmuPack) -> object:
    return pack.load(pack.clips()[0])


def test_a_truncated_shard_is_named(pack):
    path = pack.folder / "cmu_13.npz"
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(DataError, match=r"cmu_13\.npz is broken"):
        load(pack)


def test_a_missing_shard_is_named(pack):
    (pack.folder / "cmu_13.npz").unlink()
    with pytest.raises(DataError, match=r"cmu_13\.npz is missing"):
        load(pack)


def test_a_missing_array_is_named(pack):
    rewrite(pack, rot=None)
    with pytest.raises(DataError, match="13_01/rot"):
        load(pack)


@pytest.mark.parametrize(("changes", "message"), [
    ({"rot": np.ones((30, 30, 4), np.int16)}, r"31, 4\) was expected"),
    ({"root": np.zeros((29, 3), np.float32)}, "30 frames of rotations but a root path"),
    ({"root": np.full((30, 3), np.nan, np.float32)}, "NaN"),
    ({"rot": np.zeros((30, 31, 4), np.int16)}, "no length"),
    ({"rot": np.zeros((0, 31, 4), np.int16), "root": np.zeros((0, 3), np.float32)}, "0 frames"),
])  # fmt: skip
def test_arrays_that_make_no_motion_are_named(pack, changes, message):
    rewrite(pack, **changes)
    with pytest.raises(DataError, match=f"cmu/13_01: .*{message}"):
        load(pack)


def test_broken_json_is_named_with_its_line(pack):
    index = pack.folder / "clips.jsonl"
    index.write_text(index.read_text() + "{not json\n")
    with pytest.raises(DataError, match=r"clips\.jsonl, line 2"):
        pack.clips()
    (pack.folder / "skeletons.json").write_text('{"joints": []}')
    with pytest.raises(DataError, match=r"skeletons\.json"):
        CmuPack.open(pack.folder)


def test_bandai_shards_are_differences_that_wrap_around(rng, tmp_path):
    a, b = (source_of(motions.random_motion(rng, seconds=s)) for s in (1.0, 1.5))
    (root_a, rot_a), (root_b, rot_b) = packed(a), packed(b)
    rotations = np.concatenate((-rot_a, rot_b))  # a sign change at the border makes differences overflow
    delta = np.diff(np.moveaxis(rotations, 0, -1), axis=-1, prepend=np.zeros((22, 4, 1), np.int16))
    assert delta.dtype == np.int16
    np.savez(tmp_path / "bandai_walk.npz", names=["a", "b"], frames=np.array([30, 45], np.int32),
             root=np.concatenate((root_a, root_b)), rot_delta=delta)  # fmt: skip
    skeleton = {"joints": a.skeleton.names, "parents": a.skeleton.parents, "offsets": a.skeleton.offsets.tolist()}
    (tmp_path / "skeleton.json").write_text(json.dumps(skeleton))
    write_lines(tmp_path / "clips.jsonl", [{"clip": name, "shard": "bandai_walk.npz"} for name in ("a", "b", "c")])
    pack = BandaiPack.open(tmp_path)
    shard = pack.shard("bandai_walk.npz")
    lines = pack.clips()
    assert quat_angle(pack.motion(lines[0], shard).rotations, a.rotations).max() < 1e-4
    assert quat_angle(pack.motion(lines[1], shard).rotations, b.rotations).max() < 1e-4
    with pytest.raises(DataError, match=r"c: not in its shard bandai_walk\.npz"):
        pack.motion(lines[2], shard)
    np.savez(tmp_path / "bandai_walk.npz", names=["a"], frames=[31], root=root_a, rot_delta=delta)
    with pytest.raises(DataError, match=r"bandai_walk\.npz"):
        pack.shard("bandai_walk.npz")


def test_a_hand_made_pack_needs_one_npz(tmp_path):
    source = source_of(motions.walk(seconds=1.0))
    skeleton = {"joints": source.skeleton.names, "parents": source.skeleton.parents,
                "offsets": source.skeleton.offsets.tolist()}  # fmt: skip
    (tmp_path / "skeleton.json").write_text(json.dumps(skeleton))
    write_lines(tmp_path / "clips.jsonl", [{"clip": "x/Walk"}])
    write_lines(tmp_path / "captions.jsonl", [])
    with pytest.raises(DataError, match="one npz file was expected, 0 found"):
        Cc0Pack.open(tmp_path)
    root, rotations = packed(source)
    np.savez(tmp_path / "x.npz", **{"Walk/root": root, "Walk/rot": rotations})
    pack = Cc0Pack.open(tmp_path)
    assert np.abs(pack.load(pack.clips()[0]).world()[0] - source.world()[0]).max() < 1e-3
