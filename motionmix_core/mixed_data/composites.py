"""Two things at once: the arms of one clip on the body of another, with both captions joined.

Captures hardly ever show somebody who walks *and* waves, and a network that has never seen it does only one of them.
Joining real motion by body part teaches the "and" (the idea of SINC, Athanasiou et al. 2023).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..motion.skeleton import JOINT_NAMES, PARENTS, canonical_skeleton
from ..representation import default as R
from .cache import Caption, Clip

_CHEST = JOINT_NAMES.index("spine3")
_ARMS: dict[str, tuple[int, ...]] = {
    side: tuple(JOINT_NAMES.index(f"{side}_{name}") for name in ("collar", "shoulder", "elbow", "wrist"))
    for side in ("left", "right")
}
_TRAVEL = re.compile(r"\b(walk|walks|walking|jog|jogs|jogging|run|runs|running|strolls?|marches|steps forward)\b")
_GESTURES = {
    name: re.compile(pattern)
    for name, pattern in {
        "wave": r"\b(wave|waves|waving)\b",
        "drink": r"\b(drinks?|sips?)\b",
        "clap": r"\b(claps?|clapping|applauds?)\b",
        "point": r"\bpoints?\b",
        "punch": r"\b(boxes|punch|punches|jabs?)\b",
        "direct": r"\b(directs|directing|signals?) ",
        "throw": r"\b(throws? the ball|tosses)\b",
        "raise": r"\b(raises|lifts) (the|one|an|both) (\w+ )?(arms?|hands?)\b",
    }.items()
}
_FAVOURED = {"wave": 3, "clap": 2}
_BUSY_ARMS = re.compile(
    r"\b(arms?|hands?|carry|carries|carrying|holds?|throws?|box|punch|wave|elbows?|climbs?|bars?|sits?|kicks?|karate"
    r"|cartwheels?|picks?)\b"
)
_WHOLE_BODY = re.compile(
    r"\b(walk|run|jog|step|turn|spin|swing|jump|hop|bend|bow|lean|crouch|squat|kneel|sit|sat|seat|stand|stance|lie|fold|leap|twist"
    r"|pivot|shuffl|danc|climb|foot|feet|leg|knee|kick)"
)
# The plainest words for what is seen, as a person types them: captions of captures say more than prompts do.
_PLAIN_BASES = {
    "walks": re.compile(r"\b(walk|walks|walking|strolls?)\b"),
    "jogs": re.compile(r"\b(jog|jogs|jogging)\b"),
    "runs": re.compile(r"\b(run|runs|running)\b"),
}
_PLAIN_GESTURES = {"wave": "waves", "drink": "drinks", "clap": "claps", "point": "points", "punch": "punches"}
_NOT_PLAIN = re.compile(
    r"back|side|turn|left|right|circle|curve|stop|start|stairs?|step|over|around|then|slow|fast|veer"
)
_BOTH = re.compile(r"\b(both|arms|hands|boxes|punches|claps?|clapping|applauds?|traffic)\b")
_SUBJECT = re.compile(r"^(a|the|some) ?(one|person|figure|man|woman|character|boxer)\b[, ]*")
_MAX_WORDS = 12


@dataclass(frozen=True)
class Composite:
    """`base` moves as its caption says, with the arms of `donor`; sides: which arms, () = the livelier one.

    gesture: the kind of thing the arms do, a key of the kinds drawn from.
    """

    base: Clip
    base_caption: Caption
    donor: Clip
    donor_caption: Caption
    sides: tuple[str, ...]
    gesture: str

    def texts(self, mirror: bool) -> tuple[str, ...]:
        """Both captions as one sentence, of the mirrored motion if asked; and in plain words where they say it."""
        captions = (self.base_caption, self.donor_caption)
        first, second = (c.mirrored if mirror else c.text for c in captions)
        full = f"{first} and {_SUBJECT.sub('', second)}"
        verbs = [verb for verb, pattern in _PLAIN_BASES.items() if pattern.search(first)]
        if len(verbs) != 1 or _NOT_PLAIN.search(first) or self.gesture not in _PLAIN_GESTURES:
            return (full,)
        gesture = _PLAIN_GESTURES[self.gesture]
        return full, f"a person {verbs[0]} forward and {gesture}", f"someone {verbs[0]} and {gesture}"


def draw_composites(clips: Sequence[Clip], count: int, seed: int) -> tuple[Composite, ...]:
    """`count` different pairs drawn from a seed, every kind of gesture alike; () if the clips hold no such pair."""
    spoken = [
        (clip, caption)
        for clip in clips
        if clip.clean
        for caption in clip.captions
        if _SUBJECT.match(caption.text) and len(caption.text.split()) <= _MAX_WORDS
    ]
    bases = [(c, t) for c, t in spoken if _TRAVEL.search(t.text) and not _BUSY_ARMS.search(t.text)]
    donors = {
        name: [(c, t) for c, t in spoken if pattern.search(t.text) and not _WHOLE_BODY.search(t.text)]
        for name, pattern in _GESTURES.items()
    }
    # greeting while walking is what is asked for most
    kinds = [name for name, found in donors.items() if found for _ in range(_FAVOURED.get(name, 1))]
    if not (bases and kinds):
        return ()
    rng = np.random.default_rng((seed, 0xC0))
    drawn: dict[tuple[str, str], Composite] = {}
    for _ in range(count):
        base, base_caption = bases[rng.integers(len(bases))]
        gesture = kinds[rng.integers(len(kinds))]
        choice = donors[gesture]
        donor, caption = choice[rng.integers(len(choice))]
        sides = tuple(_ARMS) if _BOTH.search(caption.text) else ()
        drawn[base_caption.text, caption.text] = Composite(base, base_caption, donor, caption, sides, gesture)
    return tuple(drawn.values())


def livelier_arm(window: np.ndarray) -> str:
    """The side whose wrist moves and rises more, seen from the chest. window (T, 207), not normalised."""
    positions = window[:, R.POSITIONS].reshape(len(window), R.JOINTS, 3)

    def effort(side: str) -> float:
        wrist = positions[:, _ARMS[side][-1]] - positions[:, _CHEST]
        return float(wrist.std(axis=0).sum() + wrist[:, 1].mean())

    return max(_ARMS, key=effort)


def with_arms_of(window: np.ndarray, donor: np.ndarray, sides: Sequence[str]) -> np.ndarray:
    """(T, 207) features of `window` whose arms on `sides` move against the chest as the donor's do. Not normalised."""
    out = window.copy()
    frames = len(window)

    def rotations(features: np.ndarray) -> np.ndarray:
        a, b = np.split(features[:, R.ROTATIONS].reshape(frames, R.JOINTS, 6), 2, axis=-1)
        a = a / np.linalg.norm(a, axis=-1, keepdims=True)
        b = b - (a * b).sum(-1, keepdims=True) * a
        b = b / np.linalg.norm(b, axis=-1, keepdims=True)
        return np.stack((a, b, np.cross(a, b)), axis=-1)

    own, others = rotations(window), rotations(donor)
    carry = own[:, _CHEST] @ others[:, _CHEST].swapaxes(-1, -2)
    positions = out[:, R.POSITIONS].reshape(frames, R.JOINTS, 3).copy()
    turned = out[:, R.ROTATIONS].reshape(frames, R.JOINTS, 6).copy()
    offsets = canonical_skeleton().offsets
    for side in sides:
        for joint in _ARMS[side]:
            parent = PARENTS[joint]
            positions[:, joint] = positions[:, parent] + own[:, parent] @ offsets[joint]
            own[:, joint] = carry @ others[:, joint]
            turned[:, joint] = own[:, joint, :, :2].swapaxes(-1, -2).reshape(frames, 6)
    out[:, R.POSITIONS] = positions.reshape(frames, -1)
    out[:, R.ROTATIONS] = turned.reshape(frames, -1)
    return out
