"""Development install: the user's Blender gets this working tree by links, so that an edit needs no packaging."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Tuple

from build_steps.console import ROOT, BuildError
from build_steps.package import MANIFEST, SHIPPED, manifest_with

OLDEST = (4, 2)


def layout(folder: Path, wheels: Sequence[Path], platform: Optional[str] = None) -> Path:
    """A folder laid out as the extension, whose contents are links into the working tree; the manifest is a copy.

    :param platform: list the wheels for this platform; None leaves the manifest as it is.
    """
    _remove(folder)
    folder.mkdir(parents=True)
    for name in (*SHIPPED, "pretrained"):
        if (ROOT / name).exists():
            _link(ROOT / name, folder / name)
    manifest = MANIFEST.read_text(encoding="utf-8")
    if platform is not None:
        (folder / "wheels").mkdir()
        for wheel in wheels:
            shutil.copy2(wheel, folder / "wheels" / wheel.name)
        manifest = manifest_with(manifest, [f"./wheels/{wheel.name}" for wheel in wheels], [platform])
    (folder / MANIFEST.name).write_text(manifest, encoding="utf-8")
    return folder


def link(folder: Path, version: Optional[str] = None, environ: Optional[Dict[str, str]] = None) -> Path:
    """Put a link to the laid-out folder among the extensions of the user's Blender.

    :param version: "4.5"; by default the newest Blender that has been started once.
    :returns: the link.
    :raises BuildError: no such Blender, or something else lies at the link's place.
    """
    environment = dict(os.environ if environ is None else environ)
    resources = environment.get("BLENDER_USER_RESOURCES")
    user = Path(resources) if resources else _user_folder(environment, version)
    target = user / "extensions" / "user_default" / "motionmix"
    if target.is_symlink() or _is_junction(target):
        _remove(target)
    elif target.exists():
        raise BuildError(f"{target} exists and is no link: remove MotionMix in Blender's preferences first")
    target.parent.mkdir(parents=True, exist_ok=True)
    _link(folder, target)
    return target


def _user_folder(environment: Dict[str, str], version: Optional[str]) -> Path:
    home = Path(environment.get("HOME") or environment.get("USERPROFILE") or "~").expanduser()
    if sys.platform == "win32":
        base = Path(environment.get("APPDATA", str(home))) / "Blender Foundation" / "Blender"
    elif sys.platform == "darwin":
        base = home / "Library" / "Application Support" / "Blender"
    else:
        base = Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "blender"
    found: List[Tuple[Tuple[int, int], Path]] = []
    for path in base.iterdir() if base.is_dir() else ():
        match = re.match(r"(\d+)\.(\d+)$", path.name)
        if match and (int(match.group(1)), int(match.group(2))) >= OLDEST:
            found.append(((int(match.group(1)), int(match.group(2))), path))
    chosen = [path for number, path in sorted(found) if version in (None, "{}.{}".format(*number))]
    if not chosen:
        what = f"Blender {version}" if version else "Blender 4.2 or newer"
        raise BuildError(f"no user folder of {what} in {base}: start that Blender once, then run this again")
    return chosen[-1]


def _link(source: Path, target: Path) -> None:
    """A symbolic link; on Windows, where those need a privilege, a junction for folders and a copy for files."""
    if sys.platform != "win32":
        target.symlink_to(source, target_is_directory=source.is_dir())
    elif source.is_dir():
        import _winapi

        _winapi.CreateJunction(str(source), str(target))
    else:
        shutil.copy2(source, target)


def _is_junction(path: Path) -> bool:
    return sys.platform == "win32" and path.is_dir() and Path(os.path.realpath(path)) != path.absolute()


def _remove(path: Path) -> None:
    """Remove a link, or a folder that may hold links, without following any."""
    if path.is_symlink():
        path.unlink()
    elif _is_junction(path):
        os.rmdir(path)
    elif path.is_dir():
        for child in path.iterdir():
            _remove(child)
        path.rmdir()
    elif path.exists():
        path.unlink()
