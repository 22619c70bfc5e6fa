"""The losses of the papers, exactly as published, and in the world-space form of the foot loss that works (torch).

Motions are (batch, frames, ..); `mask` (batch, frames) is 1 for frames that exist. MDM's losses average per clip first,
so that short and long clips weigh alike (MDM section 3; its 6D rotations are *rows*, PyTorch3D's convention).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as F

from ..diffusion.forward_process import Predict, q_sample
from ..diffusion.schedule import Schedule, Step

SMPL_FEET = (7, 10, 8, 11)  # left ankle, left foot, right ankle, right foot
CONTACT_STEP = 0.01  # metres a frame; below it the ground truth counts as standing


def masked_l2(a: Tensor, b: Tensor, mask: Tensor) -> Tensor:
    """(batch,) mean squared error over the features of the frames that exist; 0 for a clip without any."""
    frames = mask.sum(dim=1)
    squared = (a - b).square().flatten(2).sum(dim=2) * mask
    return squared.sum(dim=1) / (frames * a[0, 0].numel() + 1e-8)


def batch_masked_l2(a: Tensor, b: Tensor, mask: Tensor) -> Tensor:
    """() MotionDiffuse's mean: over all existing frames of the batch, so that longer clips weigh more."""
    return ((a - b).square().flatten(2).mean(dim=2) * mask).sum() / mask.sum()


def row_rotations(rot6d: Tensor) -> Tensor:
    """(.., 6) the first two *rows* of a rotation -> (.., 3, 3)."""
    first = F.normalize(rot6d[..., :3], dim=-1)
    second = rot6d[..., 3:]
    second = F.normalize(second - (first * second).sum(-1, keepdim=True) * first, dim=-1)
    return torch.stack([first, second, torch.linalg.cross(first, second)], dim=-2)


def root_centred_joints(rotations: Tensor, offsets: Tensor, parents: Sequence[int]) -> Tensor:
    """Forward kinematics without translation.

    rotations: (.., J, 3, 3) local. offsets: (J, 3) metres from the parent. Returns (.., J, 3), the root at the origin.
    The published code uses the SMPL body here (24 joints, neutral, mean shape); give its rest offsets to match it.
    """
    levels = _levels(tuple(parents))
    order = [joint for joints, _ in levels for joint in joints]
    # split, not indexed level by level: the gradient of a split is one concatenation
    turns = rotations[..., order, :, :].split([len(joints) for joints, _ in levels], dim=-3)
    world = turns[0]
    places = torch.zeros_like(world[..., 0])
    found = [places]
    for turn, (joints, above) in zip(turns[1:], levels[1:], strict=True):  # all joints of one depth at once
        if above != tuple(range(world.shape[-3])):
            world, places = world[..., list(above), :, :], places[..., list(above), :]
        places = places + (world @ offsets[list(joints)][..., None])[..., 0]
        world = world @ turn
        found.append(places)
    return torch.cat(found, dim=-2)[..., [order.index(joint) for joint in range(len(order))], :]


@cache
def _levels(parents: tuple[int, ...]) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
    """(joints, their parents' places among the joints before) for each distance from the root."""
    levels: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
    now = tuple(joint for joint, parent in enumerate(parents) if parent < 0)
    above: tuple[int, ...] = ()
    while now:
        levels.append((now, above))
        below = tuple(joint for joint, parent in enumerate(parents) if parent in now)
        above = tuple(now.index(parents[joint]) for joint in below)
        now = below
    return tuple(levels)


