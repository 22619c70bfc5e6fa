"""Contact sheets and films as files that can be opened, with as much in them as was asked for."""

from __future__ import annotations

import re
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from motionmix_core.motion.skeleton import rest_height
from tests import motions
from training.stick_figures import CONTACT_COLOUR, LEFT_COLOUR, RIGHT_COLOUR, track
from training.visualise import contact_sheet, facts, film, find_ffmpeg


def pixels(path: Path) -> np.ndarray:
    image = pytest.importorskip("PIL.Image").open(path)
    return np.asarray(image.convert("RGB")).astype(int)


def share_of(image: np.ndarray, colour: str) -> float:
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return float((np.abs(image - wanted).sum(axis=-1) < 30).mean())


def test_sheet_has_a_row_a_motion_and_both_sides_in_their_colours(tmp_path: Path) -> None:
    walk, turn = motions.walk(), motions.turn_in_place()
    one = pixels(contact_sheet([walk], ["walk"], tmp_path / "new" / "one.png"))
    two = pixels(contact_sheet([walk, turn], ["walk", "turn"], tmp_path / "two.png"))
    assert two.shape[1] == one.shape[1]
    assert two.shape[0] == pytest.approx(2 * one.shape[0], abs=2)
    for colour in (LEFT_COLOUR, RIGHT_COLOUR, CONTACT_COLOUR):
        assert share_of(one, colour) > 2e-4
    assert (one < 250).any(axis=(0, 2)).mean() > 0.9  # drawn from end to end


def test_left_and_right_swap_places_in_a_mirrored_motion(tmp_path: Path) -> None:
    """The same poses with the colours exchanged: so colour follows the body's side, not the picture's."""
    raised = motions.rest(10)
    rotations = raised.rotations.copy()
    rotations[:, raised.skeleton.index("left_shoulder")] = motions.about("z", np.pi / 2)
    raised = type(raised)(raised.skeleton, raised.root_positions, rotations, raised.fps)
    heights = {}
    for name, motion in (("left", raised), ("right", raised.mirrored())):
        image = pixels(contact_sheet([motion], [""], tmp_path / f"{name}.png", poses_per_row=2))
        heights[name] = [
            int(np.flatnonzero((np.abs(image - colour).sum(axis=-1) < 30).any(axis=1))[0])
            for colour in ([0x1F, 0x6F, 0xD6], [0xD8, 0x32, 0x2C])
        ]
    blue_up, red_up = heights["left"], heights["right"]
    assert blue_up[0] < blue_up[1]
    assert red_up[1] < red_up[0]


def test_tall_motion_gets_a_taller_row(tmp_path: Path) -> None:
    low = pixels(contact_sheet([motions.jump(0.1)], ["low"], tmp_path / "low.png"))
    high = pixels(contact_sheet([motions.jump(2.0)], ["high"], tmp_path / "high.png"))
    assert high.shape[0] > low.shape[0] + 100


def test_facts_are_measured() -> None:
    line = facts(track(motions.walk(seconds=4, speed=1.2)))
    assert "4.0 s" in line
    assert "4.8 m net, 1.19 m/s" in line
    assert "turns" not in line
    assert "turns 90° left" in facts(track(motions.turn_in_place(angle=np.pi / 2)))
    standing = rest_height(motions.SKELETON)
    low, high = facts(track(motions.jump(0.4))).split("pelvis ")[1].removesuffix(" m").split("–")
    assert float(low) == pytest.approx(standing, abs=0.006)
    assert float(high) == pytest.approx(standing + 0.4, abs=0.01)


def test_nothing_to_draw_or_missing_titles_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no motion"):
        contact_sheet([], [], tmp_path / "x.png")
    with pytest.raises(ValueError, match="2 motions but 1 titles"):
        film([motions.rest(3), motions.rest(3)], ["one"], tmp_path / "x.mp4")
    assert list(tmp_path.iterdir()) == []


def test_film_lasts_as_long_as_the_longest_motion(tmp_path: Path) -> None:
    ffmpeg = find_ffmpeg()
    if ffmpeg is None:
        pytest.skip("no ffmpeg on this machine")
    made = film([motions.walk(1.0), motions.jump(0.2)], ["walk", "jump"], tmp_path / "film.mp4", fps=15)
    assert made == tmp_path / "film.mp4"
    report = subprocess.run([ffmpeg, "-i", str(made), "-f", "null", "-"], capture_output=True, text=True, check=True)
    longest = max(motions.walk(1.0).resample(15).num_frames, motions.jump(0.2).resample(15).num_frames)
    counted = re.findall(r"frame=\s*(\d+)", report.stderr)
    assert int(counted[-1]) == longest
    assert "h264" in report.stderr


def test_without_ffmpeg_the_film_becomes_a_gif(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.visualise.find_ffmpeg", lambda: None)
    made = film([motions.walk(0.5)], ["walk"], tmp_path / "film.mp4", fps=30)
    assert made.suffix == ".gif"
    data = made.read_bytes()
    assert data[:6] in (b"GIF87a", b"GIF89a")
    width, height = struct.unpack("<HH", data[6:10])
    image = pytest.importorskip("PIL.Image").open(made)
    assert image.n_frames == 8  # 15 frames at 30 fps, every second one
    assert image.size == (width, height)
