"""What the extension is called in this Blender, and where its files are."""

from __future__ import annotations

from pathlib import Path

PACKAGE = __package__.rpartition(".")[0]
"""The extension's package, e.g. ``bl_ext.user_default.motionmix``: the name that preferences and user folders go by."""

FOLDER = Path(__file__).resolve().parents[1]
"""The extension's folder: it holds ``motionmix_core`` and ``pretrained``."""
