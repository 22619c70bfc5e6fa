"""The engine runs where there is no torch: in Blender, in the worker."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CODE = """
import sys
sys.modules["torch"] = None  # any import of it now fails
from motionmix_core.diffusion import SeededNoise, cosine_schedule, sample
from motionmix_core.diffusion import reconstruction
noise = SeededNoise(0, (1, 4, 2))
print(sample(lambda x, step: x, noise.initial(), cosine_schedule(4), sampler="ddpm", noise=noise).dtype)
"""


def test_runs_without_torch(repo_root: Path) -> None:
    done = subprocess.run([sys.executable, "-c", CODE], cwd=repo_root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "float32"
