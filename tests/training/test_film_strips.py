"""Films as pictures: as many rows as the frames need, and feet that leave the ground seen in the graph."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from tests import motions
from training.film_strips import film_strips
from training.stick_figures import LEFT_COLOUR, RIGHT_COLOUR


def pixels(path: Path) -> np.ndarray:
    image = pytest.importorskip("PIL.Image").open(path)
    return np.asarray(image.convert("RGB")).astype(int)


def of_colour(image: np.ndarray, colour: str) -> np.ndarray:
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return np.asarray(np.abs(image - wanted).sum(axis=-1) < 60)


def test_a_longer_motion_takes_more_rows_and_every_row_is_drawn(tmp_path: Path) -> None:
    short, long = (
        pixels(film_strips([motions.walk(seconds)], ["walk"], tmp_path / f"{seconds}.png", poses_per_row=10))
        for seconds in (1.0, 3.0)
    )
    assert short.shape[1] == long.shape[1]
    assert long.shape[0] > 2.5 * short.shape[0]
    for third in np.array_split(long, 3):
        assert of_colour(third, LEFT_COLOUR).any() and of_colour(third, RIGHT_COLOUR).any()


def test_feet_in_the_air_rise_in_the_graph(tmp_path: Path) -> None:
    still = motions.rest(60)
    time = np.linspace(0, 1, 60)
    jump = replace(still, root_positions=still.root_positions + np.outer(np.sin(np.pi * time), (0.0, 0.15, 0.0)))
    ink = []
    for name, motion in (("still", still), ("jump", jump)):
        image = pixels(film_strips([motion], [name], tmp_path / f"{name}.png", 3, 20, 144.0))
        graph = of_colour(image, RIGHT_COLOUR)[-66:-20]  # above the line of the ground, below the figures
        ink.append(int(graph.any(axis=1).sum()))
    assert ink[0] < 8 < 22 < ink[1]


def test_every_motion_needs_a_title(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="1 motions but 0 titles"):
        film_strips([motions.walk()], [], tmp_path / "none.png")
    assert not list(tmp_path.iterdir())
