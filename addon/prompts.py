"""Prompts to choose from: those that were used before, and those that the shipped model is good at.

The presets are a data file beside this one; the former prompts are kept in the extension's user folder.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from . import log
from .core import DataError, written_whole

PRESETS_FILE = Path(__file__).with_name("prompt_presets.json")
HISTORY_FILE = "prompts.json"
KEPT = 50
FORMER = "Used before"
"""The group of former prompts."""


@lru_cache(maxsize=1)
def presets() -> tuple[tuple[str, str], ...]:
    """(prompt, group) of every preset, in the file's order."""
    groups = json.loads(PRESETS_FILE.read_text(encoding="utf-8"))["groups"]
    return tuple((prompt, group) for group, prompts in groups.items() for prompt in prompts)


def former() -> list[str]:
    """Prompts that were used before, the last one first. A file that can't be read counts as none."""
    try:
        path = log.user_folder() / HISTORY_FILE
        return list(_read(path, path.stat().st_mtime_ns))
    except (OSError, ValueError):
        return []


@lru_cache(maxsize=1)
def _read(path: Path, _changed: int) -> tuple[str, ...]:
    """Menus ask often: the file is read again only when it was changed."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    return tuple(prompt for prompt in kept if isinstance(prompt, str)) if isinstance(kept, list) else ()


def remember(prompt: str) -> None:
    """Put a prompt at the head of the former ones. A folder that can't be written to costs the memory, not the work."""
    prompt = " ".join(prompt.split())
    if not prompt:
        return
    kept = [prompt, *(other for other in former() if other != prompt)][:KEPT]
    with contextlib.suppress(OSError, DataError), written_whole(log.user_folder() / HISTORY_FILE) as file:
        json.dump(kept, file, ensure_ascii=False, indent=1)


def forget() -> None:
    """Drop all former prompts."""
    with contextlib.suppress(OSError):
        (log.user_folder() / HISTORY_FILE).unlink(missing_ok=True)


def choices() -> Iterator[tuple[str, str]]:
    """(prompt, group) of all that can be chosen, each prompt once: former ones, then presets."""
    seen = set()
    for prompt, group in (*((prompt, FORMER) for prompt in former()), *presets()):
        if prompt not in seen:
            seen.add(prompt)
            yield prompt, group


def matching(text: str) -> Iterator[tuple[str, str]]:
    """Those choices in whose words, or whose group's name, every typed word is found."""
    words = text.lower().split()
    return (
        (prompt, group) for prompt, group in choices() if all(word in f"{prompt} {group}".lower() for word in words)
    )
