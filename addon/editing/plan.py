"""An edit on its way: what the worker is asked, one request after the other, and how the answer is keyed."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ..core import Edit, EditSettings, GenerationRequest, GenerationResult, Motion, editing
from .ranges import FrameRange
from .source import Source

Work = Generator[GenerationRequest, GenerationResult, list[Motion]]
"""Yields requests, is sent their results, and returns the finished motions, one a variation, each as long as the plan's
source."""


@dataclass(frozen=True, eq=False)
class Plan:
    """How a finished motion goes into the Action.

    source: what the motion is compared with. bones: those that may change. span: the frames that may change. holds:
    channel -> frames at which it keeps its value. pins: whether the curves go on as they were before and after the
    span. resumes: where they aren't pinned at its end, they go on as they were from the next frame on. keep_keys: the
    animator's keys at held frames stay; else all keys in the span are made anew. root: what carries the travel
    afterwards, as in RetargetOptions.
    """

    work: Work
    source: Source
    bones: frozenset[str]
    span: FrameRange
    pins: tuple[bool, bool]
    keep_keys: bool
    holds: Mapping[tuple[str, str], np.ndarray] = field(default_factory=dict)
    lock_feet: bool = False
    root: str = "hips"
    resumes: bool = False
    warnings: tuple[str, ...] = ()


def instant(motion: Motion) -> Work:
    """Work that needs no model."""
    yield from ()
    return [motion]


def asked_once(edit: Edit) -> Work:
    """Work of one request: as many variations as its settings ask for."""
    result = yield edit.request
    return [edit.finish(motion, contacts) for motion, contacts in zip(result.motions, result.contacts, strict=True)]


def asked_in_parts(motion: Motion, parts: Sequence[Callable[..., Edit]], settings: EditSettings) -> Work:
    """Work of one request a part of a long range, each going on from what the one before it made; take after take.

    parts: each makes its edit of the motion so far, or of its beginning, with the `settings` it is given.
    """
    made = []
    for number in range(settings.count):
        whole, one = motion, replace(settings, seed=settings.seed + number, count=1)
        for part in parts:
            edit = part(whole, settings=one)
            result = yield edit.request
            whole = editing.laid_over(whole, edit.finish(result[0], result.contacts[0]), 0)
        made.append(whole)
    return made


def told_of_parts(seconds: float, count: int) -> tuple[str, ...]:
    """What the animator is told of a range that is made in so many parts."""
    return (f"The range is {seconds:.0f} s long: it is made in {count} parts",) if count > 1 else ()
