"""Bare verbs said as sentences."""

from __future__ import annotations

import pytest

from motionmix_core.generation.phrasing import AS_BLOWS, AS_DEATH, AS_JACKS, GAITS, as_sentence


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [
        ("Kick a ball", "a person kicks a ball"),
        ("lunge, stand", "a person lunges, stand"),
        ("punch low", "a person punches low"),
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
        "punch-drunk",
        "打拳",
        "slash from high to low with both arms",
    ],
)
def test_everything_else_stays_as_it_is(prompt: str) -> None:
    assert as_sentence(prompt) == prompt


@pytest.mark.parametrize("prompt", ["punch", "Boxing.", "a person punches", "someone is boxing"])
def test_blows_without_more_are_said_as_certain_ones(prompt: str) -> None:
    assert as_sentence(prompt) == AS_BLOWS


@pytest.mark.parametrize(
    "prompt", ["a person punches with the left fist", "shadow boxing", "a man", "push a heavy box"]
)
def test_blows_that_are_told_are_left_alone(prompt: str) -> None:
    assert as_sentence(prompt) == prompt


@pytest.mark.parametrize("prompt", ["limp", "A person limps.", "someone is limping"])
def test_a_gait_alone_goes_somewhere(prompt: str) -> None:
    assert as_sentence(prompt) == GAITS["limp"]


def test_a_gait_of_which_more_is_said_is_left_alone() -> None:
    assert as_sentence("a person marches in place") == "a person marches in place"
    assert as_sentence("marching") == GAITS["march"]


@pytest.mark.parametrize(
    ("prompt", "read"),
    [
        ("a person points forward", "a person points forward"),
        ("walk forward and look forward", "walk forward and look"),
        ("a person reaches straight forward with both hands", "a person reaches with both hands"),
        ("a person steps forward", "a person steps forward"),
        ("a person looks back", "a person looks back"),
    ],
)
def test_who_only_points_or_looks_forward_does_not_go_there(prompt: str, read: str) -> None:
    assert as_sentence(prompt) == read


def test_who_dies_falls_and_stays_there() -> None:
    assert as_sentence("die") == as_sentence("A person dies.") == AS_DEATH
    assert as_sentence("the noise dies down") == "the noise dies down"


def test_jumping_jacks_are_done_by_somebody() -> None:
    assert as_sentence("Jumping jacks!") == AS_JACKS
    assert as_sentence("ten jumping jacks") == "ten jumping jacks"
