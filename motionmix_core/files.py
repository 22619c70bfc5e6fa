"""Writing files whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from .errors import DataError


@contextlib.contextmanager
def written_whole(path: Path, binary: bool = False) -> Iterator[IO[Any]]:
    """A file to write to that takes `path`'s place only if all went well; an error leaves what was there.

    Raises:
        DataError: the folder is missing or can't be written to, the disk is full.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise DataError(f"Can't write {path}: {error.strerror or error}.") from error
    try:
        if binary:
            opened: IO[Any] = open(handle, "wb")  # noqa: SIM115 - closed below
        else:
            opened = open(handle, "w", encoding="utf-8", newline="\n")  # noqa: SIM115 - closed below
        with opened as file:
            yield file
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
    except OSError as error:
        raise DataError(f"Can't write {path}: {error.strerror or error}.") from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)


def _umask() -> int:
    """What the system takes away from new files' permissions; temporary files are private, results aren't."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
