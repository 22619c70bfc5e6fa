"""Everyday doings: does a prompt's motion do what it says, in the words that were taught and in others?

Each has a plain measure of its own (a bow bends the trunk by 45 degrees and comes up again), which the keyed clip that
taught it passes and a body that stands does not. It says that the thing is done, not how well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from motionmix_core.generation import GenerationRequest
from motionmix_core.metrics.report import Estimate, Table
from training.evaluation.seen_body import AHEAD, LEFT, UP, SeenBody, mostly, swings
from training.evaluation.tasks.setup import TaskSetup

SECONDS = 5.0
SEEDS = 3


@dataclass(frozen=True)
class Doing:
    """task: of `preparation/body_tasks.toml`. taught: one of its captions; free: words that no caption has."""

    task: str
    taught: str
    free: str
    done: Callable[[SeenBody], object]


def _wrists(body: SeenBody) -> tuple[np.ndarray, np.ndarray]:
    return body.height("left_wrist"), body.height("right_wrist")


def _over_head(body: SeenBody) -> np.ndarray:
    """(T,) whether both wrists are above the head."""
    return np.minimum(*_wrists(body)) > body.height("head")


def _hand_at_head(body: SeenBody, within: float) -> np.ndarray:
    return np.minimum(body.apart("left_wrist", "head"), body.apart("right_wrist", "head")) < within


def _one_hand(body: SeenBody) -> bool:
    """Whether the other hand stays below the shoulders."""
    left, right = (body.from_to(f"{side}_shoulder", f"{side}_wrist")[:, UP].max() for side in ("left", "right"))
    return bool(min(left, right) < -0.1)


def _reaches_a_handle(body: SeenBody) -> np.ndarray:
    """(T,) whether an arm is stretched ahead at the height of a door's handle."""
    arms = []
    for side in ("left", "right"):
        high = body.height(f"{side}_wrist")
        ahead = body.from_to(f"{side}_shoulder", f"{side}_wrist")[:, AHEAD]
        arms.append((ahead > 0.3) & (high > 0.8) & (high < 1.2))
    return np.logical_or(*arms)


