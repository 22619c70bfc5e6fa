"""The measure of everyday doings: what was keyed for a doing does it, who stands or does something else doesn't."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.generation import Generator
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import quat_mul, quat_yaw
from training.evaluation.seen_body import SeenBody, mostly, swings
from training.evaluation.tasks.doings import DOINGS, SEEDS, Doing, measure
from training.evaluation.tasks.setup import TaskSetup
from training.preparation.body_tasks import body_task_motion, body_tasks

BY_NAME = {task.name: task for task in body_tasks()}
FRAMES = 150


def keyed(name: str, variant: int = 1) -> Motion:
    return body_task_motion(BY_NAME[name], variant, 30.0).crop(0, FRAMES)


@pytest.fixture(params=DOINGS, ids=lambda doing: doing.task)
def doing(request) -> Doing:
    return request.param


def test_what_was_keyed_for_it_does_it_from_wherever_it_is_seen(doing):
    motion = keyed(doing.task)
    assert doing.done(SeenBody(motion))
    turn = quat_yaw(2.0)
    rotations = motion.rotations.copy()
    rotations[:, 0] = quat_mul(turn, rotations[:, 0])
    sine, cosine = np.sin(2.0), np.cos(2.0)
    x, y, z = motion.root_positions.T
    turned = np.stack([cosine * x + sine * z + 3, y, cosine * z - sine * x - 1], -1)
    assert doing.done(SeenBody(Motion(motion.skeleton, turned, rotations, motion.fps)))


def test_who_stands_does_not_do_it(doing):
    still = keyed("look_up").crop(0, 10)
    root, rotations = np.repeat(still.root_positions[:1], FRAMES, 0), np.repeat(still.rotations[:1], FRAMES, 0)
    assert not doing.done(SeenBody(Motion(still.skeleton, root, rotations, still.fps)))


def test_few_other_doings_pass_for_it(doing):
    others = [other for other in DOINGS if other.task != doing.task]
    passing = [other.task for other in others if doing.done(SeenBody(keyed(other.task)))]
    assert len(passing) <= 12, passing


def test_the_taught_words_are_captions_and_the_others_are_none():
    captions = {name: set(task.captions) for name, task in BY_NAME.items()}
    assert all(doing.taught in captions[doing.task] for doing in DOINGS)
    assert not {doing.free for doing in DOINGS} & set().union(*captions.values())


def test_to_and_fro_is_counted_each_way():
    wave = np.sin(np.linspace(0, 4 * np.pi, 200))
    assert swings(wave, 1.5) == 3
    assert swings(0.1 * wave, 1.5) == 0
    assert swings(np.linspace(0, 5, 50), 1.0) == 1
    assert mostly(np.array([True, True, False]), 0.6) and not mostly(np.array([True, False, False]), 0.6)


def test_the_table_has_a_row_for_each_and_one_for_all():
    setup = TaskSetup(Generator(), "base-cmu", None, "val", limit=1, steps=2)
    (table,) = measure(setup)
    assert list(table.rows) == [DOINGS[0].taught, "all"]
    for row in table.rows.values():
        assert set(row) == {"taught words", "other words"}
        assert all(round(SEEDS * share.mean, 6).is_integer() and 0 <= share.mean <= 1 for share in row.values())
