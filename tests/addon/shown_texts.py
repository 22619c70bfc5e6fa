"""Finds in the source every text that an animator may get to read.

In the add-on that is what buttons, labels, tooltips and reports say. The errors and warnings of the core are put
together anywhere, handed on as plain strings, and reach the animator in the end; so of everything that the add-on or
its worker imports, each text that reads like a sentence counts, whatever is done with it, save for what is said in the
log, to programmers, or in a docstring.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDON = ROOT / "addon"
ENTRIES = (ADDON / "core.py", ROOT / "motionmix_core" / "worker" / "__main__.py")
SHOWN_KEYWORDS = {"text", "placeholder", "heading"}  # of layout functions
SHOWN_CALLS = {
    "interface": 0,
    "report": 0,
    "wrapped": 2,
    "tell": 2,
    "allowed": 1,
    "Fix": 0,
    "draw_button": 2,
}  # which argument is shown
SHOWN_NAMES = {"bl_label", "bl_description", "FORMER", "NO_ACTION"}
TOLD_NOBODY = {
    "info",
    "debug",
    "warning",
    "error",
    "exception",
    "print",
    "add_argument",
    "ArgumentParser",
    "compile",
    "strftime",
}
FOR_PROGRAMMERS = {
    "AssertionError", "AttributeError", "ImportError", "IndexError", "KeyError", "LinAlgError", "NotImplementedError",
    "RuntimeError", "TypeError", "ValueError",
}  # fmt: skip
NOT_TEXTS = {
    "Object Mode",  # Blender's name of a key map
    "MotionMix Figure",  # names of data-blocks
    "{1} Figure",
    "{1} MODEL_CARD.md",
    "{1} in Blender {2}, Python {3}, {4}",  # a bug report is in English
    "models: {1}",
    "({1} isn't there)",
    "--- worker started {1}\n",
    "%(asctime)s %(levelname)s %(message)s",
    "worker ends: {1}",  # the worker's own log
    "loading ahead failed: {1}",
    "can't understand what the client says: {1}",
    "the client is gone",
    "{1} (MotionMix)",  # the blank is what is translated
}
NOT_SHOWN = ("^", "a person ")
"""Beginnings of patterns and of prompts."""


def template(node: ast.expr) -> str | None:
    """The text of a literal; an f-string's blanks are numbered: "{1} bones"."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    text, number = "", 0
    for part in node.values:
        if isinstance(part, ast.Constant):
            text += str(part.value)
        else:
            number += 1
            text += f"{{{number}}}"
    return text


def has_words(text: str | None, least: int = 1) -> bool:
    """Whether there are so many words, blanks not counted."""
    words = [word for word in (text or "").split() if sum(character.isalpha() for character in word) > 1]
    return len(words) >= least or (least == 1 and any(character.isalpha() for character in text or ""))


def worded(path: Path) -> Iterator[tuple[str, int]]:
    """(text, line) of what reads like more than a word."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    passed: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed.add(id(node.value))  # docstrings
        elif isinstance(node, ast.Call) and called(node) in TOLD_NOBODY | FOR_PROGRAMMERS:
            passed |= {id(inner) for inner in ast.walk(node)}
        elif isinstance(node, ast.AnnAssign | ast.arg) and node.annotation is not None:
            passed |= {id(inner) for inner in ast.walk(node.annotation)}
        elif isinstance(node, ast.Assert) and node.msg is not None:
            passed |= {id(inner) for inner in ast.walk(node.msg)}
        elif isinstance(node, ast.JoinedStr):
            passed |= {id(part) for part in node.values if isinstance(part, ast.Constant)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in passed:
            text = template(node)
            if text is not None and has_words(text, 2) and text not in NOT_TEXTS and not text.startswith(NOT_SHOWN):
                yield text, node.lineno


def shown(path: Path) -> Iterator[tuple[str, int]]:
    """(text, line) of what the interface is given to show, be it a single word."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        for given in shown_by(node):
            for text in alternatives(given):
                if has_words(text) and text not in NOT_TEXTS:
                    yield text, node.lineno


def shown_by(node: ast.AST) -> Iterator[ast.expr]:
    """The arguments, or values, that are shown."""
    if isinstance(node, ast.Call):
        yield from (word.value for word in node.keywords if word.arg in SHOWN_KEYWORDS)
        place = SHOWN_CALLS.get(called(node))
        if place is not None:
            yield from node.args[place : place + 1]
    elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in SHOWN_NAMES:
        yield node.value


def alternatives(node: ast.expr) -> Iterator[str]:
    """The texts that an expression may be."""
    if isinstance(node, ast.IfExp):
        yield from alternatives(node.body)
        yield from alternatives(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from alternatives(value)
    else:
        text = template(node)
        # What is nothing but blanks and signs between them is made of other texts.
        if text is not None and has_words("".join(piece.split("}")[-1] for piece in text.split("{"))):
            yield text


def called(node: ast.Call) -> str:
    """The name of what is called."""
    return str(getattr(node.func, "id", getattr(node.func, "attr", "")))


def reached() -> list[Path]:
    """The core's modules that the add-on and its worker import, at once or later."""
    seen: set[Path] = set()
    todo = list(ENTRIES)
    while todo:
        path = todo.pop()
        if path not in seen:
            seen.add(path)
            todo += imported(path)
    return sorted(path for path in seen if ADDON not in path.parents)


def imported(path: Path) -> Iterator[Path]:
    """The modules of the core that a module imports."""
    package = path.relative_to(ROOT).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = (*package[: len(package) - node.level + 1], *(node.module or "").split("."))
            for parts in (base, *((*base, alias.name) for alias in node.names)):
                place = ROOT.joinpath(*filter(None, parts))
                for found in (place.with_suffix(".py"), place / "__init__.py"):
                    if found.is_file() and "motionmix_core" in found.parts:
                        yield found


def all_texts() -> dict[str, str]:
    """Text -> where it stands."""
    found: dict[str, str] = {}
    addon = sorted(ADDON.rglob("*.py"))
    for path in [*reached(), *addon]:
        for text, line in worded(path):
            found.setdefault(text, f"{path.relative_to(ROOT).as_posix()}:{line}")
    for path in addon:
        for text, line in shown(path):
            found.setdefault(text, f"{path.relative_to(ROOT).as_posix()}:{line}")
    return found
