"""Music features on sounds known by formula: a click track, a pure tone, silence."""

import wave

import numpy as np
import pytest

from motionmix_core.conditions import music
from motionmix_core.errors import DataError

librosa = pytest.importorskip("librosa", reason="librosa isn't installed: music features not tested")


def write_wav(path, samples, rate=44100):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(samples, -1, 1) * 32000).astype("<i2").tobytes())


def clicks(seconds, rate, per_minute):
    """Short bursts of noise at a steady tempo, the first after half a beat."""
    rng = np.random.default_rng(0)
    samples = np.zeros(int(seconds * rate))
    burst = rng.normal(size=rate // 100) * np.exp(-np.linspace(0, 5, rate // 100)) * 0.5
    times = np.arange(0.5, seconds * per_minute / 60 - 0.1) * 60 / per_minute
    for time in times:
        at = int(time * rate)
        samples[at : at + len(burst)] += burst[: len(samples) - at]
    return samples, times


@pytest.fixture(scope="module")
def click_features(tmp_path_factory):
    path = tmp_path_factory.mktemp("music") / "clicks.wav"
    samples, times = clicks(6.0, 44100, 120)
    write_wav(path, samples)
    return music.music_features(path), times, path


def test_35_numbers_at_30_frames_a_second(click_features):
    features, _, _ = click_features
    assert features.shape == (181, 35) and features.dtype == np.float32
    assert np.isfinite(features).all()
    assert set(np.unique(features[:, [33, 34]])) == {0.0, 1.0}


def test_peaks_lie_on_the_clicks(click_features):
    features, times, _ = click_features
    peaks = np.flatnonzero(features[:, 33]) / 30
    # an onset peaks a frame or two behind its click; at this short hop it may do so in two frames running
    behind = peaks[:, None] - times[None]
    assert (np.abs(behind).min(axis=0) < 0.1).all()
    assert (np.abs(behind).min(axis=1) < 0.1).all()


def test_beats_keep_the_tempo(click_features):
    features, times, _ = click_features
    beats = np.flatnonzero(features[:, 34]) / 30
    assert len(beats) >= len(times) - 3
    assert np.diff(beats).mean() == pytest.approx(0.5, abs=0.02)


def test_a_tone_shows_in_its_chroma_class():
    time = np.arange(2 * music.SAMPLE_RATE) / music.SAMPLE_RATE
    features = music.features_of(np.sin(2 * np.pi * 440 * time).astype(np.float32), tempo=120)
    assert features.shape == (61, 35)
    assert features[10:-10, music.CHROMA].mean(axis=0).argmax() == 9  # C is 0, A is 9


def test_columns_are_librosas_own(click_features):
    features, _, path = click_features
    samples, _ = librosa.load(path, sr=15360)
    assert np.array_equal(features[:, 0], librosa.onset.onset_strength(y=samples, sr=15360))
    assert np.array_equal(features[:, 1:21], librosa.feature.mfcc(y=samples, sr=15360, n_mfcc=20).T)


def test_silence_is_no_error():
    features = music.features_of(np.zeros(music.SAMPLE_RATE, np.float32), tempo=0.0)
    assert np.isfinite(features).all() and not features[:, music.PEAK].any()


def test_tempo_of_aist_names():
    assert music.aist_tempo("gBR_sBM_cAll_d04_mBR0_ch01") == 80
    assert music.aist_tempo("mKR2") == 100
    assert music.aist_tempo("gHO_sFM_cAll_d20_mHO5_ch11_slice3") == 135
    assert music.aist_tempo("my_song") is None


def test_precomputed_features(tmp_path):
    np.save(tmp_path / "jukebox.npy", np.ones((150, 4800), np.float32))
    np.save(tmp_path / "baseline.npy", np.ones((150, 35), np.float32))
    np.save(tmp_path / "other.npy", np.ones((150, 40), np.float32))
    assert music.jukebox_features(tmp_path / "jukebox.npy").shape == (150, 4800)
    assert music.load_music(tmp_path / "jukebox.npy").shape == (150, 4800)
    assert music.load_music(tmp_path / "baseline.npy").shape == (150, 35)
    with pytest.raises(DataError, match="40 numbers a frame"):
        music.load_music(tmp_path / "other.npy")
    with pytest.raises(DataError, match=r"baseline\.npy has the shape"):
        music.jukebox_features(tmp_path / "baseline.npy")


def test_broken_foreign_and_short_files_are_named(tmp_path):
    write_wav(tmp_path / "short.wav", np.zeros(1000))
    write_wav(tmp_path / "whole.wav", np.zeros(44100))
    (tmp_path / "cut.wav").write_bytes((tmp_path / "whole.wav").read_bytes()[:30])
    (tmp_path / "text.mp3").write_text("not music")
    for name, words in {"short.wav": "at least 0.5 s", "cut.wav": "can't be read as sound",
                        "text.mp3": "can't be read as sound", "none.wav": "there is no file"}.items():  # fmt: skip
        with pytest.raises(DataError, match=words) as error:
            music.music_features(tmp_path / name)
        assert name in str(error.value)


def test_music_is_fitted_to_a_dance():
    features = np.arange(20, dtype=np.float32).reshape(10, 2)
    assert np.array_equal(music.fitted(features, 4), features[:4])
    assert np.array_equal(music.fitted(features, 12)[9:], features[[9, 9, 9]])
    assert not music.silence(5).any() and music.silence(5).shape == (5, 35)