def velocity_loss(predicted: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """(batch,) masked_l2 of the frame-to-frame changes. Leave the translation row of (batch, frames, J, 6) out."""
    return masked_l2(predicted.diff(dim=1), target.diff(dim=1), mask[:, 1:])


def foot_contact_loss(
    predicted: Tensor,
    target: Tensor,
    mask: Tensor,
    feet: Sequence[int] = SMPL_FEET,
    threshold: float = CONTACT_STEP,
) -> Tensor:
    """(batch,) squared displacement of predicted feet while the target's feet stand, over all feet and frames.

    predicted, target: (batch, frames, J, 3) joint positions. *Published*: root-centred joints, so that it is the foot's
    movement relative to the pelvis that is taken for standing and punished. *In world space*, which is what contact
    means: give positions with the root's path added.
    """
    steps = predicted[:, :, list(feet)].diff(dim=1)
    true_steps = target[:, :, list(feet)].diff(dim=1)
    standing = true_steps.norm(dim=-1, keepdim=True) <= threshold
    steps = steps * standing
    return masked_l2(steps, torch.zeros_like(steps), mask[:, 1:])


@dataclass(frozen=True)
class MdmLossWeights:
    """Weights of MDM's geometric losses. Published: all 0 for text; 1, 1, 1 for actions (foot contact 0 in "no fc").

    in_world: the foot loss sees feet in the world, the root's path added, in place of the published root-centred ones.
    """

    joints: float = 0.0
    velocity: float = 0.0
    foot_contact: float = 0.0
    in_world: bool = False

    @property
    def any(self) -> bool:
        """Whether the representation has to be the 25 x 6 of the action data."""
        return bool(self.joints or self.velocity or self.foot_contact)


def mdm_loss(
    predicted: Tensor,
    target: Tensor,
    mask: Tensor,
    weights: MdmLossWeights | None = None,
    body: tuple[Tensor, Sequence[int]] | None = None,
) -> tuple[Tensor, Mapping[str, Tensor]]:
    """MDM's training loss of a batch, (batch,), and its parts.

    predicted, target: (batch, frames, features) x0. The geometric parts read 25 rows of 6: 24 joints' rotations, then
    the root's translation. body: (offsets (24, 3), parents), needed by the joint and foot losses.
    """
    weights = weights or MdmLossWeights()
    parts = {"simple": masked_l2(predicted, target, mask)}
    total = parts["simple"]
    if weights.any:
        rows, true_rows = predicted.unflatten(2, (-1, 6))[:, :, :-1], target.unflatten(2, (-1, 6))[:, :, :-1]
        if weights.velocity:
            parts["velocity"] = velocity_loss(rows, true_rows, mask)
            total = total + weights.velocity * parts["velocity"]
        if weights.joints or weights.foot_contact:
            if body is None:
                raise ValueError("the joint and foot losses need the body's offsets and parents")
            joints = root_centred_joints(row_rotations(rows), *body)
            true_joints = root_centred_joints(row_rotations(true_rows), *body)
            if weights.joints:
                parts["joints"] = masked_l2(joints, true_joints, mask)
                total = total + weights.joints * parts["joints"]
            if weights.foot_contact:
                if weights.in_world:
                    joints = joints + predicted[:, :, None, -6:-3]
                    true_joints = true_joints + target[:, :, None, -6:-3]
                parts["foot_contact"] = foot_contact_loss(joints, true_joints, mask)
                total = total + weights.foot_contact * parts["foot_contact"]
    return total, parts


@dataclass(frozen=True)
class EdgeLossWeights:
    """Weights of EDGE's loss."""

    reconstruction: float = 0.636
    velocity: float = 2.964
    joints: float = 0.646
    contact: float = 10.942
    sure: float = 0.95  # a predicted contact above this counts


def edge_loss(
    predicted: Tensor,
    target: Tensor,
    body: tuple[Tensor, Sequence[int]],
    weights: EdgeLossWeights | None = None,
    contact_order: Sequence[int] = (7, 8, 10, 11),
    physical: tuple[Tensor, Tensor] | None = None,
) -> tuple[Tensor, Mapping[str, Tensor]]:
    """EDGE's loss of a batch, (batch,), and its parts.

    predicted, target: (batch, frames, 151) = 4 contacts, root 3, 24 rows-6D. body: (offsets (24, 3), parents), in the
    units of the arrays. physical: (151,) values that -1 and 1 stand for; the kinematics then see metres and rotations,
    while the published code, and None, feeds them the *normalised* numbers. contact_order: the joints that the four
    contact numbers stand for. The contact part is self-consistency: where the prediction says that a foot stands, its
    own predicted foot must not move.
    """
    weights = weights or EdgeLossWeights()

    def joints(motion: Tensor) -> Tensor:
        if physical is not None:
            motion = (motion + 1) / 2 * (physical[1] - physical[0]) + physical[0]
        relative = root_centred_joints(row_rotations(motion[..., 7:].unflatten(2, (24, 6))), *body)
        return relative + motion[..., None, 4:7]

    def mean(a: Tensor, b: Tensor) -> Tensor:
        return (a - b).square().flatten(1).mean(dim=1)

    places, true_places = joints(predicted), joints(target)
    standing = predicted[:, :-1, :4] > weights.sure
    foot_steps = places[:, :, list(contact_order)].diff(dim=1) * standing[..., None]
    parts = {
        "reconstruction": weights.reconstruction * mean(predicted, target),
        "velocity": weights.velocity * mean(predicted[..., 4:].diff(dim=1), target[..., 4:].diff(dim=1)),
        "joints": weights.joints * mean(places, true_places),
        "contact": weights.contact * mean(foot_steps, torch.zeros_like(foot_steps)),
    }
    return torch.stack(list(parts.values())).sum(dim=0), parts


def noised_prediction(predict: Predict, schedule: Schedule, x0: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
    """The network's answer at the given timesteps, (batch,) int: the one step of every trainer here.

    x0, noise: (batch, frames, features). The answer is x0's or noise's estimate, as the network predicts.
    """
    bars = torch.tensor(schedule.alphas_cumprod).to(x0)[timesteps]
    names = torch.tensor(schedule.timesteps, device=x0.device)[timesteps]
    return predict(q_sample(x0, noise, bars), Step(timesteps, names, (1 - bars).sqrt(), bars))
