"""Contact sheets and films of motions as stick figures, so that a person can judge them at a glance.

Left limbs are blue, right limbs red; green dots are feet in contact with the ground; the ground grid (0.5 m) is fixed
to the world, so its lines pass under a figure that travels; the arrow head on the ground shows where the pelvis faces.
"""

from __future__ import annotations

import math
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import shorten

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from motionmix_core.motion.motion import Motion
from training.stick_figures import (
    CONTACT_COLOUR,
    GRID_COLOUR,
    HEAD_RADIUS,
    LEFT_COLOUR,
    RIGHT_COLOUR,
    SHADOW_COLOUR,
    Camera,
    FigureTrack,
    Floats,
    PoseDrawing,
    draw_pose,
    track,
)

SLOT_WIDTH = 1.3  # metres of picture for one pose
ROW_HEIGHT = 2.75
MAP_SIZE = 2.1
SHEET_CAMERA = Camera()


def contact_sheet(
    motions: Sequence[Motion],
    titles: Sequence[str],
    path: str | Path,
    poses_per_row: int = 10,
    pixels_per_metre: float = 105.0,
) -> Path:
    """Draws one row per motion into a PNG: poses evenly spaced in time, then the root's path from above.

    Each pose stands over its own piece of the world-fixed ground; the map at the end of the row has the true distances.
    Returns the path written. Raises ValueError when there is nothing to draw or the titles don't match the motions.
    """
    check(motions, titles)
    path = Path(path)
    tracks = [track(motion) for motion in motions]
    width = poses_per_row * SLOT_WIDTH + MAP_SIZE + 0.5
    heights = [max(ROW_HEIGHT, float(figure_track.points[..., 1].max()) + 1.1) for figure_track in tracks]
    figure, axes = canvas(width, sum(heights), pixels_per_metre)
    top = sum(heights)
    for figure_track, title, height in zip(tracks, titles, heights, strict=True):
        base = top - height + 0.55
        frames = np.linspace(0, figure_track.num_frames - 1, poses_per_row).round().astype(int)
        drawings = []
        for slot, frame in enumerate(frames):
            shift = np.array([(slot + 0.5) * SLOT_WIDTH, base])
            drawings.append(moved(draw_pose(figure_track, int(frame), SHEET_CAMERA), shift))
            time = f"{frame / figure_track.fps:.1f} s"
            axes.text(shift[0], base - 0.5, time, ha="center", fontsize=7, color="#777777")
        paint(axes, drawings, pixels_per_metre)
        _root_map(axes, figure_track, frames, np.array([poses_per_row * SLOT_WIDTH + 0.2, base - 0.3]))
        axes.text(0.1, top - 0.18, shorten(title, 110), fontsize=11, weight="bold", zorder=20)
        axes.text(width - 0.25, top - 0.18, facts(figure_track), fontsize=8, color="#555555", ha="right", zorder=20)
        top -= height
        axes.axhline(top, color="#e6e6e6", linewidth=1)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=100)
    return path


def facts(figure_track: FigureTrack) -> str:
    """One line of measured facts about a motion: length, travel, turn, range of the pelvis' height."""
    root = figure_track.root
    seconds = figure_track.num_frames / figure_track.fps
    travel = float(np.linalg.norm(np.diff(root[:, [0, 2]], axis=0), axis=1).sum())
    net = float(np.linalg.norm(root[-1, [0, 2]] - root[0, [0, 2]]))
    heading = np.unwrap(np.arctan2(figure_track.facing[:, 0], figure_track.facing[:, 1]))
    turn = math.degrees(float(heading[-1] - heading[0]))
    turned = f"turns {abs(turn):.0f}° {'left' if turn > 0 else 'right'}, " if abs(turn) >= 5 else ""
    return (
        f"{seconds:.1f} s, path {travel:.1f} m ({net:.1f} m net, {travel / seconds:.2f} m/s), {turned}"
        f"pelvis {root[:, 1].min():.2f}–{root[:, 1].max():.2f} m"
    )


