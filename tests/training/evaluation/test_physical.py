"""The table of physical measures: right numbers in right columns, real clips found by the prompt's words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from motionmix_core.errors import DataError
from motionmix_core.motion.motion import Motion
from tests import motions
from training.evaluation.clip_cache import open_cache
from training.evaluation.physical import compare_with_real, content_words, measure, real_motions_for
from training.evaluation.sources import NamedMotion, from_clips
from training.preparation.cache import write_cache
from training.preparation.records import Caption, Clip, Frames


def clip(name: str, motion: Motion, split: str, *captions: tuple[str, float, float]) -> Clip:
    return Clip(
        id=f"made/{name}",
        dataset="made",
        source="formula",
        licence="CC0",
        subject="1",
        split=split,
        frames=Frames.pack(motion),
        captions=tuple(Caption(text, text, start, end, "written") for text, start, end in captions),
    )


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    clips = [
        clip("walk", motions.walk(4), "test", ("a person walks forward", 0, 2), ("walking on", 2, 4)),
        clip("jump", motions.jump(), "train", ("jumps up high", 0, 2)),
        clip("turn", motions.turn_in_place(), "test", ("turn around", 0, 3)),
    ]
    return write_cache(tmp_path / "cache", clips, 30.0)


def test_measures_of_a_known_walk() -> None:
    row = measure(motions.walk(seconds=4, speed=1.2))
    assert row["speed m/s"] == pytest.approx(1.2)
    assert row["net m/s"] == pytest.approx(1.2)
    assert row["skate GMD"] == 0
    assert row["turn deg/s"] == pytest.approx(0, abs=1e-6)
    assert row["deep toes"] == 0
    assert row["lowest m"] == pytest.approx(0.025, abs=1e-3)
    turning = measure(motions.turn_in_place(seconds=3, angle=np.pi))
    assert turning["turn deg/s"] == pytest.approx(180 / (89 / 30))
    assert turning["speed m/s"] == 0


def test_real_clips_are_those_that_have_every_word(cache: Path) -> None:
    opened = open_cache(cache)
    found, where = real_motions_for(opened, "walk forward", "test")
    assert where == "test"
    assert [m.num_frames for m in found] == [60]  # the caption's own two seconds
    assert len(real_motions_for(opened, "a person walking", "test")[0]) == 2
    found, where = real_motions_for(opened, "jump", "test")
    assert (len(found), where) == (1, "train")
    assert real_motions_for(opened, "swim", "test") == ([], "")
    assert content_words("He walks, walking and walked!") == content_words("walk") | content_words("he")


def test_table_sets_prompts_beside_real_clips(cache: Path) -> None:
    made = [NamedMotion("walk", motions.walk(2, speed=0.5), "walk"), NamedMotion("swim", motions.rest(30), "swim")]
    table = compare_with_real(made, cache, "test")
    names = list(table.rows)
    assert names[0] == "walk (1)"
    assert "real: walk (2, test)" in names[1]
    assert names[2] == "swim (1)"
    assert "all generated (2)" in names[3]
    assert "all real test clips (2)" in names[4]
    assert table.rows[names[0]]["speed m/s"].mean == pytest.approx(0.5)
    assert table.rows[names[1]]["speed m/s"].mean == pytest.approx(1.2, abs=1e-3)
    assert table.rows[names[3]]["speed m/s"].mean == pytest.approx(0.25)
    with pytest.raises(DataError, match="no clips of the split 'val'"):
        compare_with_real(made, cache, "val")


def test_clips_by_name_and_from_a_second(cache: Path) -> None:
    (whole,) = from_clips(cache, ["made/walk"])
    assert whole.motion.num_frames == 120
    assert whole.title == "made/walk: a person walks forward"
    (part,) = from_clips(cache, ["made/walk:2.5"], seconds=1)
    assert part.title == "made/walk:2.5: walking on"
    np.testing.assert_allclose(part.motion.root_positions, whole.motion.root_positions[75:105], atol=1e-6)
    for wrong, message in (
        ("walk", "did you mean made/walk"),
        ("made/walk:9", "only 4.0 s long"),
        ("made/walk:x", "second to start at"),
    ):
        with pytest.raises(DataError, match=message):
            from_clips(cache, [wrong])
