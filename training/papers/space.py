"""The space that a network works in: its numbers a frame, to and from motion, and which of them are which joint's."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from motionmix_core.errors import DataError, RequestError
from motionmix_core.files import written_whole
from motionmix_core.formats.amass import MAPPING, smpl_skeleton
from motionmix_core.formats.canonicalise import canonicalise, fit_body
from motionmix_core.formats.source import SourceMotion
from motionmix_core.formats.text_motion import Statistics
from motionmix_core.mixed_data.paper_config import PaperConfig
from motionmix_core.motion.motion import Motion
from motionmix_core.representation import edge, humanml3d, rot6d
from motionmix_core.representation.guo_layout import HUMANML3D, KIT, GuoLayout

SPACE = "space.npz"
MILLIMETRE = 0.001


@dataclass(frozen=True)
class Decoded:
    """What a network's numbers show. positions: (T, J, 3) metres, Y up. motion: the same on the canonical skeleton,
    None where the data's joints don't allow it."""

    positions: NDArray[np.float64]
    motion: Motion | None


class Space(Protocol):
    """features: F, numbers a frame. fps: frames a second."""

    @property
    def features(self) -> int: ...  # noqa: D102
    @property
    def fps(self) -> float: ...  # noqa: D102

    def encode(self, motion: Motion) -> NDArray[np.float32]:
        """A motion on the canonical skeleton -> (T, F), to be observed in editing."""
        ...

    def decode(self, values: NDArray[np.float32]) -> Decoded:
        """(T, F) -> what it shows."""
        ...

    def columns(self, joints: Collection[int]) -> NDArray[np.bool_]:
        """(F,) True for the numbers of these joints (0 is the root: its path and turning, and the contacts)."""
        ...

    def arrays(self) -> Mapping[str, NDArray[np.floating]]:
        """What is kept in a run's folder, for `load_space`."""
        ...


@dataclass(frozen=True)
class TextSpace:
    """HumanML3D's 263 or KIT-ML's 251 numbers as z-scores."""

    statistics: Statistics
    layout: GuoLayout

    @property
    def features(self) -> int:
        """263 or 251."""
        return self.layout.features

    @property
    def fps(self) -> float:
        """20 or 12.5."""
        return self.layout.fps

    def encode(self, motion: Motion) -> NDArray[np.float32]:
        """(T - 1, 263): HumanML3D keeps steps between frames. Raises RequestError for KIT, whose joints are others."""
        if self.layout is not HUMANML3D:
            raise RequestError("KIT-ML's joints aren't those of the canonical skeleton: give its own features (.npy)")
        return self.statistics.normalise(humanml3d.encode(motion))

    def decode(self, values: NDArray[np.float32]) -> Decoded:
        """Joint positions in metres, and for HumanML3D the motion fitted to them."""
        features = self.statistics.denormalise(values)
        positions = humanml3d.recover_positions(features, self.layout)
        if self.layout is HUMANML3D:
            return Decoded(positions, humanml3d.decode(features))
        return Decoded(positions * MILLIMETRE, None)

    def columns(self, joints: Collection[int]) -> NDArray[np.bool_]:
        """As MDM's editing divides them: the first four numbers and the contacts go with the root."""
        blocks, out = self.layout.blocks, np.zeros(self.features, bool)
        for joint in joints:
            if joint == 0:
                for name in ("root_yaw", "root_velocity", "root_height", "contacts"):
                    out[blocks[name]] = True
            else:
                for name, width in (("positions", 3), ("rotations", 6)):
                    start = blocks[name].start + width * (joint - 1)
                    out[start : start + width] = True
            start = blocks["velocities"].start + 3 * joint
            out[start : start + 3] = True
        return out

    def arrays(self) -> Mapping[str, NDArray[np.floating]]:
        """Mean and standard deviation."""
        return {"mean": self.statistics.mean, "std": self.statistics.std}


