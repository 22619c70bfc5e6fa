"""HumanAct12 (Guo et al. 2020) as ACTOR and MDM read it: 12 actions, 1,191 clips of SMPL poses, no split.

`humanact12poses.pkl` is a dict of lists, one entry a clip: `poses` (T, 72) axis-angle, `joints3D` (T, 24, 3) metres,
and `y`, the labels. All clips are training and evaluation at once. About 20 fps.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..conditions.action import HUMANACT12_ACTIONS
from ..errors import DataError
from .action_clip import ActionClip, ActionSet, action_clip, sequence
from .numpy_pickle import read_numpy_pickle
from .published import Guide, Skipped

FILE = "humanact12poses.pkl"
FPS = 20.0
GUIDE = Guide(
    "HumanAct12",
    "ericguo5513.github.io/action-to-motion (as poses: prepare/download_a2m_datasets.sh of "
    "github.com/GuyTevet/motion-diffusion-model)",
    f"HumanAct12Poses/\n    {FILE}",
)


def read_humanact12(folder: str | Path) -> ActionSet:
    """The data set from its folder; clips that are broken are in `skipped`. Raises DataError for a broken file."""
    folder = Path(folder)
    GUIDE.require(folder, FILE)
    path = folder / FILE
    table = read_numpy_pickle(path)
    try:
        poses = sequence(table, "poses")
        joints, labels = sequence(table, "joints3D", len(poses)), sequence(table, "y", len(poses))
    except DataError as error:
        raise DataError(f"{path} isn't the published file: it {error}") from error
    clips: list[ActionClip] = []
    skipped: list[Skipped] = []
    for place, (pose, joint, label) in enumerate(zip(poses, joints, labels, strict=True)):
        name = f"humanact12/{place:04d}"
        try:
            clips.append(action_clip(name, label, pose, root_path(joint, 0), HUMANACT12_ACTIONS))
        except DataError as error:
            skipped.append(Skipped(f"{path}, entry {place}", str(error)))
    everything = tuple(range(len(clips)))
    return ActionSet("humanact12", HUMANACT12_ACTIONS, FPS, tuple(clips), everything, everything, tuple(skipped))


def root_path(joints: object, root: int) -> np.ndarray:
    """(T, 3) of one joint from (T, J, 3). Raises DataError without the file's name."""
    try:
        values = np.asarray(joints, dtype=np.float32)
    except (ValueError, TypeError) as error:
        raise DataError(f"joint positions aren't an array of numbers ({error})") from error
    if values.ndim != 3 or values.shape[2] != 3 or values.shape[1] <= root:
        raise DataError(f"joint positions of the shape {values.shape}, expected (frames, joints, 3)")
    return values[:, root]
