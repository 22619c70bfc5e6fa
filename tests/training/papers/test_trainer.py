"""The papers' training loop: full supervision is the plain trainer bit for bit, a killed run goes on exactly, and who
trains what is what MotionMix says."""

from __future__ import annotations

import copy
import dataclasses

import numpy as np
import pytest
import torch

from motionmix_core.diffusion import cosine_schedule
from motionmix_core.errors import DataError
from motionmix_core.mixed_data.paper_config import PaperConfig, load_paper_config
from motionmix_core.mixed_data.published_losses import MdmLossWeights, mdm_loss
from tests.training.papers.published import edge_set, humanact12_set, humanml3d_set, small_config
from training.papers.action_clips import ActionClips
from training.papers.batches import BatchSampler
from training.papers.clips import Clips
from training.papers.conditioning import build_conditioner
from training.papers.networks import build_network
from training.papers.objective import Objective, body_of
from training.papers.open_data import open_clips
from training.papers.text_clips import TextClips
from training.papers.trainer import PaperTrainer, step_seed
from training.papers.training_set import TrainingSet, fully_supervised, mixed

CPU = torch.device("cpu")


@pytest.fixture
def config(tmp_path) -> PaperConfig:
    return load_paper_config(small_config("mdm-humanact12", tmp_path, batch=4, steps=6))


@pytest.fixture
def clips(tmp_path, config) -> Clips:
    return open_clips(config, humanact12_set(tmp_path / "HumanAct12Poses", clips=12))


def trainer_of(config, data, folder, **more) -> PaperTrainer:
    conditioner = build_conditioner(config, (), None, folder)
    return PaperTrainer(config, data, conditioner, Objective(config, body_of(config), None, CPU), folder, **more)


def weights(trainer) -> list:
    return [parameter.detach().clone() for parameter in trainer.network.parameters()]


