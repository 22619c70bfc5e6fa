"""What the readers of published data sets share: where a data set comes from, and naming what is wrong with it."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import DataError


@dataclass(frozen=True)
class Guide:
    """For somebody who doesn't have the data set: its name, the page that gives it, the folder tree to end up with."""

    name: str
    page: str
    tree: str

    def require(self, folder: Path, *paths: str) -> None:
        """Raises DataError with page and tree if the folder or one of its files or folders is missing."""
        missing = [path for path in paths if not (folder / path).exists()]
        if folder.is_dir() and not missing:
            return
        what = f"{folder} has no {', '.join(missing)}" if folder.is_dir() else f"there is no folder {folder}"
        raise DataError(
            f"{what}. {self.name} can't be shipped with this program: get it from {self.page}, and lay it out as\n"
            f"{self.tree}"
        )


@dataclass(frozen=True)
class Skipped:
    """An entry of a data set that was left out. file: which one. reason: why, in words."""

    file: str
    reason: str


def read_array(path: Path, ndim: int, width: int | None = None) -> np.ndarray:
    """An array of real numbers from a .npy file, as float32, of `ndim` axes, the last of `width` if given.

    Raises DataError naming the file: missing, truncated, pickled objects, another shape, NaN.
    """
    try:
        array = np.load(path, allow_pickle=False)
    except FileNotFoundError:
        raise DataError(f"there is no file {path}") from None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} is broken or no .npy file of numbers: {error}") from error
    if not isinstance(array, np.ndarray):
        raise DataError(f"{path} is an archive, not one array")
    if array.ndim != ndim or (width is not None and array.shape[-1] != width) or array.size == 0:
        axes = ["frames", "joints", "3"][:ndim] if width is None else ["frames"] * (ndim - 1) + [str(width)]
        raise DataError(f"{path} has the shape {array.shape}, expected ({', '.join(axes)})")
    if not (np.issubdtype(array.dtype, np.floating) or np.issubdtype(array.dtype, np.integer)):
        raise DataError(f"{path} holds {array.dtype}, not numbers")
    if not np.isfinite(array).all():
        raise DataError(f"{path} contains NaN or infinite values")
    return array.astype(np.float32)


def read_lines(path: Path) -> list[str]:
    """The lines of a UTF-8 text file without surrounding blanks, empty ones left out. Raises DataError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise DataError(f"there is no file {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} can't be read as UTF-8 text: {error}") from error
    return [line.strip() for line in text.splitlines() if line.strip()]
