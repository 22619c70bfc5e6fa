"""What Blender starts in the window tests: installs the extension, runs the steps of one script, quits with a status.

A script is a module beside this one with a generator ``steps(hand)``; each number that it yields is so many seconds for
the window to draw and to react. ``hand`` is a real mouse and keyboard, with eyes (see hand.py).
"""

from __future__ import annotations

import importlib
import os
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import bpy

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "out"

sys.path.insert(0, str(HERE))

from scene import MODULE, say  # noqa: E402 - the folder above must be found first


def install() -> None:
    """Install the packaged extension from its file, as a user does."""
    bpy.ops.extensions.package_install_files(
        repo="user_default", filepath=str(HERE / "extension.zip"), enable_on_install=True
    )
    if MODULE not in bpy.context.preferences.addons:
        raise RuntimeError("the extension was installed, but Blender did not enable it")
    say(f"Blender {bpy.app.version_string} with Python {sys.version.split()[0]} runs the packaged extension")


def leave(passed: bool) -> None:
    """End this Blender at once: some are slow, or crash, when they take themselves down."""
    if passed:
        (OUT / "passed").touch()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0 if passed else 1)


def main() -> None:
    """Set everything up and hand the steps to a timer, so that the window lives between them."""
    hand = None
    try:
        bpy.context.preferences.view.show_splash = False
        install()
        from hand import Hand

        hand = Hand(OUT)
        script = importlib.import_module(sys.argv[sys.argv.index("--") + 1])
        todo: Iterator[float] = script.steps(hand)
    except BaseException:
        traceback.print_exc()
        leave(passed=False)
        return
    started = time.monotonic()

    def step() -> float | None:
        try:
            return float(next(todo))
        except StopIteration:
            say(f"done after {time.monotonic() - started:.0f} s")
            leave(passed=True)
        except BaseException:
            traceback.print_exc()
            hand.picture("failed.png")
            leave(passed=False)
        return None

    bpy.app.timers.register(step, first_interval=0.5, persistent=True)


def wait_for_window() -> None:
    """Blender draws its window only after the script given on its command line has ended."""
    bpy.app.timers.register(main, first_interval=1.0, persistent=True)


wait_for_window()
