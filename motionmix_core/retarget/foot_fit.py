"""Where body and feet have to go so that planted feet stand and legs keep their directions: least squares along time.

A rig's feet and hips aren't scaled by its legs, so on other proportions feet that stood would slide, and holding them
by the legs alone turns every leg by some degrees. Four things can give way, each a little: the body goes along, a
planted foot creeps by some millimetres, it is turned (its heel rises less or more), and the legs turn. Per frame these
are 13 unknowns; all frames are solved for together, since all of it has to be smooth. What is close to its bound is
weighed the more (iteratively reweighted least squares with a high power), so the largest errors come down and small
ones don't count. Where the motion's own feet slide or leave the ground while they are called planted, all of that may
contradict; there the contact goes (rig_contacts.py), not the pose.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..motion.rotations import axis_angle_to_quat, quat_apply, quat_between, quat_to_axis_angle
from .leg_turns import leg_turns
from .planting import ADDED_ACCELERATION, ease_between
from .rig_contacts import Contact, find_contacts, given_up
from .time_chain import TimeChain

ROUNDS, MOST_ROUNDS, BETWEEN = 8, 28, 2  # all but hard motions need the first; BETWEEN, contacts may be given up
PATIENCE, PATIENCE_LOSS, LEAST_PATIENCE = 1.8, 0.08, 0.3  # how much less readily that's done at first, a round, at last
# what each may usually be, in radians and metres: the angle of a thigh or shin to begin with, its weight grows by the
# power; a damping about 2 / (1 + power) keeps two legs from handing an error to and fro between rounds
LIMB_ANGLE, FREE_ANGLE, POWER, DAMPING = np.radians(1.0), np.radians(0.5), 12, 0.1
NEAR_LIMIT, LATE_POWER = np.radians(0.9), 40  # a limb that is still near it after ROUNDS gets dearer far faster
FARTHEST_LIMB = np.radians(0.97)  # it isn't over before no limb turns farther
FOOT_ANGLE, FARTHEST_FOOT = np.radians(4.0), np.radians(10.0)
BODY_WAY = 0.15
REACH, OUT_OF_REACH = 0.999, 0.001  # of thigh + shin, and how far beyond it an ankle may usually be
CLEARANCE = 0.002  # of a swinging foot under the ground
SETTLINGS = 6
TURNING_EASE = 80.0  # radians a second squared
ROUNDED = 1.02  # times what a contact may creep or sink is near enough: the leg does the rest
TURNED = 0.15  # radians that a foot may be turned in a round: its toes go in a circle, not along a line
BODY_ACCELERATION, FOOT_ACCELERATION, FOOT_TURNING = 2.0, 5.0, 60.0  # m/s², m/s², rad/s²
FOOT_LENGTH = 0.121  # metres from the canonical foot's ankle to its toe joint: creeping is measured by it
GIANT = 1.5  # times as long a foot creeps in proportion; one that is a bit longer does no farther than that
_FOOT = (3, 8)  # where each foot's unknowns begin: the ankle's offset (3), pitch, yaw; the first three are the body's
_SIZE = 13
_UP = np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True)
class Legs:
    """hips, knees, ankles, toes: (T, 2, 3) of the left and right leg, Y up. hinges: (T, 2, 3) to the body's left."""

    hips: np.ndarray
    knees: np.ndarray
    ankles: np.ndarray
    toes: np.ndarray
    hinges: np.ndarray


@dataclass(frozen=True)
class FootFit:
    """body: (T, 3) shift of everything. ankles: (T, 2, 3) goals. pitch, yaw: (T, 2, 3) rotation vectors of the feet.

    planted: (T, 2, 2) the contacts that weren't given up.
    """

    body: np.ndarray
    ankles: np.ndarray
    pitch: np.ndarray
    yaw: np.ndarray
    planted: np.ndarray


