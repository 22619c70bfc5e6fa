"""Roles of clips: the ratio, the seed, families and strata."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motionmix_core.errors import DataError, RequestError
from motionmix_core.mixed_data.roles import RoleSplit, split_roles

IDS = [f"cmu/{number:03d}" for number in range(101)]


@given(st.integers(0, 60), st.floats(0, 1), st.integers(0, 2**31))
def test_every_clip_has_one_role_in_the_ratio(count: int, ratio: float, seed: int) -> None:
    split = split_roles(IDS[:count], ratio, seed)
    assert len(split.noisy) == int(count * ratio)
    assert sorted(split.noisy + split.clean) == IDS[:count]


def test_same_seed_same_split_whatever_the_order() -> None:
    split = split_roles(IDS, 0.5, 3)
    assert split == split_roles(list(reversed(IDS)), 0.5, 3)
    assert split != split_roles(IDS, 0.5, 4)
    assert split.noisy != tuple(IDS[:50])


def test_classes_are_divided_alike() -> None:
    strata = {clip_id: number % 3 for number, clip_id in enumerate(IDS[:90])}
    split = split_roles(IDS[:90], 0.5, 0, strata=strata)
    for action in range(3):
        assert sum(strata[clip_id] == action for clip_id in split.noisy) == 15


@given(st.floats(0, 1), st.integers(0, 2**31))
def test_no_clean_twin_of_a_noisy_clip(ratio: float, seed: int) -> None:
    """Overlapping windows share a role; the released EDGE split divides windows that overlap by 90 %."""
    ids = [f"{take}/{window}" for take in range(20) for window in range(5)]
    split = split_roles(ids, ratio, seed, families={clip_id: clip_id.split("/")[0] for clip_id in ids})
    takes = {clip_id.split("/")[0] for clip_id in split.noisy}, {clip_id.split("/")[0] for clip_id in split.clean}
    assert not takes[0] & takes[1]
    assert len(split.noisy) <= int(100 * ratio) < len(split.noisy) + 5


def test_stored_split_comes_back_and_knows_its_clips(tmp_path: Path) -> None:
    split = split_roles(IDS, 0.3, 9)
    split.save(tmp_path / "roles.json")
    read = RoleSplit.load(tmp_path / "roles.json")
    assert read == split
    assert read.is_clean([split.noisy[0], split.clean[0]]).tolist() == [False, True]
    with pytest.raises(DataError, match=r"test/001.*new split"):
        read.is_clean(["test/001"])


def test_broken_splits_are_named(tmp_path: Path) -> None:
    path = tmp_path / "roles.json"
    for text in ("", "[]", '{"noisy": ["a"]}'):
        path.write_text(text)
        with pytest.raises(DataError, match=r"roles\.json"):
            RoleSplit.load(path)
    path.write_text('{"noisy": ["a"], "clean": ["a"], "noisy_ratio": 0.5, "seed": 0}')
    with pytest.raises(DataError, match="both roles"):
        RoleSplit.load(path)
    with pytest.raises(RequestError, match="same id"):
        split_roles(["a", "a"], 0.5, 0)
    with pytest.raises(RequestError, match="between 0 and 1"):
        split_roles(["a"], 1.5, 0)