def _end(values: np.ndarray) -> np.ndarray:
    """The second half."""
    return values[len(values) // 2 :]


def _hips_fall(body: SeenBody) -> np.ndarray:
    """(T,) metres under where the hips began."""
    hips = body.height("pelvis")
    return np.asarray(hips[0] - hips)


def _knees(body: SeenBody) -> tuple[np.ndarray, np.ndarray]:
    return body.height("left_knee"), body.height("right_knee")


def _stretched(body: SeenBody, axis: int, least: float) -> np.ndarray:
    """(T,) whether one of the arms goes so far that way; to the left means to the left."""
    arms = [body.from_to(f"{side}_shoulder", f"{side}_wrist")[:, axis] for side in ("left", "right")]
    return np.maximum(*arms) > least


def _crossed(body: SeenBody) -> np.ndarray:
    chest = [body.from_to("spine3", f"{side}_wrist")[:, LEFT] for side in ("left", "right")]
    return (chest[0] < 0.06) & (chest[1] > -0.06) & (np.minimum(*_wrists(body)) > body.height("pelvis") + 0.12)


def _at_hips(body: SeenBody) -> np.ndarray:
    near = np.maximum(body.apart("left_wrist", "left_hip"), body.apart("right_wrist", "right_hip")) < 0.3
    out = body.from_to("right_elbow", "left_elbow")[:, LEFT] > 0.6
    return near & out


def _level(body: SeenBody) -> np.ndarray:
    """(T,) whether the body lies or is on hands and toes."""
    return body.height("pelvis") < 0.55


DOINGS: tuple[Doing, ...] = (
    Doing("bow", "a person bows", "an actor bows to the audience at the end of the play",
          lambda b: b.bend.max() > 40 and b.bend[0] < 20 and _hips_fall(b).max() < 0.3),
    Doing("squat", "a person does squats", "deep knee bends, one after the other",
          lambda b: swings(b.height("pelvis"), 0.25) >= 2),
    Doing("crouch", "a person crouches down", "hide behind a low wall",
          lambda b: mostly(_end(_hips_fall(b)) > 0.25)),
    Doing("kneel_one", "a person kneels down on one knee", "he goes down on a knee to propose to her",
          lambda b: mostly(_end(np.minimum(*_knees(b))) < 0.16) and mostly(_end(_hips_fall(b)) > 0.25)),
    Doing("kneel", "a person gets down on the knees", "she drops to both her knees",
          lambda b: mostly(_end(np.maximum(*_knees(b))) < 0.16) and mostly(_end(b.height("pelvis")) > 0.3)),
    Doing("pray", "a person prays", "folding the hands, he says a prayer",
          lambda b: mostly(_end(b.apart("left_wrist", "right_wrist")) < 0.16)),
    Doing("open_door", "a person opens a door", "he turns the handle and pulls the door",
          lambda b: _reaches_a_handle(b).any() and not _stretched(b, AHEAD, 0.3)[-15:].any()
          and not _hand_at_head(b, 0.3).any()),
    Doing("type", "a person types on a keyboard", "writing an email at the desk",
          lambda b: mostly(np.minimum(b.from_to("left_shoulder", "left_wrist")[:, AHEAD],
                                      b.from_to("right_shoulder", "right_wrist")[:, AHEAD]) > 0.15)
          and max(wrist.std() for wrist in _wrists(b)) < 0.04 and _hips_fall(b).max() < 0.6),
    Doing("drink", "a person drinks from a bottle", "she empties a mug of tea",
          lambda b: _hand_at_head(b, 0.3).any() and not _hand_at_head(b, 0.36).all() and _one_hand(b)),
    Doing("eat", "a person eats with a spoon", "he has a bowl of cereal for breakfast",
          lambda b: swings(np.minimum(b.apart("left_wrist", "head"), b.apart("right_wrist", "head")), 0.12) >= 3
          and b.bend.max() < 30 and not _over_head(b).any()),
    Doing("shrug", "a person shrugs", "he has no idea and lifts his shoulders",
          lambda b: swings(b.from_to("spine3", "left_shoulder")[:, UP], 0.03) >= 2 and b.bend.max() < 25
          and not _over_head(b).any()),
    Doing("clap", "a person claps", "clapping for the winner",
          lambda b: swings(b.apart("left_wrist", "right_wrist"), 0.1) >= 4
          and b.apart("left_wrist", "right_wrist").min() < 0.16),
    Doing("salute", "a soldier salutes", "the private greets his general with a hand at the brow",
          lambda b: mostly(np.maximum(*_wrists(b)) > b.height("head") - 0.03, 0.25)
          and mostly(_hand_at_head(b, 0.35), 0.25) and _one_hand(b)),
    Doing("phone", "a person talks on the phone", "she is calling her mother on her mobile",
          lambda b: mostly(_end(_hand_at_head(b, 0.25)))),
    Doing("hands_on_hips", "a person puts the hands on the hips", "she stands there, fists at her waist",
          lambda b: mostly(_end(_at_hips(b)))),
    Doing("cross_arms", "a person crosses the arms", "he waits, arms folded in front of him",
          lambda b: mostly(_end(_crossed(b)))),
    Doing("pick_up", "a person picks something up from the floor", "he collects a key that lies on the ground",
          lambda b: np.minimum(*_wrists(b)).min() < 0.35 and b.bend[-1] < 30),
    Doing("lift_box", "a person lifts a box from the floor", "she raises a heavy parcel off the ground",
          lambda b: np.maximum(*_wrists(b)).min() < 0.5 and np.minimum(*_wrists(b))[-1] > 0.8),
    Doing("look_left", "a person looks to the left", "a glance to the left side",
          lambda b: b.face[0].max() > 35),
    Doing("look_around", "a person looks around", "searching the room for the cat with his eyes",
          lambda b: b.face[0].max() > 25 and b.face[0].min() < -25),
    Doing("look_up", "a person looks up", "watching a plane in the sky",
          lambda b: mostly(_end(b.face[1]) > 20)),
    Doing("look_down", "a person looks down", "staring at his own shoes",
          lambda b: mostly(_end(b.face[1]) < -25) and b.bend.max() < 35),
    Doing("nod", "a person nods", "she agrees with a nod",
          lambda b: swings(b.face[1], 10) >= 4),
    Doing("shake_head", "a person shakes the head", "no, he signals with his head",
          lambda b: swings(b.face[0], 20) >= 4),
    Doing("point_left", "a person points to the left", "it is over there on the left, she shows",
          lambda b: mostly(_stretched(b, LEFT, 0.3), 0.25)),
    Doing("point_forward", "a person points ahead with the right hand", "look there, he shows with an outstretched arm",
          lambda b: mostly(_stretched(b, AHEAD, 0.38), 0.25)),
    Doing("wave_both", "a person waves with both hands", "both arms up, she hails the ship",
          lambda b: mostly(_over_head(b), 0.5) and swings(b.apart("left_wrist", "right_wrist"), 0.15) >= 3),
    Doing("raise_arms", "a person raises both arms", "the robber shows that his hands are empty, high up",
          lambda b: mostly(_end(_over_head(b)))),
    Doing("cheer", "a person cheers", "goal! the fans go wild",
          lambda b: _over_head(b).any() and swings(_wrists(b)[0], 0.2) >= 3),
    Doing("stretch", "a person stretches", "just out of bed, she makes herself long",
          lambda b: mostly(_over_head(b), 0.25)),
    Doing("think", "a person thinks", "he wonders what to do, chin in hand",
          lambda b: mostly(_end(_hand_at_head(b, 0.27)))),
    Doing("cry", "a person cries", "in tears, she hides her face",
          lambda b: mostly(_end(np.maximum(b.apart("left_wrist", "head"), b.apart("right_wrist", "head")) < 0.28))),
    Doing("guitar", "a person plays the guitar", "a folk singer with her guitar",
          lambda b: swings(b.from_to("spine3", "right_wrist")[:, UP], 0.06) >= 5
          and mostly(b.from_to("left_shoulder", "left_wrist")[:, LEFT] > 0.08)
          and b.from_to("left_shoulder", "left_wrist")[:, UP].std() < 0.08),
    Doing("drums", "a person plays the drums", "a drum solo",
          lambda b: swings(b.height("right_wrist"), 0.08) >= 6 and swings(b.height("left_wrist"), 0.08) >= 6),
    Doing("chop_wood", "a person chops wood", "he splits logs with his axe",
          lambda b: swings(b.height("right_wrist"), 0.6) >= 2),
    Doing("push_ups", "a person does push-ups", "press-ups for the drill sergeant",
          lambda b: mostly(_level(b)) and swings(b.height("neck"), 0.12) >= 3),
    Doing("sit_ups", "a person does sit-ups", "training the belly muscles with crunches",
          lambda b: mostly(b.height("pelvis") < 0.3) and swings(b.bend, 30) >= 2),
    Doing("march_in_place", "a person marches in place", "knees up high on the spot",
          lambda b: swings(b.height("left_knee") - b.height("right_knee"), 0.15) >= 4 and b.travel < 1.0),
    Doing("one_leg", "a person stands on one leg", "a stork balances with one foot in the air",
          lambda b: mostly(_end(np.abs(b.height("left_ankle") - b.height("right_ankle"))) > 0.15)),
)  # fmt: skip


def measure(setup: TaskSetup) -> list[Table]:
    """Shares of `SEEDS` motions of each prompt that do what it says."""
    doings = DOINGS[: setup.limit]
    table = Table(
        title=f"Doings ({len(doings)} in two wordings, {SEEDS} motions of {SECONDS:g} s each)",
        columns=("taught words", "other words"),
        row_header="",
        notes=(
            "Share of the motions that do it, by one plain measure each (training/evaluation/tasks/doings.py), which "
            "the keyed clip that taught it passes and a standing body does not. No caption has the other words; a "
            "model with a phrasebook reads them as the nearest caption (motionmix_core/generation/phrasebook.py).",
        ),
    )
    shares: dict[str, list[list[float]]] = {name: [] for name in table.columns}
    for doing in doings:
        row = {}
        for name, prompt in zip(table.columns, (doing.taught, doing.free), strict=True):
            done = _done(setup, doing, prompt)
            shares[name].append(done)
            row[name] = Estimate(float(np.mean(done)))
        table.rows[doing.taught] = row
    table.rows["all"] = {name: Estimate.of([float(np.mean(done)) for done in rows]) for name, rows in shares.items()}
    return [table]


def _done(setup: TaskSetup, doing: Doing, prompt: str) -> list[float]:
    request = GenerationRequest(
        prompt=prompt, seconds=SECONDS, seed=setup.seed, count=SEEDS, steps=setup.steps, model=setup.model
    )
    return [float(bool(doing.done(SeenBody(motion)))) for motion in setup.generator.generate(request).motions]
