"""Tables of ablations: seed against seed, and only what was measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

from training.ablation.results import differences_of, kept_results, table_of


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
