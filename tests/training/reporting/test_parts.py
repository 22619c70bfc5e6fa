"""Goals, orders and their shelf, what was seen, the run's log: the small parts of a report."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest

from motionmix_core.errors import DataError
from tests import motions
from training.reporting.goals import Goal, markdown
from training.reporting.orders import Order, Shelf, fill
from training.reporting.prompts import DEFAULT_PROMPTS_FILE, prompt_orders, read_notes
from training.reporting.runlog import RunLog, hours_of, read_run, read_runs


def test_goals_say_plainly_what_was_reached() -> None:
    good = Goal("skating", 0.05, 0.06, True, "as GMD")
    bad = Goal("R@3", 0.40, 0.50, False, "of real")
    unknown = Goal("speed", None, 1.0, True, "2 cores")
    text = markdown([good, bad, unknown])
    assert "1 of 3 goals is reached, 1 is not, 1 not measured." in text
    assert "| ≥ 0.500 | 0.400 | **not reached** (under by 20%) |" in text
    assert good.met is True and bad.met is False and unknown.met is None


def test_an_order_keeps_its_noise_when_only_the_steps_change() -> None:
    first, more = Order("walk", 3.0), Order("walk", 3.0, steps=50)
    assert first.seed == more.seed and first.key != more.key
    assert Order("walk", 3.0, 1).seed != first.seed != Order("run", 3.0).seed


def test_a_shelf_gives_back_what_was_put(tmp_path: Path) -> None:
    shelf, order, motion = Shelf(tmp_path / "shelf"), Order("walk", 2.0), motions.walk(2.0)
    assert shelf.missing([order, order]) == [order]
    shelf.put(order, motion, 1.5)
    assert shelf.missing([order]) == [] and shelf.cpu_seconds([order, Order("run", 2.0)]) == [1.5]
    np.testing.assert_allclose(shelf.get(order).positions(), motion.positions(), atol=1e-3)


def test_samples_are_made_once_and_are_those_of_the_generator(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx")
    from motionmix_core.generation import GenerationRequest, Generator
    from tests.tiny_model import write_models

    models = write_models(tmp_path / "models")
    shelf = Shelf.of_model(models / "tiny", tmp_path / "shelf")
    orders = [Order("walks", 1.0), Order("jump", 1.0, steps=2), Order("walks", 1.0)]
    seen: list[tuple[int, int]] = []
    assert fill(shelf, models / "tiny", orders, processes=1, told=lambda done, of: seen.append((done, of))) == 0
    assert seen == [(1, 2), (2, 2)]
    (same,) = Generator(models).generate(GenerationRequest("walks", 1.0, seed=orders[0].seed, model="tiny")).motions
    np.testing.assert_allclose(shelf.get(orders[0]).positions(), same.positions(), atol=1e-3)
    assert fill(shelf, models / "tiny", orders, processes=1, told=lambda *_: pytest.fail("made again")) == 0
    late = [Order("runs", 1.0, number) for number in range(5)]
    assert fill(shelf, models / "tiny", late, processes=1, deadline=time.monotonic() - 1) == 5


def test_another_model_has_another_shelf(tmp_path: Path) -> None:
    for name, text in (("a", "{}"), ("b", "{ }")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.json").write_text(text, encoding="utf-8")
    assert Shelf.of_model(tmp_path / "a").folder != Shelf.of_model(tmp_path / "b").folder


def test_the_sixty_prompts(repo_root: Path) -> None:
    orders = prompt_orders(repo_root / DEFAULT_PROMPTS_FILE)
    assert len(orders) == 60 == len(set(orders))
    text = (repo_root / DEFAULT_PROMPTS_FILE).read_text(encoding="utf-8")
    assert [len([x for x in part.splitlines()[1:] if x]) for part in text.split("#")[1:]] == [30, 30]


def test_notes_of_other_weights_say_so(tmp_path: Path) -> None:
    notes = tmp_path / "seen.md"
    assert "Nobody" in read_notes(notes, "abc123")
    notes.write_text("weights: abc\n\nIt walks.\n", encoding="utf-8")
    assert read_notes(notes, "abc123") == "It walks.\n"
    assert "earlier weights (abc)" in read_notes(notes, "fff")
    notes.write_text("It walks.\n", encoding="utf-8")
    with pytest.raises(DataError, match="first line"):
        read_notes(notes, "abc")


def test_hours_leave_breaks_out() -> None:
    assert hours_of([0, 300, 600, 10_000, 10_300]) == pytest.approx(900 / 3600)
    assert hours_of([5.0]) is None


def test_a_run_is_read_back_with_resumed_steps_once(tmp_path: Path) -> None:
    rows = [{"step": 10, "loss@0.1": 3.0}, {"step": 20, "loss@0.1": 2.0}, {"step": 10, "loss@0.1": 2.5}, {"step": 30}]
    (tmp_path / "validation.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    log = read_run(tmp_path)
    assert log.steps == 20 and log.hours is None
    assert [(row["step"], row["loss@0.1"]) for row in log.validation] == [(10, 2.5), (20, 2.0)]
    log.save(tmp_path / "kept" / "run.json")
    assert RunLog.load(tmp_path / "kept" / "run.json") == log
    assert RunLog.load(tmp_path / "nowhere.json") is None


def test_runs_that_went_on_from_one_another_are_one_curve_and_one_cost(tmp_path: Path) -> None:
    for name, steps in (("first", (10, 20)), ("second", (5, 10))):
        (tmp_path / name).mkdir()
        lines = [json.dumps({"step": step, "loss@0.1": 1.0 / step}) for step in steps]
        (tmp_path / name / "validation.jsonl").write_text("\n".join(lines), encoding="utf-8")
    log = read_runs([tmp_path / "first", tmp_path / "second"], "two cores")
    assert log.steps == 30 and log.hours is None
    assert [row["step"] for row in log.validation] == [10, 20, 25, 30]
    assert log.in_words.startswith("30 steps, hours not logged, on two cores. 2 runs")
    assert "| 2 | 10 | – | – |" in log.in_words and "earlier runs" not in log.in_words
    assert log.starts == [20]
    log.save(tmp_path / "kept.json")
    assert RunLog.load(tmp_path / "kept.json") == log


def test_a_run_that_began_with_earlier_weights_says_so(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    torch.save({"config": {"batch": 32, "init_from": "another"}}, tmp_path / "last.pt")
    (tmp_path / "validation.jsonl").write_text(json.dumps({"step": 10, "loss@0.1": 1.0}), encoding="utf-8")
    log = read_run(tmp_path)
    assert log.went_on and log.parts[0].batch == 32
    assert "began with weights of earlier runs" in log.in_words


def test_sentence_vectors_are_kept(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx")
    from motionmix_core.conditions.text import MiniLMEncoder
    from tests.tiny_model import write_text_encoder
    from training.reporting.sentences import Sentences

    folder = write_text_encoder(tmp_path / "text")
    wanted = ["walks", "a person waves", "walks"]
    vectors = Sentences(folder, tmp_path / "kept")(wanted)
    np.testing.assert_allclose(vectors, MiniLMEncoder(folder).encode(wanted).pooled, atol=1e-6)
    (folder / "graph.onnx").unlink()  # what is known needs no encoder any more
    np.testing.assert_array_equal(Sentences(folder, tmp_path / "kept")(wanted[1:]), vectors[1:])
