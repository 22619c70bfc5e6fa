"""Requests: what is refused, in one line, and that they survive being sent."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pytest

from motionmix_core.errors import RequestError
from motionmix_core.generation.condition import Action, Music, Text
from motionmix_core.generation.request import GenerationRequest
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import axis_angle_to_quat
from motionmix_core.motion.skeleton import canonical_skeleton
from motionmix_core.representation.default import FEATURES


def some_motion(rng: np.random.Generator, frames: int = 12, fps: float = 24.0) -> Motion:
    skeleton = canonical_skeleton()
    rotations = axis_angle_to_quat(rng.normal(0, 0.2, (frames, skeleton.num_joints, 3)))
    return Motion(skeleton, rng.normal(0, 1, (frames, 3)), rotations, fps)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"seconds": 0}, "between 0.1 and 60"),
        ({"seconds": -3}, "between 0.1 and 60"),
        ({"seconds": 600}, "between 0.1 and 60"),
        ({"seconds": float("nan")}, "between 0.1 and 60"),
        ({"seconds": float("inf")}, "between 0.1 and 60"),
        ({"seconds": "six"}, "must be a number"),
        ({"seconds": None}, "must be a number"),
        ({"count": 0}, "number of takes"),
        ({"count": 2.5}, "whole number"),
        ({"count": 1000}, "number of takes"),
        ({"seed": -1}, "seed"),
        ({"seed": True}, "seed"),
        ({"steps": 0}, "steps"),
        ({"steps": 10**6}, "steps"),
        ({"guidance": -1.0}, "guidance"),
        ({"guidance": float("nan")}, "guidance"),
        ({"guidance_interval": (0.9, 0.3)}, "lower one first"),
        ({"guidance_interval": (0.3,)}, "two noise levels"),
        ({"sampler": "euler"}, "ddim, dpmpp_2m, ddpm"),
        ({"quality": "best"}, "draft, normal, high"),
        ({"start_level": 0.0}, "above 0"),
        ({"start_level": 1.5}, "between 0 and 1"),
        ({"start_level": 0.5}, "needs the motion"),
        ({"prompt": 5}, "must be text"),
        ({"prompt": None}, "must be text"),
        ({"model": None}, "by name"),
        ({"observed_mask": np.zeros((30, FEATURES))}, "needs the observed motion"),
        ({"prompt": "walk", "action": "run"}, "one condition, not text and action"),
        ({"action": "run", "music": np.zeros((30, 35))}, "one condition, not action and music"),
        ({"segments": (("walk", 4.0),), "music": np.zeros((30, 35))}, "one condition, not text and music"),
        ({"action": 3}, "as text"),
        ({"music": np.zeros(30)}, "(frames, width)"),
        ({"music": np.full((30, 35), np.nan)}, "not finite"),
        ({"observed_features": np.zeros((30, 150))}, "needs a mask"),
        ({"observed_features": np.zeros((30, 150)), "observed_mask": np.zeros((30, 151))}, "must both be"),
        ({"observed_features": np.zeros((30, 150)), "observed_mask": np.full((30, 150), 2.0)}, "0 (free)"),
    ],
)
def test_what_can_not_be_made_is_refused_in_one_line(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(RequestError) as raised:
        GenerationRequest(**fields)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("prompt", ["", "🙂🙃", "Eine Person läuft", "人が歩く", "a" * 10_000, "two\nlines"])
def test_any_text_is_a_prompt(prompt: str) -> None:
    assert GenerationRequest(prompt).prompt == prompt


def test_observed_motion_needs_a_mask_that_fits(rng: np.random.Generator) -> None:
    motion = some_motion(rng)
    with pytest.raises(RequestError, match="mask"):
        GenerationRequest(observed=motion)
    with pytest.raises(RequestError, match="207"):
        GenerationRequest(observed=motion, observed_mask=np.zeros((30, 22)))
    with pytest.raises(RequestError, match="0 .*1"):
        GenerationRequest(observed=motion, observed_mask=np.full((30, FEATURES), 2.0))
    with pytest.raises(RequestError, match="0 .*1"):
        GenerationRequest(observed=motion, observed_mask=np.full((30, FEATURES), np.nan))


def test_a_request_survives_being_sent(rng: np.random.Generator) -> None:
    mask = (rng.random((120, FEATURES)) < 0.3).astype(np.float32)
    request = GenerationRequest(
        "walk", 4.0, 7, 3, "high", 9, "ddpm", 1.5, some_motion(rng), mask, 0.7, False, "base-cmu",
        guidance_interval=(0.3, 0.95),
    )  # fmt: skip
    header, arrays = request.to_plain()
    back = GenerationRequest.from_plain(json.loads(json.dumps(header)), arrays)
    for field in dataclasses.fields(request):
        if not field.name.startswith("observed"):  # arrays are compared below
            assert getattr(back, field.name) == getattr(request, field.name), field.name
    assert request.observed is not None
    assert back.observed is not None
    assert back.observed_mask is not None
    np.testing.assert_allclose(back.observed.rotations, request.observed.rotations, atol=1e-12)
    np.testing.assert_array_equal(back.observed.root_positions, request.observed.root_positions)
    np.testing.assert_array_equal(back.observed_mask, mask)
    assert back.observed.fps == 24.0


def test_a_request_follows_a_text_an_action_music_or_nothing() -> None:
    music = np.arange(12.0).reshape(4, 3)
    assert GenerationRequest("walk").condition == Text("walk")
    assert GenerationRequest(action="run").condition == Action("run")
    heard = GenerationRequest(music=music).condition
    assert isinstance(heard, Music) and np.array_equal(heard.features, music)
    assert GenerationRequest().condition is None


def test_conditions_and_numbers_of_other_networks_survive_being_sent() -> None:
    numbers = np.linspace(0, 1, 300, dtype=np.float32).reshape(2, 150)
    request = GenerationRequest(
        action="jump", seconds=2 / 20, observed_features=numbers, observed_mask=(numbers > 0.5).astype(np.float32)
    )
    header, arrays = request.to_plain()
    back = GenerationRequest.from_plain(json.loads(json.dumps(header)), arrays)
    assert back.condition == Action("jump")
    np.testing.assert_array_equal(back.observed_features, numbers)
    np.testing.assert_array_equal(back.observed_mask, numbers > 0.5)
    header, arrays = GenerationRequest(music=np.ones((3, 35))).to_plain()
    heard = GenerationRequest.from_plain(json.loads(json.dumps(header)), arrays).condition
    assert isinstance(heard, Music) and heard.features.shape == (3, 35)


def test_a_broken_sent_request_is_refused(rng: np.random.Generator) -> None:
    header, arrays = GenerationRequest(observed=some_motion(rng), start_level=0.5).to_plain()
    with pytest.raises(RequestError, match="tempo"):
        GenerationRequest.from_plain({**header, "tempo": 3}, arrays)
    with pytest.raises(RequestError, match="observed motion"):
        GenerationRequest.from_plain(header, {"observed_root": arrays["observed_root"]})
    arrays["observed_rotations"] = arrays["observed_rotations"][:, :5]
    with pytest.raises(RequestError, match="observed motion"):
        GenerationRequest.from_plain(header, arrays)


def test_numbers_of_numpy_and_half_characters_can_be_sent() -> None:
    fields: dict[str, Any] = {"seconds": np.float32(2), "seed": np.int64(3)}
    parts: Any = (("walk \udcff", np.float64(1)), ("run", np.float32(1)))
    request = GenerationRequest("walk \udcff", segments=parts, **fields)
    header, _ = request.to_plain()
    assert json.loads(json.dumps(header).encode())["seed"] == 3
    assert request.prompt == "walk ?"
    assert request.segments == (("walk ?", 1.0), ("run", 1.0))
    music = GenerationRequest(seconds=1.0, music=np.ones((30, 35), np.int16)).music
    assert music is not None
    assert music.dtype == np.float32
