"""Caption text: one spelling, and its mirror image."""

from __future__ import annotations

import re
import unicodedata

_COUNTERCLOCKWISE = re.compile(r"\b(?:counter|anti|contra)[\s-]?clock[\s-]?wise\b")
_SPACE = re.compile(r"\s+")
# "left" and "right" inside these aren't sides of a body.
_NOT_A_SIDE = (
    r"(?:left|right)[\s-]angle[sd]?", r"(?:left|right) away", r"(?:left|right) now", r"all (?:left|right)",
    r"(?:left|right)[\s-]?overs?", r"(?:left|right) side up",
)  # fmt: skip
_SWAPS = {"clockwise": "counterclockwise", "leftmost": "rightmost", "left": "right", "lefty": "righty"}
_TAILS = ("hand", "handed", "hander", "handedly", "foot", "footed", "ward", "wards", "side", "sided", "s", "ish")
_SWAPS |= {f"left{tail}": f"right{tail}" for tail in _TAILS}
_SWAPS |= {theirs: ours for ours, theirs in _SWAPS.items()}
_TOKEN = re.compile(
    r"\b(?P<keep>" + "|".join(_NOT_A_SIDE) + r")\b|(?<![a-z0-9])(?P<swap>"
    + "|".join(sorted(_SWAPS, key=len, reverse=True)) + r")(?![a-z0-9])"
)  # fmt: skip


def clean_text(text: str) -> str:
    """Lower case, one kind of quotes, single spaces, no full stop at the end, "counterclockwise" in one spelling."""
    text = unicodedata.normalize("NFC", text).replace("\u2019", "'").replace("\u2018", "'").lower()
    text = _COUNTERCLOCKWISE.sub("counterclockwise", text)
    return _SPACE.sub(" ", text).strip().rstrip(". ")


def mirror_text(text: str) -> str:
    """The sentence for the mirrored motion: left and right, clockwise and counterclockwise exchanged.

    Whole words only. For cleaned text its own inverse.
    """
    return _TOKEN.sub(lambda match: match["keep"] or _SWAPS[match["swap"]], text)