def test_full_supervision_is_bitwise_the_plain_trainer(tmp_path, config, clips):
    """MDM's own loop, written out: uniform timesteps, x0 target, AdamW. The mix off leaves nothing else."""
    off = config.without_mix()
    trainer = trainer_of(off, mixed(off, clips, seed=3), tmp_path / "off", seed=3)
    trainer.run()

    torch.manual_seed(3)
    network = build_network(off)
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-4, weight_decay=0.0)
    bars = torch.tensor(cosine_schedule().alphas_cumprod, dtype=torch.float32)
    for step in range(6):
        order = np.random.default_rng([3, 0, step // 3]).permutation(12)
        generator = np.random.default_rng([3, 1, step])
        drawn = [clips.draw(int(place), generator) for place in order[step % 3 * 4 : step % 3 * 4 + 4]]
        t = torch.from_numpy(np.floor(generator.random(4) * 1000).astype(np.int64))
        torch.manual_seed(step_seed(3, step))
        x0 = torch.from_numpy(np.stack([example.motion for example in drawn]))
        noise = torch.randn(x0.shape)
        x_t = bars[t][:, None, None].sqrt() * x0 + (1 - bars[t][:, None, None]).sqrt() * noise
        predicted = network.train()(x_t, t, torch.tensor([example.annotation for example in drawn]))
        losses, _ = mdm_loss(predicted, x0, torch.ones(4, 60), MdmLossWeights(1, 1, 1), body_of(off))
        optimiser.zero_grad()
        losses.mean().backward()
        optimiser.step()
    for mine, plain in zip(trainer.network.parameters(), network.parameters(), strict=True):
        assert torch.equal(mine, plain)


def test_t_star_0_and_no_noisy_clip_is_full_supervision(tmp_path, config, clips):
    """Method 7, check 14: the mix machinery with nothing in it changes no bit."""
    off = config.without_mix()
    plain = trainer_of(off, fully_supervised(off, clips), tmp_path / "plain")
    plain.run()
    everything = np.ones(12, bool)
    nothing = TrainingSet(clips, everything, everything, dataclasses.replace(config.ranges(), pivot=0))
    other = trainer_of(off, nothing, tmp_path / "nothing")
    other.run()
    assert all(torch.equal(a, b) for a, b in zip(weights(plain), weights(other), strict=True))


@pytest.mark.parametrize("optimiser", ["adamw", "adan"])
def test_a_killed_run_goes_on_exactly(tmp_path, config, clips, optimiser):
    training = dataclasses.replace(config.training, optimiser=optimiser, ema=0.9)
    config = dataclasses.replace(config, training=training)
    data = mixed(config, clips, seed=10)
    whole = trainer_of(config, data, tmp_path / "whole")
    whole.run()
    count = 0

    def after_three(*_: object) -> bool:
        nonlocal count
        count += 1
        return count >= 3

    part = trainer_of(config, data, tmp_path / "part", stop_requested=after_three)
    assert part.run().why == "stopped"
    assert 0 < part.step < 6
    rest = trainer_of(config, data, tmp_path / "part")
    assert rest.step == part.step
    assert rest.run().why == "done"
    assert all(torch.equal(a, b) for a, b in zip(weights(whole), weights(rest), strict=True))
    for a, b in zip(whole.average.parameters(), rest.average.parameters(), strict=True):
        assert torch.equal(a, b)


def test_a_time_budget_ends_with_a_checkpoint(tmp_path, config, clips):
    trainer = trainer_of(config, mixed(config, clips, 0), tmp_path / "run")
    assert trainer.run(minutes=0).why == "time"
    assert trainer_of(config, mixed(config, clips, 0), tmp_path / "run").step == trainer.step == 1


def test_another_run_s_folder_is_refused(tmp_path, config, clips):
    trainer_of(config, mixed(config, clips, 0), tmp_path / "run").run()
    faster = dataclasses.replace(config, training=dataclasses.replace(config.training, learning_rate=1.0))
    with pytest.raises(DataError, match="another config or seed"):
        trainer_of(faster, mixed(faster, clips, 0), tmp_path / "run")
    with pytest.raises(DataError, match="another config or seed"):
        trainer_of(config, mixed(config, clips, 0), tmp_path / "run", seed=1)
    (tmp_path / "run" / "last.pt").write_bytes(b"broken")
    with pytest.raises(DataError, match=r"last\.pt"):
        trainer_of(config, mixed(config, clips, 0), tmp_path / "run")


def test_roles_decide_timesteps_and_conditions(config, clips):
    data = mixed(config, clips, seed=1)
    assert data.clean.sum() == 6  # three of six, of each of two actions
    sampler = BatchSampler(data, 4, seed=1)
    low: list[int] = []
    high: list[int] = []
    for step in range(300):
        batch = sampler.batch(step)
        for t, annotation in zip(batch.timesteps, batch.annotations, strict=True):
            (low if annotation is None else high).append(int(t))
    assert min(low) == 0 and max(low) == 29  # clean, without label: t < T*
    assert min(high) >= 30 and max(high) > 950  # noisy, labelled: t >= T*


def test_the_placeholder_can_be_trained_at_every_step(config, clips):
    """For sampling without a condition: clean clips train above the pivot, too; noisy ones still only there."""
    everywhere = dataclasses.replace(config, mix=dataclasses.replace(config.mix, unannotated_everywhere=True))
    sampler = BatchSampler(mixed(everywhere, clips, seed=1), 4, seed=1)
    batches = [sampler.batch(step) for step in range(100)]
    seen = [pair for batch in batches for pair in zip(batch.timesteps, batch.annotations, strict=True)]
    clean, noisy = ([int(t) for t, label in seen if (label is None) == hidden] for hidden in (True, False))
    assert min(clean) < 30 and max(clean) > 900
    assert min(noisy) >= 30


def test_an_epoch_sees_each_clip_once_and_shuffles_anew(config, clips):
    data = fully_supervised(config, clips)
    sampler = BatchSampler(data, 4, seed=1)
    seen = []
    for step in range(6):
        seen.append(np.sort(np.concatenate([b.motion.sum((1, 2)) for b in [sampler.batch(step)]])))
    first, second = np.concatenate(seen[:3]), np.concatenate(seen[3:])
    assert len(first) == 12
    assert not np.array_equal(first, second)
    again = BatchSampler(data, 4, seed=1).batch(5)
    assert np.array_equal(again.motion, sampler.batch(5).motion)
    with pytest.raises(DataError, match="12 clips can't fill a batch of 13"):
        BatchSampler(data, 13, seed=1)


def test_noise_is_drawn_once_for_all_epochs_and_only_for_noisy_clips(config, clips):
    data = mixed(config, clips, seed=1)
    again = mixed(config, clips, seed=1)
    for place, clean in enumerate(data.clean):
        made = [d.clips.draw(place, np.random.default_rng(0)).motion for d in (data, data, again)]
        assert np.array_equal(made[0], made[1]) and np.array_equal(made[0], made[2])
        original = clips.draw(place, np.random.default_rng(0)).motion
        assert np.array_equal(made[0], original) == clean
    # std .027 to .058 rad and metres; the path is in metres
    assert isinstance(data.clips, ActionClips) and isinstance(clips, ActionClips)
    place = int(np.flatnonzero(~data.clean)[0])
    moved = data.clips.clips[place].root - clips.clips[place].root
    assert 0.02 < moved.std() < 0.12


def test_stored_roles_are_kept(tmp_path, config, clips):
    first = mixed(config, clips, seed=1)
    other = mixed(config, clips, seed=2, stored=first.split)
    assert other.split == first.split
    assert isinstance(clips, ActionClips)
    missing = dataclasses.replace(clips, clips=(*clips.clips, dataclasses.replace(clips.clips[0], id="new")))
    with pytest.raises(DataError, match="new"):
        mixed(config, missing, seed=1, stored=first.split)


def test_windows_of_one_dance_and_mirrored_motions_share_a_role(tmp_path):
    edge = load_paper_config(small_config("edge-aistpp", tmp_path))
    dances = open_clips(edge, edge_set(tmp_path / "data", dances=4))
    data = mixed(edge, dances, seed=0)
    roles: dict[str, set[bool]] = {}
    for name, clean in zip(dances.ids, data.clean, strict=True):
        roles.setdefault(name.split("_slice")[0], set()).add(bool(clean))
    assert all(len(role) == 1 for role in roles.values()) and {True, False} == set.union(*roles.values())
    # contacts are found anew: white noise leaves hardly a foot standing
    noisy, before = (c.draw(int(np.flatnonzero(~data.clean)[0]), np.random.default_rng(0)).motion
                     for c in (data.clips, dances))  # fmt: skip
    assert noisy[:-1, :4].mean() < before[:-1, :4].mean() - 0.5

    text = load_paper_config(small_config("mdm-humanml3d", tmp_path))
    folder = humanml3d_set(tmp_path / "HumanML3D")
    for suffix, where in ((".npy", "new_joint_vecs"), (".txt", "texts")):
        (folder / where / f"M000001{suffix}").write_bytes((folder / where / f"000001{suffix}").read_bytes())
    with open(folder / "train.txt", "a") as file:
        file.write("M000001\n")
    clips = open_clips(text, folder)
    for seed in range(5):
        split = mixed(text, clips, seed).split
        assert ("000001" in split.noisy) == ("M000001" in split.noisy)


def test_text_noise_is_in_z_scores(tmp_path):
    """Std .043 to .105 in normalised features, whatever the features' own spread."""
    text = load_paper_config(small_config("mdm-humanml3d", tmp_path))
    clips = open_clips(text, humanml3d_set(tmp_path / "HumanML3D"))
    assert isinstance(clips, TextClips)
    noisy = clips.corrupted(text.white_noise(0), clips.ids)
    for before, after in zip(clips.clips, noisy.clips, strict=True):
        error = clips.statistics.normalise(after.features) - clips.statistics.normalise(before.features)
        assert 0.035 < error.std() < 0.12


def test_an_average_of_the_weights_starts_at_them_and_lags(tmp_path, config, clips):
    training = dataclasses.replace(config.training, ema=0.9999)
    config = dataclasses.replace(config, training=training)
    trainer = trainer_of(config, mixed(config, clips, 0), tmp_path / "ema")
    start = copy.deepcopy(weights(trainer))
    trainer.run()
    moved = sum(float((a - b).abs().sum()) for a, b in zip(weights(trainer), start, strict=True))
    lagged = sum(float((a - b).abs().sum()) for a, b in zip(trainer.average.parameters(), start, strict=True))
    assert 0 < lagged < 0.01 * moved


def test_nan_in_the_loss_is_told(tmp_path, config, clips):
    data = mixed(config, clips, 0)
    trainer = trainer_of(config, data, tmp_path / "nan")
    batch = BatchSampler(data, 4, 0).batch(0)
    batch.motion[0, 0, 0] = np.nan
    with pytest.raises(DataError, match="loss became nan"):
        trainer.train_step(batch)
