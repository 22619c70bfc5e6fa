"""Nothing goes online: the extension asks for no network, imports nothing that could, and opens no socket."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.tiny_model import write_models

ONLINE = {"asyncio", "ftplib", "http", "requests", "smtplib", "socket", "socketserver", "ssl", "urllib", "xmlrpc"}


def test_the_manifest_asks_for_files_alone(repo_root: Path) -> None:
    manifest = tomllib.loads((repo_root / "blender_manifest.toml").read_text(encoding="utf-8"))
    assert set(manifest["permissions"]) == {"files"}
    assert 10 < len(manifest["permissions"]["files"]) <= 64  # Blender takes no more


def imported(path: Path) -> set[str]:
    """The top names of all that a file imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("folder", ["addon", "motionmix_core"])
def test_nothing_that_ships_imports_the_network(repo_root: Path, folder: str) -> None:
    files = list((repo_root / folder).rglob("*.py"))
    assert len(files) > 50
    assert {path.as_posix(): imported(path) & ONLINE for path in files if imported(path) & ONLINE} == {}


WATCHED = """
import sys

def refuse(event, arguments):
    if event.startswith("socket.") and event != "socket.__new__":
        raise SystemExit(f"went online: {event} {arguments}")

sys.addaudithook(refuse)
from pathlib import Path
from motionmix_core.generation import GenerationRequest, Generator
print(Generator(Path(sys.argv[1]), threads=1).generate(GenerationRequest("a person walks", 1.0, steps=2))[0].num_frames)
"""


def test_a_motion_is_made_without_a_connection(repo_root: Path, tmp_path: Path) -> None:
    """Python itself tells of every socket that is bound or connected, and of every name that is looked up."""
    models = write_models(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(models)], cwd=repo_root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "30"
