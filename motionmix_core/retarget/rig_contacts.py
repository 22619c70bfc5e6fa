"""Contacts of a foot on a rig: how far a planted point may creep and sink, and which contacts can't be held.

A contact is what the motion's labels call one. The motion's own point may slide under it, or leave the ground before
its end; two such feet can contradict each other by more than body and legs can give way. Then the contact is given up
in the frames in which its point strays most: what the motion itself doesn't hold still isn't planted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .planting import runs
from .time_chain import TimeChain

CREEP, FARTHEST_CREEP = 0.02, 0.0098  # in one contact: usually, and across at most; metres of a foot of usual length
SINK, FARTHEST_SINK = 0.002, 0.004  # under the height at which a planted point stands
HOVER = 0.01  # over it: feet that hover against each other in the capture rather do so on the rig than turn the legs
ON_GROUND = 0.035  # a planted foot this near to the ground is put on it; farther up it's on something
FIRMER, FIRMEST = 4.0, 1e4  # how much firmer a contact that goes too far gets in a round, and in all
LOOSER, LOOSEST, EDGE = 0.3, 1e-3, 6  # the bound on its way counts at its edge only, by this power
LIMB_LIMIT, FOOT_LIMIT = np.radians(0.95), np.radians(14.0)  # rather than turn these farther a contact is given up,
STRAY = 0.006  # if the motion itself takes the point that far from its place, in metres
WORST = 0.8  # of the farthest stray of a stretch: from there on frames are given up
NEAR_END = 0.2  # seconds: so near to the end of a contact all frames to that end are given up, too


@dataclass
class Contact:
    """A stretch [start, stop) in which a foot's ankle (point 0) or toe joint (1) stands, at this height.

    firmness: grows while it creeps too far. sinking, bounds: (N,) the same for its height and its place in each frame.
    """

    foot: int
    point: int
    start: int
    stop: int
    height: float
    firmness: float
    sinking: np.ndarray
    bounds: np.ndarray

    def places(self, points: np.ndarray) -> np.ndarray:
        """(N, 3) of all points (T, 2, 2, 3) [foot][ankle, toe], or (N, 3, S) of their Jacobian."""
        return points[self.start : self.stop, self.foot, self.point]

    def back(self, places: np.ndarray, unit: float) -> np.ndarray:
        """(N, 3) what brings the point back from its places (N, 3) to where it may be."""
        wanted = places.copy()
        wanted[:, 1] = np.maximum(wanted[:, 1], self.height - FARTHEST_SINK * unit)
        middle, away = _from_middle(wanted)
        far = np.linalg.norm(away, axis=-1, keepdims=True)
        wanted = middle + away * np.minimum(1.0, 0.5 * FARTHEST_CREEP * unit / np.maximum(far, 1e-12))
        return wanted - places

    def firmer(self, points: np.ndarray, unit: float) -> float:
        """Make it firmer where it creeps or sinks too far. How many times too far that is at most."""
        places = self.places(points)
        far = 2 * np.linalg.norm(_from_middle(places)[1], axis=-1) / (FARTHEST_CREEP * unit)
        low = np.maximum(self.height - places[:, 1], 0.0) / (FARTHEST_SINK * unit)
        self.bounds = np.clip(self.bounds * np.clip(far**EDGE, LOOSER, FIRMER), LOOSEST, FIRMEST)
        self.sinking = np.minimum(self.sinking * np.clip(low**2, 1.0, FIRMER), FIRMEST)
        self.firmness = min(self.firmness * float(np.clip(far.max() ** 2, 1.0, FIRMER)), FIRMEST)
        return float(max(far.max(), low.max()))

    def stand(self, chain: TimeChain, points: np.ndarray, jacobian: np.ndarray, unit: float) -> None:
        """Its rows: at its height if that is cheap, not under it, and not moving."""
        places, change = self.places(points), self.places(jacobian)
        over = places[:, 1] - self.height
        chain.rows(self.start, over, change[:, 1], np.full(len(over), 1 / (HOVER * unit) ** 2))
        low = over + 0.5 * FARTHEST_SINK * unit
        chain.rows(self.start, low, change[:, 1], (low < 0) * self.sinking / (SINK * unit) ** 2)
        # a whole way of CREEP costs as much in each frame as a limb's angle does, however many frames it takes
        chain.steady(self.start, places, change, self.firmness * len(places) ** 2 / (CREEP * unit) ** 2)
        away = _from_middle(places)[1]
        for axis in range(3):
            chain.rows(self.start, away[:, axis], change[:, axis], self.bounds / (CREEP * unit) ** 2)


def _from_middle(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    middle = 0.5 * (places.min(axis=0) + places.max(axis=0))
    return middle, places - middle


def find_contacts(
    rises: np.ndarray, planted: np.ndarray, heights: np.ndarray, unit: float, before: list[Contact] | None = None
) -> list[Contact]:
    """All contacts, with the heights at which their points stand: on the ground, or on something if far above it.

    rises: (T, 2, 2) [foot][ankle, toe] over the heights (2, 2) of a foot that stands flat. before: those that they are
    parts of, whose height and firmness they go on with.
    """
    found = []
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
                height, count = heights[foot, point] + max(mean - down, 0.0), last - first
                contact = Contact(foot, point, first, last, height, 1.0, np.ones(count), np.full(count, LOOSEST))
                found.append(_gone_on_with(contact, before or []))
    return found


def _gone_on_with(contact: Contact, before: list[Contact]) -> Contact:
    for old in before:
        same = (old.foot, old.point) == (contact.foot, contact.point)
        if same and old.start <= contact.start and contact.stop <= old.stop:
            part = slice(contact.start - old.start, contact.stop - old.start)
            return replace(
                contact, height=old.height, firmness=old.firmness, sinking=old.sinking[part], bounds=old.bounds[part]
            )
    return contact


def given_up(planted: np.ndarray, limbs: np.ndarray, feet: np.ndarray, strays: np.ndarray, fps: float) -> np.ndarray:
    """(T, 2, 2) contacts that have to go: of the foot that strays most in frames whose limbs turn too far.

    planted: (T, 2, 2) [foot][ankle, toe]. limbs: (T, 2, 2), feet: (T, 2) angles by which they're turned. strays: as in
    `fit_feet`. What the motion itself holds still is never given up.
    """
    gone = np.zeros_like(planted)
    astray = np.where(planted, strays, 0.0).max(axis=2)
    most = astray >= np.maximum(astray.max(axis=1, keepdims=True), STRAY)
    bad = (limbs.max(axis=(1, 2)) > LIMB_LIMIT)[:, None] & most | (feet > FOOT_LIMIT) & (astray > STRAY)
    for start, stop in runs(bad.any(axis=1)):  # where the motion strays most; then the rest has room again
        bad[start:stop] &= astray[start:stop] >= WORST * np.where(bad[start:stop], astray[start:stop], 0.0).max()
    reach = round(NEAR_END * fps)
    for foot in range(2):
        for start, stop in runs(planted[:, foot].any(axis=1)):
            for first, last in runs(bad[start:stop, foot]):
                begin = start if first < reach else start + first - 1
                end = stop if stop - start - last < reach else start + last + 1
                gone[begin:end, foot] = planted[begin:end, foot]
    return gone
