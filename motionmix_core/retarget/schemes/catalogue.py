"""All naming schemes, found by looking into this folder: a new scheme is a new file, and nothing else."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from .scheme import Scheme


@cache
def all_schemes() -> tuple[Scheme, ...]:
    """Every scheme of this folder, in the order of the files' names."""
    package = __package__ or ""
    folder = import_module(package).__path__
    modules = (import_module(f".{found.name}", package) for found in iter_modules(folder))
    return tuple(module.SCHEME for module in modules if hasattr(module, "SCHEME"))
