"""Our own dataclasses as JSON and arrays, and back: what is sent over the pipe besides requests and results.

Only the classes listed here are ever made, from their fields, so a broken or hostile stream can at worst be refused.
Tuples stay tuples, dictionaries may have tuples for keys, numbers come back to the last bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..motion.motion import Motion
from ..motion.skeleton import Skeleton
from ..retarget import rig

_KINDS: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        Motion,
        Skeleton,
        *(value for value in vars(rig).values() if isinstance(value, type) and is_dataclass(value)),
    )
}


def to_plain(value: Any) -> tuple[Any, dict[str, NDArray[Any]]]:
    """A value as JSON-ready data and named arrays; `from_plain` gives it back.

    Takes None, truth values, numbers, text, arrays, tuples, lists, mappings and the listed dataclasses of such.
    TypeError for anything else.
    """
    arrays: dict[str, NDArray[Any]] = {}
    return _encoded(value, arrays), arrays


def from_plain(plain: Any, arrays: Mapping[str, NDArray[Any]]) -> Any:
    """The value that `to_plain` took apart. DataError when it can't be put together."""
    try:
        return _decoded(plain, arrays)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise DataError(f"what came over the pipe can't be put together ({error!r})") from error


def _encoded(value: Any, arrays: dict[str, NDArray[Any]]) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        name = f"a{len(arrays)}"
        arrays[name] = value
        return {"array": name}
    if isinstance(value, list | tuple):
        return {"tuple" if isinstance(value, tuple) else "list": [_encoded(item, arrays) for item in value]}
    if isinstance(value, Mapping):
        return {"pairs": [[_encoded(key, arrays), _encoded(item, arrays)] for key, item in value.items()]}
    kind = type(value).__name__
    if _KINDS.get(kind) is type(value):
        made = [field.name for field in fields(value) if field.init]  # type: ignore[arg-type]  # _KINDS are dataclasses
        return {"kind": kind, "fields": {name: _encoded(getattr(value, name), arrays) for name in made}}
    raise TypeError(f"{kind} can't be sent")


def _decoded(plain: Any, arrays: Mapping[str, NDArray[Any]]) -> Any:
    if not isinstance(plain, dict):
        if plain is None or isinstance(plain, bool | int | float | str):
            return plain
        raise TypeError(f"{type(plain).__name__} isn't expected here")
    if "kind" in plain:
        kind = _KINDS[plain["kind"]]
        return kind(**{str(name): _decoded(item, arrays) for name, item in plain["fields"].items()})
    if "array" in plain:
        return arrays[plain["array"]]
    if "tuple" in plain:
        return tuple(_decoded(item, arrays) for item in plain["tuple"])
    if "list" in plain:
        return [_decoded(item, arrays) for item in plain["list"]]
    return {_decoded(key, arrays): _decoded(item, arrays) for key, item in plain["pairs"]}
