"""The data set of a config, from the folder that the user names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

from motionmix_core.conditions.music import load_music
from motionmix_core.errors import DataError
from motionmix_core.formats.aistpp import AISTPP, Dance, MusicKind, music_of, read_edge_windows, windows
from motionmix_core.formats.bandai_actions import read_bandai_actions
from motionmix_core.formats.humanact12 import read_humanact12
from motionmix_core.formats.humanml3d import open_humanml3d
from motionmix_core.formats.kit import open_kit
from motionmix_core.formats.published import Skipped
from motionmix_core.formats.uestc import read_uestc
from motionmix_core.mixed_data.paper_config import PaperConfig

from .action_clips import ActionClips
from .clips import Clips
from .dance_clips import DanceClips
from .text_clips import TextClips

Split = Literal["train", "test"]
MUSIC_SUFFIXES = (".npy", ".wav", ".mp3", ".flac", ".ogg")


def open_clips(config: PaperConfig, folder: Path, split: Split = "train") -> Clips:
    """The clips of a config's data set, not corrupted. Raises DataError saying what is missing and where to get it."""
    clips = _open(config, folder, split)
    if not clips.ids:
        first = f"; the first: {clips.skipped[0].file}: {clips.skipped[0].reason}" if clips.skipped else ""
        raise DataError(f"{folder} holds no usable clip, {len(clips.skipped)} were left out{first}")
    return clips


def _open(config: PaperConfig, folder: Path, split: Split) -> Clips:
    data = config.data
    if data.name in ("humanml3d", "kit"):
        text = open_humanml3d(folder) if data.name == "humanml3d" else open_kit(folder)
        clips = TextClips.of(text, split, weighted_root=config.backbone == "motion_diffuse")
        return replace(clips, frames=data.frames)
    if data.name == "aistpp":
        music: MusicKind = "jukebox" if data.music_width > 35 else "baseline"
        if (folder / split / "motions_sliced").is_dir():
            return DanceClips.of(read_edge_windows(folder, split, music))
        return DanceClips.of(published_windows(folder, split))
    actions = {
        "humanact12": read_humanact12,
        "uestc": read_uestc,
        "bandai": lambda where: read_bandai_actions(where, fps=data.fps),
    }[data.name](folder)
    return ActionClips.of(actions, data.frames, test=split == "test", face_forward=data.face_forward)


def published_windows(folder: Path, split: Split) -> Iterator[Dance | Skipped]:
    """Windows of the published annotations, with the music in `music/` beside them: mBR0.wav or ready features .npy.

    Raises DataError if the folder isn't laid out so.
    """
    dances = AISTPP.open(folder)
    if not (folder / "music").is_dir():
        raise DataError(
            f"{folder} has no folder music: put there the audio files (mBR0.wav ..) of aistdancedb.ongaaccel.jp, or "
            "their features (mBR0.npy), or use EDGE's own cut (train/motions_sliced ..)"
        )
    heard = {}
    for dance in dances.dances(split):
        if isinstance(dance, Skipped):
            yield dance
            continue
        name = music_of(dance.id)
        if name not in heard:
            files = [folder / "music" / f"{name}{suffix}" for suffix in MUSIC_SUFFIXES]
            file = next((path for path in files if path.is_file()), None)
            heard[name] = None if file is None else load_music(file)
        features = heard[name]
        if features is None:
            yield Skipped(dance.id, f"there is no music {name} in {folder / 'music'}")
        else:
            yield from windows(dance, features)
