"""The published losses against numbers computed by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from motionmix_core.diffusion import cosine_schedule, q_sample
from motionmix_core.mixed_data.published_losses import (
    MdmLossWeights,
    batch_masked_l2,
    edge_loss,
    foot_contact_loss,
    masked_l2,
    mdm_loss,
    noised_prediction,
    root_centred_joints,
    row_rotations,
    velocity_loss,
)
from tests.denoisers.golden import inputs

IDENTITY_6D = torch.tensor([1.0, 0, 0, 0, 1, 0])
CHAIN = (-1, *range(23))  # 24 joints in a row


def test_masked_l2_golden_numbers() -> None:
    a, b = (inputs((2, 263, 1, 60), k)[:, :, 0].transpose(1, 2) for k in (300, 400))
    mask = (torch.arange(60) < torch.tensor([[40], [60]])).float()
    torch.testing.assert_close(masked_l2(a, b, mask), torch.tensor([1.9327444, 1.9654679]), rtol=1e-6, atol=0)


def test_masked_l2_by_hand() -> None:
    a = torch.zeros(2, 3, 2)
    b = torch.tensor([[[1.0, 1], [2, 0], [9, 9]], [[3, 3], [0, 0], [0, 0]]])
    mask = torch.tensor([[1.0, 1, 0], [1, 1, 1]])
    # (1 + 1 + 4) / 4 and 18 / 6; the frame that doesn't exist counts nothing.
    torch.testing.assert_close(masked_l2(a, b, mask), torch.tensor([1.5, 3.0]))
    # MotionDiffuse: (2 + 4 + 18) / 2 features / 5 frames
    torch.testing.assert_close(batch_masked_l2(a, b, mask), torch.tensor(2.4))
    assert masked_l2(a, b, torch.zeros(2, 3)).tolist() == [0.0, 0.0]


def test_row_rotations_are_rows() -> None:
    quarter = torch.tensor([0.0, -1, 0, 1, 0, 0])  # 90 degrees about z: rows (0 -1 0), (1 0 0)
    matrix = row_rotations(quarter)
    torch.testing.assert_close(matrix @ torch.tensor([1.0, 0, 0]), torch.tensor([0.0, 1, 0]))
    torch.testing.assert_close(torch.linalg.det(matrix), torch.tensor(1.0))


def test_kinematics_by_hand() -> None:
    """A chain of three bones of 1 m along x; the first joint is turned by 90 degrees about z."""
    offsets = torch.tensor([[5.0, 5, 5], [1, 0, 0], [1, 0, 0]])
    rotations = torch.eye(3).repeat(3, 1, 1)
    rotations[1] = row_rotations(torch.tensor([0.0, -1, 0, 1, 0, 0]))
    places = root_centred_joints(rotations, offsets, (-1, 0, 1))
    torch.testing.assert_close(places, torch.tensor([[0.0, 0, 0], [1, 0, 0], [1, 1, 0]]))


def test_velocity_loss_by_hand() -> None:
    target = torch.zeros(1, 3, 1, 6)
    predicted = target.clone()
    predicted[0, 1, 0, 0] = 2.0  # changes of +2 and -2
    full = velocity_loss(predicted, target, torch.ones(1, 3))
    torch.testing.assert_close(full, torch.tensor([8.0 / 12]))
    # The last frame doesn't exist: one change of 2 in six numbers is left.
    torch.testing.assert_close(velocity_loss(predicted, target, torch.tensor([[1.0, 1, 0]])), torch.tensor([4.0 / 6]))


def test_foot_contact_loss_by_hand() -> None:
    target, predicted = torch.zeros(1, 3, 24, 3), torch.zeros(1, 3, 24, 3)
    target[0, 2, 10] = torch.tensor([0.5, 0, 0])  # the left foot lifts in the second step: no contact there
    predicted[0, 1, 7, 0] = 0.1  # the left ankle slides by .1 and back: two steps of .01 m^2
    predicted[0, 2, 10, 0] = 0.7  # moves where the target moves: not punished
    predicted[0, 2, 0, 0] = 9.0  # not a foot
    loss = foot_contact_loss(predicted, target, torch.ones(1, 3))
    torch.testing.assert_close(loss, torch.tensor([0.02 / (2 * 4 * 3)]))


def test_foot_contact_relative_to_the_pelvis_and_in_the_world() -> None:
    """A planted foot moves backwards under a walking pelvis: only the world form sees that it stands."""
    path = torch.linspace(0, 0.3, 4)[None, :, None, None] * torch.tensor([0.0, 0, 1])
    world = torch.zeros(1, 4, 24, 3)  # all feet stand, the body travels
    sliding = world + path  # feet are carried along
    relative, sliding_relative = world - path, sliding - path
    mask = torch.ones(1, 4)
    assert float(foot_contact_loss(sliding_relative, relative, mask)) == 0.0
    assert float(foot_contact_loss(sliding, world, mask)) == pytest.approx(0.01 / 3)


def test_mdm_loss_adds_its_parts() -> None:
    """One joint of one frame turned by 90 degrees, in 24 joints on a chain of 1 m bones."""
    body = (torch.tensor([[0.0, 0, 0]] + [[1.0, 0, 0]] * 23), CHAIN)
    target = torch.cat([IDENTITY_6D.repeat(24), torch.zeros(6)]).expand(1, 2, 150)
    predicted = target.clone()
    predicted[0, 1, 22 * 6 : 23 * 6] = torch.tensor([0.0, -1, 0, 1, 0, 0])
    predicted[0, 1, 144:147] = 7.0  # translation counts in the simple loss alone
    loss, parts = mdm_loss(predicted, target, torch.ones(1, 2), MdmLossWeights(1, 2, 3), body)
    torch.testing.assert_close(parts["simple"], torch.tensor([(4 + 3 * 49.0) / 300]))
    torch.testing.assert_close(parts["velocity"], torch.tensor([4.0 / 144]))
    torch.testing.assert_close(parts["joints"], torch.tensor([2.0 / 144]))
    torch.testing.assert_close(parts["foot_contact"], torch.tensor([0.0]))
    torch.testing.assert_close(loss, parts["simple"] + 2 * parts["velocity"] + parts["joints"])
    plain, only = mdm_loss(predicted, target, torch.ones(1, 2))
    assert list(only) == ["simple"]
    assert torch.equal(plain, only["simple"])


def test_edge_loss_by_hand() -> None:
    """The root jumps by 1 m in the second of two frames; all four contacts are predicted, two of them surely."""
    body = (torch.zeros(24, 3), CHAIN)
    target = torch.cat([torch.zeros(7), IDENTITY_6D.repeat(24)]).expand(1, 2, 151)
    predicted = target.clone()
    predicted[0, 1, 4] = 1.0
    predicted[0, 0, :4] = torch.tensor([0.96, 0.97, 0.5, 0.94])
    loss, parts = edge_loss(predicted, target, body)
    contacts = 0.96**2 + 0.97**2 + 0.5**2 + 0.94**2
    assert float(parts["reconstruction"]) == pytest.approx(0.636 * (1 + contacts) / 302, rel=1e-5)
    assert float(parts["velocity"]) == pytest.approx(2.964 / 147, rel=1e-5)
    assert float(parts["joints"]) == pytest.approx(0.646 * 24 / (2 * 72), rel=1e-5)
    assert float(parts["contact"]) == pytest.approx(10.942 * 2 / 12, rel=1e-5)
    assert float(loss) == pytest.approx(sum(float(part) for part in parts.values()), rel=1e-6)


def test_noised_prediction_tells_the_network_where_it_is() -> None:
    schedule = cosine_schedule()
    x0, noise, t = torch.randn(3, 5, 2), torch.randn(3, 5, 2), torch.tensor([0, 500, 999])
    seen: dict[str, Any] = {}

    def predict(x_t: torch.Tensor, step: object) -> torch.Tensor:
        seen["x_t"], seen["step"] = x_t, step
        return x_t

    noised_prediction(predict, schedule, x0, noise, t)
    for row, index in enumerate(t.tolist()):
        expected = q_sample(x0[row], noise[row], float(schedule.alphas_cumprod[index]))
        torch.testing.assert_close(seen["x_t"][row], expected)
    assert seen["step"].timestep.tolist() == [0, 500, 999]
    assert float(seen["step"].noise_level[1]) == pytest.approx(math.sqrt(1 - 0.49228517), rel=1e-6)
