"""Fresh draws, speed, number of takes: copies stand out, new performances don't, and made clips are held apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("matplotlib")

from tests import motions
from training.reporting.density import (
    SHARES,
    Density,
    Reach,
    chance_of_reaching,
    curve_of,
    over_as_fast,
    reach_of,
)
from training.reporting.density_text import density_figure, density_text
from training.reporting.memory import Library, nearest_of_each

TAKES = 16


def walk(rng: np.random.Generator) -> np.ndarray:
    return motions.walk(3.0, speed=float(rng.uniform(0.4, 1.6)), step_seconds=float(rng.uniform(0.4, 0.7))).positions()


@pytest.fixture(scope="module")
def clips() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    found = {f"toy/{n:02d}@{piece}": walk(rng) for n in range(TAKES) for piece in (0, 73)}
    found["toy/00+loop"] = motions.walk(3.0, speed=1.0).positions()
    return found


@pytest.fixture(scope="module")
def library(clips: dict[str, np.ndarray]) -> Library:
    return Library.of(clips.items(), 30.0)


@pytest.fixture(scope="module")
def fresh(library: Library, clips: dict[str, np.ndarray]) -> Reach:
    return reach_of(library, list(clips.values()), 30.0, list(clips))


def test_the_nearest_of_all_takes_is_what_the_memorisation_check_finds(
    library: Library, clips: dict[str, np.ndarray]
) -> None:
    new = [walk(np.random.default_rng(seed)) for seed in (7, 8)]
    wanted = [one.metres for one in nearest_of_each(library, new, 30.0)]
    np.testing.assert_allclose(reach_of(library, new, 30.0, ["b", "c"]).nearest(made=True), wanted, atol=1e-4)
    own = [one.metres for one in nearest_of_each(library, [clips["toy/03@0"]], 30.0, not_of=["toy/03@0"])]
    reach = reach_of(library, [clips["toy/03@0"]], 30.0, ["toy/03@0"])
    np.testing.assert_allclose(reach.nearest(made=True), own, atol=1e-4)
    assert own[0] > 0.005


def test_made_clips_count_only_when_asked_for_and_belong_to_their_take(
    library: Library, clips: dict[str, np.ndarray], fresh: Reach
) -> None:
    copy, stranger = reach_of(library, [clips["toy/00+loop"]], 30.0, ["x"]), fresh.of_kind(True)
    assert copy.nearest(made=True)[0] < 1e-3 < copy.nearest()[0]
    assert stranger.clips == ("toy/00+loop",) and np.isinf(stranger.metres[0][np.array(fresh.takes) == "toy/00"]).all()
    assert len(fresh.of_kind(False).clips) == 2 * TAKES


def test_copies_lie_near_nought_and_fresh_draws_at_one_whatever_their_speed(
    library: Library, clips: dict[str, np.ndarray], fresh: Reach
) -> None:
    rng = np.random.default_rng(5)
    new = [walk(rng) for _ in range(24)]
    assert over_as_fast(reach_of(library, list(clips.values()), 30.0, ["x"] * len(clips)), fresh).mean < 0.05
    assert over_as_fast(fresh, fresh).mean == pytest.approx(1.0, abs=0.2)
    assert over_as_fast(reach_of(library, new, 30.0, [f"n{n}" for n in range(24)]), fresh).mean > 0.4


def test_more_takes_lie_nearer_and_the_law_goes_through_what_was_measured(fresh: Reach) -> None:
    lengths = [(clip, 90) for clip in fresh.clips]
    curve = curve_of(fresh, lengths)
    values = [estimate.mean for estimate in curve.metres]
    assert len(values) == len(SHARES) and values == sorted(values, reverse=True)
    assert 0.3 < curve.doubling.mean < 1.0 and curve.doubling.interval > 0
    assert curve.at(1.0) == values[-1] and curve.at(curve.share_for(0.7 * values[-1])) == pytest.approx(
        0.7 * values[-1]
    )
    assert curve.share_for(2 * values[-1]) < 1


def test_the_chance_of_a_bar_is_how_often_real_motion_reaches_it(fresh: Reach) -> None:
    metres = fresh.of_kind(False).nearest()
    assert chance_of_reaching(fresh, 0.0, 5) == 1.0 and chance_of_reaching(fresh, metres.max() + 0.01, 5) == 0.0
    assert 0.1 < chance_of_reaching(fresh, float(np.median(metres)), 5, 200) < 0.9


def test_the_page_says_what_the_numbers_say(
    library: Library, clips: dict[str, np.ndarray], fresh: Reach, tmp_path: Path
) -> None:
    rng = np.random.default_rng(9)
    names = [f"new {n}" for n in range(12)]
    real = reach_of(library, [walk(rng) for _ in names], 30.0, names)
    copies = reach_of(library, list(clips.values())[:12], 30.0, names)
    lengths = tuple((clip, 90) for clip in clips if "loop" not in clip)
    text = density_text(Density(fresh, {"real": real, "made": copies}, lengths), "real", "made", "p.png")
    assert "lie nearer than real motion of other takes does" in text and ": nearer even so." in text
    assert "nan" not in text and "](p.png)" in text
    for row in (
        "| real (12) |",
        "| fresh draws: training clips, from all other takes (32) |",
        "that training.prepare made",
    ):
        assert row in text
    same = density_text(Density(fresh, {"real": real, "made": real}, lengths), "real", "made", None)
    assert "no gap" in same and "as near as the samples do already" in same
    picture = density_figure(Density(fresh, {"real": real, "made": copies}, lengths), tmp_path / "density.png")
    assert picture.read_bytes()[:4] == b"\x89PNG"
