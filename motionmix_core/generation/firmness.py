"""How firmly a prompt is followed beside motion that is shown."""

from __future__ import annotations

from typing import Any

from .request import GenerationRequest

FIRMLY: dict[str, Any] = {"guidance": 3.5, "guidance_interval": (0.5, 1.0)}
"""Fields of a request for a prompt beside a body that is shown, which says louder than words what goes on. An arm told
to wave is up in .48 of the frames then, with the model's own guidance in .38; from 4 on wrists turn over (8: .77)."""
GOING_ON: dict[str, Any] = FIRMLY | {"guidance": 4.25}
"""The same after motion that is shown, of which a quarter of a second says which way it goes, too. Of 24 prompts after
a walk or standing the network then does 20, from nothing 21, with its own guidance after a second and a half 14."""


def going_on(request: GenerationRequest) -> dict[str, Any]:
    """GOING_ON but for what the request itself says of guidance."""
    if request.guidance is not None:
        return {}
    return {name: value for name, value in GOING_ON.items() if getattr(request, name) is None}
