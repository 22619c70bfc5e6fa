"""German, file by file as the interface is."""

from __future__ import annotations

from . import takes

MESSAGES: dict[str, str] = {**takes.MESSAGES}
