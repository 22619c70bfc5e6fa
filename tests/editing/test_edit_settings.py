"""How hard an edit's prompt is followed: firmly by a part of a body that is shown, unless guidance is set."""

from __future__ import annotations

from motionmix_core.editing import JOINT_PRESETS, EditSettings, body_part, continue_motion
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
    goes_on = continue_motion(source, 1.0, EditSettings("jump")).request
    assert (goes_on.guidance, goes_on.guidance_interval) == (None, None)  # there it would only shake more
