"""Faults of the released MotionMix code (method 2.5), each named, and shown not to be ours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from motionmix_core.diffusion import Observation, SeededNoise, Step, cosine_schedule, sample, with_pivot
from motionmix_core.diffusion.pivot import pivot_noise_level
from motionmix_core.errors import DataError
from motionmix_core.formats.text_motion import Statistics, evaluator_motion, evaluator_words
from motionmix_core.mixed_data.corruption import WhiteNoise
from motionmix_core.mixed_data.paper_config import load_paper_config
from motionmix_core.mixed_data.placeholders import hidden_labels, hidden_music, hidden_texts, placeholder_class
from motionmix_core.mixed_data.roles import split_roles
from motionmix_core.representation.guo_layout import HUMANML3D


@pytest.fixture
def papers(repo_root: Path) -> Path:
    return repo_root / "training" / "configs" / "papers"


def test_batch_size_is_what_the_config_says(papers: Path) -> None:
    """Fault 1: batches of one clip, in order of length, whatever was asked for."""
    assert load_paper_config(papers / "mdm-humanml3d.toml").training.batch == 64


def test_hidden_uestc_labels_are_rows_of_the_table(papers: Path) -> None:
    """Fault 2: the hidden label is 41 in a table of rows 0..40."""
    for name, null in (("mdm-uestc", 40), ("mdm-humanact12", 12)):
        config = load_paper_config(papers / f"{name}.toml")
        assert placeholder_class(config.data.actions) == null
        assert config.action_rows == null + 1
        labels = hidden_labels(
            np.arange(config.data.actions), np.arange(config.data.actions) % 2 == 0, config.data.actions
        )
        assert labels[:4].tolist() == [0, null, 2, null]
        assert labels.max() < config.action_rows
    with pytest.raises(DataError, match="41"):
        hidden_labels([41], [True], 40)


def test_a_clip_s_role_belongs_to_that_clip() -> None:
    """Fault 2, second half: a doubled index gives a clip another clip's role. Ours are looked up by the clip's id."""
    ids = [f"{number:02d}" for number in range(40)]
    split = split_roles(ids, 0.5, 0)
    shuffled = list(np.random.default_rng(0).permutation(ids))
    assert [clip for clip, clean in zip(shuffled, split.is_clean(shuffled), strict=True) if clean] == [
        clip for clip in shuffled if clip in set(split.clean)
    ]


def test_captions_of_test_clips_are_never_hidden() -> None:
    """Fault 3: the evaluation's captions are blanked, since test clips count as clean. Ours have no role at all."""
    split = split_roles(["train/1", "train/2"], 0.5, 0)
    with pytest.raises(DataError, match="test/1"):
        split.is_clean(["test/1"])
    assert hidden_texts(["a walk", "a run"], [True, False]) == ["a walk", ""]


def test_size_of_the_action_table_follows_from_the_mix(papers: Path) -> None:
    """Fault 4: the table's size depends on the word "baseline" in a path."""
    config = load_paper_config(papers / "mdm-humanact12.toml")
    assert (config.action_rows, config.without_mix().action_rows) == (13, 12)


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("sampler", ["ddpm", "ddim", "dpmpp_2m"])
@pytest.mark.parametrize("inpaint", [False, True])
def test_two_stages_in_every_sampler_batch_and_with_in_painting(batch: int, sampler: str, inpaint: bool) -> None:
    """Fault 5: EDGE has its second stage in one sampler only, and loses it for a batch of one and in in-painting."""
    full = cosine_schedule()
    shape = (batch, 10, 2)
    below: list[int] = []

    def null(x: np.ndarray, step: Step) -> np.ndarray:
        below.append(step.timestep)
        return x * 0.5

    noise = SeededNoise(0, shape)
    observed = Observation(np.zeros(shape, np.float32), np.ones(shape, np.float32)) if inpaint else None
    both = with_pivot(lambda x, step: x * 0.5, null, pivot_noise_level(full, 80))
    schedule = full.respaced(50, "trailing")
    sample(both, noise.initial(), schedule, sampler=sampler, noise=noise, observed=observed)  # type: ignore[arg-type]
    assert below == [79, 59, 39, 19]


def test_text_is_encoded_once_for_all_steps() -> None:
    """Fault 6: the text encoder runs at every step, twice."""
    torch = pytest.importorskip("torch")
    from motionmix_core.denoisers.motion_diffuse import ClipTokens, MotionDiffuse, MotionDiffuseConfig, as_predictor
    from motionmix_core.diffusion import from_epsilon

    model = MotionDiffuse(MotionDiffuseConfig(features=6, frames=8, width=16, feedforward=16, layers=1, heads=2))
    encoded: list[int] = []
    model.text_in.register_forward_hook(lambda *_: encoded.append(1))
    with torch.no_grad():
        predict = from_epsilon(as_predictor(model.eval(), ClipTokens(torch.randn(1, 5, 512), torch.tensor([3]))))
        sample(predict, torch.randn(1, 8, 6), cosine_schedule(10))
    assert len(encoded) == 1


def test_changed_settings_change_the_noise() -> None:
    """Fault 8: a cached data set silently keeps the noise of older settings. Ours is a function of the settings."""
    x, schedule, clips = np.zeros((5, 3)), cosine_schedule(), [f"clip {number}" for number in range(10)]
    settings = [(20, 60, 0), (20, 40, 0), (30, 60, 0), (20, 60, 1)]
    data_sets = set()
    for low, high, seed in settings:
        noise = WhiteNoise(schedule, low, high, seed)
        data_sets.add(b"".join(noise.apply(clip, x)[0].tobytes() for clip in clips))
    assert len(data_sets) == len(settings)


def test_silence_is_given_to_unannotated_music() -> None:
    music = np.ones((2, 3, 4), np.float32)
    hidden = hidden_music(music, [True, False])
    assert hidden[0].all()
    assert not hidden[1].any()
    assert music.all()


def test_every_motion_an_evaluator_sees_is_renormalised() -> None:
    """Fault 7: repeats for MultiModality kept the training statistics. One function serves all motions here."""
    rng = np.random.default_rng(0)
    raw = rng.normal(2.0, 3.0, (40, HUMANML3D.features)).astype(np.float32)
    training = Statistics(raw.mean(axis=0), raw.std(axis=0))
    root = training.std.copy()
    root[:4] /= 25
    evaluator = Statistics(training.mean, root)
    seen = evaluator_motion(training.normalise(raw), training, evaluator)
    assert seen.shape == (40, 259)  # without the contacts
    assert seen[:, :4] == pytest.approx((raw[:, :4] - training.mean[:4]) / root[:4], rel=1e-3, abs=1e-3)
    assert seen[:, 4:] == pytest.approx(training.normalise(raw)[:, 4:259], abs=1e-4)


def test_captions_are_as_long_as_their_words() -> None:
    """Fault 9: one evaluator took a wrong caption length. Ours counts the words and both markers, no padding."""
    words, length = evaluator_words(("a/DET", "man/NOUN", "walks/VERB"))
    assert length == 5
    assert words[length - 1] == "eos/OTHER"
    assert set(words[length:]) == {"unk/OTHER"}
