"""The actions experiment on clips by formula: arms get the data that they should, runs go on, the report is honest."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from motionmix_core.errors import DataError
from motionmix_core.formats.action_clip import clip_of_motion
from motionmix_core.metrics.jitter import mean_jerk
from motionmix_core.mixed_data.paper_config import load_paper_config
from tests.motions import walk
from tests.training.papers.published import small_config
from training.experiments import __main__ as study
from training.experiments import handover, mixed_actions, report, resample
from training.experiments.arms import ABLATIONS, ARMS, LONG, MAIN, NOISES, PIVOTS, RATIOS
from training.experiments.evaluator import train_evaluator, windows
from training.experiments.report import Runs, compared, over_seeds, verdict
from training.papers.action_clips import ActionClips, facing_forward
from training.papers.objective import body_of

FPS, FRAMES = 10.0, 20


def clips_of(actions: int, each: int) -> ActionClips:
    """Walks whose speed is their action."""
    made = [
        clip_of_motion(f"{action}-{number}", walk(3.0, fps=FPS, speed=0.3 + 0.2 * action + 0.01 * number), action)
        for action in range(actions)
        for number in range(each)
    ]
    return ActionClips(tuple(made), FPS, FRAMES)


@pytest.fixture
def base(tmp_path):
    return load_paper_config(small_config("mdm-bandai", tmp_path, batch=4))


def test_arms_get_the_data_that_their_names_say(base):
    clips = clips_of(2, 8)
    data = {name: ARMS[name].data(base, clips, 5) for name in ("full", "half", "motionmix", "plain", "noisy-half")}
    noisy = set(data["motionmix"].split.noisy)
    assert data["plain"].split == data["motionmix"].split and len(noisy) == 8
    assert set(data["half"].clips.ids) == set(data["noisy-half"].clips.ids) == noisy

    def features(name: str) -> dict[str, bytes]:
        chosen = data[name].clips
        assert isinstance(chosen, ActionClips)
        return {clip.id: clip.poses.tobytes() for clip in chosen.clips}

    clean, mixed = features("full"), features("motionmix")
    assert {clip for clip in clean if clean[clip] != mixed[clip]} == noisy
    assert features("plain") == mixed
    assert all(features("half")[clip] == clean[clip] and features("noisy-half")[clip] == mixed[clip] for clip in noisy)
    # plain training: the same clips and labels, but every timestep; MotionMix: its ranges
    assert np.array_equal(data["plain"].annotated, data["motionmix"].annotated)
    assert data["plain"].ranges.pivot == 0 and data["motionmix"].ranges.pivot == 30
    assert ARMS["plain"].config(base).pivot_level() is None and ARMS["motionmix"].config(base).pivot_level() > 0
    assert ARMS["pivot-100"].config(base).mix.pivot == 100
    assert ARMS["full"].config(base).action_rows == 10 and ARMS["plain"].config(base).action_rows == 11


def test_all_arms_are_sampled_in_the_same_steps(base):
    steps = mixed_actions.common_schedule(base).timesteps
    assert len(steps) == 26 and steps[-1] == 999
    assert [int((steps < pivot).sum()) for pivot in (30, 60, 100)] == [2, 4, 6]


def test_clips_are_turned_to_face_forward():
    turned = clip_of_motion("x", walk(2.0).transformed(yaw=2.0, translation=(3, 0, 4)), 0)
    plain, back = clip_of_motion("x", walk(2.0), 0), facing_forward(turned)
    assert back.features() == pytest.approx(plain.features(), abs=1e-5)
    assert back.root == pytest.approx(plain.root, abs=1e-5)


def test_the_judge_learns_to_tell_actions_apart(base):
    clips = clips_of(3, 6)
    judge = train_evaluator(clips, 3, body_of(base), seed=0, steps=60, batch=16)
    motions, labels = windows(clips, np.random.default_rng(0), np.arange(18))
    judged = judge.judge(motions)
    assert (judged.predicted == labels).mean() > 0.9
    assert judged.features.shape == (18, 30) and np.abs(judged.features).max() <= 1


def kept(folder) -> None:
    """Clips in a folder of runs as `kept_clips` keeps them: ten actions, by formula."""
    train, test = clips_of(10, 2), clips_of(10, 1)
    every = [(clip, held) for held, some in enumerate((train, test)) for clip in some.clips]
    np.savez(
        folder / "clips.npz",
        ids=np.array([clip.id for clip, _ in every]),
        held=np.array([held for _, held in every]),
        actions=np.array([clip.action for clip, _ in every]),
        frames=np.array([clip.num_frames for clip, _ in every]),
        poses=np.concatenate([clip.poses for clip, _ in every]),
        root=np.concatenate([clip.root for clip, _ in every]),
    )


def test_one_command_makes_the_whole_study(tmp_path):
    pytest.importorskip("matplotlib")
    kept(tmp_path)
    out = tmp_path / "page.md"
    out.with_suffix(".remarks.md").write_text("Feet glide, says a person.")
    arms = ["full", "motionmix", "noisy-half", "pivot-60"]
    # fmt: off
    arguments = ["--config", str(small_config("mdm-bandai", tmp_path, batch=4)), "--data", "none", "--runs",
                 str(tmp_path), "--arms", *arms, "--seeds", "0", "--evaluator-steps", "2", "--per-action", "3"]
    # fmt: on
    assert study.main([*arguments, "-o", str(out)]) == 0
    page = out.read_text()
    for heading in ("## Result", "## What it says", "## Discussion", "## Ablations", "## Sampled as the paper does"):
        assert heading in page
    assert "## Where the trembling comes from" in page and "t = 255" in page
    traced = json.loads((tmp_path / "motionmix-0" / "handover.json").read_text())
    assert traced["timesteps"][0] == 999 and len(traced["jerk"]) == 26 and np.isfinite(traced["jerk"]).all()
    assert "says a person" in page and "the noisy labelled half alone" in page and "T* = 60 (1 seed)" in page
    assert (tmp_path / "page-ablations.png").stat().st_size > 10_000 and "page-ablations.png" in page
    assert "Does it change with training?" not in page  # no long arm was run
    torch.set_num_threads(1)


def test_trembling_is_measured_on_the_body_of_the_numbers(base):
    """Features of a walk tremble as the walk does; noise on top of them trembles more."""
    motion = walk(2.0, fps=FPS)
    values = clips_of(1, 1).space.encode(motion)
    smooth = handover.jerk_of(torch.from_numpy(values)[None], body_of(base), FPS)
    assert smooth == pytest.approx(mean_jerk(motion.positions(), FPS), rel=1e-3)
    noisy = values + np.random.default_rng(0).normal(0, 0.02, values.shape).astype(np.float32)
    assert handover.jerk_of(torch.from_numpy(noisy)[None], body_of(base), FPS) > 2 * smooth


def test_longer_arms_are_the_main_ones_but_larger_and_longer(base):
    assert [arm.kind for arm in LONG] == ["motionmix", "full", "plain", "half", "noisy_half"]
    for arm in LONG:
        small, large = ARMS[arm.name.removeprefix("long-")].config(base), arm.config(base)
        assert large.mix == small.mix and large.data == small.data and large.diffusion == small.diffusion
        assert large.training.steps > small.training.steps and large.network.width > small.network.width


def test_sweeps_name_arms_whose_settings_are_theirs(base):
    assert {ARMS[name].config(base).mix.pivot for name in PIVOTS.values()} == set(PIVOTS)
    assert {round(100 * ARMS[name].config(base).mix.noisy_ratio) for name in RATIOS.values()} == set(RATIOS)
    swept = {name for pair in NOISES.values() for name in pair} | set(PIVOTS.values()) | set(RATIOS.values())
    assert swept == {arm.name for arm in ABLATIONS} | {"motionmix", "plain"}
    assert {arm.name for arm in (*MAIN, *LONG, *ABLATIONS)} == set(ARMS)
    for mixed, plain in NOISES.values():  # of a pair, one noise for both
        one, other = ARMS[mixed].config(base).mix, ARMS[plain].config(base).mix
        assert (one.noise_from, one.noise_to, one.faults) == (other.noise_from, other.noise_to, other.faults)


def test_runs_are_made_measured_resumed_and_reported(tmp_path, capsys):
    kept(tmp_path)
    # fmt: off
    arguments = ["--config", str(small_config("mdm-bandai", tmp_path, batch=4)), "--data", "none", "--runs",
                 str(tmp_path), "--arms", "full", "motionmix", "--evaluator-steps", "2", "--per-action", "3"]
    # fmt: on
    assert mixed_actions.main([*arguments, "--seeds", "0"]) == 0
    first = (tmp_path / "full-0" / "measures.json").read_text()
    assert mixed_actions.main([*arguments, "--seeds", "0", "1"]) == 0
    assert (tmp_path / "full-0" / "measures.json").read_text() == first  # not run again
    measures = json.loads((tmp_path / "motionmix-1" / "measures.json").read_text())["measures"]
    assert set(measures) == set(report.COLUMNS) and all(np.isfinite(value) for value in measures.values())

    assert resample.main([str(tmp_path), "--arms", "motionmix", "--per-action", "3"]) == 0
    assert not (tmp_path / "full-0" / "measures-fine.json").exists()
    (tmp_path / "seen.txt").write_text("Feet glide.")

    pytest.importorskip("matplotlib")
    out = tmp_path / "page.md"
    assert report.main([str(tmp_path), "-o", str(out), "--remarks", str(tmp_path / "seen.txt")]) == 0
    page = out.read_text()
    assert "Feet glide." in page and "Sampled as the paper does" in page
    assert "2 seeds" in page and "full supervision" in page and (tmp_path / "page.png").stat().st_size > 10_000
    numbers = json.loads((tmp_path / "page.json").read_text())
    assert len(numbers["runs"]) == 4
    torch.set_num_threads(1)


def made_up(values: dict[str, list[float]]) -> Runs:
    """Runs whose every measure is the given number."""
    arms = {
        arm: {seed: {"measures": dict.fromkeys(report.COLUMNS, value)} for seed, value in enumerate(numbers)}
        for arm, numbers in values.items()
    }
    return Runs({"test": dict.fromkeys(report.COLUMNS, 1.0)}, arms)


def test_intervals_are_student_s_over_seeds():
    estimate = over_seeds([1.0, 2.0, 3.0])
    assert estimate.mean == 2.0
    assert estimate.interval == pytest.approx(4.303 * 1.0 / 3**0.5)
    assert over_seeds([2.0]).repeats == 1


def test_verdicts_say_better_worse_and_nothing_by_the_interval():
    runs = made_up({"motionmix": [2.0, 2.1, 1.9], "full": [3.0, 3.1, 2.9], "plain": [0.0, 2.0, 4.0]})
    gains = compared(runs, "motionmix", "full")
    # less FID is better, more accuracy, and of jerk what is nearer to real motion's 1
    assert verdict(gains["fid"]) == "better" and verdict(gains["accuracy"]) == "worse"
    assert verdict(gains["jerk"]) == "better" and gains["jerk"].mean == pytest.approx(1.0)
    assert verdict(compared(runs, "motionmix", "plain")["fid"]) == "can't be told apart"
    assert verdict(compared(made_up({"full": [1.0], "plain": [2.0]}), "full", "plain")["fid"]) == "one seed only"
    assert compared(runs, "motionmix", "half") == {}


def test_a_folder_without_runs_is_named(tmp_path, capsys):
    assert report.main([str(tmp_path)]) == 2
    assert str(tmp_path) in capsys.readouterr().err
    with pytest.raises(DataError):
        report.read_runs(tmp_path)
