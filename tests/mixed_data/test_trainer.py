"""The trainer: it learns, it resumes exactly after a kill, it keeps time, and two processes train one model."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from motionmix_core.errors import DataError
from motionmix_core.mixed_data.checkpoints import LAST, load_checkpoint
from motionmix_core.mixed_data.trainer import Trainer, choose_precision, learning_rate
from tests.mixed_data.small_run import CONFIG, text_bank, write_cache


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return write_cache(tmp_path_factory.mktemp("cache"))


def losses_of(config, cache, folder, **options):
    seen: dict[int, float] = {}
    trainer = Trainer(
        config, cache, text_bank(), folder, on_progress=lambda p: seen.update({p.step: p.loss}), **options
    )
    return trainer, seen


def test_it_learns(cache, tmp_path):
    config = replace(CONFIG, steps=400, warm_up=10, ema=0.9)
    trainer, seen = losses_of(config, cache, tmp_path)
    before = trainer.validate()
    result = trainer.run()
    assert result.ended == "done"
    assert result.step == 400
    early, late = (sum(seen[s] for s in span) / 20 for span in (range(1, 21), range(381, 401)))
    assert late < 0.7 * early
    assert result.validation["positions@0.5"] < before["positions@0.5"]


def test_resuming_gives_the_same_losses_to_the_last_bit(cache, tmp_path):
    straight, expected = losses_of(CONFIG, cache, tmp_path / "straight")
    straight.run()
    seen: dict[int, float] = {}
    stopped, seen = losses_of(CONFIG, cache, tmp_path / "broken", stop_requested=lambda: len(seen) >= 5)
    assert stopped.run().ended == "stopped"
    assert stopped.step == 5
    resumed, seen_after = losses_of(CONFIG, cache, tmp_path / "broken")
    assert resumed.step == 5
    resumed.run()
    assert {**seen, **seen_after} == expected
    for a, b in zip(straight.ema_network.parameters(), resumed.ema_network.parameters(), strict=True):
        assert torch.equal(a, b)


LONGEST = 900.0  # seconds for a run of its own, on a machine with much else to do

_KILLED_RUN = """
import sys
from dataclasses import replace
from pathlib import Path
from tests.mixed_data.small_run import CONFIG, text_bank, write_cache
from motionmix_core.mixed_data.trainer import Trainer
folder = Path(sys.argv[1])
config = replace(CONFIG, steps=int(sys.argv[2]), checkpoint_minutes=0.0)  # a checkpoint after every step

def show(progress):
    print(progress.step, progress.loss.hex(), flush=True)
    if progress.step == int(sys.argv[3]):
        sys.stdin.read()  # until it is killed: on a busy machine it would otherwise be done before

