"""Bare verbs said as sentences."""

from __future__ import annotations

import pytest

from motionmix_core.generation.phrasing import as_sentence


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [
        ("punch", "a person punches"),
        ("Kick a ball", "a person kicks a ball"),
        ("lunge, stand", "a person lunges, stand"),
        ("box", "a person boxes"),
    ],
)
def test_a_bare_verb_becomes_a_sentence(prompt: str, sentence: str) -> None:
    assert as_sentence(prompt) == sentence


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "walk forward",
        "a person kicks",
        "salsa dance",
        "punches",
        "punch-drunk",
        "打拳",
        "slash from high to low with both arms",
    ],
)
def test_everything_else_stays_as_it_is(prompt: str) -> None:
    assert as_sentence(prompt) == prompt
