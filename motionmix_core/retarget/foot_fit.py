"""Where body and feet have to go so that planted feet stand and legs keep their directions: least squares along time.

A rig's feet and hips aren't scaled by its legs, so on other proportions feet that stood would slide, and holding them
by the legs alone turns every leg by some degrees. Four things can give way, each a little: the body goes along, a
planted foot creeps by some millimetres, it is turned (its heel rises less or more), and the legs turn. Per frame these
are 13 unknowns; all frames are solved for together, since all of it has to be smooth. What is close to its bound is
weighed the more (iteratively reweighted least squares with a high power), so the largest errors come down and small
ones don't count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..motion.rotations import axis_angle_to_quat, quat_apply, quat_between, quat_to_axis_angle
from .leg_turns import leg_turns
from .planting import ADDED_ACCELERATION, ease_between, runs
from .time_chain import TimeChain

ROUNDS, MOST_ROUNDS = 8, 12
# what each may usually be, in radians and metres: the angle of a thigh or shin to begin with, its weight grows by the
# power; a damping under 2 / (1 + power) keeps two legs from handing an error to and fro between rounds
LIMB_ANGLE, FREE_ANGLE, POWER, DAMPING = np.radians(1.0), np.radians(0.5), 6, 0.14
FOOT_ANGLE = np.radians(4.0)
BODY_WAY = 0.15
CREEP, FARTHEST_CREEP = 0.02, 0.009  # in one contact
SINK, FARTHEST_SINK = 0.002, 0.004  # under the height at which a planted point stands
HOVER = 0.01  # over it: a foot that hovers in the capture rather hovers on the rig than that the legs turn
ON_GROUND = 0.035  # a planted foot this near to the ground is put on it; farther up it's on something
REACH, OUT_OF_REACH = 0.999, 0.001  # of thigh + shin, and how far beyond it an ankle may usually be
CLEARANCE = 0.002  # of a swinging foot under the ground
FIRMER, FIRMEST = 4.0, 1e4  # how much firmer a contact that goes too far gets in a round, and in all
SETTLINGS = 6
TURNING_EASE = 80.0  # radians a second squared
TURNED = 0.15  # radians that a foot may be turned in a round: its toes go in a circle, not along a line
BODY_ACCELERATION, FOOT_ACCELERATION, FOOT_TURNING = 2.0, 5.0, 60.0  # m/s², m/s², rad/s²
FOOT_LENGTH = 0.121  # metres from the canonical foot's ankle to its toe joint: creeping is measured by it
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
    """body: (T, 3) shift of everything. ankles: (T, 2, 3) goals. pitch, yaw: (T, 2, 3) rotation vectors of the feet."""

    body: np.ndarray
    ankles: np.ndarray
    pitch: np.ndarray
    yaw: np.ndarray


@dataclass
class _Contact:
    """A stretch [start, stop) in which a foot's ankle (point 0) or toe joint (1) stands, at this height.

    firmness: grows while it creeps too far. sinking: (N,) the same for its height in each frame.
    """

    foot: int
    point: int
    start: int
    stop: int
    height: float
    firmness: float
    sinking: np.ndarray

    def back(self, places: np.ndarray, unit: float) -> np.ndarray:
        """(N, 3) what brings the point back from its places (N, 3) to where it may be."""
        wanted = places.copy()
        wanted[:, 1] = np.maximum(wanted[:, 1], self.height - FARTHEST_SINK * unit)
        middle = 0.5 * (wanted.min(axis=0) + wanted.max(axis=0))
        far = np.linalg.norm(wanted - middle, axis=-1, keepdims=True)
        wanted = middle + (wanted - middle) * np.minimum(1.0, 0.5 * FARTHEST_CREEP * unit / np.maximum(far, 1e-12))
        return wanted - places


def fit_feet(legs: Legs, planted: np.ndarray, heights: np.ndarray, fps: float, unit: float) -> FootFit:
    """The fit. planted: (T, 2, 2) [foot][ankle, toe]. heights: (2, 2) of a foot that stands flat.

    unit: length units to the metre.
    """
    frames = len(planted)
    free = legs.toes - legs.ankles
    length = float(np.linalg.norm(free[0], axis=-1).mean())
    foot_unit = max(length / FOOT_LENGTH, 0.3 * unit)  # the second for a foot without length
    lateral = np.cross(_UP, free)
    lateral /= np.maximum(np.linalg.norm(lateral, axis=-1, keepdims=True), 1e-9)
    contacts = _contacts(legs, planted, heights, unit)
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
        too_far = round_ > 1 and _firmer(contacts, points, foot_unit)
        if round_ >= ROUNDS and not too_far:
            break
        chain = TimeChain(state)
        chain.small(small)
        chain.smooth(smooth)
        turned = leg_turns(legs.hips, legs.knees, legs.ankles, legs.hinges, _offsets(state))
        wanted = np.clip((turned.angles / FREE_ANGLE) ** POWER, 0.01, 1e5)
        weights = wanted**DAMPING * weights ** (1 - DAMPING)
        form = np.einsum("tfb,tfbij->tfij", weights / LIMB_ANGLE**2, turned.metric)
        for foot, at in enumerate(_FOOT):
            chain.metric(at, state[:, at : at + 3], form[:, foot])
            chain.rows(0, *_reach(legs, state, foot, unit))
        jacobian = _jacobian(feet, lateral)
        above = points[..., 1] - heights
        low = (~planted & (above < 0.25 * CLEARANCE * unit)) / (CLEARANCE * unit) ** 2
        for foot, point in np.ndindex(2, 2):
            chain.rows(0, above[:, foot, point], jacobian[:, foot, point, 1], low[:, foot, point])
        for contact in contacts:
            _stand(chain, contact, points, jacobian, foot_unit)
        step = chain.solved() - state
        for at in _FOOT:
            step[:, at + 3 : at + 5] = np.clip(step[:, at + 3 : at + 5], -TURNED, TURNED)
        state = state + step
    return _settled(contacts, state, legs, lateral, (fps, unit, foot_unit))


def _settled(
    contacts: list[_Contact], state: np.ndarray, legs: Legs, lateral: np.ndarray, units: tuple[float, float, float]
) -> FootFit:
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
    return FootFit(body, ankles, pitch, yaw)


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


def _stand(chain: TimeChain, contact: _Contact, points: np.ndarray, jacobian: np.ndarray, unit: float) -> None:
    """The rows of one contact: at its height if that is cheap, not under it, and not moving."""
    frames = slice(contact.start, contact.stop)
    places, change = points[frames, contact.foot, contact.point], jacobian[frames, contact.foot, contact.point]
    over = places[:, 1] - contact.height
    chain.rows(contact.start, over, change[:, 1], np.full(len(over), 1 / (HOVER * unit) ** 2))
    lowest = over + 0.5 * FARTHEST_SINK * unit
    chain.rows(contact.start, lowest, change[:, 1], (lowest < 0) * contact.sinking / (SINK * unit) ** 2)
    # a whole way of CREEP costs as much in each frame as an angle of LIMB_ANGLE does, however many frames it takes
    still = contact.firmness * len(places) ** 2 / (CREEP * unit) ** 2
    chain.steady(contact.start, places, change, still)


def _firmer(contacts: list[_Contact], points: np.ndarray, unit: float) -> bool:
    """Make contacts firmer that creep or sink too far. Whether one does by more than a tenth."""
    worst = 0.0
    for contact in contacts:
        places = points[contact.start : contact.stop, contact.foot, contact.point]
        middle = 0.5 * (places.min(axis=0) + places.max(axis=0))
        way = 2 * float(np.linalg.norm(places - middle, axis=-1).max()) / (FARTHEST_CREEP * unit)
        off = np.maximum(contact.height - places[:, 1], 0.0) / (FARTHEST_SINK * unit)
        contact.firmness = min(contact.firmness * min(max(1.0, way**2), FIRMER), FIRMEST)
        contact.sinking = np.minimum(contact.sinking * np.clip(off**2, 1.0, FIRMER), FIRMEST)
        worst = max(worst, way, float(off.max()))
    return worst > 1.1


def _contacts(legs: Legs, planted: np.ndarray, heights: np.ndarray, unit: float) -> list[_Contact]:
    """All contacts, with the heights at which their points stand: on the ground, or on something if far above it."""
    found = []
    rises = np.stack((legs.ankles[..., 1], legs.toes[..., 1]), axis=-1) - heights
    for foot in range(2):
        for start, stop in runs(planted[:, foot].any(axis=1)):
            pieces = [
                (point, start + first, start + last)
                for point in range(2)
                for first, last in runs(planted[start:stop, foot, point])
            ]
            means = [float(rises[first:last, foot, point].mean()) for point, first, last in pieces]
            down = min(means) if min(means) < ON_GROUND * unit else 0.0
            for (point, first, last), mean in zip(pieces, means, strict=True):
                height = heights[foot, point] + max(mean - down, 0.0)
                found.append(_Contact(foot, point, first, last, height, 1.0, np.ones(last - first)))
    return found
