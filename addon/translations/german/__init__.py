"""German, file by file as the interface is."""

from __future__ import annotations

MESSAGES: dict[str, str] = {}
