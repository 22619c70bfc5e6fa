"""``build.py test --gui``: scripts that use the extension in a real Blender window by mouse and keyboard.

Each script of ``tests/gui`` named ``drive_*.py`` runs in a Blender of its own, in which the packaged extension was
installed; ``tests/gui/inside.py`` is what Blender starts. The pictures that a script takes end in
``build/gui/<Blender's version>/<script>/``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Dict, List, Optional, Sequence

from build_steps.console import ROOT, BuildError
from build_steps.debian_blender import APART, BLENDERS, ensure_debian
from build_steps.package import PYTHONS, package

SCRIPTS = ROOT / "tests" / "gui"
PICTURES = ROOT / "build" / "gui"
DOCUMENTATION = ROOT / "docs" / "images"
DEBIANS = ROOT / ".cache" / "gui"
SCREEN = "1600x1000"

# The shell stays the first process in its namespace: the X server tells a first process nothing when it is ready.
CHANGE_INTO = """
root=$1; job=$2; shift 2
mkdir -p "$root/job" "$root/tmp/.X11-unix"
chmod 1777 "$root/tmp" "$root/tmp/.X11-unix"
mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" && mount --bind "$job" "$root/job" || exit 3
chroot "$root" "$@"
exit $?
"""


def scripts(names: Optional[Sequence[str]] = None) -> List[Path]:
    """The scripts to run, all of them or those named ("panel" for ``drive_panel.py``).

    :raises BuildError: there is none of a name.
    """
    found = {path.stem[len("drive_") :]: path for path in sorted(SCRIPTS.glob("drive_*.py"))}
    unknown = [name for name in names or () if name not in found]
    if unknown:
        raise BuildError(f"no tests/gui/drive_{unknown[0]}.py; there are: {', '.join(found)}")
    return [found[name] for name in names or found]


def drive(
    python: Path,
    chosen: Sequence[Path],
    versions: Optional[Sequence[str]] = None,
    debians: Optional[Path] = None,
    patience: float = 1.0,
    document: bool = False,
) -> List[str]:
    """Run the scripts in each Blender, and say what failed.

    :param python: an environment with bpy, for packaging.
    :param versions: Blenders to run them in ("4.3"); by default all that Debian has.
    :param debians: where the Debian folders lie or are to be made.
    :param patience: how many times longer than usual anything may take, on a machine with much else to do.
    :param document: put the pictures named ``docs-*.png`` of the newest of these Blenders into ``docs/images``.
    :returns: one line for each script that failed.
    """
    failures = []
    for blender in BLENDERS:
        if versions and blender.version not in versions:
            continue
        root = ensure_debian(debians or DEBIANS, blender)
        (zip_path,) = package(python, ["linux-x64"], PYTHONS if blender.python in PYTHONS else (blender.python,))
        for script in chosen:
            pictures = PICTURES / blender.version / script.stem[len("drive_") :]
            print(f"-- Blender {blender.version}: {script.relative_to(ROOT).as_posix()}", flush=True)
            problem = run_script(root, script, zip_path, pictures, patience=patience)
            count = len(list(pictures.glob("*.png")))
            print(f"   {count} pictures in {pictures.relative_to(ROOT).as_posix()}", flush=True)
            if document:
                for picture in pictures.glob("docs-*.png"):
                    shutil.copy2(picture, DOCUMENTATION / picture.name[len("docs-") :])
            if problem:
                failures.append(f"{script.name} in Blender {blender.version} {problem}")
    return failures


def run_script(
    root: Path, script: Path, zip_path: Path, pictures: Path, screen: str = SCREEN, patience: float = 1.0
) -> Optional[str]:
    """Run one script in a new Blender window.

    :param root: a folder from :func:`ensure_debian`.
    :param pictures: the folder for what the script leaves; its former contents go.
    :returns: what went wrong, or None.
    """
    shutil.rmtree(pictures, ignore_errors=True)
    pictures.mkdir(parents=True)
    width, height = screen.split("x")
    seconds = 600 * patience
    with tempfile.TemporaryDirectory(prefix="motionmix-gui-") as name:
        job = Path(name)
        for folder in ("in", "out", "user"):
            (job / folder).mkdir()
        for path in SCRIPTS.glob("*.py"):
            shutil.copy2(path, job / "in")
        shutil.copy2(zip_path, job / "in" / "extension.zip")
        blender = ["blender", "--factory-startup", "--no-window-focus", "-p", "0", "0", width, height]
        blender += ["--python", "/job/in/inside.py", "--", script.stem]
        command = [*APART, "sh", "-c", CHANGE_INTO, "sh", str(root), str(job), "/usr/bin/env", "-i"]
        command += [f"{key}={value}" for key, value in _environment(patience).items()]
        command += ["xvfb-run", "-a", "-s", f"-screen 0 {screen}x24 +extension GLX", *blender]
        with (pictures / "blender.log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
            try:
                status: Optional[int] = process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                status = None
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()
        for path in [*(job / "out").iterdir(), *(job / "user" / "extensions" / ".user").rglob("*.log*")]:
            shutil.copy2(path, pictures / path.name)
        passed = (job / "out" / "passed").is_file()
    text = (pictures / "blender.log").read_text(encoding="utf-8", errors="replace")
    for line in text.splitlines():
        if line.startswith("gui: "):
            print(f"   {line[len('gui: ') :]}", flush=True)
    if status == 0 and passed:
        return None
    print("\n".join(text.splitlines()[-30:]), flush=True)
    return f"was stopped after {seconds:.0f} s" if status is None else f"failed (exit status {status})"


def _environment(patience: float) -> Dict[str, str]:
    """What Blender gets to see: nothing of the machine's own settings."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": "/job/user",
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "LIBGL_ALWAYS_SOFTWARE": "1",
        "GALLIUM_DRIVER": "llvmpipe",
        "LP_NUM_THREADS": str(min(4, os.cpu_count() or 1)),
        "BLENDER_USER_RESOURCES": "/job/user",
        "MOTIONMIX_GUI_PATIENCE": str(patience),
    }
