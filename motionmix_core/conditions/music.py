"""Music as EDGE's networks hear it (Tseng et al. 2023): 35 numbers a frame by librosa, or Jukebox's 4,800 given ready.

| columns | what |
|---|---|
| 0 | onset strength |
| 1:21 | 20 mel-frequency cepstral coefficients |
| 21:33 | 12 chroma (CENS) |
| 33 | 1 where an onset peaks |
| 34 | 1 on a beat |

30 frames a second: 15,360 samples a second, 512 for a frame. Jukebox itself (5 billion weights) isn't run here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, ModelError
from ..formats.published import read_array

FPS = 30
HOP = 512
SAMPLE_RATE = FPS * HOP
WIDTH = 35
JUKEBOX_WIDTH = 4800
ONSET, MFCC, CHROMA, PEAK, BEAT = slice(0, 1), slice(1, 21), slice(21, 33), slice(33, 34), slice(34, 35)
_SHORTEST = 0.5  # seconds: less has no beat to speak of
# AIST's music by genre: beats a minute = first + step * the number in its name; house alone differs.
_AIST_GENRES = ("BR", "PO", "LO", "MH", "LH", "WA", "KR", "JS", "JB")


def music_features(path: str | Path, tempo: float | None = None) -> NDArray[np.float32]:
    """An audio file -> (T, 35) float32, one row for each 1/30 s.

    tempo: beats a minute to look for beats at; if None, that in an AIST++ name (gBR_sBM_cAll_d04_mBR0_ch01.wav, or
    mBR0.wav), else it is estimated. Raises DataError for a missing, broken, silent-length or foreign file, and
    ModelError if librosa isn't installed.
    """
    path = Path(path)
    librosa = _librosa()
    samples = _read_audio(librosa, path, SAMPLE_RATE)
    if tempo is None:
        tempo = aist_tempo(path.stem)
    if tempo is None:
        # at librosa's own default rate and hop, as published
        tempo = float(np.atleast_1d(librosa.feature.tempo(y=_read_audio(librosa, path, 22050)))[0])
    return features_of(samples, tempo)


def features_of(samples: NDArray[np.float32], tempo: float) -> NDArray[np.float32]:
    """Mono samples (N,) at 15,360 a second -> (T, 35) float32, T = N // 512 + 1. tempo: beats a minute.

    Raises DataError for less than half a second or NaN, ModelError without librosa.
    """
    librosa = _librosa()
    samples = np.asarray(samples, np.float32)
    if samples.ndim != 1 or len(samples) < _SHORTEST * SAMPLE_RATE:
        raise DataError(f"music needs at least {_SHORTEST} s of sound; this has {len(samples) / SAMPLE_RATE:.2f} s")
    if not np.isfinite(samples).all():
        raise DataError("the sound contains NaN or infinite values")
    if not 20 <= tempo <= 400:
        tempo = 120.0  # silence has no tempo
    envelope = librosa.onset.onset_strength(y=samples, sr=SAMPLE_RATE, hop_length=HOP)
    cepstrum = librosa.feature.mfcc(y=samples, sr=SAMPLE_RATE, n_mfcc=20, hop_length=HOP).T
    chroma = librosa.feature.chroma_cens(y=samples, sr=SAMPLE_RATE, hop_length=HOP, n_chroma=12).T
    peaks = librosa.onset.onset_detect(onset_envelope=envelope, sr=SAMPLE_RATE, hop_length=HOP)
    _, beats = librosa.beat.beat_track(
        onset_envelope=envelope, sr=SAMPLE_RATE, hop_length=HOP, start_bpm=tempo, tightness=100
    )
    out = np.zeros((len(envelope), WIDTH), np.float32)
    out[:, ONSET] = envelope[:, None]
    out[:, MFCC] = cepstrum
    out[:, CHROMA] = chroma
    out[peaks, PEAK] = 1.0
    out[beats, BEAT] = 1.0
    return out


def jukebox_features(path: str | Path) -> NDArray[np.float32]:
    """Features that Jukebox made (layer 66 at 30 frames a second), from a .npy file: (T, 4800). Raises DataError."""
    return read_array(Path(path), 2, JUKEBOX_WIDTH)


def load_music(path: str | Path) -> NDArray[np.float32]:
    """Features from whatever is given: a .npy file of either kind, or an audio file. Raises DataError, ModelError."""
    path = Path(path)
    if path.suffix.lower() != ".npy":
        return music_features(path)
    values = read_array(path, 2)
    if values.shape[1] not in (WIDTH, JUKEBOX_WIDTH):
        raise DataError(f"{path} has {values.shape[1]} numbers a frame; music features have {WIDTH} or {JUKEBOX_WIDTH}")
    return values


def fitted(features: NDArray[np.float32], frames: int) -> NDArray[np.float32]:
    """(T, F) cut to so many frames, or held at its last frame; Raises DataError if there is none."""
    if len(features) == 0:
        raise DataError("there is no music")
    return features[np.minimum(np.arange(frames), len(features) - 1)]


def silence(frames: int, width: int = WIDTH) -> NDArray[np.float32]:
    """(T, F) zeros: MotionMix's placeholder for dances without music. EDGE's learned null is something else."""
    return np.zeros((frames, width), np.float32)


def aist_tempo(name: str) -> float | None:
    """Beats a minute of AIST's music by its name or the name of a dance to it; None if it isn't one."""
    for part in name.split("_"):
        if len(part) == 4 and part[0] == "m" and part[3].isdecimal():
            if part[1:3] in _AIST_GENRES:
                return 80.0 + 10 * int(part[3])
            if part[1:3] == "HO":
                return 110.0 + 5 * int(part[3])
    return None


def _read_audio(librosa: Any, path: Path, rate: int) -> NDArray[np.float32]:
    if not path.is_file():
        raise DataError(f"there is no file {path}")
    try:
        samples, _ = librosa.load(str(path), sr=rate, mono=True)
    except Exception as error:  # soundfile, audioread and the decoders behind them raise many kinds
        reason = str(error) or type(error).__name__
        raise DataError(f"{path} can't be read as sound ({reason}): use WAV, FLAC, OGG or MP3") from error
    if len(samples) < _SHORTEST * rate:
        raise DataError(f"{path} has {len(samples) / rate:.2f} s of sound; music needs at least {_SHORTEST} s")
    if not np.isfinite(samples).all():
        raise DataError(f"{path} contains NaN or infinite values")
    return samples


def _librosa() -> Any:
    try:
        import librosa
    except ImportError as error:
        raise ModelError(f"Listening to music needs librosa ({error}): install motionmix-core[music].") from error
    return librosa
