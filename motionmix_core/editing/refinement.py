"""What becomes of a capture after the network has seen it: noise out, blows kept, feet steady.

Three things in a row. Lost and popping frames are filled from the frames beside them. Noise of the estimated strength
is taken out of each joint (see `denoise`), which keeps blows, since they stand far over it; joints that don't shake
stay as they are. Then the refining stage of the paper says what a body would have done, and the joints that shook may
go part of the way there. At last the travel is fitted to the steps, and planted feet are held.
"""

from __future__ import annotations

import numpy as np

from ..motion.motion import Motion
from ..motion.rotations import axis_angle_to_quat, quat_inv, quat_mul, quat_slerp
from .countered import countered
from .denoise import rotations_without_noise, without_noise
from .finishing import LEGS
from .grounding import glides_in_place, measured_slide, travel_fitted, travel_fitted_closer
from .interpolation import interpolated
from .keys import Held
from .noise import NoiseEstimate
from .root_by_feet import root_by_feet
from .steady_feet import steadied

GENTLE_FIRMNESS, FIRMNESS, SHAKEN_FIRMNESS = 0.08, 1.5, 8.0
"""Of the feet where nothing seems wrong with them (they stand a little stiller, too, by less than a millimetre), where
they slide or the capture isn't clean, and where the legs shook."""

FITTED, FITTED_CLOSER = 0.6, 0.15
"""Of the way from gentle to firm, for feet whose travel was fitted to their steps, once or twice: what they still slide
by is as in real captures, and to hold them firmly would cost the accelerations that the fitting has put right."""

ROUNDS_OF_FILLING = 3


def filled(motion: Motion, noise: NoiseEstimate, held: Held) -> Motion:
    """The capture with its lost and popping frames, but for protected ones, filled from the frames beside them."""
    if not noise.bad.frames.any() or noise.dropped.all():
        return motion
    noisy = noise.evidence > 0.5 or noise.root_steps > 0
    return interpolated(motion, _good(noise, held), straight=noisy)


def _good(noise: NoiseEstimate, held: Held) -> Held:
    bad = noise.bad
    return Held(held.rotations | ~bad.rotations, held.root | ~bad.root)


def refined(
    capture: Motion, made: Motion, noise: NoiseEstimate, held: Held, force: float = 1.0, trust: float = 0.0
) -> Motion:
    """The capture without its noise, and where it was noisy drawn towards the network's motion.

    Args:
        capture: T frames, lost ones filled.
        made: T frames, what the network makes of it.
        noise: how noisy the capture is.
        held: what is protected.
        force: how much stronger than estimated the noise is taken to be.
        trust: how far, 0 to 1, joints that shake go towards the network's motion.
    """
    calm = calmed(capture, noise, force)
    if noise.bad.frames.any() and not noise.dropped.all():
        for _ in range(ROUNDS_OF_FILLING):
            # what was filled in knew nothing of the noise beside it: better put in what the calm curve has there
            capture = _taken(capture, calm, _good(noise, held))
            calm = calmed(capture, noise, force)
        calm = interpolated(calm, _good(noise, held))  # once more, now that speeds can be told
    if noise.root_steps > 0:
        calm = root_by_feet(calm, capture.root_positions, noise.root_steps * force, held.root, noise.leg_evidence)
    rotations = calm.rotations
    if trust > 0:
        smooth = calmed(made, noise, force)
        share = np.where(noise.excess > 0, trust, 0.0)
        rotations = quat_slerp(rotations, smooth.rotations, np.broadcast_to(share, rotations.shape[:2]))
    rotations = np.where(held.rotations[..., None], capture.rotations, rotations)
    root = np.where(held.root[:, None], capture.root_positions, calm.root_positions)
    return Motion(capture.skeleton, root, rotations, capture.fps)


def _taken(capture: Motion, calm: Motion, good: Held) -> Motion:
    """The capture with what isn't good taken from the calm motion."""
    rotations = np.where(good.rotations[..., None], capture.rotations, calm.rotations)
    root = np.where(good.root[:, None], capture.root_positions, calm.root_positions)
    return Motion(capture.skeleton, root, rotations, capture.fps)


def calmed(motion: Motion, noise: NoiseEstimate, force: float = 1.0) -> Motion:
    """The motion without noise of the estimated strength."""
    shaking = noise.excess * force
    aside = axis_angle_to_quat(countered(motion.rotations, shaking, motion.skeleton.parents, motion.fps))
    rotations = rotations_without_noise(quat_mul(motion.rotations, quat_inv(aside)), shaking, motion.fps)
    rotations = np.where((shaking > 0)[:, None], quat_mul(rotations, aside), motion.rotations)
    sigma = np.array([noise.root_excess * force])
    root = without_noise(motion.root_positions[:, None], sigma, noise.wanders, motion.fps)[:, 0]
    return Motion(motion.skeleton, root, rotations, motion.fps)


def with_steady_feet(
    motion: Motion, held: Held, evidence: float, travel_told: bool = True, unclean: float = 1.0
) -> Motion:
    """The motion with its travel fitted to its steps and its standing feet stiller.

    evidence: 0 to 1, how sure it is that what carries the feet shakes.
    travel_told: whether the steps are good enough to tell how far they go.
    unclean: 0 to 1, how sure it is that the capture isn't clean. Feet of a clean one hardly move, unless they slide.
    """
    if glides_in_place(motion):
        return motion
    slide = measured_slide(motion) if travel_told else None
    # where some frames hold, the travel between them is given
    moved = motion if held.root.any() else travel_fitted(motion, slide, evidence)
    sliding = slide.evidence if slide else 0.0
    if slide and moved is not motion:
        fitted, moved = moved, travel_fitted_closer(moved, slide)
        sliding = FITTED if moved is fitted else FITTED_CLOSER
    wrong = max(unclean, sliding)
    firmness = max(GENTLE_FIRMNESS * (FIRMNESS / GENTLE_FIRMNESS) ** wrong, SHAKEN_FIRMNESS * evidence)
    fixed = held.root[:, None] | held.rotations[:, LEGS].reshape(motion.num_frames, 2, -1).any(axis=-1)
    return steadied(moved, firmness, fixed, evidence)
