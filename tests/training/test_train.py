"""training.train as the documentation has it: in several processes."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from motionmix_core.mixed_data.checkpoints import load_checkpoint
from tests.mixed_data.small_run import CONFIG, write_cache, write_config
from tests.tiny_model import write_text_encoder
from training import train

LONGEST = 900.0  # seconds for a run of its own, on a machine with much else to do
_SEVERAL = re.compile(r"python -m torch\.distributed\.run [^`\n]+")


def documented(repo_root: Path) -> set[str]:
    """The command for several processes, as the README and the command's own help have it."""
    texts = ((repo_root / "training" / "README.md").read_text(encoding="utf-8"), train.__doc__ or "")
    return {line for text in texts for line in _SEVERAL.findall(text)}


def test_the_documented_command_trains_in_two_processes(repo_root: Path, tmp_path: Path) -> None:
    (line,) = documented(repo_root)
    write_cache(tmp_path / "cache")
    config = write_config(tmp_path / "small.toml")
    filled = {"python": sys.executable, "CONFIG": str(config), "RUN": str(tmp_path / "run")}
    words = [filled.get(word, word) for word in shlex.split(line)]
    encoder = write_text_encoder(tmp_path / "text")
    done = subprocess.run(
        [*words, "--cache", str(tmp_path / "cache"), "--text-encoder", str(encoder), "--cpu"],
        cwd=repo_root,
        env={**os.environ, "PYTHONPATH": str(repo_root), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=LONGEST,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "2 process(es)" in done.stderr
    told = json.loads(done.stdout.strip().splitlines()[-1])
    assert (told["step"], told["ended"]) == (CONFIG.steps, "done")
    stored = load_checkpoint(tmp_path / "run")
    assert stored is not None and stored.step == CONFIG.steps
