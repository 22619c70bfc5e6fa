"""Windows that make one dance, and masks of editing."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from motionmix_core.errors import RequestError
from motionmix_core.formats.text_motion import Statistics
from motionmix_core.generation.request import GenerationRequest
from motionmix_core.motion.rotations import quat_angle
from motionmix_core.representation import edge
from motionmix_core.representation.guo_layout import HUMANML3D, KIT
from motionmix_core.representation.rot6d import with_hands
from tests.motions import walk
from training.papers.editing import body_part, going_on, in_between
from training.papers.long_form import joined, tied, window_count
from training.papers.space import ActionSpace, DanceSpace, TextSpace

HML = TextSpace(Statistics(np.zeros(263, np.float32), np.ones(263, np.float32)), HUMANML3D)


def test_thirty_seconds_are_eleven_windows():
    assert window_count(30 * 30, 150) == 11
    assert [window_count(frames, 150) for frames in (10, 150, 151, 225, 226)] == [1, 1, 2, 2, 3]


def test_windows_are_tied_to_the_one_before():
    x = torch.arange(3 * 6 * 1.0).reshape(3, 6, 1)
    out = tied(x)
    assert torch.equal(out[0], x[0])
    assert torch.equal(out[1, :3], x[0, 3:]) and torch.equal(out[2, :3], x[1, 3:])
    assert torch.equal(out[1:, 3:], x[1:, 3:])


def test_windows_cut_from_one_dance_join_to_that_dance():
    motion = walk(10.0)
    whole = edge.encode(with_hands(motion.rotations), motion.root_positions, motion.skeleton)[:300]
    windows = np.stack([whole[start : start + 150] for start in (0, 75, 150)])
    assert joined(windows) == pytest.approx(whole, abs=1e-5)


def test_windows_that_disagree_are_faded():
    motion = walk(5.0)
    one = edge.encode(with_hands(motion.rotations), motion.root_positions, motion.skeleton)[:150]
    windows = np.stack([one, one])
    windows[1, :, edge.ROOT] += 1.0
    out = joined(windows)
    assert len(out) == 225
    lag = out[75:150, edge.ROOT] - one[75:, edge.ROOT] * (1 - np.linspace(0, 1, 75))[:, None]
    share = np.linspace(0, 1, 75)[:, None]
    assert lag == pytest.approx(share * windows[1, :75, edge.ROOT], abs=1e-5)
    rotations, _, _ = edge.decode(out)
    # in the overlap each joint lies between both windows' rotations, and stays a rotation
    a, b = edge.decode(one[75:])[0], edge.decode(one[:75])[0]
    whole, parts = quat_angle(a, b), quat_angle(a, rotations[75:150]) + quat_angle(rotations[75:150], b)
    assert parts == pytest.approx(whole, abs=2e-3)


def test_mdm_s_upper_body_is_156_of_263_numbers():
    known = np.zeros((10, 263), np.float32)
    request = body_part(GenerationRequest(), known, "upper", HML)
    assert request.observed_mask[0].sum() == 107
    free = request.observed_mask[0] == 0
    assert not free[:4].any() and not free[259:].any()  # root and contacts hold
    assert free[4 + 3 * 2 : 4 + 3 * 3].all()  # joint 3, spine1
    assert not free[193 : 193 + 9].any() and free[193 + 9 : 193 + 12].all()  # velocities of joints 0, 1, 2; 3
    lower = body_part(GenerationRequest(), known, "lower", HML)
    assert np.array_equal(lower.observed_mask, 1 - request.observed_mask)


DANCE = DanceSpace(edge.RangeNormaliser(-np.ones(151), np.ones(151)))


@pytest.mark.parametrize("space, width", [(ActionSpace(20.0), 150), (DANCE, 151)])
def test_hands_go_with_their_wrists(space, width):
    free = body_part(GenerationRequest(), np.zeros((4, width), np.float32), "left_arm", space).observed_mask[0] == 0
    assert free.sum() == 5 * 6
    shift = 7 if width == 151 else 0
    assert [column for column in range(24) if free[shift + 6 * column]] == [13, 16, 18, 20, 22]


def test_in_between_is_mdm_s_middle_half():
    request = in_between(GenerationRequest(), np.zeros((61, 263), np.float32), HML)
    assert np.flatnonzero(request.observed_mask[:, 0] == 0).tolist() == list(range(15, 45))
    assert request.frames(HML.fps) == 61


def test_going_on_holds_what_was_before_and_adds_the_length_asked_for():
    known = np.ones((20, 263), np.float32)
    request = going_on(GenerationRequest(seconds=2.0), known, HML)
    assert request.frames(HML.fps) == 60
    assert (request.observed_mask[:20] == 1).all() and not request.observed_mask[20:].any()
    assert np.array_equal(request.observed_features[:20], known)


def test_requests_that_make_no_sense():
    known = np.zeros((10, 263), np.float32)
    for make, message in (
        (lambda: in_between(GenerationRequest(), known, HML, 0.5, 0.5), "stretch"),
        (lambda: body_part(GenerationRequest(), known, "tail", HML), "tail"),
        (lambda: body_part(GenerationRequest(), known, "upper", TextSpace(HML.statistics, KIT)), "KIT"),
        (lambda: GenerationRequest(observed_features=known), "needs a mask"),
        (lambda: GenerationRequest(observed_features=known, observed_mask=known[:9]), "must both be"),
        (lambda: GenerationRequest(observed_features=known * np.nan, observed_mask=known), "not finite"),
    ):
        with pytest.raises(RequestError, match=message):
            make()
