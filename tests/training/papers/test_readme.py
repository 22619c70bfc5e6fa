"""The commands in training/README.md are commands that exist, and each task's example does what it says."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from motionmix_core.denoisers.mdm import MDM, MDMConfig
from motionmix_core.formats.bvh_read import read_bvh
from motionmix_core.formats.motion_npz import load_motion, save_motion
from motionmix_core.mixed_data.paper_config import load_paper_config
from tests.motions import walk
from tests.training.papers.published import (
    REPO,
    bert_encoder,
    clip_encoder,
    edge_set,
    humanact12_set,
    humanml3d_set,
    small_config,
)
from training import sample_paper, train_paper
from training.experiments.arms import ABLATIONS, LONG, MAIN
from training.papers.sampling import sampling_schedule

README = (REPO / "training" / "README.md").read_text("utf-8")
EXAMPLES = re.findall(r"(?m)^    python -m training\.(train_paper|sample_paper) (.+)$", README)
SAMPLES = [words for program, words in EXAMPLES if program == "sample_paper"]
DIP = "DiP_no-target_10steps_context20_predict40"
WINDOW = 3.0  # seconds of HumanAct12's window, the length of an example that doesn't say one


def test_every_example_is_understood():
    tasks = []
    for program, words in EXAMPLES:
        module = train_paper if program == "train_paper" else sample_paper
        parsed = module._arguments(shlex.split(words))
        if program == "sample_paper":
            given = [name for name in ("between", "part", "text", "action", "music") if getattr(parsed, name)]
            tasks.append(given[0] if given else "unconditional")
    assert set(tasks) == {"action", "between", "music", "part", "text", "unconditional"}
    assert any(program == "train_paper" for program, _ in EXAMPLES)
    for config in re.findall(r"training/configs/papers/[a-z0-9-]+\.toml", README):
        assert (REPO / config).is_file()


def test_edges_steps_below_the_pivot_are_as_many_as_told():
    config = load_paper_config(REPO / "training" / "configs" / "papers" / "edge-aistpp.toml")
    mixed, even = (sampling_schedule(one).timesteps for one in (config, config.without_mix()))
    assert len(mixed) == len(even) == 50
    below, published = (sorted(map(int, steps[steps < config.mix.pivot]), reverse=True) for steps in (mixed, even))
    told = f"{len(below)} of them lie below T* = {config.mix.pivot} here"
    assert told in README and f"has {len(published)} there ({', '.join(map(str, published))})" in README
    assert published == [79, 59, 39, 19]


def test_the_bandai_report_holds_as_many_arms_as_told():
    stored = json.loads((REPO / "training" / "reports" / "motionmix-on-bandai.json").read_text("utf-8"))
    seeds: dict[str, set[int]] = {}
    for run in stored["runs"]:
        seeds.setdefault(run["arm"], set()).add(run["seed"])
    assert all(len(seeds[arm.name]) == 3 for arm in MAIN)
    counts = [[len(seeds[arm.name]) for arm in arms if arm.name in seeds] for arms in (LONG, ABLATIONS)]
    assert counts == [[1] * 3, [1] * 4] and (len(LONG), len(ABLATIONS)) == (5, 9)  # as the README says in words


@pytest.fixture(scope="module")
def workplace(tmp_path_factory) -> Path:
    """A folder with everything that the examples name: runs of small networks, encoders, statistics, files."""
    folder = tmp_path_factory.mktemp("readme")
    clip_encoder(folder / "clip-vit-base-patch32")
    text = ["--text-encoder", folder / "clip-vit-base-patch32"]
    for row, data, run, more in (
        ("mdm-humanml3d", humanml3d_set(folder / "HumanML3D"), "mdm", text),
        ("mdm-humanact12", humanact12_set(folder / "HumanAct12Poses", clips=8), "humanact12", []),
        ("edge-aistpp", edge_set(folder / "aistpp"), "edge", []),
    ):
        given = [small_config(row, folder), "--data", data, "--run", folder / "runs" / run, "--cpu", *more]
        assert train_paper.main([str(argument) for argument in given]) == 0
    bert_encoder(folder / "distilbert-base-uncased")
    size: dict[str, Any] = {"width": 16, "feedforward": 16, "layers": 1}
    dip = {"context_len": 20, "mask_frames": True, "text_encoder_type": "bert"}
    for name, network, args in (
        ("humanml-encoder-512", MDMConfig(**size), {}),
        (DIP, MDMConfig(architecture="trans_dec", condition="tokens", condition_width=768, **size), dip),
    ):
        (folder / name).mkdir()
        (folder / name / "args.json").write_text(json.dumps({"dataset": "humanml", "diffusion_steps": 3, **args}))
        torch.save(MDM(network).state_dict(), folder / name / "model000475000.pt")
    save_motion(folder / "known.npz", walk(3.0))
    return folder


@pytest.mark.parametrize("words", SAMPLES)
def test_every_example_makes_what_it_says(words, workplace, monkeypatch):
    monkeypatch.chdir(workplace)
    given = shlex.split(words)
    if "--music" in given:
        soundfile = pytest.importorskip("soundfile", reason="soundfile isn't installed: music files not read")
        pytest.importorskip("librosa", reason="librosa isn't installed: music files not read")
        time = np.arange(0, 31, 1 / 15360)
        soundfile.write("song.wav", 0.5 * np.sin(880 * time) * (time % 0.5 < 0.1), 15360)
    assert sample_paper.main([*given, "--steps", "2"]) == 0
    asked = sample_paper._arguments(given)
    names = [asked.output.name]
    if asked.count > 1:
        names = [f"{asked.output.stem}-{number}{asked.output.suffix}" for number in range(1, asked.count + 1)]
    for name in names:
        if name.endswith(".bvh"):
            (rate,) = re.findall(r"Frame Time: (\S+)", Path(name).read_text("utf-8"))
            (frames,) = re.findall(r"Frames: (\d+)", Path(name).read_text("utf-8"))
            seconds = asked.seconds or WINDOW
            assert int(frames) * float(rate) == pytest.approx(seconds, abs=1e-3)
            read_bvh(Path(name))
        else:
            made = load_motion(Path(name))
            assert made.num_frames >= 59 and np.isfinite(made.positions()).all()
    if asked.between or asked.part:
        known, made = walk(3.0).resample(20), load_motion(asked.output)
        assert made.num_frames == known.num_frames - 1  # HumanML3D's numbers are steps between frames
        assert np.abs(made.root_positions[:10] - known.root_positions[:10]).max() < 0.05
