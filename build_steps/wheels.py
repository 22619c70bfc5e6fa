"""Fetch packages by pinned version and SHA-256, and refuse any file that differs.

The requirements files are the one list of pins: pip checks the hashes while it downloads, and files kept from an
earlier run are checked here before they are used again.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path
from typing import Dict, FrozenSet, List, NamedTuple, Sequence

from build_steps.console import ROOT, BuildError, run
from build_steps.interpreters import Version

CACHE = ROOT / ".cache" / "wheels"

PIP_PLATFORMS = {
    "linux-x64": ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64"),
    "windows-x64": ("win_amd64",),
    "macos-arm64": ("macosx_14_0_arm64", "macosx_11_0_arm64"),
}
"""Blender's name of a platform -> the newest wheel tags that its users' systems accept."""


class Pin(NamedTuple):
    """One line of a requirements file with hashes."""

    name: str
    version: str
    sha256: FrozenSet[str]


def read_pins(requirements: Path) -> List[Pin]:
    """The packages of a requirements file in which every one has a version and its hashes.

    :raises BuildError: the file is missing, or one of its packages is not pinned that way.
    """
    try:
        text = requirements.read_text(encoding="utf-8")
    except OSError as error:
        raise BuildError(f"{requirements}: can't be read ({error.strerror})") from error
    text = re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    pins = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        match = re.match(r"([A-Za-z0-9._-]+)==(\S+)\s", line + " ")
        hashes = frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})", line))
        if match is None or not hashes:
            raise BuildError(f"{requirements.name}: not pinned by version and SHA-256: {line}")
        pins.append(Pin(match.group(1), match.group(2), hashes))
    return pins


def check_wheel(folder: Path, pin: Pin) -> Path:
    """The one wheel of a package in a folder, after its hash was compared.

    :raises BuildError: it is missing, or it is not the pinned file.
    """
    stem = re.sub(r"[-.]+", "_", pin.name)
    found = sorted(folder.glob(f"{stem}-{pin.version}-*.whl"))
    if not found:
        raise BuildError(
            f"the wheel of {pin.name} {pin.version} is missing in {folder}: run the command again with a connection "
            "to the package index"
        )
    for path in found:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest not in pin.sha256:
            raise BuildError(
                f"{path}: its SHA-256 {digest} is not one of those pinned for {pin.name} {pin.version}. "
                "It is not used; delete it and run the command again."
            )
    return found[0]


def fetch_wheels(python: Path, platform: str, versions: Sequence[Version], requirements: Path) -> List[Path]:
    """The extension's wheels for one platform and some Pythons, downloaded or from the cache.

    :param python: an interpreter with pip; any version, it only downloads.
    :param platform: one of :data:`PIP_PLATFORMS`.
    :returns: each file once, though one may serve several Pythons.
    :raises BuildError: a wheel does not exist, could not be had, or is not the pinned one.
    """
    wheels: Dict[str, Path] = {}
    for version in versions:
        folder = CACHE / "{}-cp{}{}".format(platform, *version)
        tags = [word for tag in PIP_PLATFORMS[platform] for word in ("--platform", tag)]
        tags += ["--python-version", "{}.{}".format(*version), "--implementation", "cp", "--only-binary", ":all:"]
        for path in fetch_pinned(python, requirements, folder, tags, "{} and Python {}.{}".format(platform, *version)):
            wheels[path.name] = path
    return sorted(wheels.values())


def fetch_pinned(
    python: Path, requirements: Path, folder: Path, options: Sequence[str] = (), where: str = "any platform"
) -> List[Path]:
    """The files of a requirements file with hashes, without dependencies, downloaded unless they lie there."""
    pins = read_pins(requirements)
    stems = {re.sub(r"[-.]+", "_", pin.name) + "-" + pin.version for pin in pins}
    present = {"-".join(path.name.split("-")[:2]) for path in folder.glob("*.whl")}
    if not stems <= present:
        incoming = folder.with_name(folder.name + ".incoming")
        shutil.rmtree(incoming, ignore_errors=True)
        incoming.mkdir(parents=True)
        command = [python, "-m", "pip", "download", "--disable-pip-version-check", "--no-input", "--quiet"]
        command += ["--no-deps", "--require-hashes", "--dest", incoming, "-r", requirements, *options]
        run(command, what=f"fetching {', '.join(sorted(stems))} for {where}", log=True)
        for pin in pins:
            check_wheel(incoming, pin)
        shutil.rmtree(folder, ignore_errors=True)
        incoming.rename(folder)
    return [check_wheel(folder, pin) for pin in pins]