@dataclass(frozen=True)
class ActionSpace:
    """The action data's 25 x 6 numbers."""

    fps: float
    features: int = rot6d.FEATURES

    def encode(self, motion: Motion) -> NDArray[np.float32]:
        """(T, 150)."""
        return rot6d.encode_motion(motion.resample(self.fps))

    def decode(self, values: NDArray[np.float32]) -> Decoded:
        """A motion that stands on the ground; see `grounded`."""
        motion = grounded(rot6d.decode_motion(values, self.fps))
        return Decoded(motion.positions(), motion)

    def columns(self, joints: Collection[int]) -> NDArray[np.bool_]:
        """Six numbers a joint, and the translation's six with the root."""
        rows = np.zeros((rot6d.ROWS, 6), bool)
        rows[list(joints)] = True
        rows[-1] = 0 in joints
        return rows.reshape(-1)

    def arrays(self) -> Mapping[str, NDArray[np.floating]]:
        """None: the numbers are as they are."""
        return {}


@dataclass(frozen=True)
class DanceSpace:
    """EDGE's 151 numbers, scaled to -1..1."""

    normaliser: edge.RangeNormaliser
    fps: float = edge.FPS
    features: int = edge.FEATURES

    def encode(self, motion: Motion) -> NDArray[np.float32]:
        """(T, 151)."""
        motion = motion.resample(self.fps)
        raw = edge.encode(rot6d.with_hands(motion.rotations), motion.root_positions, motion.skeleton)
        return self.normaliser.normalise(raw)

    def decode(self, values: NDArray[np.float32]) -> Decoded:
        """The motion carried onto the canonical skeleton."""
        rotations, root, _ = edge.decode(self.normaliser.denormalise(values))
        skeleton = smpl_skeleton()
        source = SourceMotion(skeleton, root, rotations[:, : skeleton.num_joints], self.fps)
        motion = canonicalise(source, fit_body(skeleton, MAPPING))
        return Decoded(motion.positions(), motion)

    def columns(self, joints: Collection[int]) -> NDArray[np.bool_]:
        """Six numbers a joint; path and contacts with the root."""
        rotations = np.zeros((rot6d.SMPL_JOINTS, 6), bool)
        rotations[list(joints)] = True
        return np.concatenate([np.full(edge.ROTATIONS.start, 0 in joints), rotations.reshape(-1)])

    def arrays(self) -> Mapping[str, NDArray[np.floating]]:
        """The value ranges."""
        return {"low": self.normaliser.low, "high": self.normaliser.high}


def grounded(motion: Motion, share: float = 0.05, height: float = 0.025) -> Motion:
    """The motion lifted so that its toes' height, at the 5 % lowest frames, is that of a standing foot (2.5 cm).

    The 25 x 6 numbers know the root's height only relative to frame 0, so the ground has to be found; a percentile
    rather than the minimum, since a single noisy frame must not decide it.
    """
    toes = motion.positions()[:, [10, 11], 1].min(axis=1)
    root = motion.root_positions.copy()
    root[:, 1] += height - np.quantile(toes, share)
    return Motion(motion.skeleton, root, motion.rotations, motion.fps)


def save_space(folder: Path, space: Space) -> None:
    """Keep what `load_space` needs beside the checkpoint."""
    folder.mkdir(parents=True, exist_ok=True)
    with written_whole(folder / SPACE, binary=True) as file:
        np.savez(file, **{name: np.asarray(values) for name, values in space.arrays().items()})


def load_space(config: PaperConfig, folder: Path) -> Space:
    """The space of a trained run. Raises DataError if its file is missing or broken."""
    path = folder / SPACE
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        if config.data.name in ("humanml3d", "kit"):
            layout = HUMANML3D if config.data.name == "humanml3d" else KIT
            return TextSpace(Statistics(arrays["mean"], arrays["std"]), layout)
        if config.data.name == "aistpp":
            return DanceSpace(edge.RangeNormaliser(arrays["low"], arrays["high"]))
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{path} is missing or broken ({error}): it is written by training.train_paper") from error
    return ActionSpace(config.data.fps)