Trainer(config, write_cache(folder / "cache"), text_bank(), folder / "run", on_progress=show).run()
"""


def _start_run(folder: Path, steps: int, pause_after: int = 0) -> subprocess.Popen[str]:
    root = Path(__file__).resolve().parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", _KILLED_RUN, str(folder), str(steps), str(pause_after)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_run_killed_with_kill_9_goes_on_as_if_nothing_had_happened(tmp_path):
    steps = 40
    whole = dict(
        line.split() for line in _start_run(tmp_path / "whole", steps).communicate(timeout=LONGEST)[0].splitlines()
    )
    run = _start_run(tmp_path / "killed", steps, pause_after=steps - 5)
    first = [next(run.stdout).split() for _ in range(6)]
    run.send_signal(signal.SIGKILL)
    first += [line.split() for line in run.stdout]
    run.wait()
    stored = load_checkpoint(tmp_path / "killed" / "run")
    assert stored is not None
    assert 5 <= stored.step < steps
    rest = dict(
        line.split() for line in _start_run(tmp_path / "killed", steps).communicate(timeout=LONGEST)[0].splitlines()
    )
    assert {**dict(first), **rest} == whole


def test_the_time_budget_ends_cleanly_with_a_checkpoint(cache, tmp_path):
    trainer, _ = losses_of(replace(CONFIG, steps=100_000, validate_every=7), cache, tmp_path)
    result = trainer.run(minutes=2 / 60)
    assert result.ended == "time"
    assert load_checkpoint(tmp_path).step == result.step > 0
    assert result.validation == trainer.validate()  # of the weights it ended with, not of the last seventh step


def test_damaged_or_foreign_checkpoints_are_refused(cache, tmp_path):
    trainer, _ = losses_of(CONFIG, cache, tmp_path)
    trainer.run()
    data = (tmp_path / LAST).read_bytes()
    (tmp_path / LAST).write_bytes(data[: len(data) // 2])
    with pytest.raises(DataError, match="damaged"):
        losses_of(CONFIG, cache, tmp_path)
    (tmp_path / LAST).write_bytes(data)
    wider = replace(CONFIG, network=replace(CONFIG.network, width=64))
    with pytest.raises(DataError, match="another network"):
        losses_of(wider, cache, tmp_path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": 4}, r"seed = 3 \(now 4\)"),
        ({"batch": 2}, "batch = 4"),
        ({"learning_rate": 1e-4}, "learning_rate"),
        ({"mix": replace(CONFIG.mix, enabled=False)}, r"\[mix\] enabled = True \(now False\)"),
        ({"loss": replace(CONFIG.loss, positions=1.0)}, r"\[loss\] positions"),
    ],
)
def test_other_settings_in_the_middle_of_a_run_are_refused(cache, tmp_path, change, said):
    losses_of(replace(CONFIG, steps=2), cache, tmp_path)[0].run()
    kept = (tmp_path / LAST).read_bytes()
    with pytest.raises(DataError, match=said) as refused:
        losses_of(replace(CONFIG, **change), cache, tmp_path)
    assert str(tmp_path) in str(refused.value) and "init_from" in str(refused.value)
    assert (tmp_path / LAST).read_bytes() == kept


def test_a_run_can_be_made_longer_and_told_of_more_often(cache, tmp_path):
    losses_of(replace(CONFIG, steps=2), cache, tmp_path)[0].run()
    longer = replace(CONFIG, steps=5, decay_from=0.9, name="longer", validate_every=2, checkpoint_minutes=1.0)
    resumed, seen = losses_of(longer, cache, tmp_path)
    assert (resumed.step, resumed.note) == (2, None)
    assert resumed.run().step == 5 and list(seen) == [3, 4, 5]


def test_a_run_that_goes_on_with_other_clips_says_so(cache, tmp_path):
    losses_of(replace(CONFIG, steps=2), cache, tmp_path)[0].run()
    fewer = replace(cache, clips=tuple(clip for clip in cache.clips if clip.id != "test/turn"))
    features = np.array(cache.features)
    features[: cache.clips[0].frames] += 0.01
    for other in (fewer, replace(cache, features=features)):
        resumed, _ = losses_of(replace(CONFIG, steps=3), other, tmp_path)
        assert resumed.note is not None and "from step 2" in resumed.note
    resumed.run()
    assert losses_of(CONFIG, other, tmp_path)[0].note is None  # it has been told


def test_learning_rate_warms_up_holds_and_falls():
    config = replace(CONFIG, steps=1000, warm_up=100, decay_from=0.7, learning_rate=1.0)
    rates = [learning_rate(config, step) for step in range(1000)]
    assert rates[0] == 0.01
    assert rates[99] == 1.0
    assert rates[650] == 1.0
    assert rates[-1] == pytest.approx(0.05, abs=0.01)
    assert all(a >= b for a, b in itertools.pairwise(rates[700:]))


def test_precision_is_named_by_the_user_or_found():
    cpu = torch.device("cpu")
    assert choose_precision("fp32", cpu) == "no"
    assert choose_precision("bf16", cpu) == "bf16"
    assert choose_precision("auto", cpu) in ("no", "bf16")


_TWO_PROCESSES = """
import json, sys
from pathlib import Path
import torch
from accelerate import Accelerator
from tests.mixed_data.small_run import CONFIG, text_bank, write_cache
from motionmix_core.mixed_data.cache import load_cache
from motionmix_core.mixed_data.trainer import Trainer, end_training

def train(accelerator, folder):
    with accelerator.main_process_first():
        if accelerator.is_main_process:
            write_cache(folder / "cache")
        cache = load_cache(folder / "cache", CONFIG.data.caption_sources, jobs=1)
    trainer = Trainer(CONFIG, cache, text_bank(), folder / "run", accelerator=accelerator)
    result = trainer.run()
    weights = torch.cat([p.flatten() for p in trainer.ema_network.parameters()])
    both = accelerator.gather(weights[None])
    if accelerator.is_main_process:
        print(json.dumps({"processes": accelerator.num_processes, "step": result.step,
                          "difference": float((both[0] - both[-1]).abs().max())}))

