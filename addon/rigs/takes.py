"""What a take is called, and the request that it carries with it.

A take is an Action that MotionMix made. The request (prompt, seed, settings, model) is kept on it as JSON in a custom
property, so that it can be made again or changed a little.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

import bpy

from ..present import custom_properties

PROPERTY = "motionmix"
_UNTITLED = "motion"
# Blender up to 4.5 cuts a name after 63 bytes: leave room for the number.
_MAX_NAME_BYTES = 52


def take_name(prompt: str, taken: Collection[str]) -> str:
    """The next free "prompt #n". A long prompt is cut at a word; an empty one is called "motion"."""
    base = re.sub(r"\s+", " ", prompt).strip() or _UNTITLED
    if len(base.encode()) > _MAX_NAME_BYTES:
        base = base.encode()[:_MAX_NAME_BYTES].decode(errors="ignore")
        base = base.rpartition(" ")[0] or base
    number = 1
    while f"{base} #{number}" in taken:
        number += 1
    return f"{base} #{number}"


def store_request(action: bpy.types.Action, request: Mapping[str, Any]) -> None:
    """Keep the request on the action."""
    action[PROPERTY] = json.dumps(request, ensure_ascii=False, sort_keys=True)


def request_of(action: bpy.types.Action) -> dict[str, Any] | None:
    """The request that made this action; None if MotionMix didn't make it, or if somebody changed it past reading."""
    stored = custom_properties(action).get(PROPERTY)
    if not isinstance(stored, str):
        return None
    try:
        request = json.loads(stored)
    except ValueError:
        return None
    return request if isinstance(request, dict) else None
