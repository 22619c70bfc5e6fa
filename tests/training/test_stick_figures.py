"""What the drawings say must be what the motion does: sides, travel, contacts, scale."""

from __future__ import annotations

import numpy as np
import pytest

from tests import motions
from training.stick_figures import (
    CENTRE_COLOUR,
    GRID_METRES,
    LEFT_COLOUR,
    RIGHT_COLOUR,
    Camera,
    draw_pose,
    ground_grid,
    side_colour,
    track,
)


def test_every_motion_is_drawn_from_the_same_side_whatever_its_heading_was() -> None:
    walk = motions.walk()
    turned = walk.transformed(yaw=2.1, translation=(3.0, 0.0, -7.0))
    np.testing.assert_allclose(track(turned).points, track(walk).points, atol=1e-9)
    np.testing.assert_allclose(track(turned).facing, track(walk).facing, atol=1e-9)


def test_walking_forward_goes_right_in_the_picture_and_up_is_up() -> None:
    flat, _ = Camera().project(np.array([[0.0, 0, 0], [0, 0, 1], [0, 1, 0]]))
    assert flat[1, 0] > flat[0, 0]
    assert flat[2, 1] > flat[0, 1]
    assert flat[2, 0] == pytest.approx(flat[0, 0])


def test_projection_keeps_lengths_across_the_view_and_sorts_by_depth() -> None:
    camera = Camera(yaw=0.0, pitch=0.0)  # straight from the front
    flat, depth = camera.project(np.array([[0.0, 0, 0], [1, 2, 0], [0, 0, 1]]))
    np.testing.assert_allclose(flat[1] - flat[0], [1, 2])  # the body's left is on the right, as when one faces it
    np.testing.assert_allclose(flat[2], flat[0], atol=1e-12)
    assert depth[2] > depth[0]


def test_left_is_blue_right_is_red_and_both_have_the_same_number_of_bones() -> None:
    figure = track(motions.rest(3))
    assert side_colour("left_hip") == LEFT_COLOUR
    assert side_colour("right_wrist") == RIGHT_COLOUR
    assert side_colour("head") == CENTRE_COLOUR
    assert figure.colours.count(LEFT_COLOUR) == figure.colours.count(RIGHT_COLOUR) == 9
    middle_x = figure.points[0, figure.bones[:, 1], 0]
    for colour, x in zip(figure.colours, middle_x, strict=True):
        assert {LEFT_COLOUR: x > 0.01, RIGHT_COLOUR: x < -0.01, CENTRE_COLOUR: abs(x) < 1e-9}[colour]


def test_contact_dots_are_drawn_where_feet_stand() -> None:
    walk = track(motions.walk())
    middle_of_left_stance = round(0.27 * walk.fps)
    drawing = draw_pose(walk, middle_of_left_stance, Camera())
    assert len(drawing.contact_points) == 2  # left ankle and toe
    feet, _ = Camera().project(
        walk.points[middle_of_left_stance, [7, 10]] - [0, 0, walk.root[middle_of_left_stance, 2]]
    )
    np.testing.assert_allclose(drawing.contact_points, feet, atol=1e-9)
    jump = track(motions.jump())
    assert len(draw_pose(jump, jump.num_frames // 2, Camera()).contact_points) == 0
    assert len(draw_pose(jump, 0, Camera()).contact_points) == 4


def test_nose_and_chevron_turn_with_the_body() -> None:
    turning = track(motions.turn_in_place(angle=np.pi / 2))
    np.testing.assert_allclose(turning.nose[0], [0, 0, 1], atol=1e-9)
    np.testing.assert_allclose(turning.nose[-1], [1, 0, 0], atol=1e-9)  # its left is +X
    np.testing.assert_allclose(turning.facing[-1], [1, 0], atol=1e-9)
    chevron = draw_pose(turning, turning.num_frames - 1, Camera()).chevron
    left, _ = Camera().project(np.array([[0.42, 0.0, 0.0]]))
    np.testing.assert_allclose(chevron[1], left[0], atol=1e-6)


def test_grid_stays_with_the_world() -> None:
    """A figure that walks passes over lines at whole half metres; the lines themselves don't move with it."""
    for centre in ([0.0, 0.0, 0.0], [0.31, 0.0, 7.93]):
        for line in ground_grid(np.array(centre), 0.8):
            crossed = [axis for axis in (0, 2) if line[0, axis] == line[1, axis]]
            assert any(
                line[0, axis] / GRID_METRES == pytest.approx(round(line[0, axis] / GRID_METRES)) for axis in crossed
            )
            assert np.linalg.norm(line - centre, axis=1) == pytest.approx([0.8, 0.8])
