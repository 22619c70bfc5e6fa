"""KIT-ML in HumanML3D's layout: 3,911 motions with captions, 12.5 frames a second, 21 joints, millimetres."""

from __future__ import annotations

from pathlib import Path

from ..representation.guo_layout import KIT
from .published import Guide
from .text_motion import TextMotionSet

GUIDE = Guide(
    "KIT-ML",
    "github.com/EricGuo5513/HumanML3D (its section on KIT-ML; the original is at motion-annotation.humanoids.kit.edu)",
    """KIT-ML/
    new_joint_vecs/00001.npy ..     (frames, 251)
    new_joints/00001.npy ..         (frames, 21, 3), optional
    texts/00001.txt ..
    Mean.npy  Std.npy
    train.txt  val.txt  test.txt  train_val.txt  all.txt""",
)


def open_kit(folder: str | Path) -> TextMotionSet:
    """The data set in its published layout. Raises DataError with download page and tree if something is missing."""
    return TextMotionSet.open(folder, KIT, GUIDE, "kit")
