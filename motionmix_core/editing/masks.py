"""What holds, as the network is told it: a mask over the features of the model's frames."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..representation.default import CONTACTS, FEATURES, HEADING, ROOT_HEIGHT, ROOT_XZ, joint_columns
from .keys import Held

PELVIS = 0


def features_mask(held: Held, heights: NDArray[np.bool_] | None = None) -> NDArray[np.float32]:
    """(T,22) rotations and (T,) root that hold -> (T,207) float32 mask, as the network is trained with.

    A joint that holds shows its place and its rotation. The root's place is its path on the ground, and with the pelvis
    its height and heading; heights (T,): where its height holds without the pelvis, too. Contacts are known inside a
    stretch of whole poses: one pose doesn't tell them.
    """
    frames = len(held.root)
    mask = np.zeros((frames, FEATURES), np.float32)
    for joint in range(held.rotations.shape[1]):
        mask[np.ix_(held.rotations[:, joint], joint_columns(joint))] = 1
    mask[held.root, ROOT_XZ] = 1
    mask[held.rotations[:, PELVIS], HEADING] = 1
    mask[held.root & held.rotations[:, PELVIS], ROOT_HEIGHT] = 1
    if heights is not None:
        mask[heights, ROOT_HEIGHT] = 1
    whole = held.poses
    inside = whole.copy()
    inside[1:] &= whole[:-1]
    inside[:-1] &= whole[1:]
    mask[inside, CONTACTS] = 1
    return mask
