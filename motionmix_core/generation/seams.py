"""Where one window goes over into the next: what is left of a jump is eased out.

The later window sees the end of the earlier one as observed motion, and a trained network goes on from there. What it
misses by, in place and in speed, shows as a pop in a single frame, which the eye finds at once; spread over half a
second it is hidden. This is inertialisation as games do it (Bollo 2018), on features.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..representation.default import CONTACTS, ROOT_XZ

EASE_SECONDS = 0.5
_SPEED_FRAMES = 2  # over which a speed is measured on either side: single steps are half noise


def ease_seam(features: NDArray[np.float32], seam: int, mask: NDArray[np.float32], fps: float) -> NDArray[np.float32]:
    """The motion with frame `seam` following from the two frames before it.

    Args:
        features: (T,207); frames before `seam` are left alone.
        seam: first frame that the later window made freely.
        mask: (T,207), 1 = given by the animator: stays as it is.
        fps: frames a second.
    Returns:
        (T,207). A path on the ground that nobody gave is shifted as a whole, so that no foot slides for it.
    """
    if seam < 2 or seam >= len(features):
        return features
    jump = 2 * features[seam - 1] - features[seam - 2] - features[seam]
    after = min(seam + _SPEED_FRAMES, len(features) - 1)
    before = max(seam - 1 - _SPEED_FRAMES, 0)
    slope = (features[seam - 1] - features[before]) / (seam - 1 - before)
    slope = slope - (features[after] - features[seam]) / (after - seam) if after > seam else slope * 0
    jump[CONTACTS], slope[CONTACTS] = 0, 0
    given = mask[seam:] > 0
    until_given = np.where(given.any(axis=0), given.argmax(axis=0), len(features))  # a feature eases by its own keys
    frames = np.clip(until_given, 1, round(EASE_SECONDS * fps))
    t = np.clip(np.arange(len(features) - seam)[:, None] / frames, 0, 1)
    correction = jump * (1 - t * t * (3 - 2 * t))
    if not mask[seam:, ROOT_XZ].any():
        correction[:, ROOT_XZ] = jump[ROOT_XZ]
    correction += slope * frames * t * (1 - t) ** 2
    eased = features.copy()
    eased[seam:] += (correction * (1 - mask[seam:])).astype(np.float32)
    return eased
