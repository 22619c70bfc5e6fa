"""The command lines of training/README.md, for each row of the papers and each task, on tiny data as published."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from motionmix_core.formats.motion_npz import load_motion, save_motion
from motionmix_core.mixed_data.roles import RoleSplit
from motionmix_core.motion.skeleton import JOINT_NAMES
from motionmix_core.representation import edge
from tests.motions import walk
from tests.training.papers.published import (
    bert_encoder,
    clip_encoder,
    edge_set,
    humanact12_set,
    humanml3d_set,
    kit_set,
    small_config,
    uestc_set,
)
from training import sample_paper, train_paper
from training.papers.checkpoints import load_checkpoint, load_config, load_roles
from training.papers.space import TextSpace, load_space


def train(*arguments: object) -> None:
    assert train_paper.main([str(argument) for argument in (*arguments, "--cpu", "--threads", 1)]) == 0


def make(*arguments: object) -> None:
    assert sample_paper.main([str(argument) for argument in arguments]) == 0


@pytest.fixture(scope="module")
def actions(tmp_path_factory) -> Path:
    """A trained run on HumanAct12's layout."""
    folder = tmp_path_factory.mktemp("actions")
    data = humanact12_set(folder / "HumanAct12Poses", clips=8)
    train(small_config("mdm-humanact12", folder), "--data", data, "--run", folder / "run")
    return folder / "run"


@pytest.fixture(scope="module")
def text(tmp_path_factory) -> tuple[Path, Path]:
    """A trained run on HumanML3D's layout, and its text encoder."""
    folder = tmp_path_factory.mktemp("text")
    encoder = clip_encoder(folder / "clip")
    data = humanml3d_set(folder / "HumanML3D")
    train(small_config("mdm-humanml3d", folder), "--data", data, "--run", folder / "run", "--text-encoder", encoder)
    return folder / "run", encoder


@pytest.fixture(scope="module")
def dance(tmp_path_factory) -> Path:
    """A trained run on EDGE's cut of AIST++ with librosa's features."""
    folder = tmp_path_factory.mktemp("dance")
    train(small_config("edge-aistpp", folder), "--data", edge_set(folder / "data"), "--run", folder / "run")
    return folder / "run"


@pytest.mark.parametrize("row", ["mdm-kit", "mdm-uestc", "motion-diffuse-humanml3d"])
def test_the_other_rows_train_mixed_and_fully_supervised(tmp_path, row, capsys):
    more: list[object] = []
    if row == "mdm-uestc":
        data = uestc_set(tmp_path / "data")
    else:
        data = kit_set(tmp_path / "data") if row == "mdm-kit" else humanml3d_set(tmp_path / "data")
        more = ["--text-encoder", clip_encoder(tmp_path / "clip")]
    config = small_config(row, tmp_path)
    for name, off in (("mixed", []), ("full", ["--full-supervision"])):
        train(config, "--data", data, "--run", tmp_path / name, *more, *off)
        assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"step": 2, "ended": "done"}
        assert (tmp_path / name / "roles.json").exists() == (name == "mixed")
    assert load_config(tmp_path / "full").pivot_level() is None
    lines = [json.loads(line) for line in (tmp_path / "mixed" / "log.jsonl").read_text().splitlines()]
    assert lines[-1]["step"] == 2 and np.isfinite(lines[-1]["loss"])
    if row == "motion-diffuse-humanml3d":
        space = load_space(load_config(tmp_path / "mixed"), tmp_path / "mixed")
        plain = np.load(data / "Std.npy")
        assert isinstance(space, TextSpace)
        assert space.statistics.std[0] == pytest.approx(plain[0] / 25)
        assert space.statistics.std[50] == pytest.approx(plain[50])
        out = tmp_path / "made.npy"
        make(tmp_path / "mixed", "--text", "a man walks", "--steps", 3, "--seconds", 2, "-o", out, *more)
        assert np.load(out).shape == (40, 263)


def test_a_run_that_saved_nothing_leaves_no_roles_to_one_with_another_seed(tmp_path, capsys):
    """Killed before its first checkpoint it leaves roles.json: what is told of seed 11 mustn't have seed 10's roles."""
    data, run = humanact12_set(tmp_path / "HumanAct12Poses", clips=12), tmp_path / "run"
    config = small_config("mdm-humanact12", tmp_path)

    def roles_of(*more: object) -> RoleSplit:
        (run / "last.pt").unlink(missing_ok=True)
        train(config, "--data", data, "--run", run, *more)
        return load_roles(run)

    first = roles_of()
    assert first.seed == 10 and roles_of() == first
    capsys.readouterr()
    train(config, "--data", data, "--run", tmp_path / "alone", "--seed", 11)
    assert "drawn anew" not in capsys.readouterr().err
    second = roles_of("--seed", 11)
    assert second == load_roles(tmp_path / "alone") and second.noisy != first.noisy
    told = capsys.readouterr().err
    assert "roles.json: drawn with seed 10" in told and "anew with seed 11" in told
    config = small_config("mdm-humanact12", tmp_path, noisy_ratio=0.34)
    third = roles_of("--seed", 11)
    assert third.noisy_ratio == 0.34 and len(third.noisy) < len(second.noisy)
    assert roles_of("--full-supervision") is None


