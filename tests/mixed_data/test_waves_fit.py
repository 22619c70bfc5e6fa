"""The waves fitted alone to strokes that begin with their clip."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from motionmix_core.denoisers.motion_transformer import MotionTransformer  # noqa: E402
from motionmix_core.errors import DataError  # noqa: E402
from motionmix_core.mixed_data.cache import MotionCache  # noqa: E402
from motionmix_core.mixed_data.checkpoints import Checkpoint  # noqa: E402
from motionmix_core.mixed_data.waves_fit import FitConfig, fit_waves  # noqa: E402
from motionmix_core.mixed_data.windows import fit_window_normaliser  # noqa: E402
from tests.mixed_data.small_run import CONFIG, NETWORK, text_bank, write_cache  # noqa: E402

FIT = FitConfig(batches=2, frames=32, steps=150, learning_rate=2e-2)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> MotionCache:
    """One of its clips is a stroke that begins with the clip."""
    cache = write_cache(tmp_path_factory.mktemp("cache"))
    clips = [replace(clip, dataset="hand_tasks") if clip.id == "test/walk" else clip for clip in cache.clips]
    return replace(cache, clips=tuple(clips))


def checkpoint_of(cache: MotionCache, frame_waves: int = 16, gate: int = 0) -> Checkpoint:
    """A run that has learned nothing yet."""
    torch.manual_seed(0)
    config = replace(CONFIG, network=replace(NETWORK, frame_waves=frame_waves, frame_wave_gate=gate))
    normaliser = fit_window_normaliser(cache, cache.select("train", True), text_bank(), CONFIG)
    weights = MotionTransformer(config.network).state_dict()
    return Checkpoint(3, config, normaliser, weights, weights, {})


@pytest.mark.parametrize("gate", [0, 24])
def test_the_waves_take_over_strokes_and_are_silent_elsewhere(cache: MotionCache, gate: int) -> None:
    checkpoint = checkpoint_of(cache, gate=gate)
    fitted = fit_waves(checkpoint, cache, text_bank(), FIT)
    assert fitted.left < 0.5
    network = MotionTransformer(checkpoint.config.network)
    assert network.waves is not None
    network.load_state_dict({**checkpoint.ema, **fitted.weights})
    texts = text_bank()
    _, mask, pooled = (torch.from_numpy(a) for a in texts.gather(texts.rows(["walk left", "turn left"])))
    with torch.no_grad():
        said = network.waves(32, network.condition(torch.full((2,), 0.99), mask, pooled))
    stroke, other = (float(part.square().mean()) for part in said)
    assert other < 0.1 * stroke


def test_nothing_else_is_touched(cache: MotionCache) -> None:
    checkpoint = checkpoint_of(cache)
    before = {name: value.clone() for name, value in checkpoint.ema.items()}
    fitted = fit_waves(checkpoint, cache, text_bank(), replace(FIT, steps=2))
    assert {name.split(".")[0] for name in fitted.weights} == {"waves"}
    for name, value in checkpoint.ema.items():
        np.testing.assert_array_equal(value.numpy(), before[name].numpy(), err_msg=name)


def test_a_network_without_waves_and_clips_without_strokes_are_refused(cache: MotionCache) -> None:
    with pytest.raises(DataError, match="frame_waves is 0"):
        fit_waves(checkpoint_of(cache, frame_waves=0), cache, text_bank(), FIT)
    plain = replace(cache, clips=tuple(replace(clip, dataset="cmu") for clip in cache.clips))
    with pytest.raises(DataError, match="hand_tasks"):
        fit_waves(checkpoint_of(plain), plain, text_bank(), FIT)
