"""Render the scene as a film, and some of its frames as one sheet."""

from __future__ import annotations

import tempfile
from pathlib import Path

import bpy
import numpy as np
from numpy.typing import NDArray

FILM_SIZE = (960, 540)
TILE_SIZE = (480, 400)
COLUMNS, ROWS = 4, 3
GAP = 4


def render_film(path: Path, caption: str) -> None:
    """The scene's whole range as an MP4 (H.264), by Blender's own writer, with the caption written in."""
    scene = bpy.context.scene
    render, settings = scene.render, scene.render.image_settings
    render.resolution_x, render.resolution_y = FILM_SIZE
    render.resolution_percentage = 100
    if hasattr(settings, "media_type"):  # Blender 5.0 asks for the kind of file first
        settings.media_type = "VIDEO"
    settings.file_format = "FFMPEG"
    render.ffmpeg.format = "MPEG4"
    render.ffmpeg.codec = "H264"
    render.ffmpeg.constant_rate_factor = "HIGH"
    scene.display.render_aa = "FXAA"  # a software rasteriser takes four times as long for samples
    _stamp_note(render)
    render.stamp_note_text = caption
    render.use_file_extension = True
    render.filepath = str(path)
    bpy.ops.render.render(animation=True)
    if not path.is_file():
        raise RuntimeError(f"Blender wrote no {path.name}")


def render_sheet(path: Path) -> None:
    """Twelve moments, evenly spaced from the first frame to the last, with their time written in."""
    scene = bpy.context.scene
    render, settings = scene.render, scene.render.image_settings
    render.resolution_x, render.resolution_y = TILE_SIZE
    if hasattr(settings, "media_type"):
        settings.media_type = "IMAGE"
    settings.file_format = "PNG"
    scene.display.render_aa = "8"
    _stamp_note(render)
    frames = np.linspace(scene.frame_start, scene.frame_end, COLUMNS * ROWS).round().astype(int)
    tiles = []
    with tempfile.TemporaryDirectory() as folder:
        for index, frame in enumerate(frames):
            scene.frame_set(int(frame))
            render.stamp_note_text = f"{(frame - scene.frame_start) / render.fps:.1f} s"
            render.filepath = str(Path(folder) / f"{index:02}.png")
            bpy.ops.render.render(write_still=True)
            tiles.append(_read(Path(render.filepath)))
    _write(path, _grid(tiles))


def _stamp_note(render: bpy.types.RenderSettings) -> None:
    """Have the note, and nothing else that Blender offers, written into the pictures."""
    for name in dir(render):
        if name.startswith("use_stamp_") and isinstance(getattr(render, name), bool):
            setattr(render, name, name == "use_stamp_note")
    render.use_stamp = True
    render.stamp_font_size = 16
    render.stamp_foreground = (0.1, 0.1, 0.1, 1.0)
    render.stamp_background = (1.0, 1.0, 1.0, 0.0)


def _grid(tiles: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    """(H, W, 4) pixels, rows from the bottom up as Blender keeps them; the first tile is the top left one."""
    width, height = TILE_SIZE
    sheet = np.ones((ROWS * (height + GAP) - GAP, COLUMNS * (width + GAP) - GAP, 4), dtype=np.float32)
    for index, tile in enumerate(tiles):
        row, column = divmod(index, COLUMNS)
        bottom = (ROWS - 1 - row) * (height + GAP)
        left = column * (width + GAP)
        sheet[bottom : bottom + height, left : left + width] = tile
    return sheet


def _read(path: Path) -> NDArray[np.float32]:
    image = bpy.data.images.load(str(path))
    pixels = np.empty(len(image.pixels), dtype=np.float32)
    image.pixels.foreach_get(pixels)
    shape = (image.size[1], image.size[0], 4)
    bpy.data.images.remove(image)
    return pixels.reshape(shape)


def _write(path: Path, pixels: NDArray[np.float32]) -> None:
    image = bpy.data.images.new("Contact Sheet", pixels.shape[1], pixels.shape[0])
    image.pixels.foreach_set(np.ascontiguousarray(pixels).ravel())
    image.filepath_raw = str(path)
    image.file_format = "PNG"
    image.save()
    bpy.data.images.remove(image)