def film(
    motions: Sequence[Motion],
    titles: Sequence[str],
    path: str | Path,
    fps: float = 30.0,
    columns: int | None = None,
    pixels_per_metre: float = 110.0,
) -> Path:
    """Films motions side by side (a grid of at most four columns), each with a camera that follows its root.

    Writes MP4 through ffmpeg; when none is to be found, an animated GIF of the same name. Returns the path written.
    Shorter motions hold their last pose. Raises ValueError as `contact_sheet`.
    """
    check(motions, titles)
    tracks = [track(motion.resample(fps)) for motion in motions]
    columns = columns or min(len(tracks), 4)
    rows = math.ceil(len(tracks) / columns)
    cell_width, cell_height = 2.6, 2.9
    figure, axes = canvas(columns * cell_width, rows * cell_height, pixels_per_metre)
    corners = [
        np.array([(i % columns + 0.5) * cell_width, (rows - 1 - i // columns) * cell_height + 0.55])
        for i in range(len(tracks))
    ]
    for corner, title in zip(corners, titles, strict=True):
        axes.text(corner[0], corner[1] + 2.12, shorten(title, 40), ha="center", fontsize=8, weight="bold")
    clock = axes.text(0.1, 0.08, "", fontsize=8, color="#777777")
    views = [_followed(figure_track.root) for figure_track in tracks]

    def frames() -> Iterator[np.ndarray]:
        fixed = len(axes.collections)
        for frame in range(max(figure_track.num_frames for figure_track in tracks)):
            for artist in list(axes.collections)[fixed:]:
                artist.remove()
            drawings = []
            for figure_track, view, corner in zip(tracks, views, corners, strict=True):
                at = min(frame, figure_track.num_frames - 1)
                drawings.append(moved(draw_pose(figure_track, at, SHEET_CAMERA, view[at], 1.15), corner))
            paint(axes, drawings, pixels_per_metre)
            clock.set_text(f"{frame / fps:.2f} s")
            canvas = figure.canvas
            assert isinstance(canvas, FigureCanvasAgg)
            canvas.draw()
            yield np.asarray(canvas.buffer_rgba())[..., :3]

    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    return _write_film(frames(), path, fps)


def check(motions: Sequence[Motion], titles: Sequence[str]) -> None:
    """Raises ValueError when there is nothing to draw or the titles don't match the motions."""
    if not motions:
        raise ValueError("there is no motion to draw")
    if len(motions) != len(titles):
        raise ValueError(f"{len(motions)} motions but {len(titles)} titles")


def canvas(width: float, height: float, pixels_per_metre: float) -> tuple[Figure, Axes]:
    """A white canvas whose data units are picture metres. Even pixel counts, because H.264 wants them."""
    pixels = [2 * round(side * pixels_per_metre / 2) for side in (width, height)]
    figure = Figure(figsize=(pixels[0] / 100, pixels[1] / 100), dpi=100, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    axes.axis("off")
    return figure, axes


def moved(drawing: PoseDrawing, shift: Floats) -> PoseDrawing:
    """The drawing at another place of the picture."""
    return PoseDrawing(
        lines=[line + shift for line in drawing.lines],
        line_colours=drawing.line_colours,
        line_widths=drawing.line_widths,
        shadow=[line + shift for line in drawing.shadow],
        grid=[line + shift for line in drawing.grid],
        trails=[line + shift for line in drawing.trails],
        torso=drawing.torso + shift,
        chevron=drawing.chevron + shift,
        head=drawing.head + shift,
        contact_points=drawing.contact_points + shift,
        free_points=drawing.free_points + shift,
    )


def paint(axes: Axes, drawings: Sequence[PoseDrawing], pixels_per_metre: float) -> None:
    """Adds the poses to the picture in a few collections, from the ground up."""
    scale = pixels_per_metre / 105.0
    grid = [line for drawing in drawings for line in drawing.grid]
    shadow = [line for drawing in drawings for line in drawing.shadow]
    axes.add_collection(LineCollection(grid, colors=GRID_COLOUR, linewidths=0.7 * scale, zorder=1))
    axes.add_collection(
        LineCollection(shadow, colors=SHADOW_COLOUR, linewidths=3.2 * scale, zorder=2, capstyle="round")
    )
    trails = [line for drawing in drawings for line in drawing.trails]
    trail_colours = [LEFT_COLOUR, RIGHT_COLOUR] * len(drawings)
    axes.add_collection(LineCollection(trails, colors=trail_colours, linewidths=1.0 * scale, alpha=0.45, zorder=3))
    torsos = [drawing.torso for drawing in drawings]
    axes.add_collection(PolyCollection(torsos, facecolors="#8d93a0", edgecolors="none", alpha=0.28, zorder=4))
    chevrons = [drawing.chevron for drawing in drawings]
    axes.add_collection(LineCollection(chevrons, colors="#8a8f99", linewidths=1.4 * scale, zorder=3))
    axes.add_collection(
        LineCollection(
            [line for drawing in drawings for line in drawing.lines],
            colors=[colour for drawing in drawings for colour in drawing.line_colours],
            linewidths=[width * scale for drawing in drawings for width in drawing.line_widths],
            capstyle="round",
            zorder=5,
        )
    )
    # Marker sizes are areas in points squared; a point is 100 / 72 pixels on this canvas.
    head_size = (2 * HEAD_RADIUS * pixels_per_metre * 72 / 100) ** 2
    heads = np.stack([drawing.head for drawing in drawings])
    axes.scatter(
        heads[:, 0],
        heads[:, 1],
        s=head_size,
        facecolors="#f3e3cf",
        edgecolors="#3a3a3a",
        linewidths=1.2 * scale,
        zorder=4,
    )
    contacts = np.concatenate([drawing.contact_points for drawing in drawings])
    axes.scatter(contacts[:, 0], contacts[:, 1], s=22 * scale**2, color=CONTACT_COLOUR, linewidths=0, zorder=7)


def _root_map(axes: Axes, figure_track: FigureTrack, frames: np.ndarray, corner: Floats) -> None:
    """The root's path from above, first heading to the right, left of the body upwards, scaled to fit its box."""
    path = figure_track.root[:, [2, 0]]
    low, high = path.min(axis=0), path.max(axis=0)
    extent = max(float((high - low).max()) * 1.25, 1.0)
    scale = MAP_SIZE / extent
    middle = corner + MAP_SIZE / 2

    def place(points: Floats) -> Floats:
        return (points - (low + high) / 2) * scale + middle

    cell = 1.0 if extent <= 10 else 5.0
    lines = []
    for axis in (0, 1):
        centre = float(((low + high) / 2)[axis])
        first, last = math.ceil((centre - extent / 2) / cell), math.floor((centre + extent / 2) / cell)
        for at in cell * np.arange(first, last + 1):
            line = np.tile((low + high) / 2, (2, 1))
            line[:, axis] = at
            line[:, 1 - axis] += np.array([-extent / 2, extent / 2])
            lines.append(place(line))
    axes.add_patch(Rectangle(tuple(corner), MAP_SIZE, MAP_SIZE, fill=False, edgecolor="#dddddd", linewidth=0.8))
    axes.add_collection(LineCollection(lines, colors=GRID_COLOUR, linewidths=0.6))
    facing = figure_track.facing[frames][:, [1, 0]]
    ticks = [np.stack([p, p + f * 0.16]) for p, f in zip(place(path[frames]), facing, strict=True)]
    axes.add_collection(LineCollection([place(path)], colors="#3a3a3a", linewidths=1.3))
    axes.add_collection(LineCollection(ticks, colors="#d98200", linewidths=1.3))
    stops = place(path[frames])
    axes.scatter(stops[:, 0], stops[:, 1], s=7, color="#3a3a3a", zorder=3)
    axes.scatter(stops[:1, 0], stops[:1, 1], s=26, color=CONTACT_COLOUR, zorder=4)
    axes.text(corner[0] + 0.05, corner[1] + 0.05, f"grid {cell:.0f} m", fontsize=6, color="#888888")


def _followed(root: Floats) -> Floats:
    """(T, 3) ground points the camera follows: the root's path without its sway, so that the grid moves steadily."""
    half = 12
    padded = np.concatenate([np.repeat(root[:1], half, axis=0), root, np.repeat(root[-1:], half, axis=0)])
    kernel = np.hanning(2 * half + 3)[1:-1]
    smooth = np.stack([np.convolve(padded[:, axis], kernel / kernel.sum(), mode="valid") for axis in range(3)], axis=-1)
    return smooth * np.array([1.0, 0.0, 1.0])


def _write_film(frames: Iterator[np.ndarray], path: Path, fps: float) -> Path:
    ffmpeg = find_ffmpeg()
    if ffmpeg is None:
        from PIL import Image

        path = path.with_suffix(".gif")
        step = max(1, round(fps / 15))  # a GIF at 30 fps is large and few players keep up with it
        images = [Image.fromarray(frame.copy()) for i, frame in enumerate(frames) if i % step == 0]
        images[0].save(path, save_all=True, append_images=images[1:], duration=1000 * step / fps, loop=0)
        return path
    process: subprocess.Popen[bytes] | None = None
    for frame in frames:
        if process is None:
            height, width = frame.shape[:2]
            command = [ffmpeg, "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24"]
            command += ["-s", f"{width}x{height}", "-r", str(fps), "-i", "-", "-an", "-c:v", "libx264"]
            command += ["-pix_fmt", "yuv420p", "-crf", "23", "-movflags", "+faststart", str(path)]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdin is not None
        process.stdin.write(np.ascontiguousarray(frame).tobytes())
    assert process is not None
    _, errors = process.communicate()
    if process.returncode:
        raise OSError(f"ffmpeg could not write {path}: {errors.decode(errors='replace').strip()}")
    return path


def find_ffmpeg() -> str | None:
    """The ffmpeg on the path, else the one that the package imageio-ffmpeg carries, else None."""
    found = shutil.which("ffmpeg")
    if found:
        return found
    try:
        import imageio_ffmpeg
    except ImportError:
        return None
    return str(imageio_ffmpeg.get_ffmpeg_exe())
