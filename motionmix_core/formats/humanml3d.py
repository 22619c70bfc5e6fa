"""HumanML3D (Guo et al. 2022): 14,616 motions of AMASS and HumanAct12, mirrored ones besides, with captions."""

from __future__ import annotations

from pathlib import Path

from ..representation.guo_layout import HUMANML3D
from .published import Guide
from .text_motion import TextMotionSet

GUIDE = Guide(
    "HumanML3D",
    "github.com/EricGuo5513/HumanML3D (the texts are there; the motions are made from AMASS by its notebooks)",
    """HumanML3D/
    new_joint_vecs/000000.npy ..    (frames, 263)
    new_joints/000000.npy ..        (frames, 22, 3), optional
    texts/000000.txt ..
    Mean.npy  Std.npy
    train.txt  val.txt  test.txt  train_val.txt  all.txt""",
)


def open_humanml3d(folder: str | Path) -> TextMotionSet:
    """The data set in its published layout. Raises DataError with download page and tree if something is missing."""
    return TextMotionSet.open(folder, HUMANML3D, GUIDE, "t2m")
