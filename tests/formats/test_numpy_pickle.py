"""Pickles of arrays: read whole, and nothing else is built."""

import os
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from motionmix_core.errors import DataError
from motionmix_core.formats.numpy_pickle import read_numpy_pickle


class Attack:
    target = Path("attacked")

    def __reduce__(self):
        return os.mkdir, (str(self.target),)


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_arrays_and_containers_come_back(tmp_path, protocol):
    ragged = np.empty(2, dtype=object)
    ragged[:] = [np.zeros((3, 72), np.float32), np.ones((5, 72), np.float32)]
    data: dict[str, Any] = {
        "poses": [np.arange(6.0).reshape(2, 3), np.asfortranarray(np.arange(6).reshape(2, 3))],
        "y": [np.int64(3), 4],
        "ragged": ragged,
        "names": ("a", "b"),
        "scale": np.float32(2.5),
        "order": OrderedDict(a=b"raw"),
    }
    path = tmp_path / "data.pkl"
    path.write_bytes(pickle.dumps(data, protocol=protocol))
    read = read_numpy_pickle(path)
    assert np.array_equal(read["poses"][0], data["poses"][0]) and np.array_equal(read["poses"][1], data["poses"][1])
    assert read["y"] == [3, 4] and read["scale"] == np.float32(2.5) and read["names"] == ("a", "b")
    assert [part.shape for part in read["ragged"]] == [(3, 72), (5, 72)]
    assert read["order"] == {"a": b"raw"}
    read["poses"][0][0, 0] = 7  # arrays may be written to


def test_nothing_is_run(tmp_path):
    attack = Attack()
    attack.target = tmp_path / "made"
    for position, data in enumerate((attack, {"poses": [attack]}, np.array([attack], dtype=object))):
        path = tmp_path / f"{position}.pkl"
        path.write_bytes(pickle.dumps(data))
        with pytest.raises(DataError, match=r"mkdir.*can run code"):
            read_numpy_pickle(path)
    assert not attack.target.exists()


@pytest.mark.parametrize("data", [Path("x"), np.random.default_rng(0), range(3), np.load, slice(1, 2)])
def test_other_objects_are_refused(tmp_path, data):
    path = tmp_path / "other.pkl"
    path.write_bytes(pickle.dumps(data))
    with pytest.raises(DataError, match=r"other\.pkl: holds"):
        read_numpy_pickle(path)


def test_broken_files_are_named(tmp_path):
    whole = pickle.dumps({"poses": [np.zeros((10, 72))]})
    broken = {"cut": whole[: len(whole) // 2], "empty": b"", "text": b"hello there", "zip": b"PK\x03\x04"}
    for name, contents in broken.items():
        (tmp_path / name).write_bytes(contents)
        with pytest.raises(DataError, match=name):
            read_numpy_pickle(tmp_path / name)
    with pytest.raises(DataError, match="there is no file"):
        read_numpy_pickle(tmp_path / "none.pkl")
