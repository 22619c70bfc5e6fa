"""Repeats, intervals and the written tables."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from motionmix_core.metrics.report import Estimate, Table, repeated, write_tables


def test_interval_is_that_of_the_papers() -> None:
    estimate = Estimate.of([1.0, 2.0, 3.0, 4.0])
    assert estimate.mean == 2.5
    assert estimate.interval == pytest.approx(1.96 * np.sqrt(1.25) / 2)
    assert f"{estimate:.2f}" == "2.50 ± 1.10"
    assert f"{Estimate(0.5):.2f}" == "0.50"
    with pytest.raises(ValueError, match="no value"):
        Estimate.of([])


def test_repeats_are_independent_and_reproducible() -> None:
    def measure(rng: np.random.Generator) -> dict[str, float]:
        return {"noise": float(rng.normal()), "constant": 3.0}

    first, again, other = repeated(measure, 400, seed=1), repeated(measure, 400, seed=1), repeated(measure, 400, seed=2)
    assert first == again
    assert first["noise"] != other["noise"]
    assert first["constant"] == Estimate(3.0, 0.0, 400)
    assert abs(first["noise"].mean) < 0.2
    assert first["noise"].interval == pytest.approx(1.96 / 20, rel=0.15)


def test_tables_are_written_for_people_and_for_programs(tmp_path: Path) -> None:
    table = Table(
        title="Quality",
        columns=("FID", "R@3"),
        rows={
            "real": {"FID": Estimate(0.002, 0.001, 20), "R@3": Estimate(0.797)},
            "ours|a": {"R@3": Estimate(float("nan"))},
        },
        notes=("20 repeats.",),
        formats={"FID": ".4f"},
        row_header="method",
    )
    paths = write_tables([table], tmp_path / "deep" / "report.md", {"machine": "two cores"})
    assert [path.name for path in paths] == ["report.json", "report.md"]
    text = paths[1].read_text(encoding="utf-8")
    assert "| method | FID | R@3 |" in text
    assert "| real | 0.0020 ± 0.0010 | 0.797 |" in text
    assert "| ours/a | – | nan |" in text
    assert "- machine: two cores" in text
    plain = json.loads(paths[0].read_text(encoding="utf-8"))
    assert plain["facts"] == {"machine": "two cores"}
    assert plain["tables"][0]["rows"]["real"]["FID"] == {"mean": 0.002, "interval": 0.001, "repeats": 20}
    assert plain["tables"][0]["rows"]["ours|a"]["R@3"]["mean"] is None