def test_text_to_motion(text, tmp_path):
    run, encoder = text
    out = tmp_path / "walk.npz"
    make(run, "--text", "a man walks", "--seconds", 3, "--steps", 4, "--text-encoder", encoder, "-o", out)
    motion = load_motion(out)
    assert motion.num_frames == 60 and motion.fps == 20 and motion.skeleton.names == JOINT_NAMES
    # another text makes another motion, the same seed and text the same
    numbers = {}
    for name, words, seed in (("a", "a man walks", 0), ("b", "a man walks", 0), ("c", "he jumps", 0),
                              ("d", "a man walks", 1)):  # fmt: skip
        path = tmp_path / f"{name}.npy"
        make(run, "--text", words, "--steps", 3, "--seed", seed, "--text-encoder", encoder, "-o", path)
        numbers[name] = np.load(path)
    assert np.array_equal(numbers["a"], numbers["b"])
    assert not np.array_equal(numbers["a"], numbers["c"]) and not np.array_equal(numbers["a"], numbers["d"])
    assert list((run / "texts").glob("clip-*.npz"))


def test_the_papers_networks_are_guided_everywhere_unless_an_interval_is_asked_for(text, tmp_path):
    run, encoder = text
    numbers = {}
    for name, options in {
        "published": ("--guidance", 4),
        "everywhere": ("--guidance", 4, "--guidance-interval", 0, 1),
        "nowhere": ("--guidance", 4, "--guidance-interval", 1, 1),
        "told": ("--guidance", 1),
    }.items():
        path = tmp_path / f"{name}.npy"
        make(run, "--text", "he jumps", "--steps", 3, "--text-encoder", encoder, "-o", path, *options)
        numbers[name] = np.load(path)
    np.testing.assert_array_equal(numbers["published"], numbers["everywhere"])
    np.testing.assert_array_equal(numbers["nowhere"], numbers["told"])
    assert not np.array_equal(numbers["published"], numbers["told"])


def test_distilbert_networks_train_and_sample(tmp_path):
    config = small_config("mdm-humanml3d", tmp_path, condition="distilbert")
    config.write_text(
        config.read_text().replace("[network]", '[network]\narchitecture = "trans_dec"\nmask_frames = true')
    )
    encoder = bert_encoder(tmp_path / "bert")
    data = humanml3d_set(tmp_path / "data")
    train(config, "--data", data, "--run", tmp_path / "run", "--text-encoder", encoder)
    out = tmp_path / "made.npy"
    make(tmp_path / "run", "--text", "walking", "--steps", 2, "--seconds", 2, "--text-encoder", encoder, "-o", out)
    assert np.load(out).shape == (40, 263)


def test_action_to_motion(actions, tmp_path):
    out = tmp_path / "run.bvh"
    make(actions, "--action", "run", "--steps", 4, "--count", 2, "-o", out)
    texts = [(tmp_path / f"run-{number}.bvh").read_text() for number in (1, 2)]
    assert all("Frames: 60" in one for one in texts) and texts[0] != texts[1]


def test_unconditional(actions, text, tmp_path):
    run, encoder = text
    make(run, "--steps", 3, "--seconds", 2, "--text-encoder", encoder, "-o", tmp_path / "any.npz")
    assert load_motion(tmp_path / "any.npz").num_frames == 40
    make(actions, "--steps", 3, "-o", tmp_path / "some.npz")
    assert load_motion(tmp_path / "some.npz").num_frames == 60


def test_an_unconstrained_network(tmp_path):
    config = small_config("mdm-humanact12", tmp_path, condition="none", enabled=False, actions=0)
    train(config, "--data", humanact12_set(tmp_path / "data"), "--run", tmp_path / "run")
    make(tmp_path / "run", "--steps", 3, "-o", tmp_path / "any.npz")
    assert load_motion(tmp_path / "any.npz").num_frames == 60
    assert not any(
        key.startswith("embed_") and "timestep" not in key for key in load_checkpoint(tmp_path / "run").network
    )


def test_in_betweening_keeps_what_is_observed(text, actions, dance, tmp_path):
    run, encoder = text
    save_motion(tmp_path / "known.npz", walk(3.0))
    more: dict[Path, list[object]] = {run: ["--text-encoder", encoder], actions: [], dance: []}
    for folder, extra in more.items():
        config = load_config(folder)
        space = load_space(config, folder)
        expected = space.encode(load_motion(tmp_path / "known.npz"))[: config.data.frames]
        out = tmp_path / "between.npy"
        make(folder, "--observe", tmp_path / "known.npz", "--between", 0.25, 0.75, "--steps", 3, "-o", out, *extra)
        made, frames = np.load(out), len(expected)
        first, last = int(0.25 * frames), int(0.75 * frames)
        held = np.r_[0:first, last:frames]
        assert made.shape == expected.shape
        assert np.array_equal(made[held], expected[held])
        assert np.abs(made[first:last] - expected[first:last]).max() > 0.01


