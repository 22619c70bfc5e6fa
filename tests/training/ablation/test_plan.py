"""Ablation files, what arms change about the data, and the law of the data's size."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")


from motionmix_core.errors import DataError
from motionmix_core.mixed_data.cache import MotionCache
from tests.mixed_data import small_run
from training.ablation.arm_data import arm_cache, arm_texts
from training.ablation.plan import FOLDER, ArmData, merged, read_plan
from training.ablation.results import ablations_text, data_size_text, save_results, write_page
from training.reporting.extrapolation import fit_law

PLAN = """
title = "T"
question = "Q?"
seeds = [1, 2]
[base]
steps = 10
[base.network]
width = 20
heads = 2
[arms.a]
[arms.b]
label = "no mirror"
config = { data = { mirror = false } }
data = { share = 0.5 }
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_arm_is_the_base_with_its_changes(tmp_path: Path) -> None:
    plan = read_plan(written(tmp_path, PLAN))
    a, b = plan.arms
    assert plan.name == "plan" and plan.seeds == (1, 2)
    assert (a.label, b.label) == ("a", "no mirror")
    assert a.config.data.mirror and not b.config.data.mirror and b.data.share == 0.5
    assert a.config.steps == b.config.steps == 10 and b.config.network.width == 20
    assert merged({"x": {"y": 1, "z": 2}}, {"x": {"y": 3}}) == {"x": {"y": 3, "z": 2}}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("[arms.a]", "[arms.a]\nconfig = { steps = 20 }"), "same budget"),
        (("[arms.a]", "[arms.a]\nlable = 'x'"), "lable"),
        (("share = 0.5", "shares = 0.5"), "shares"),
        (("share = 0.5", "clips = 'dirty'"), "dirty"),
        (("mirror = false", "mirrored = false"), "mirrored"),
        (("title", "titel"), "title"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_plan(written(tmp_path, PLAN.replace(*change)))


def test_every_ablation_of_the_repository_can_be_read(repo_root: Path) -> None:
    plans = [read_plan(path) for path in sorted((repo_root / FOLDER).glob("*.toml"))]
    assert {"motionmix", "motionmix-simulated", "recipe", "size", "data-size"} <= {plan.name for plan in plans}
    assert all(len(plan.arms) >= 3 and len(plan.seeds) == 3 for plan in plans)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> MotionCache:
    return small_run.write_cache(tmp_path_factory.mktemp("cache"))


def changed(cache: MotionCache, **data: object) -> MotionCache:
    return arm_cache(cache, small_run.text_bank(), small_run.CONFIG, ArmData(**data))  # type: ignore[arg-type]


def test_clean_clips_only(cache: MotionCache) -> None:
    kept = {c.id for c in changed(cache, clips="clean").select("train", True)}
    assert kept == {"test/walk", "test/unlabelled", "test/turn"}


def test_the_papers_halves(cache: MotionCache) -> None:
    made = changed(cache, simulated=0.5, hide_clean=True)
    clips = made.select("train", True)
    noisy, clean = [c for c in clips if not c.clean], [c for c in clips if c.clean]
    assert len(noisy) == len(clean) == 2 and all(not c.captions for c in clean)
    for clip in clips:
        rows = slice(clip.start, clip.start + clip.frames)
        difference = np.abs(made.features[rows] - cache.features[rows]).mean()
        assert (difference > 1e-3) == (not clip.clean)
    held_out, original = made.select("val", True)[0], cache.select("val", True)[0]
    assert held_out == original
    rows = slice(original.start, original.start + original.frames)
    np.testing.assert_array_equal(made.features[rows], cache.features[rows])
    again = changed(cache, simulated=0.5, hide_clean=True)
    np.testing.assert_array_equal(again.features, made.features)


def test_one_caption_a_stretch_and_half_the_text(cache: MotionCache) -> None:
    double = cache.clips[0].captions * 3
    from dataclasses import replace

    tripled = replace(cache, clips=(replace(cache.clips[0], captions=double), *cache.clips[1:]))
    assert len(changed(tripled, captions=1).clips[0].captions) == 1
    bank = small_run.text_bank()
    assert not arm_texts(bank, "tokens").pooled.any() and arm_texts(bank, "tokens").tokens.any()
    assert not arm_texts(bank, "pooled").tokens.any() and arm_texts(bank, "pooled").pooled.any()
    assert arm_texts(bank, "both") is bank


def test_a_law_is_recovered_and_extrapolated() -> None:
    shares = [0.25, 0.5, 0.75, 1.0]
    law = fit_law(shares, [2.0 + 0.5 * share**-0.8 for share in shares])
    assert law.at(4.0) == pytest.approx(2.0 + 0.5 * 4**-0.8, abs=0.01)
    assert law.power == pytest.approx(0.8, abs=0.05)
    with pytest.raises(ValueError, match="three"):
        fit_law([0.5, 1.0, 1.0], [1, 2, 3])


def test_results_become_sections(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    plan = read_plan(written(tmp_path, PLAN))
    runs = [{"validation loss": 1.0, "loss@0.9": 2.0, "R@3 of all": 0.5, "parameters": 2e6, "jitter": 10.0}] * 2
    save_results(plan, {"a": runs}, {"device": "one thread"}, tmp_path / "out")
    text = write_page(tmp_path / "out").read_text(encoding="utf-8")
    assert "| a (2 seeds) | 1.000 ± 0.000 |" in text and "Not run: no mirror." in text and "one thread" in text
    assert (tmp_path / "out" / "plan.png").read_bytes().startswith(b"\x89PNG") and "out/plan.png" in text
    (tmp_path / "out" / "remarks.md").write_text("Nothing was shown.\n", encoding="utf-8")
    assert "Nothing was shown." in write_page(tmp_path / "out").read_text(encoding="utf-8")
    assert "Nothing was shown." in ablations_text(tmp_path / "out") and "out.md" in ablations_text(tmp_path / "out")
    assert "not measured" in data_size_text(tmp_path / "out", tmp_path, tmp_path)
    assert "No ablation" in ablations_text(tmp_path / "empty")


def test_how_near_samples_of_less_data_lie_is_told_of_the_runs_that_were_asked(tmp_path: Path) -> None:
    plain = {"loss@0.9": 2.0, "parameters": 2e6}
    asked = {**plain, "samples to training": 0.06, "real to training": 0.12}
    arms = {
        "few": {"label": "25 %", "share": 0.25, "runs": [asked, plain]},
        "all": {"label": "100 %", "share": 1.0, "runs": [plain]},
    }
    stored = {"title": "Size", "question": "?", "steps": 1, "batch": 1, "facts": {}, "arms": arms}
    (tmp_path / "data-size.json").write_text(json.dumps(stored), encoding="utf-8")
    text = data_size_text(tmp_path, tmp_path, tmp_path)
    assert "| 25 % | 1 | 0.060 | 0.120 | 0.50 |" in text and "| 100 % |" not in text


def test_arms_that_do_the_same_are_one_and_other_weights_to_begin_with_are_another(tmp_path: Path) -> None:
    a, b = read_plan(written(tmp_path, PLAN)).arms
    assert a.digest(1) != a.digest(2) and a.digest(1) != b.digest(1)
    twin = read_plan(written(tmp_path, PLAN.replace("[arms.b]", '[arms.c]\nlabel = "the same"\n[arms.b]'))).arms[1]
    assert twin.digest(1) == a.digest(1)
    model = tmp_path / "model"
    model.mkdir()
    started = written(tmp_path, PLAN.replace("steps = 10", f'steps = 10\ninit_from = "{model.as_posix()}"'))
    digests = []
    for weights in ("one", "two"):
        (model / "model.json").write_text(f'{{"weights_sha256": "{weights}"}}', encoding="utf-8")
        digests.append(read_plan(started).arms[0].digest(1))
    assert digests[0] != digests[1]
