"""Postures before prompts that change them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from motionmix_core.generation import GenerationRequest, Generator
from motionmix_core.generation.floating import clearance_of
from motionmix_core.generation.openings import LYING, OPENING_SECONDS, SEATED, STANDING, opened, opening_of
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.skeleton import canonical_skeleton


@pytest.mark.parametrize(
    ("prompt", "opening"),
    [
        ("sit down", STANDING),
        ("A person sits down on a chair", STANDING),
        ("someone is slowly lying down", STANDING),
        ("the old man takes a seat", STANDING),
        ("a person falls to the ground", STANDING),
        ("crouch down and rise again", STANDING),
        ("a person dies", STANDING),
        ("a person falls down and lies still", STANDING),
        ("stand up", SEATED),
        ("a person gets up from a chair and walks", SEATED),
        ("a woman rises from her stool", SEATED),
        ("get up from the floor", LYING),
        ("someone lying on the back gets up", LYING),
        ("jump in place", STANDING),
        ("a person hops on the right foot", STANDING),
        ("he is leaping forward", STANDING),
        ("a person does a backflip", STANDING),
        ("jump up and fall down", STANDING),
    ],
)
def test_a_change_of_posture_begins_in_the_other_one(prompt: str, opening: str) -> None:
    assert opening_of(prompt) == opening


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "walk forward",
        "a person sits on a chair",
        "a person sits",
        "a person walks over and sits down",
        "turn around, sit down",
        "a person sits down and drinks",
        "a person stands up straight",
        "a person rises from a squat",
        "slow down",
        "a gust gets upset",
        "a person dances hip hop",
        "hip-hop dance",
        "a person runs and jumps",
    ],
)
def test_other_prompts_begin_as_the_network_likes(prompt: str) -> None:
    assert opening_of(prompt) is None
    request = GenerationRequest(prompt)
    assert opened(request) is request


def test_the_opening_takes_half_a_second_of_the_length() -> None:
    request = opened(GenerationRequest("stand up from the chair", seconds=3.0, seed=4))
    assert request.segments == ((SEATED, OPENING_SECONDS), ("a person stands up", 3.0 - OPENING_SECONDS))
    assert (request.prompt, request.seconds, request.seed) == ("", 3.0, 4)
    assert opened(request) is request


def test_a_sequence_is_opened_before_its_first_part() -> None:
    request = opened(GenerationRequest(seconds=5.0, segments=(("sit down", 2.0), ("stand up", 3.0))))
    assert [prompt for prompt, _ in request.segments] == [STANDING, "a person sits down", "stand up"]
    assert sum(seconds for _, seconds in request.segments) == pytest.approx(5.0)


def test_the_guidance_that_was_asked_for_holds() -> None:
    assert opened(GenerationRequest("sit down", guidance=1.5)).guidance == 1.5
    assert opened(GenerationRequest("sit down")).guidance is not None  # as firmly as any prompt after a motion
    assert opened(GenerationRequest("sit down", guidance_interval=(0.0, 0.3))).guidance_interval == (0.0, 0.3)


def test_no_opening_where_none_is_wanted_or_a_motion_is_gone_on_from() -> None:
    rest = Motion(canonical_skeleton(), np.zeros((120, 3)), np.tile([1.0, 0, 0, 0], (120, 22, 1)), 30)
    for request in (
        GenerationRequest("sit down", seconds=1.0),
        GenerationRequest("sit down", loop=True),
        GenerationRequest("sit down", literal=True),
        GenerationRequest("sit down", observed=rest, start_level=0.5),
    ):
        assert opened(request) is request


@pytest.mark.parametrize(("prompt", "falls"), [("a person sits down", True), ("a person stands up", False)])
def test_the_model_that_ships_goes_from_one_posture_into_the_other(repo_root: Path, prompt: str, falls: bool) -> None:
    folder = repo_root / "pretrained"
    if not (folder / "text-minilm").is_dir():
        pytest.skip("pretrained/text-minilm isn't made yet (build.py makes it)")
    result = Generator(folder).generate(GenerationRequest(prompt, 4.0, seed=0, count=2))
    assert not result.warnings
    for motion in result.motions:
        assert motion.num_frames == 120
        first, last = (float(np.median(motion.root_positions[part, 1])) for part in (slice(0, 8), slice(-20, None)))
        assert (first > 0.8 and last < 0.65) if falls else (first < 0.65 and last > 0.8)


def test_who_jumps_stands_first_and_then_leaves_the_ground(repo_root: Path) -> None:
    folder = repo_root / "pretrained"
    if not (folder / "text-minilm").is_dir():
        pytest.skip("pretrained/text-minilm isn't made yet (build.py makes it)")
    for motion in Generator(folder).generate(GenerationRequest("jump in place", 4.0, seed=5, count=3)).motions:
        height = clearance_of(motion)
        assert height[:10].max() < 0.03
        assert height.max() > 0.15
