"""The prompts that a person looks at: sheets, films and film strips of them, and what that person wrote down."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from motionmix_core.errors import DataError
from motionmix_core.motion.motion import Motion
from training.evaluation.sources import read_prompts

from .orders import Order

DEFAULT_PROMPTS_FILE = Path("training/reports/prompts.txt")
SECONDS = 5.0
ROWS, STRIP_ROWS = 10, 3
_PIXELS_PER_METRE = 62.0


def prompt_orders(path: Path) -> list[Order]:
    """One sample a prompt, in the file's order, with the model's own defaults."""
    return [Order(prompt, SECONDS) for prompt in read_prompts(path)]


def draw_sheets(orders: Sequence[Order], motions: Sequence[Motion], folder: Path) -> list[Path]:
    """sheet-1.png, sheet-2.png, ... of ten prompts each, ground and foot contacts drawn, in 64 colours."""
    from training.visualise import contact_sheet

    paths = []
    for start in range(0, len(orders), ROWS):
        path = folder / f"sheet-{start // ROWS + 1}.png"
        page = slice(start, start + ROWS)
        contact_sheet(motions[page], [o.prompt for o in orders[page]], path, 10, _PIXELS_PER_METRE)
        _fewer_colours(path)
        paths.append(path)
    return paths


def draw_films(orders: Sequence[Order], motions: Sequence[Motion], folder: Path) -> list[Path]:
    """film-1.mp4, ... of ten prompts each."""
    from training.visualise import film

    starts = range(0, len(orders), ROWS)
    pages = [slice(start, start + ROWS) for start in starts]
    return [
        film(motions[page], [o.prompt for o in orders[page]], folder / f"film-{number}.mp4")
        for number, page in enumerate(pages, start=1)
    ]


def draw_strips(orders: Sequence[Order], motions: Sequence[Motion], folder: Path) -> list[Path]:
    """strip-1.png, ... of three prompts each: the films as pictures, every third frame."""
    from training.film_strips import film_strips

    pages = [slice(start, start + STRIP_ROWS) for start in range(0, len(orders), STRIP_ROWS)]
    return [
        film_strips(motions[page], [o.prompt for o in orders[page]], folder / f"strip-{number}.png")
        for number, page in enumerate(pages, start=1)
    ]


def read_notes(path: Path, weights: str) -> str:
    """What somebody saw on the sheets, headed by a warning if it was seen of other weights.

    The file's first line is "weights: " and the beginning of the weights' digest; the rest is Markdown. Without a file
    the text says that nobody has looked yet. Raises DataError for a file without that line.
    """
    if not path.exists():
        return "Nobody has written down yet what these sheets show.\n"
    first, _, text = path.read_text(encoding="utf-8").partition("\n")
    kind, _, digest = first.partition(":")
    if kind.strip() != "weights" or not digest.strip():
        raise DataError(f"{path}: its first line must be 'weights: ' and the digest of the weights that were seen")
    if weights.startswith(digest.strip()):
        return text.strip() + "\n"
    return f"*Seen on earlier weights ({digest.strip()}), not on these:*\n\n{text.strip()}\n"


def _fewer_colours(path: Path) -> None:
    from PIL import Image

    with Image.open(path) as image:
        image.convert("RGB").quantize(64, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            path, optimize=True
        )