def test_body_part_editing_keeps_the_rest(text, actions, tmp_path):
    run, encoder = text
    save_motion(tmp_path / "known.npz", walk(3.0))
    make(run, "--observe", tmp_path / "known.npz", "--part", "upper", "--text", "a man walks", "--steps", 3,
         "--text-encoder", encoder, "-o", tmp_path / "upper.npy")  # fmt: skip
    space = load_space(load_config(run), run)
    made, known = (space.decode(v).positions for v in (np.load(tmp_path / "upper.npy"), space.encode(walk(3.0))))
    legs = [JOINT_NAMES.index(f"{side}_{part}") for side in ("left", "right") for part in ("knee", "ankle", "foot")]
    hand = JOINT_NAMES.index("left_wrist")
    assert np.abs(made[:, legs] - known[:, legs]).max() < 1e-3
    assert np.abs(made[:, hand] - known[:, hand]).max() > 0.05

    make(actions, "--observe", tmp_path / "known.npz", "--part", "left_arm", "--action", "walk", "--steps", 3,
         "-o", tmp_path / "arm.npz")  # fmt: skip
    arm = load_motion(tmp_path / "arm.npz")
    same = walk(3.0).resample(20)
    others = [joint for joint, name in enumerate(JOINT_NAMES) if "left_" not in name or "hip" in name or "knee" in name]
    turned = np.abs((arm.rotations * same.rotations).sum(-1))
    assert turned[:, others].min() > 1 - 1e-5
    assert turned[:, JOINT_NAMES.index("left_shoulder")].min() < 0.99


def test_music_to_dance_in_one_window_and_in_long_form(dance, tmp_path):
    music = np.random.default_rng(0).normal(size=(400, 35)).astype(np.float32)
    np.save(tmp_path / "song.npy", music)
    make(dance, "--music", tmp_path / "song.npy", "--steps", 4, "-o", tmp_path / "short.npz")
    assert load_motion(tmp_path / "short.npz").num_frames == 150
    make(dance, "--music", tmp_path / "song.npy", "--seconds", 12, "--steps", 4, "-o", tmp_path / "long.npy")
    made = np.load(tmp_path / "long.npy")
    assert made.shape == (360, edge.FEATURES) and np.abs(made).max() <= 1


def test_music_from_a_sound_file(dance, tmp_path):
    soundfile = pytest.importorskip("soundfile", reason="soundfile isn't installed: music files not read")
    pytest.importorskip("librosa", reason="librosa isn't installed: music files not read")
    time = np.arange(0, 6, 1 / 15360)
    soundfile.write(tmp_path / "beat.wav", 0.5 * np.sin(880 * time) * (time % 0.5 < 0.1), 15360)
    make(dance, "--music", tmp_path / "beat.wav", "--steps", 2, "-o", tmp_path / "dance.npz")
    assert load_motion(tmp_path / "dance.npz").num_frames == 150


@pytest.mark.parametrize("arguments, message", [
    (["--text", "walk"], "takes no --text, but --action"),
    (["--action", "moonwalk"], "no action 'moonwalk'"),
    (["--action", "12"], "actions 0 to 11"),
    (["--seconds", "20"], "up to 60 frames"),
    (["--part", "upper"], "--observe"),
    (["--observe", "absent.npz", "--part", "upper"], "absent.npz"),
    (["-o", "motion.fbx"], "must end in"),
])  # fmt: skip
def test_what_can_t_be_made_is_said_in_one_line(actions, arguments, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert sample_paper.main([str(actions), "--steps", "2", *arguments]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ") and message in said and "Traceback" not in said


def test_training_says_what_is_missing(tmp_path, capsys):
    config = small_config("mdm-humanml3d", tmp_path)
    assert train_paper.main([str(config), "--data", str(tmp_path / "no"), "--run", str(tmp_path / "run")]) == 2
    assert "github.com/EricGuo5513/HumanML3D" in capsys.readouterr().err
    data = humanml3d_set(tmp_path / "HumanML3D")
    assert train_paper.main([str(config), "--data", str(data), "--run", str(tmp_path / "run")]) == 2
    assert "--text-encoder" in capsys.readouterr().err
    assert sample_paper.main([str(tmp_path / "nothing")]) == 2
    assert "no run of training.train_paper" in capsys.readouterr().err


def test_a_clip_with_nan_is_named_and_left_out(tmp_path, capsys):
    data = humanml3d_set(tmp_path / "HumanML3D")
    path = data / "new_joint_vecs" / "000002.npy"
    broken = np.load(path)
    broken[3, 7] = np.nan
    np.save(path, broken)
    config, encoder = small_config("mdm-humanml3d", tmp_path), clip_encoder(tmp_path / "clip")
    train(config, "--data", data, "--run", tmp_path / "run", "--text-encoder", encoder)
    said = capsys.readouterr().err
    assert "000002" in said and "NaN" in said and "3 clips" in said