def fit_feet(
    legs: Legs,
    planted: np.ndarray,
    heights: np.ndarray,
    fps: float,
    unit: float,
    metre: float,
    strays: np.ndarray,
) -> FootFit:
    """The fit. planted: (T, 2, 2) [foot][ankle, toe]. heights: (2, 2) of a foot that stands flat.

    unit: length units to a metre of the motion; metre: to one of the scene. strays: (T, 2, 2) metres by which
    the motion itself takes a planted point away from where it stands; where limbs or a foot would have to turn too far,
    points that stray are given up.
    """
    planted = planted.copy()
    frames = len(planted)
    free = legs.toes - legs.ankles
    length = float(np.linalg.norm(free[0], axis=-1).mean())
    foot_unit = max(length / FOOT_LENGTH, 0.3 * unit)  # the second for a foot without length
    if foot_unit < GIANT * metre:
        foot_unit = min(foot_unit, metre)
    lateral = np.cross(_UP, free)
    lateral /= np.maximum(np.linalg.norm(lateral, axis=-1, keepdims=True), 1e-9)
    rises = np.stack((legs.ankles[..., 1], legs.toes[..., 1]), axis=-1) - heights
    contacts = find_contacts(rises, planted, heights, unit)
    small = np.full(_SIZE, np.inf)
    small[:3] = BODY_WAY * unit
    smooth = np.full(_SIZE, BODY_ACCELERATION * unit / fps**2)
    for at in _FOOT:
        small[at + 3 : at + 5] = FOOT_ANGLE
        smooth[at : at + 3], smooth[at + 3 : at + 5] = FOOT_ACCELERATION * unit / fps**2, FOOT_TURNING / fps**2
    state, weights = np.zeros((frames, _SIZE)), np.ones((frames, 2, 2))
    for round_ in range(MOST_ROUNDS):
        feet = quat_apply(axis_angle_to_quat(_turn(state, lateral, 3) + _turn(state, _UP, 4)), free)
        ankles = legs.ankles + state[:, None, :3] + _offsets(state)
        points = np.stack((ankles, ankles + feet), axis=2)
        too_far = round_ > 1 and max(contact.firmer(points, foot_unit) for contact in contacts) > ROUNDED
        turned = leg_turns(legs.hips, legs.knees, legs.ankles, legs.hinges, _offsets(state))
        if round_ >= ROUNDS and (round_ - ROUNDS) % BETWEEN == 0:
            patience = max(LEAST_PATIENCE, PATIENCE - PATIENCE_LOSS * (round_ - ROUNDS))
            by = max(patience, 1.0)
            gone = given_up(planted, turned.angles / by, _foot_angles(state) / by, strays / patience, fps)
            if gone.any():
                planted &= ~gone
                contacts = find_contacts(rises, planted, heights, unit, contacts)
                if not contacts:
                    break
            elif not too_far and turned.angles.max() <= FARTHEST_LIMB:
                break
        chain = TimeChain(state)
        chain.small(small)
        chain.smooth(smooth)
        power = POWER if round_ < ROUNDS else LATE_POWER
        wanted = (NEAR_LIMIT / FREE_ANGLE) ** POWER * (turned.angles / NEAR_LIMIT) ** power
        damping = DAMPING * (POWER + 1) / (power + 1)
        weights = np.clip(wanted, 0.01, 1e6) ** damping * weights ** (1 - damping)
        form = np.einsum("tfb,tfbij->tfij", weights / LIMB_ANGLE**2, turned.metric)
        for foot, at in enumerate(_FOOT):
            chain.metric(at, state[:, at : at + 3], form[:, foot])
            turning = state[:, at + 3 : at + 5]
            heavy = np.clip((np.linalg.norm(turning, axis=-1) / FARTHEST_FOOT) ** POWER, 0.0, 1e4) / FOOT_ANGLE**2
            chain.metric(at + 3, turning, heavy[:, None, None] * np.eye(2))
            chain.rows(0, *_reach(legs, state, foot, unit))
        jacobian = _jacobian(feet, lateral)
        above = points[..., 1] - heights
        low = (~planted & (above < 0.25 * CLEARANCE * unit)) / (CLEARANCE * unit) ** 2
        for foot, point in np.ndindex(2, 2):
            chain.rows(0, above[:, foot, point], jacobian[:, foot, point, 1], low[:, foot, point])
        for contact in contacts:
            contact.stand(chain, points, jacobian, foot_unit)
        step = chain.solved() - state
        for at in _FOOT:
            step[:, at + 3 : at + 5] = np.clip(step[:, at + 3 : at + 5], -TURNED, TURNED)
        state = state + step
    return FootFit(*_settled(contacts, state, legs, lateral, (fps, unit, foot_unit)), planted)


