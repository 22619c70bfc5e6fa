"""An edit: the request to send, and how to finish its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..generation.request import GenerationRequest
from ..motion.contacts import foot_contacts
from ..motion.motion import Motion

Contacts = NDArray[np.bool_]
FinishAtModelRate = Callable[[Motion, Contacts], Motion]


@dataclass(frozen=True)
class EditSettings:
    """What every edit can be told; see `GenerationRequest` for the fields' ranges.

    Args:
        prompt: what the new part shows; empty = whatever fits.
        seed, count: of the takes.
        quality, steps, guidance: as in a request; None = the edit's own choice.
        foot_lock: keep planted feet from sliding where the legs are made new.
        model: folder name; empty = the default one.
    """

    prompt: str = ""
    seed: int = 0
    count: int = 1
    quality: str = "normal"
    steps: int | None = None
    guidance: float | None = None
    foot_lock: bool = True
    model: str = ""

    def fields(self, how: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """As arguments of `GenerationRequest`; an edit locks feet itself, when it finishes.

        how: a prompt is followed, FIRMLY for one, unless `guidance` is set; None = as the model does.
        """
        names = ("prompt", "seed", "count", "quality", "steps", "guidance", "model")
        found = {name: getattr(self, name) for name in names} | {"foot_lock": False}
        return found | dict(how) if how and self.guidance is None and self.prompt.strip() else found


@dataclass(frozen=True, eq=False)
class Edit:
    """One edit of one motion.

    Args:
        request: what to ask the generator (through the worker, or at once).
        source: T frames at the scene's rate that the finished motion is laid over; frames that don't exist yet (a
            continuation) hold a stand-in.
        frames: of the finished motion, those that may differ from the source.
        joints: names of the joints whose local rotation may differ from the source.
        root: whether the root's place may differ from the source.
        warnings: lines for the animator.
    """

    request: GenerationRequest
    source: Motion
    frames: range
    joints: frozenset[str]
    root: bool
    _finish: FinishAtModelRate = field(repr=False)
    warnings: tuple[str, ...] = ()

    def finish(self, made: Motion, contacts: Contacts | None = None) -> Motion:
        """A take as the generator gives it -> T frames at the source's rate, on the canonical skeleton.

        Args:
            made: `GenerationResult.motions[k]`.
            contacts: `GenerationResult.contacts[k]`; None = found from the motion.
        """
        if contacts is None:
            contacts = foot_contacts(made.positions(), made.fps)
        return self._finish(made, np.asarray(contacts, bool))
