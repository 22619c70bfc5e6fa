"""Units of work: a file (or the clips of a pack that share one), prepared in one go by some process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from motionmix_core.errors import DataError
from motionmix_core.motion.motion import Motion

from .captions import cut_captions
from .options import MIN_SECONDS
from .records import Clip, Frames, Skipped
from .spans import good_spans

# Spread of a joint's position round its mean over motion data, metres: what one unit of diffusion noise amounts to.
POSITION_SPREAD = 0.2


@dataclass(frozen=True)
class Unit:
    """kind says who prepares it; path is its file or folder; clips are its lines of an index, captions by clip name."""

    kind: str
    path: Path
    dataset: str
    clips: tuple[dict, ...] = ()
    captions: Mapping[str, list[dict]] = field(default_factory=dict)


def noise_from_error(metres: float) -> float:
    """Noise level sqrt(1 - alpha_bar) at which diffusion noise is twice as large as an error of so many metres."""
    ratio = 2.0 * metres / POSITION_SPREAD
    return round(float(ratio / (1 + ratio * ratio) ** 0.5), 3)


def finish(motion: Motion, clip: Clip, broken: list) -> Iterator[Clip | Skipped]:
    """The clip with its motion, or its good stretches if something has to be cut out.

    broken: [start, end] spans in seconds known to be faulty. Joint jumps are cut out of captures too: twist flips and
    swapped markers come and go, and what lies between them is sound.
    """
    spans = good_spans(motion, broken, MIN_SECONDS, clip.captured)
    if not spans:
        short = motion.seconds < MIN_SECONDS
        reason = f"shorter than {MIN_SECONDS} s" if short else "nothing is left when its faulty stretches are cut out"
        yield Skipped(clip.id, reason, clip.dataset, broken=False)
    for start, stop in spans:
        part = motion.crop(start, stop)
        piece = replace(clip, frames=Frames.pack(part))
        if (start, stop) != (0, motion.num_frames):
            captions = cut_captions(clip.captions, start / motion.fps, stop / motion.fps)
            notes = (*clip.notes, "faulty stretch cut out")
            piece = replace(piece, id=f"{clip.id}@{start}", captions=tuple(captions), notes=notes)
        yield piece


def skipped(name: str, error: Exception, dataset: str) -> Skipped:
    """What to say of a clip whose preparation failed."""
    text = str(error) if isinstance(error, DataError) else f"its entry isn't in the pack's layout ({error!r})"
    return Skipped(name, text.removeprefix(f"{name}: "), dataset)
