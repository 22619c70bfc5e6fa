"""The whole of ../shared/data prepared once: what a person who runs the command gets. Only where the data is."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from training.evaluation.shares import is_made
from training.preparation.cache import load_motion, read_manifest
from training.preparation.floor import estimate_floor
from training.prepare import main

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cache(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("prepared") / "motion"
    assert main(["--source", str(shared_data), "--out", str(out), "--quiet", "--jobs", "2"]) == 0
    return out


@pytest.fixture(scope="module")
def clips(cache: Path) -> list[dict]:
    return read_manifest(cache)["clips"]


def minutes(clips: list[dict]) -> float:
    return sum(clip["frames"] for clip in clips) / 30 / 60


def test_nearly_all_of_it_is_there_and_fits_in_45_mb(cache, clips):
    assert minutes([c for c in clips if c["dataset"] == "cmu"]) > 78  # of 82; broken stretches are cut out
    assert minutes(clips) > 85
    assert sum(path.stat().st_size for path in cache.iterdir()) < 45e6
    assert minutes([c for c in clips if c["clean"]]) > 60
    assert minutes([c for c in clips if not c["annotated"]]) < 1


def test_what_may_not_ship_does_not(clips):
    assert not any(c["dataset"].startswith("bandai") for c in clips)
    assert {c["id"].split("/")[1].startswith("cyber_") for c in clips if not c["shippable"]} == {True}


def test_the_test_split_is_as_given_and_no_group_is_torn(shared_data, clips):
    lines = [json.loads(line) for line in (shared_data / "cmu" / "clips.jsonl").read_text().splitlines()]
    given = {line["clip"]: line["split"] for line in lines}
    groups: dict[object, set[str]] = {}
    described = {line["clip"]: (line["subject"], line["cmu_description"]) for line in lines}
    for clip in clips:
        trial = clip["id"].removesuffix("+loop").split("@")[0]
        if clip["dataset"] != "cmu":
            continue
        assert (clip["split"] == "test") == (given[trial] == "test")
        if clip["subject"] in ("60", "61"):
            groups.setdefault(trial.split("_")[1], set()).add(clip["split"])  # both partners of a salsa couple
        else:
            groups.setdefault(described[trial], set()).add(clip["split"])
    assert all(len(splits) == 1 for splits in groups.values())
    captured = [c for c in clips if not is_made(c["id"]) and c["split"] != "test"]
    share = minutes([c for c in captured if c["split"] == "val"]) / minutes(captured)
    assert 0.04 < share < 0.07


def test_captions_are_clean_and_lie_inside_their_clips(clips):
    for clip in clips:
        for caption in clip["captions"]:
            assert 0 <= caption["start_s"] < caption["end_s"] <= clip["frames"] / 30 + 1e-3
            assert caption["text"] == caption["text"].lower()
            assert "anticlock" not in caption["text"]
    sources = {caption["source"] for clip in clips for caption in clip["captions"]}
    assert {"written", "cmu-index", "kit-ml", "humanml3d"} <= sources


def test_standing_feet_rest_on_the_ground(cache, clips):
    """By subject, on average; subject 3 walks on uneven ground that isn't there."""
    heights: dict[str, list[float]] = {}
    for clip in clips[::2]:
        if clip["subject"] != "3":
            floor = estimate_floor(load_motion(cache, clip, 30.0))
            if floor.seconds > 1:
                heights.setdefault(clip["subject"], []).append(floor.height)
    medians = np.array([np.median(values) for values in heights.values()])
    assert len(medians) > 30
    assert np.abs(medians).max() < 0.02
