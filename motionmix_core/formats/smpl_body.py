"""SMPL's body through the package smplx: joints and meshes with a body model that the user has a licence for.

The readers need no body model: they take rotations over as they are. It is needed where papers' numbers hang on SMPL's
own joints (HumanML3D's source positions, HumanAct12's and EDGE's foot losses), and for meshes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import DataError, ModelError
from .published import Guide

GUIDE = Guide(
    "SMPL's body model",
    "smpl.is.tue.mpg.de (registration; research licence)",
    """models/
    smpl/SMPL_NEUTRAL.pkl   (also SMPL_MALE.pkl, SMPL_FEMALE.pkl)""",
)


@dataclass(frozen=True)
class SmplBody:
    """joints: (T, 24, 3), vertices: (T, 6890, 3), metres, in the frame of the poses."""

    joints: np.ndarray
    vertices: np.ndarray


def smpl_body(
    poses: np.ndarray, root: np.ndarray, models: str | Path, *, gender: str = "neutral", betas: np.ndarray | None = None
) -> SmplBody:
    """Poses (T, 24, 3) axis-angle and translations (T, 3) -> joints and mesh of SMPL's body.

    models: the folder above `smpl/`. betas: (10,) the body's shape; the mean one if None. Raises ModelError if smplx
    isn't installed, DataError if the body model is missing (with where to get it) or the arrays don't fit.
    """
    if gender not in ("neutral", "male", "female"):
        raise DataError(f"SMPL has the bodies neutral, male and female, not '{gender}'")
    values, path = np.asarray(poses, np.float32), np.asarray(root, np.float32)
    if values.ndim != 3 or values.shape[1:] != (24, 3) or path.shape != (len(values), 3) or len(values) == 0:
        raise DataError(f"SMPL needs poses (frames, 24, 3) and a path (frames, 3), not {values.shape} and {path.shape}")
    try:
        import smplx
        import torch
    except ImportError as error:
        raise ModelError(f"SMPL's body needs torch and smplx ({error}): install motionmix-core[smpl].") from error
    folder = Path(models)
    GUIDE.require(folder, f"smpl/SMPL_{gender.upper()}.pkl")
    shape = torch.zeros(1, 10) if betas is None else torch.as_tensor(np.asarray(betas, np.float32)).reshape(1, -1)
    try:
        body = smplx.create(str(folder), model_type="smpl", gender=gender, num_betas=shape.shape[1])
        with torch.no_grad():
            out = body(
                betas=shape.expand(len(values), -1),
                global_orient=torch.from_numpy(values[:, 0]),
                body_pose=torch.from_numpy(values[:, 1:].reshape(len(values), 69)),
                transl=torch.from_numpy(path),
            )
    except Exception as error:  # smplx asserts, and unpickles through whichever packages the file was made with
        raise DataError(f"SMPL's body model in {folder} can't be used ({error})") from error
    return SmplBody(out.joints[:, :24].numpy(), out.vertices.numpy())
