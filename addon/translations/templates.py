"""Texts with blanks: which one of them a finished English text was made from.

Errors and warnings come with all names and numbers filled in, some of them from another process. So a language lists
what such a text is made from, with numbered blanks ("“{1}” has no keys"), and a finished text is taken apart by it. A
translation has the same blanks, in any order. One written ``{1:words}`` holds words of ours (another error, say), which
are translated too; ``{1:list}`` a word of ours, or several with commas. All others are names and numbers, and stay as
they are.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Mapping
from typing import Any

_BLANK = re.compile(r"\{(\w+)\}")
_FEWEST_LETTERS = 4
"""A template with fewer would fit what it isn't meant for."""

Patterns = tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...]
"""(template, names of its blanks, what it looks like), the most exact first."""


def patterns(texts: Iterable[str]) -> Patterns:
    """Those of the texts that have blanks; of ones with formats (``{first:g}``) a finished text can't be told."""
    found = []
    for text in texts:
        pieces = _BLANK.split(text)  # plain, name, plain, ...
        plain = pieces[::2]
        letters = sum(character.isalpha() for piece in plain for character in piece)
        if len(pieces) == 1 or letters < _FEWEST_LETTERS or any("{" in piece for piece in plain):
            continue
        looks = "(.*?)".join(re.escape(piece) for piece in plain)
        found.append((sum(map(len, plain)), text, tuple(pieces[1::2]), re.compile(looks, re.DOTALL)))
    found.sort(key=lambda each: (-each[0], each[1]))
    return tuple((text, names, looks) for _, text, names, looks in found)


def taken_apart(text: str, known: Patterns) -> tuple[str, dict[str, str]] | None:
    """(template, what fills its blanks) of a finished text; None if it was made from none of them."""
    for template, names, looks in known:
        match = looks.fullmatch(text)
        if match is not None:
            return template, dict(zip(names, match.groups(), strict=True))
    return None


def filled(translation: str, filling: Mapping[str, str], translate: Callable[[str], str]) -> str:
    """A translated template with its blanks filled in; translate: for what stands in a blank that holds words."""
    return _Formatter(translate).vformat(translation, (), filling)


class _Formatter(string.Formatter):
    def __init__(self, translate: Callable[[str], str]) -> None:
        self._translate = translate

    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:
        """Numbered blanks are found by their names, too."""
        return kwargs[str(key)]

    def format_field(self, value: Any, format_spec: str) -> str:
        """The translation of words; anything else as it is."""
        text = str(value)
        if format_spec == "words":
            return self._translate(text) if " " in text else text  # a single word is a name: of one bone, say
        if format_spec == "list":
            return ", ".join(self._translate(part) for part in text.split(", "))
        return text
