"""The add-on's log: where the details go that a message in the status bar has no room for.

One file in the extension's user folder, beside the one that takes what the worker prints.
"""

from __future__ import annotations

import contextlib
import logging
import logging.handlers
from pathlib import Path

import bpy

from .package import PACKAGE

LOGGER_NAME = "motionmix"
FILE_NAME = "motionmix.log"
WORKER_FILE_NAME = "worker.log"
_MAX_BYTES = 1_000_000


def user_folder() -> Path:
    """The extension's own writable folder, which an update of the extension keeps. Made when it isn't there.

    Outside an extension (the add-on installed in another way) Blender has no such folder: its user configuration is
    used then.
    """
    try:
        return Path(bpy.utils.extension_path_user(PACKAGE, create=True))
    except ValueError:
        return Path(bpy.utils.user_resource("CONFIG", path="motionmix", create=True))


def log_path() -> Path | None:
    """The add-on's log file; None if the extension's folder can't be made."""
    return _in_user_folder(FILE_NAME)


def worker_log_path() -> Path | None:
    """The file that takes what the worker process prints; None if the extension's folder can't be made."""
    return _in_user_folder(WORKER_FILE_NAME)


def _in_user_folder(name: str) -> Path | None:
    try:
        return user_folder() / name
    except OSError:
        return None


def logger() -> logging.Logger:
    """The add-on's logger. It doesn't pass messages on to the root logger, which belongs to Blender and its user."""
    return logging.getLogger(LOGGER_NAME)


def start(level: str = "INFO") -> None:
    """Open the log file; harmless when it's open already.

    A folder that can't be written to costs the log, not the add-on.
    """
    log = logger()
    log.propagate = False
    log.setLevel(level)
    if log.handlers:
        return
    path = log_path()
    handler: logging.Handler = logging.NullHandler()
    if path is not None:
        with contextlib.suppress(OSError):
            handler = logging.handlers.RotatingFileHandler(path, maxBytes=_MAX_BYTES, backupCount=1, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)


def stop() -> None:
    """Close the log file, so that the extension's folder can be removed (Windows holds open files)."""
    log = logger()
    for handler in list(log.handlers):
        handler.close()
        log.removeHandler(handler)