accelerator = Accelerator(cpu=True)
train(accelerator, Path(sys.argv[1]))
end_training(accelerator)
"""


def test_two_cpu_processes_train_one_model(tmp_path):
    root = Path(__file__).resolve().parents[2]
    script = tmp_path / "two.py"
    script.write_text(_TWO_PROCESSES, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2",
         str(script), str(tmp_path)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"},
        capture_output=True,
        text=True,
        timeout=LONGEST,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    result = json.loads(done.stdout.strip().splitlines()[-1])
    assert result == {"processes": 2, "step": CONFIG.steps, "difference": 0.0}
    stored = load_checkpoint(tmp_path / "run")
    assert stored is not None
    assert stored.step == CONFIG.steps


def test_a_run_begins_with_another_runs_average(cache, tmp_path):
    first, _ = losses_of(replace(CONFIG, steps=40), cache, tmp_path / "first")
    first.run()
    config = replace(CONFIG, seed=9, init_from=str(tmp_path / "first"))
    second, _ = losses_of(config, cache, tmp_path / "second")
    assert second.step == 0
    for a, b in zip(first.ema_network.parameters(), second.ema_network.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=0)
    np.testing.assert_array_equal(first.normaliser.mean, second.normaliser.mean)


def test_weights_of_another_network_or_none_are_refused(cache, tmp_path):
    first, _ = losses_of(replace(CONFIG, steps=1), cache, tmp_path / "first")
    first.run()
    wider = replace(CONFIG, init_from=str(tmp_path / "first"), network=replace(CONFIG.network, width=48))
    with pytest.raises(DataError, match="another network"):
        losses_of(wider, cache, tmp_path / "second")
    with pytest.raises(DataError, match="neither a run"):
        losses_of(replace(CONFIG, init_from=str(tmp_path / "nothing")), cache, tmp_path / "third")


def resumed_with(expected, config, cache, folder):
    """A run that was stopped after five steps and went on: its losses are those of one straight run."""
    seen: dict[int, float] = {}
    stopped, seen = losses_of(config, cache, folder, stop_requested=lambda: len(seen) >= 5)
    stopped.run()
    resumed, after = losses_of(config, cache, folder)
    resumed.run()
    assert {**seen, **after} == expected
    return resumed


OTHERS = ({"root_layers": 1}, {"quality_flag": True}, {"skip_widths": (0.0, 2.0), "frame_waves": 4})


@pytest.mark.parametrize("change", OTHERS)
def test_other_networks_learn_and_resume_too(cache, tmp_path, change):
    config = replace(CONFIG, network=replace(CONFIG.network, **change))
    straight, expected = losses_of(config, cache, tmp_path / "straight")
    straight.run()
    assert np.mean([expected[step] for step in (11, 12)]) < expected[1]
    resumed = resumed_with(expected, config, cache, tmp_path / "broken")
    if "quality_flag" in change:  # noisy clips have moved it
        assert resumed.ema_network.noisy_source.abs().max() > 0


def test_muon_moves_the_blocks_and_resumes_exactly(cache, tmp_path):
    config = replace(CONFIG, muon=1.0)
    straight, expected = losses_of(config, cache, tmp_path / "straight")
    straight.run()
    plain, other = losses_of(CONFIG, cache, tmp_path / "plain")
    plain.run()
    assert other[1] == expected[1]
    assert other[12] != expected[12]
    assert np.mean([expected[step] for step in (11, 12)]) < expected[1]
    resumed_with(expected, config, cache, tmp_path / "broken")


def test_guidance_is_distilled_into_one_pass(cache, tmp_path):
    from motionmix_core.generation.predictor import feature_weights

    start = tmp_path / "start"
    losses_of(replace(CONFIG, steps=60, ema=0.0), cache, start)[0].run()
    config = replace(CONFIG, init_from=str(start), distil_guidance=2.5, steps=150, learning_rate=3e-3, ema=0.0)
    student, _ = losses_of(config, cache, tmp_path / "student")
    data = student._tensors(student._sampler.batch(1000))
    data["observed_mask"].zero_()
    data["text_mask"][:, 0] = 1  # all of them are told something
    noise = torch.randn(data["motion"].shape, generator=torch.Generator().manual_seed(0))
    guided = student._guided(student._teacher, data, noise)
    told, _ = student._predict(student._teacher, data, noise)
    silent = {name: torch.zeros_like(data[name]) for name in ("text_tokens", "text_mask", "text_pooled")}
    free, _ = student._predict(student._teacher, {**data, **silent}, noise)
    expected = free + torch.from_numpy(feature_weights(2.5)) * (told - free)
    there = data["frame_mask"] > 0
    torch.testing.assert_close(guided[there], expected[there])
    before = (told - guided)[there].abs().mean()
    teacher = [p.clone() for p in student._teacher.parameters()]
    student.run()
    with torch.no_grad():
        learned, _ = student._predict(student.ema_network, data, noise)
    assert (learned - guided)[there].abs().mean() < 0.8 * before
    assert all(torch.equal(a, b) for a, b in zip(teacher, student._teacher.parameters(), strict=True))


def test_distilling_needs_a_model_to_learn_from(cache, tmp_path):
    with pytest.raises(DataError, match="init_from"):
        losses_of(replace(CONFIG, distil_guidance=2.5), cache, tmp_path)
