"""Data formats, representations and conditions load with numpy alone; what needs more says which extra to install."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CODE = """
import importlib, pkgutil, sys
from pathlib import Path
for name in ("torch", "librosa", "soundfile", "transformers", "tokenizers", "smplx", "scipy", "onnxruntime"):
    sys.modules[name] = None  # any import of it now fails
for part in ("motion", "representation", "formats", "conditions"):
    package = importlib.import_module(f"motionmix_core.{part}")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
from motionmix_core.errors import ModelError
from motionmix_core.conditions import clip_text, encoder_folder, music
for call in (lambda: music.music_features("x.wav"), lambda: clip_text.ClipTokenizer("x"),
             lambda: encoder_folder.load_model(Path("x"), "CLIPTextModelWithProjection")):
    try:
        call()
    except ModelError as error:
        print(error)
"""


def test_loads_with_numpy_alone_and_names_the_extra(repo_root: Path) -> None:
    done = subprocess.run([sys.executable, "-c", CODE], cwd=repo_root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert ["[music]" in lines[0], "[clip]" in lines[1], "[clip]" in lines[2]] == [True] * 3
