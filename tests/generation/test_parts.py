"""Prompts that say what comes first and what then."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.generation import GenerationRequest
from motionmix_core.generation.openings import STANDING, opened
from motionmix_core.generation.parts import in_turn, parts_of
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.skeleton import canonical_skeleton


@pytest.mark.parametrize(
    ("prompt", "parts"),
    [
        ("a person walks forward then sits down", ["a person walks forward", "a person sits down"]),
        ("A man runs, and then he stops.", ["A man runs", "a person stops."]),
        ("walk; then turn around, then wave", ["walk", "turn around", "wave"]),
        ("someone jumps. Afterwards the person bows", ["someone jumps", "the person bows"]),
        ("then jump", ["jump"]),
        ("a person walks over and sits down", ["a person walks over", "a person sits down"]),
        ("someone falls down and gets up and runs", ["someone falls down", "a person gets up and runs"]),
        ("a person walks and waves", ["a person walks and waves"]),
        ("a person sits down, then slowly stands up", ["a person sits down", "a person slowly stands up"]),
        ("a person walks forward, then back", ["a person walks forward, then back"]),
        ("step left then to the right", ["step left then to the right"]),
        ("a person waves now and then", ["a person waves now and then"]),
        ("strengthen the grip", ["strengthen the grip"]),
        ("walk, then hands up", ["walk", "hands up"]),
        ("a person walks, then his arms swing", ["a person walks", "his arms swing"]),
        ("", [""]),
    ],
)
def test_what_comes_then_is_a_part_of_its_own(prompt: str, parts: list[str]) -> None:
    assert parts_of(prompt) == parts


def test_parts_share_the_length_and_are_followed_firmly() -> None:
    request = in_turn(GenerationRequest("a person walks, then jumps", seconds=5.0, seed=3))
    assert request.segments == (("a person walks", 2.5), ("a person jumps", 2.5))
    assert (request.prompt, request.seconds, request.seed) == ("", 5.0, 3)
    assert request.guidance is not None
    assert in_turn(GenerationRequest("walk, then jump", guidance=2.0)).guidance == 2.0
    assert in_turn(GenerationRequest("walk, then jump", guidance_interval=(0.0, 0.3))).guidance_interval == (0.0, 0.3)


def test_the_first_part_gets_its_opening() -> None:
    request = opened(in_turn(GenerationRequest("a person sits down, then stands up", seconds=6.0)))
    assert [prompt for prompt, _ in request.segments] == [STANDING, "a person sits down", "a person stands up"]
    assert [seconds for _, seconds in request.segments] == [0.5, 2.5, 3.0]


def test_a_prompt_stays_whole_where_no_parts_are_wanted_or_there_is_no_room() -> None:
    still = Motion(canonical_skeleton(), np.zeros((120, 3)), np.tile([1.0, 0, 0, 0], (120, 22, 1)), 30)
    for request in (
        GenerationRequest("walk"),
        GenerationRequest("walk, then jump", seconds=1.5),
        GenerationRequest("walk, then jump", literal=True),
        GenerationRequest("walk, then jump", loop=True),
        GenerationRequest("walk, then jump", observed=still, start_level=0.5),
    ):
        assert in_turn(request) is request
