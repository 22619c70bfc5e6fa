"""Our own motion files: numpy archives without pickles, exact to the last bit.

Arrays: names (J,), parents (J,), offsets (J,3) metres, root_positions (T,3) metres, rotations (T,J,4) local wxyz, fps;
and, for readers in a hurry, positions (T,J,3) float32, the joints in the world.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from ..errors import DataError
from ..files import written_whole
from ..motion.motion import Motion
from ..motion.skeleton import Skeleton, canonical_skeleton

FORMAT = 1


def save_motion(path: Path | str, motion: Motion) -> None:
    """Write a motion, whole or not at all. The same motion gives the same bytes.

    Raises:
        DataError: the file can't be written.
    """
    skeleton = motion.skeleton
    with written_whole(Path(path), binary=True) as file:
        np.savez_compressed(
            file,
            format=np.array(FORMAT),
            names=np.array(skeleton.names),
            parents=np.array(skeleton.parents),
            offsets=skeleton.offsets,
            root_positions=motion.root_positions,
            rotations=motion.rotations,
            fps=np.array(motion.fps),
            positions=motion.positions().astype(np.float32),
        )


def load_motion(path: Path | str) -> Motion:
    """Read what `save_motion` wrote.

    Raises:
        DataError: the file is missing, broken or of another kind.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            if int(archive["format"]) != FORMAT:
                raise DataError(f"{path} is of format {int(archive['format'])}, and this version reads {FORMAT}.")
            names = tuple(str(name) for name in archive["names"])
            canonical = canonical_skeleton()
            skeleton = Skeleton(names, tuple(int(parent) for parent in archive["parents"]), archive["offsets"])
            if skeleton == canonical:
                skeleton = canonical  # which knows where its last bones end
            return Motion(skeleton, archive["root_positions"], archive["rotations"], float(archive["fps"]))
    except FileNotFoundError:
        raise DataError(f"There is no file {path}.") from None
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} isn't a motion file of MotionMix ({error}).") from error
