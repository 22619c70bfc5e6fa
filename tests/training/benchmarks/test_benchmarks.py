"""What the benchmarks print is what they measured; no test here looks at how long anything took."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

pytest.importorskip("onnx")

from tests.tiny_model import write_models
from training.benchmarks.__main__ import package_sizes, weights_of
from training.benchmarks.measures import REFERENCE, Row, machine_facts, markdown, seconds_of, write
from training.benchmarks.runtime import measure_worker, peak_memory_mb


def test_table_has_medians_budgets_and_ratios(tmp_path: Path) -> None:
    rows = [
        Row("ours", (0.6, 0.4, 5.0), budget=1.0, timed=True),
        Row("late", (2.0,), budget=1.0),
        Row(REFERENCE, (60.0,), timed=True, note="measured once"),
        Row("memory", (512.4,), "MB", 700.0),
    ]
    text = markdown(rows, {"machine": "this one"})
    assert "| ours | 0.60 s | 0.40 s – 5.00 s | 3 | 1.00 s | yes | 100.0 |" in text
    assert "| late | 2.00 s |  | 1 | 1.00 s | **no** |  |" in text
    assert "| memory | 512 MB |  | 1 | 700 MB | yes |  |" in text
    assert f"- {REFERENCE}: measured once" in text
    paths = write(rows, {"machine": "this one"}, tmp_path / "out" / "bench.md")
    plain = json.loads(paths[0].read_text(encoding="utf-8"))
    assert plain["rows"][0]["median"] == 0.6
    assert paths[1].read_text(encoding="utf-8").endswith(text)


def test_every_repeat_is_kept() -> None:
    calls: list[int] = []
    times = seconds_of(lambda: calls.append(1), 4)
    assert len(times) == len(calls) == 4
    assert min(times) >= 0


def test_worker_rows_come_from_a_real_worker(tmp_path: Path) -> None:
    models = write_models(tmp_path)
    rows = {row.name: row for row in measure_worker(models / "tiny", threads=1, repeats=2)}
    assert rows["cold start to first motion"].budget == 3.0
    assert rows["6 s clip, normal, warm"].budget == 1.0
    assert rows["6 s clip, draft, warm"].budget == 0.35
    assert len(rows["6 s clip, 50 steps, warm"].values) == 2
    assert all(row.timed == ("warm" in name) for name, row in rows.items())
    if os.path.exists("/proc/self/status"):
        assert 10 < rows["worker, peak memory"].median < 2000


def test_peak_memory_grows_with_what_was_used() -> None:
    before = peak_memory_mb(os.getpid())
    if before is None:
        pytest.skip("this system doesn't tell a process's peak memory")
    block = bytearray(os.urandom(1)) * 300_000_000
    after = peak_memory_mb(os.getpid())
    assert after is not None
    assert after >= 300
    assert after >= before
    del block


def test_mdm_is_built_at_the_size_of_our_network() -> None:
    pytest.importorskip("torch")
    from training.benchmarks.mdm import mdm_of_size, parameters_of

    for wanted in (4e6, 13.6e6):
        made = mdm_of_size(int(wanted))
        assert sum(p.numel() for p in made.parameters()) == pytest.approx(wanted, rel=0.08)
        assert (made.config.layers, made.config.heads) == (8, 4)
    assert mdm_of_size(17_880_000).config.width == 512  # the published one
    folder = Path(__file__).parent / "none"
    with pytest.raises(OSError, match="none"):
        parameters_of(folder)


def test_parameters_are_counted_from_the_weights_file(tmp_path: Path) -> None:
    safetensors = pytest.importorskip("safetensors.numpy")
    numpy = pytest.importorskip("numpy")
    pytest.importorskip("torch")
    from training.benchmarks.mdm import parameters_of

    tensors = {"a": numpy.zeros((3, 4), "f4"), "b": numpy.zeros(5, "f2")}
    safetensors.save_file(tensors, tmp_path / "weights.safetensors", metadata={"who": "test"})
    assert parameters_of(tmp_path) == 17


def test_what_was_measured_is_named(repo_root: Path, tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text('{"weights_sha256": "0123456789abcdef"}', encoding="utf-8")
    assert weights_of(tmp_path) == "0123456789ab"
    published = repo_root / "training" / "reports" / "speed.json"
    facts = json.loads(published.read_text(encoding="utf-8"))["facts"]
    page = published.with_suffix(".md").read_text(encoding="utf-8")
    assert all(f"- {name}: {told}\n" in page for name, told in facts.items())
    shipped = weights_of(repo_root / "pretrained" / "base-cmu")
    assert shipped in facts["weights"]  # measured, or named as what was not


def test_packages_are_weighed(tmp_path: Path) -> None:
    (tmp_path / "motionmix-linux.zip").write_bytes(b"x" * 2_500_000)
    (row,) = package_sizes(tmp_path)
    assert (row.name, row.median, row.unit, row.budget) == ("package motionmix-linux", 2.5, "MB", 120.0)
    assert package_sizes(tmp_path / "none") == []


def test_machine_is_named() -> None:
    facts = machine_facts(2)
    assert str(facts["cores used"]).startswith("2 of ")
    assert facts["processor"]