def _settled(
    contacts: list[Contact], state: np.ndarray, legs: Legs, lateral: np.ndarray, units: tuple[float, float, float]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """What still creeps or sinks too far, because it contradicts the rest, is held by the leg."""
    fps, unit, foot_unit = units
    yaw, pitch = _turn(state, np.broadcast_to(_UP, lateral.shape), 4), _turn(state, lateral, 3)
    body, ankles = state[:, :3], legs.ankles + state[:, None, :3] + _offsets(state)
    for _ in range(SETTLINGS):
        feet = quat_apply(axis_angle_to_quat(pitch + yaw), legs.toes - legs.ankles)
        points = np.stack((ankles, ankles + feet), axis=2)
        away, held = np.zeros_like(points), np.zeros(points.shape[:3], dtype=bool)
        for contact in contacts:
            part = slice(contact.start, contact.stop), contact.foot, contact.point
            away[part], held[part] = contact.back(points[part], foot_unit), True
        if np.abs(away).max() < 1e-4 * foot_unit:
            break
        for foot in range(2):
            ankle, toe = held[:, foot].T
            shift = np.where(ankle[:, None], away[:, foot, 0], away[:, foot, 1])
            ankles[:, foot] += ease_between(shift, ankle | toe, fps, ADDED_ACCELERATION * unit)
            wanted = feet[:, foot] + away[:, foot, 1] - away[:, foot, 0]
            turns = np.where((ankle & toe)[:, None], quat_to_axis_angle(quat_between(feet[:, foot], wanted)), 0.0)
            pitch[:, foot] += ease_between(turns, ankle & toe, fps, TURNING_EASE)
    return body, ankles, pitch, yaw


def _foot_angles(state: np.ndarray) -> np.ndarray:
    """(T, 2) by how much the feet are turned, about."""
    return np.stack([np.linalg.norm(state[:, at + 3 : at + 5], axis=-1) for at in _FOOT], axis=1)


def _offsets(state: np.ndarray) -> np.ndarray:
    return np.stack([state[:, at : at + 3] for at in _FOOT], axis=1)


def _turn(state: np.ndarray, axis: np.ndarray, place: int) -> np.ndarray:
    """(T, 2, 3) rotation vectors of the feet about axes: the unknowns at this place of theirs."""
    return np.asarray(np.stack([state[:, at + place] for at in _FOOT], axis=1)[..., None] * axis)


def _jacobian(feet: np.ndarray, lateral: np.ndarray) -> np.ndarray:
    """(T, 2, 2, 3, S) how the places of each foot's ankle and toe joint change with the unknowns."""
    found = np.zeros((len(feet), 2, 2, 3, _SIZE))
    found[..., :3] = np.eye(3)
    for foot, at in enumerate(_FOOT):
        found[:, foot, :, :, at : at + 3] = np.eye(3)
        found[:, foot, 1, :, at + 3] = np.cross(lateral[:, foot], feet[:, foot])
        found[:, foot, 1, :, at + 4] = np.cross(_UP, feet[:, foot])
    return found


def _reach(legs: Legs, state: np.ndarray, foot: int, unit: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The rows of a leg that would have to be longer than it is."""
    at = _FOOT[foot]
    hip, knee, ankle = legs.hips[:, foot], legs.knees[:, foot], legs.ankles[:, foot]
    line = ankle + state[:, at : at + 3] - hip
    length, before = np.linalg.norm(line, axis=-1), np.linalg.norm(ankle - hip, axis=-1)
    longest = REACH * (np.linalg.norm(knee - hip, axis=-1) + np.linalg.norm(ankle - knee, axis=-1))
    beyond = length - np.maximum(longest, before)
    change = np.zeros((len(line), _SIZE))
    change[:, at : at + 3] = line / np.maximum(length, 1e-9)[:, None]
    return beyond, change, (beyond > 0) / (OUT_OF_REACH * unit) ** 2
