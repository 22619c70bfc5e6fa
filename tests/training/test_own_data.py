"""Training on one's own files by docs/training.md: all clips and captions are learned from, or it is said why not."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from motionmix_core.mixed_data.cache import MotionCache, load_cache
from motionmix_core.mixed_data.config import load_config
from motionmix_core.mixed_data.windows import clip_weights
from tests import motions
from tests.formats.foreign_files import bvh_text, source_of, write_lines
from tests.tiny_model import write_models
from training import prepare, train
from training.choose_smoothing import clean_stretches
from training.evaluators.pairs import read_pairs
from training.reporting.stretches import read_stretches

OWN, BASE = (Path("training/configs") / name for name in ("own.toml", "base-cmu.toml"))
BRIEF = {
    "steps = 1500": 'steps = 2\nprecision = "fp32"',
    "batch = 32": "batch = 2",
    "[data]": "[data]\nlengths = [32]",
}
SAID = {f"take{k}": f"somebody strides {k} times" for k in range(9)}


@pytest.fixture(scope="module")
def encoder(tmp_path_factory) -> Path:
    return write_models(tmp_path_factory.mktemp("models")) / "text-minilm"


@pytest.fixture(scope="module")
def mine(tmp_path_factory) -> Path:
    """Nine takes and what happens in them: three sidecars, six lines of captions.jsonl."""
    folder = tmp_path_factory.mktemp("captures") / "mine"
    folder.mkdir()
    for k, (name, text) in enumerate(SAID.items()):
        (folder / f"{name}.bvh").write_text(bvh_text(source_of(motions.walk(2.0, speed=1 + 0.1 * k))))
        if k < 3:
            (folder / f"{name}.txt").write_text(text + "\n")
    lines = [{"clip": name, "text": text} for name, text in list(SAID.items())[3:]]
    write_lines(folder / "captions.jsonl", lines)
    return folder


@pytest.fixture(scope="module")
def cache(mine, tmp_path_factory) -> Path:
    """As the manual has it, with the clips that are made here."""
    return prepared(mine, tmp_path_factory.mktemp("prepared") / "cache")


def prepared(source: Path, out: Path, *options: str) -> Path:
    assert prepare.main(["--quiet", "--jobs", "1", "--out", str(out), "--source", str(source), *options]) == 0
    return out


def trained(cache: Path, config: Path, run: Path, encoder: Path) -> int:
    arguments = ["--run", run, "--cache", cache, "--text-encoder", encoder, "--cpu", "--threads", "1"]
    return train.main([str(config), *map(str, arguments)])


def of_own(cache: Path) -> MotionCache:
    return load_cache(cache, load_config(OWN).data.caption_sources, jobs=1)


def brief(config: Path, to: Path) -> Path:
    """A config as it ships, but for two short steps."""
    text = config.read_text(encoding="utf-8")
    for line, shorter in BRIEF.items():
        assert line in text
        text = text.replace(line, shorter)
    to.write_text(text, encoding="utf-8")
    return to


@pytest.fixture
def tiny(tmp_path) -> Path:
    """A config that says nothing of clips and captions, as the shipped model's, of a network that is quickly taught."""
    path = tmp_path / "tiny.toml"
    path.write_text(
        'steps = 1\nbatch = 2\nprecision = "fp32"\n[data]\nlengths = [32]\n'
        "[network]\nwidth = 32\nlayers = 1\nheads = 2\ncondition_width = 16\n"
    )
    shipped, own = load_config(BASE).data, load_config(path).data
    assert (shipped.caption_sources, shipped.shippable_only) == (own.caption_sources, own.shippable_only)
    return path


