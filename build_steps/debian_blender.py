"""Whole Blenders, with their windows, for a machine that has neither a screen nor a GPU: Debian's own builds.

Each lives in a folder that holds a small Debian of its own (`mmdebstrap` makes it in about a minute, 1.4 GB), with an
X server that draws into memory and Mesa's software OpenGL. Nothing of it is installed into the machine itself.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import List, NamedTuple, Optional

from build_steps.console import BuildError, run
from build_steps.interpreters import Version

READY = ".blender-gui-ready"
APART = ("unshare", "--mount", "--pid", "--net", "--fork", "--kill-child")
"""Namespaces of its own: nothing stays mounted or running, screens of the same number don't meet, and there is no
network, of which the extension must not notice anything."""
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

PACKAGES = (
    "blender",
    # Blender's extension system imports these, though Debian's package only recommends them.
    *("python3-numpy", "python3-requests", "python3-cattr", "python3-zstandard"),
    # A screen in memory, and a mouse, a keyboard and a camera for it.
    *("xvfb", "xauth", "xdotool", "imagemagick", "fonts-dejavu-core"),
    *("libgl1-mesa-dri", "libegl1", "libegl-mesa0", "libglx-mesa0", "ca-certificates"),
)


class DebianBlender(NamedTuple):
    """A Blender that Debian builds: its version, the suite that has it, and the Python that it was built with."""

    version: str
    suite: str
    python: Version


BLENDERS = (DebianBlender("4.3", "trixie", (3, 13)), DebianBlender("5.2", "sid", (3, 14)))


def reason_why_not() -> Optional[str]:
    """Why no such Blender can run on this machine; None if one can."""
    if sys.platform != "linux":
        return f"it needs Debian, and this is {platform.system()}"
    if "ID=debian" not in _os_release().splitlines():
        return "it needs Debian, and this is another Linux"
    if platform.machine() != "x86_64":
        return f"the extension has no wheels for Linux on {platform.machine()}"
    if os.geteuid() != 0:
        return "it needs root, to change into a Debian folder of its own"
    if shutil.which("unshare") is None:
        return "the command unshare is missing (Debian: apt-get install util-linux)"
    tried = subprocess.run([*APART, "true"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if tried.returncode != 0:
        return "this container may not mount: " + tried.stdout.decode("utf-8", "replace").strip()
    return None


def ensure_debian(folder: Path, blender: DebianBlender) -> Path:
    """The root folder of the Debian with this Blender, made unless it is there.

    :param folder: where the Debian folders lie, one for each suite.
    :raises BuildError: it could not be made; says what is missing.
    """
    root = folder / blender.suite
    if (root / READY).is_file():
        return root
    if shutil.which("mmdebstrap") is None:
        print("   installing mmdebstrap, which makes Debian folders", flush=True)
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        run(["apt-get", "update", "-q"], what="apt-get update", env=quiet, log=True)
        install = ["apt-get", "install", "-q", "-y", "--no-install-recommends", "mmdebstrap"]
        run(install, what="installing mmdebstrap", env=quiet, log=True)
    print(f"   {root}: Debian {blender.suite} with Blender {blender.version} (about 1.4 GB)", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = root.with_name(root.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    command: List[object] = ["mmdebstrap", "--quiet", "--mode=root", "--variant=minbase"]
    for option in ("APT::Install-Recommends", "Acquire::Check-Valid-Until", "Acquire::Check-Date"):
        command.append(f'--aptopt={option} "false"')  # a mirror that stands still is good enough for a test
    command += ["--include=" + ",".join(PACKAGES), blender.suite, unfinished]
    command.append(f"deb [signed-by={KEYRING}] {_archive()} {blender.suite} main")
    run(command, what=f"making a Debian {blender.suite} folder", log=True)
    (unfinished / READY).touch()
    unfinished.rename(root)
    return root


def _archive() -> str:
    """The Debian archive that this machine's own apt is set up with.

    :raises BuildError: it has none.
    """
    command = ["apt-get", "indextargets", "--format", "$(REPO_URI)"]
    done = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8")
    addresses = [line for line in done.stdout.splitlines() if line and "security" not in line]
    if done.returncode != 0 or not addresses:
        raise BuildError("apt knows no Debian archive: run `apt-get update`, then this again")
    return addresses[0]


def _os_release() -> str:
    try:
        return Path("/etc/os-release").read_text(encoding="utf-8")
    except OSError:
        return ""
