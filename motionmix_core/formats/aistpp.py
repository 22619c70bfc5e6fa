"""AIST++ dances (Li et al. 2021) as published, and as EDGE prepares them: SMPL poses at 60 frames a second, with music.

As published: `motions/*.pkl`, each a dict of `smpl_poses` (T, 72) axis-angle, `smpl_trans` (T, 3), `smpl_scaling` (1),
Y up; splits in `splits/`, names to leave out in `ignore_list.txt`. EDGE cuts 5 s windows every 0.5 s and keeps them in
`train/` and `test/` with the music of each window.

A dance's name, gBR_sBM_cAll_d04_mBR0_ch01, tells its genre, situation, camera, dancer, music and choreography.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from ..errors import DataError
from ..motion.rotations import axis_angle_to_quat
from ..motion.skeleton import Skeleton
from ..representation import edge
from .amass import smpl_motion, smpl_skeleton
from .numpy_pickle import read_numpy_pickle
from .published import Guide, Skipped, read_array, read_lines
from .source import SourceMotion

RAW_FPS = 60
FPS = 30
WINDOW_SECONDS, STRIDE_SECONDS = 5.0, 0.5
WINDOW = int(WINDOW_SECONDS * FPS)
SPLITS = ("train", "val", "test")
MusicKind = Literal["baseline", "jukebox"]
MUSIC_WIDTHS: dict[MusicKind, int] = {"baseline": 35, "jukebox": 4800}
GUIDE = Guide(
    "AIST++",
    "google.github.io/aistplusplus_dataset (annotations; the music is at aistdancedb.ongaaccel.jp)",
    """aist_plusplus_final/
    motions/gBR_sBM_cAll_d04_mBR0_ch01.pkl ..
    splits/crossmodal_train.txt  crossmodal_val.txt  crossmodal_test.txt
    ignore_list.txt""",
)
EDGE_GUIDE = Guide(
    "AIST++ in EDGE's cut",
    "github.com/Stanford-TML/EDGE (data/create_dataset.py makes it from AIST++)",
    """data/
    train/motions_sliced/gBR_sBM_cAll_d04_mBR0_ch01_slice0.pkl ..
    train/baseline_feats/gBR_sBM_cAll_d04_mBR0_ch01_slice0.npy ..   (or jukebox_feats)
    test/ the same""",
)


@dataclass(frozen=True)
class Dance:
    """poses: (T, 24, 3) axis-angle, radians; root: (T, 3) metres on a body of SMPL's size, Y up; 30 frames a second.

    music: (T, 35 or 4800) features, if it was cut together with them.
    """

    id: str
    poses: np.ndarray
    root: np.ndarray
    music: np.ndarray | None = None

    def features(self, skeleton: Skeleton | None = None) -> np.ndarray:
        """(T, 151) of representation.edge, not normalised; contacts by the feet of `skeleton` (SMPL's legs if None)."""
        return edge.encode(axis_angle_to_quat(self.poses), self.root, skeleton or smpl_skeleton())

    def motion(self) -> SourceMotion:
        """The 22 body joints for formats.canonicalise, Y up."""
        body = self.poses[:, :22].reshape(len(self.poses), 66)
        return smpl_motion({"poses": body, "trans": self.root, "fps": np.array(FPS)})

    @property
    def family(self) -> str:
        """The dance that this is a window of. Windows overlap by nine tenths: a family belongs on one side of a split.

        Give it to mixed_data.roles; the published split of roles is by window, and leaks.
        """
        return self.id.split("_slice")[0]


@dataclass(frozen=True)
class AISTPP:
    """An opened folder of the published annotations; dances are read one at a time."""

    folder: Path

    @classmethod
    def open(cls, folder: str | Path) -> AISTPP:
        """Raises DataError with the download page and the expected tree if something is missing."""
        GUIDE.require(Path(folder), "motions", "splits", "ignore_list.txt")
        return cls(Path(folder))

    def split(self, name: str) -> list[str]:
        """The names of a crossmodal split (train, val, test), those on the ignore list left out. Raises DataError."""
        if name not in SPLITS:
            raise DataError(f"AIST++ has no split '{name}': use {', '.join(SPLITS)}")
        ignored = set(read_lines(self.folder / "ignore_list.txt"))
        names = read_lines(self.folder / "splits" / f"crossmodal_{name}.txt")
        return [dance for dance in names if dance not in ignored]

    def dance(self, name: str) -> Dance:
        """One whole dance: every second frame, its path scaled to SMPL's size. Raises DataError naming the file."""
        path = self.folder / "motions" / f"{name}.pkl"
        table = read_numpy_pickle(path)
        poses, root = _poses(table, path, "smpl_poses", "smpl_trans")
        try:
            scale = float(np.asarray(table["smpl_scaling"]).reshape(-1)[0])
        except (KeyError, IndexError, TypeError, ValueError):
            raise DataError(f"{path} has no number smpl_scaling") from None
        if not scale > 0:
            raise DataError(f"{path}: smpl_scaling is {scale}, expected a number above zero")
        step = RAW_FPS // FPS
        return Dance(name, poses[::step], root[::step] / np.float32(scale))

    def dances(self, split: str) -> Iterator[Dance | Skipped]:
        """All dances of a split; broken ones are named."""
        for name in self.split(split):
            try:
                yield self.dance(name)
            except DataError as error:
                yield Skipped(name, str(error))


def windows(dance: Dance, music: np.ndarray | None = None) -> list[Dance]:
    """A dance in windows of 5 s, one every 0.5 s, with the music features of the same frames if given (T, F)."""
    frames = len(dance.poses) if music is None else min(len(dance.poses), len(music))
    cut = []
    for number, start in enumerate(range(0, frames - WINDOW + 1, int(STRIDE_SECONDS * FPS))):
        span = slice(start, start + WINDOW)
        part = None if music is None else music[span]
        cut.append(Dance(f"{dance.id}_slice{number}", dance.poses[span], dance.root[span], part))
    return cut


def music_of(name: str) -> str:
    """The music's name in a dance's: gBR_sBM_cAll_d04_mBR0_ch01 -> mBR0. Raises DataError."""
    parts = name.split("_")
    if len(parts) < 6 or not parts[4].startswith("m"):
        raise DataError(f"{name} isn't a dance's name like gBR_sBM_cAll_d04_mBR0_ch01")
    return parts[4]


def read_edge_windows(
    folder: str | Path, split: Literal["train", "test"], music: MusicKind = "baseline"
) -> Iterator[Dance | Skipped]:
    """The windows that EDGE's own preparation made, with their music; broken ones are named.

    Raises DataError with page and tree if the folder isn't laid out so.
    """
    folder = Path(folder)
    EDGE_GUIDE.require(folder, f"{split}/motions_sliced", f"{split}/{music}_feats")
    for path in sorted((folder / split / "motions_sliced").glob("*.pkl")):
        try:
            poses, root = _poses(read_numpy_pickle(path), path, "q", "pos")
            heard = folder / split / f"{music}_feats" / f"{path.stem}.npy"
            features = read_array(heard, 2, MUSIC_WIDTHS[music])
            step = RAW_FPS // FPS
            poses, root = poses[::step], root[::step]
            if len(poses) != len(features):
                raise DataError(f"{heard} has {len(features)} frames, its dance {len(poses)}")
            yield Dance(path.stem, poses, root, features)
        except DataError as error:
            yield Skipped(path.stem, str(error))


def _poses(table: object, path: Path, pose_key: str, root_key: str) -> tuple[np.ndarray, np.ndarray]:
    if not isinstance(table, dict) or not {pose_key, root_key} <= table.keys():
        raise DataError(f"{path} isn't a dance: it has no {pose_key} and {root_key}")
    try:
        poses, root = (np.asarray(table[key], dtype=np.float32) for key in (pose_key, root_key))
    except (ValueError, TypeError) as error:
        raise DataError(f"{path}: {pose_key} and {root_key} aren't arrays of numbers ({error})") from error
    if poses.ndim < 2 or len(poses) == 0 or poses.size != len(poses) * 72 or root.shape != (len(poses), 3):
        raise DataError(f"{path}: poses {poses.shape} and path {root.shape}, expected (frames, 72) and (frames, 3)")
    if not (np.isfinite(poses).all() and np.isfinite(root).all()):
        raise DataError(f"{path} contains NaN or infinite values")
    return poses.reshape(-1, 24, 3), root
