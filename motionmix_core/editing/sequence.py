"""Several prompts, one after the other, as one motion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..errors import RequestError
from ..generation.firmness import GOING_ON
from ..generation.request import GenerationRequest
from .edit import EditSettings


def prompt_sequence(parts: Sequence[tuple[str, float]], settings: EditSettings | None = None) -> GenerationRequest:
    """A request for one motion that does one thing after the other: [("walk", 3.0), ("sit down", 2.0)].

    Each part sees the end of the one before it and goes on from there; like any prompt beside motion that is shown, it
    is followed firmly. `settings.prompt` isn't used.

    Raises:
        RequestError: no parts, or lengths that can't be made.
    """
    if not parts:
        raise RequestError("There are no prompts in the sequence: add one.")
    settings = settings or EditSettings()
    told = replace(settings, prompt=" ".join(prompt for prompt, _ in parts))
    fields = told.fields(GOING_ON) | {"prompt": "", "foot_lock": settings.foot_lock}
    return GenerationRequest(seconds=sum(seconds for _, seconds in parts), segments=tuple(parts), **fields)
