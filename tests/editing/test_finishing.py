"""Made parts of a motion end on the ground: what hangs in the air comes down, jumps and what is kept stay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionmix_core.editing.finishing import on_the_ground, out_of_the_ground
from motionmix_core.generation.floating import clearance_of
from motionmix_core.generation.sunken import UNNOTICED, sunk
from tests.motions import about, jump, rest


def test_a_body_that_hangs_in_the_air_comes_down_where_it_is_new() -> None:
    root = rest(120).root_positions.copy()
    root[20:100, 1] += 0.12 * np.sin(np.linspace(0, np.pi, 80))  # slower than any jump
    root[:, 2] += np.arange(120) / 60  # feet that stand still in the air stand on something
    floating = replace(rest(120), root_positions=root)
    free = np.zeros(120)
    free[40:80] = np.minimum(1.0, np.minimum(np.arange(1, 41), np.arange(40, 0, -1)) / 10)
    made = on_the_ground(floating, free)
    assert clearance_of(floating)[50:70].min() > 0.08
    assert clearance_of(made)[50:70].max() < 0.01
    np.testing.assert_array_equal(made.root_positions[free == 0], floating.root_positions[free == 0])
    np.testing.assert_array_equal(made.root_positions[:, [0, 2]], floating.root_positions[:, [0, 2]])
    assert np.abs(np.diff(made.root_positions[:, 1])).max() < 0.02  # a fall of centimetres, no step


def test_a_jump_keeps_its_height() -> None:
    jumping = jump(0.4)
    assert on_the_ground(jumping, np.ones(jumping.num_frames)) is jumping


def test_who_goes_on_into_the_ground_is_lifted_where_the_motion_is_new() -> None:
    kneeling = rest(120)
    for knee in (4, 5):
        kneeling.rotations[:, knee] = about("x", np.pi / 2)
    root = kneeling.root_positions.copy()
    root[:, 1] -= kneeling.positions()[0, 4, 1] - 0.05  # the knees are on the ground, and from the second half on in it
    root[:, 1] -= 0.15 * np.clip((np.arange(120) - 60) / 20, 0, 1)
    sinking = replace(kneeling, root_positions=root)
    free = np.clip((np.arange(120) - 59) / 9, 0, 1)
    made = out_of_the_ground(sinking, free)
    assert sunk(sinking).max() > 0.1
    assert sunk(made)[70:].max() < UNNOTICED
    np.testing.assert_array_equal(made.root_positions[:60], sinking.root_positions[:60])
    np.testing.assert_array_equal(made.rotations[:60], sinking.rotations[:60])
    in_a_pit = replace(sinking, root_positions=sinking.root_positions - (0, 0.5, 0))
    assert out_of_the_ground(in_a_pit, free) is in_a_pit