def test_the_documented_config_learns_every_clip_and_caption(cache, tmp_path, encoder, repo_root, monkeypatch, capfd):
    monkeypatch.chdir(repo_root)  # pretrained/base-cmu, which the run begins with, is named from there
    assert trained(cache, brief(OWN, tmp_path / "own.toml"), tmp_path / "run", encoder) == 0
    said = capfd.readouterr().err
    clips = [clip for clip in of_own(cache).select("train", shippable_only=False) if clip.dataset == "mine"]
    assert f"mine: {len(clips)} of {len(clips)} clips" in said
    assert "left out" not in said
    told = {caption.text for clip in of_own(cache).clips if clip.dataset == "mine" for caption in clip.captions}
    assert told == set(SAID.values())
    assert (tmp_path / "run" / "last.pt").is_file()


def test_clips_that_the_shipped_recipe_leaves_out_are_told(cache, tmp_path, encoder, tiny, capfd):
    assert trained(cache, tiny, tmp_path / "run", encoder) == 0
    said = capfd.readouterr().err
    assert "mine: 0 of " in said
    assert "clips marked as not for models that ship" in said


def test_captions_that_the_shipped_recipe_leaves_out_are_told(mine, tmp_path, encoder, tiny, capfd):
    cache = prepared(mine, tmp_path / "cache", "--as-recorded", "--licence", "mine")
    assert trained(cache, tiny, tmp_path / "run", encoder) == 0
    said = capfd.readouterr().err
    assert "captions from sidecar, which caption_sources in [data] doesn't name" in said
    assert "the model won't follow prompts" in said


def test_no_clip_to_train_on_is_told_with_the_reason(mine, tmp_path, encoder, tiny, capfd):
    cache = prepared(mine, tmp_path / "cache", "--as-recorded")
    assert trained(cache, tiny, tmp_path / "run", encoder) == 2
    error = capfd.readouterr().err.splitlines()[-1]
    assert error.startswith("error: ")
    assert "shippable_only" in error


def test_a_missing_text_encoder_is_told_with_what_makes_it(mine, tmp_path, tiny, capfd):
    cache = prepared(mine, tmp_path / "cache", "--as-recorded", "--licence", "mine")
    assert trained(cache, tiny, tmp_path / "run", tmp_path / "text-minilm") == 2
    error = capfd.readouterr().err.splitlines()[-1]
    assert error.startswith("error: ")
    assert "text-minilm" in error
    assert "build.py" in error


def test_captions_of_ones_own_are_measured_by_too(mine, tmp_path):
    cache = prepared(mine, tmp_path / "cache", "--as-recorded")
    told = {text for stretch in read_stretches(cache, "val").stretches for text in stretch.captions}
    told |= {text for stretch in read_stretches(cache, "train").stretches for text in stretch.captions}
    assert told == set(SAID.values()) == {pair.text for s in ("val", "train") for pair in read_pairs(cache, s).pairs}
    assert len(clean_stretches(cache, 10)) == 1


def test_noisy_clips_held_out_without_a_caption_leave_the_run_alone(tmp_path, encoder, tiny, capfd):
    """They can't be validated on, which is told; the run goes on."""
    source = tmp_path / "mine"
    source.mkdir()
    for k in range(17):
        (source / f"take{k}.bvh").write_text(bvh_text(source_of(motions.walk(1.0, speed=1 + 0.05 * k))))
    cache = prepared(source, tmp_path / "cache", "--as-recorded", "--licence", "mine")
    manifest = json.loads((cache / "manifest.json").read_text())
    for entry in manifest["clips"]:
        entry["clean"] = entry["split"] == "train"
    assert {entry["split"] for entry in manifest["clips"]} == {"train", "val"}
    (cache / "manifest.json").write_text(json.dumps(manifest))
    assert trained(cache, tiny, tmp_path / "run", encoder) == 0
    assert "no clip is held out for validation" in capfd.readouterr().err


def test_own_clips_weigh_as_much_as_captures_however_few_they_are(cache):
    clips, data = of_own(cache).select("train", shippable_only=False), load_config(OWN).data
    weights = clip_weights(clips, data)
    made = np.array([clip.dataset in ("hand_tasks", "body_tasks") for clip in clips])
    assert made.sum() > 100 > (~made).sum()
    assert weights[made].sum() == pytest.approx(data.made_share)
