"""Caption lines of a pack -> Captions, checked, cleaned, mirrored and cut to a stretch of the clip."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .records import Caption
from .text import clean_text, mirror_text

# A caption stays with a stretch of the clip if at least this share of it lies inside.
MIN_OVERLAP = 0.5


def read_captions(lines: Iterable[Mapping], seconds: float, drop_index: bool = False) -> list[Caption]:
    """Captions of a clip of the given length; those flagged as describing broken motion are left out.

    Lines without text or with times that aren't numbers are ignored; times are clamped to the clip. Lines that carry
    a ready `clean` text use it. drop_index leaves out the database's own one-line description (known to be wrong).
    """
    captions = []
    for line in lines:
        source = str(line.get("source", "unknown"))
        if line.get("flag") == "broken" or (drop_index and source.startswith("cmu-index")):
            continue
        text = clean_text(str(line.get("clean") or line.get("text") or ""))
        try:
            start = min(max(float(line.get("start_s") or 0.0), 0.0), seconds)
            end = line.get("end_s")
            end = seconds if end is None else min(max(float(end), 0.0), seconds)
        except (TypeError, ValueError):
            continue
        if text and end > start:
            captions.append(Caption(text, mirror_text(text), start, end, source))
    return captions


def cut_captions(captions: Iterable[Caption], start: float, end: float) -> list[Caption]:
    """The captions that hold for the stretch start..end of a clip, in seconds from `start`.

    A sentence about the whole of a longer clip is kept only if most of the clip is in the stretch: half a clip
    needn't show what the sentence says.
    """
    kept = []
    for caption in captions:
        left, right = max(caption.start_s, start), min(caption.end_s, end)
        if right - left >= MIN_OVERLAP * (caption.end_s - caption.start_s) and right > left:
            kept.append(Caption(caption.text, caption.mirrored_text, left - start, right - start, caption.source))
    return kept
