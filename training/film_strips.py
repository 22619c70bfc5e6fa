"""A film as a picture: every third frame of a motion in rows, with how high each foot is under every pose.

For looking at timing and feet where no film can be played; what a contact sheet's ten poses pass over (a foot that
slides for three frames, both feet in the air) stands here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from motionmix_core.motion.motion import Motion
from motionmix_core.motion.skeleton import SOLE_THICKNESS
from training.stick_figures import LEFT_COLOUR, RIGHT_COLOUR, FigureTrack, draw_pose, track
from training.visualise import SHEET_CAMERA, canvas, check, facts, moved, paint

SLOT_WIDTH, ROW_HEIGHT, GRAPH_HEIGHT = 0.85, 2.1, 0.45  # metres of picture
GRAPH_TOP = 0.2  # metres of foot height that fill the graph


def film_strips(
    motions: Sequence[Motion],
    titles: Sequence[str],
    path: str | Path,
    every: int = 3,
    poses_per_row: int = 25,
    pixels_per_metre: float = 72.0,
) -> Path:
    """Draws the motions one below the other into a PNG, each in as many rows as it needs. Returns the path written.

    Under each row the height of the lower joint of the left (blue) and right foot (red) over the standing foot's, up to
    0.2 m; green dots at the feet are contacts. Raises ValueError when the titles don't match the motions.
    """
    check(motions, titles)
    path, tracks = Path(path), [track(motion) for motion in motions]
    frames = [list(range(0, figure_track.num_frames, every)) for figure_track in tracks]
    rows = [math.ceil(len(shown) / poses_per_row) for shown in frames]
    heights = [GRAPH_HEIGHT + max(ROW_HEIGHT, float(one.points[..., 1].max()) + 0.4) for one in tracks]
    top = float(np.dot(rows, heights)) + len(tracks) * 0.3
    figure, axes = canvas(poses_per_row * SLOT_WIDTH + 0.2, top, pixels_per_metre)
    for figure_track, title, shown, height in zip(tracks, titles, frames, heights, strict=True):
        axes.text(0.1, top - 0.22, f"{title}   ({facts(figure_track)})", fontsize=9, weight="bold", zorder=20)
        top -= 0.3
        for start in range(0, len(shown), poses_per_row):
            top -= height
            _row(axes, figure_track, shown[start : start + poses_per_row], top, pixels_per_metre)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=100)
    return path


def _row(axes: Axes, figure_track: FigureTrack, frames: Sequence[int], bottom: float, pixels_per_metre: float) -> None:
    ground = bottom + GRAPH_HEIGHT + 0.2
    places = [0.1 + (slot + 0.5) * SLOT_WIDTH for slot in range(len(frames))]
    drawings = [
        moved(draw_pose(figure_track, frame, SHEET_CAMERA, grid_radius=0.5), np.array([place, ground]))
        for frame, place in zip(frames, places, strict=True)
    ]
    paint(axes, drawings, pixels_per_metre)
    span = np.arange(frames[0], frames[-1] + 1)
    at = np.interp(span, frames, places)
    feet = figure_track.points[span][:, figure_track.feet, 1] - SOLE_THICKNESS
    axes.plot(at, np.full(len(at), bottom + 0.1), color="#bbbbbb", linewidth=0.6)
    for side, colour in ((slice(0, 2), LEFT_COLOUR), (slice(2, 4), RIGHT_COLOUR)):
        height = np.clip(feet[:, side].min(axis=1), -0.05, GRAPH_TOP)
        axes.plot(at, bottom + 0.1 + height / GRAPH_TOP * (GRAPH_HEIGHT - 0.1), color=colour, linewidth=1.0)
    for frame, place in zip(frames, places, strict=True):
        axes.text(place, bottom, f"{frame / figure_track.fps:.1f}", fontsize=5, color="#777777", ha="center")
