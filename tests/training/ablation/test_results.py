"""Tables of ablations: seed against seed, and only what was measured."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

from training.ablation.plan import FOLDER, read_plan
from training.ablation.results import ablations_text, differences_of, kept_results, table_of, write_page


def stored(**arms: list[dict[str, Any]]) -> dict[str, Any]:
    return {"title": "T", "arms": {name: {"label": name, "runs": runs} for name, runs in arms.items()}}


def test_what_a_seed_brings_falls_away() -> None:
    plain = [{"seed": s, "error@0.5": 0.1 * s} for s in (1, 2, 3)]
    better = [{"seed": s, "error@0.5": 0.1 * s - 0.01} for s in (3, 1)]
    table = differences_of(stored(plain=plain, better=better))
    assert table is not None and list(table.rows) == ["better (2 pairs)"]
    difference = table.rows["better (2 pairs)"]["error@0.5"]
    assert difference.mean == pytest.approx(-0.01) and difference.interval == pytest.approx(0.0, abs=1e-9)


def test_two_seeds_give_a_wide_interval() -> None:
    plain = [{"seed": s, "error@0.5": 0.0} for s in (1, 2)]
    other = [{"seed": 1, "error@0.5": 1.0}, {"seed": 2, "error@0.5": 3.0}]
    table = differences_of(stored(plain=plain, other=other))
    assert table is not None
    difference = table.rows["other (2 pairs)"]["error@0.5"]
    assert difference.mean == pytest.approx(2.0)
    assert difference.interval == pytest.approx(12.706, rel=1e-3)  # t of one degree of freedom, standard error 1


def test_a_single_common_seed_is_no_comparison() -> None:
    assert differences_of(stored(a=[{"seed": 1, "jitter": 1.0}], b=[{"seed": 1, "jitter": 2.0}])) is None
    assert differences_of(stored(a=[{"seed": 1, "jitter": 1.0}] * 2, b=[])) is None


def test_columns_that_nobody_measured_are_left_out_and_the_start_has_its_row() -> None:
    facts = stored(a=[{"seed": 1, "error@0.9": 0.2}]) | {"before": {"error@0.9": 0.1}}
    table = table_of(facts)
    assert list(table.columns) == ["error@0.9"]
    assert table.rows["before any of these steps"]["error@0.9"].mean == 0.1


def test_what_was_measured_elsewhere_is_read_back_by_what_was_run(tmp_path: Path) -> None:
    runs: list[dict[str, Any]] = [{"seed": 1, "digest": "abc", "error@0.5": 0.1}, {"seed": 2, "error@0.5": 0.2}]
    (tmp_path / "size.json").write_text(json.dumps(stored(a=runs)), encoding="utf-8")
    (tmp_path / "other.json").write_text(
        json.dumps(stored(b=[{"seed": 3, "digest": "def", "jitter": 9.0}])), encoding="utf-8"
    )
    assert kept_results(tmp_path) == {"abc": {"error@0.5": 0.1}, "def": {"jitter": 9.0}}
    assert kept_results(tmp_path / "nowhere") == {}


def test_the_published_page_and_report_say_what_the_results_and_remarks_say(repo_root: Path, tmp_path: Path) -> None:
    """A remark that was corrected, or an arm that was renamed, is written out again (`write_page`)."""
    pytest.importorskip("matplotlib")
    published = repo_root / "training" / "reports"
    copied = tmp_path / "ablations"
    shutil.copytree(published / "ablations", copied)
    assert write_page(copied).read_text("utf-8") == (published / "ablations.md").read_text("utf-8")
    assert ablations_text(copied) in (published / "base-cmu.md").read_text("utf-8")


def test_what_is_published_of_an_arm_was_run_as_the_arm_says(repo_root: Path) -> None:
    for path in sorted((repo_root / "training" / "reports" / "ablations").glob("*.json")):
        stored = json.loads(path.read_text("utf-8"))
        for arm in read_plan(repo_root / FOLDER / f"{path.stem}.toml").arms:
            told = stored["arms"][arm.name]
            assert told["label"] == arm.label
            assert {run["digest"] for run in told["runs"]} <= {arm.digest(run["seed"]) for run in told["runs"]}


def test_the_arm_called_the_papers_keeps_its_clean_half_below_the_pivot(repo_root: Path) -> None:
    for name in ("motionmix", "motionmix-simulated"):
        arms = read_plan(repo_root / FOLDER / f"{name}.toml").arms
        called = [arm for arm in arms if "paper" in arm.label]
        assert called
        for arm in called:
            assert arm.data.hide_clean and arm.data.pivot and arm.data.simulated == 0.5
            assert arm.config.mix.enabled and not arm.config.mix.unannotated_everywhere
