"""How hard an edit's prompt is followed: firmly by a part of a body that is shown, unless guidance is set."""

from __future__ import annotations

from motionmix_core.editing import JOINT_PRESETS, EditSettings, body_part, continue_motion, prompt_sequence
from motionmix_core.generation import GenerationRequest
from tests.editing.clips import lively_walk


def test_a_part_follows_its_prompt_firmly_unless_guidance_is_set() -> None:
    source = lively_walk(3.0)

    def asked(settings: EditSettings) -> GenerationRequest:
        return body_part(source, JOINT_PRESETS["left_arm"], 20, 60, settings).request

    told, own, free = asked(EditSettings("jump")), asked(EditSettings("jump", guidance=1.5)), asked(EditSettings())
    assert told.guidance is not None
    assert told.guidance > 2.5
    assert told.guidance_interval == (0.5, 1.0)
    assert (own.guidance, own.guidance_interval) == (1.5, None)
    assert (free.guidance, free.guidance_interval) == (None, None)


def test_what_goes_on_by_a_prompt_sees_little_of_what_went_before() -> None:
    source = lively_walk(3.0)
    told = continue_motion(source, 1.0, EditSettings("jump")).request
    free = continue_motion(source, 1.0, EditSettings()).request
    assert told.guidance is not None
    assert told.guidance > 2.5
    assert free.guidance is None
    shown = [int((request.observed_mask > 0).all(axis=1).sum()) for request in (told, free)]
    assert shown[0] < 10 < 40 < shown[1]
    of_two = prompt_sequence([("walk", 2.0), ("jump", 2.0)])
    assert of_two.guidance == told.guidance
    assert prompt_sequence([("walk", 2.0)], EditSettings(guidance=1.5)).guidance == 1.5
