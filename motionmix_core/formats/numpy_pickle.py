"""Pickle files of research data, read without running what they may carry: numpy arrays and plain containers only."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import DataError

# Where numpy kept its makers of arrays, before and since version 2.
_ARRAY_MODULES = ("numpy.core.multiarray", "numpy._core.multiarray")
_BUFFER_MODULES = ("numpy.core.numeric", "numpy._core.numeric")


class _Refused(Exception):
    """What the file wants built."""


class _NumpyUnpickler(pickle.Unpickler):
    """Knows the few names that arrays are pickled with. Everything else, each a possible attack, is refused."""

    def find_class(self, module: str, name: str) -> Any:
        """The maker of an array, a dtype or a number. Functions are made anew: a file can't alter them for others."""
        if module == "numpy" and name in ("ndarray", "dtype"):
            return getattr(np, name)
        if module in _ARRAY_MODULES and name == "_reconstruct":
            return lambda kind, shape, code: np.ndarray.__new__(np.ndarray, shape, code)
        if module in _ARRAY_MODULES and name == "scalar":
            return _number
        if module in _BUFFER_MODULES and name == "_frombuffer":
            return lambda data, dtype, shape, order: np.frombuffer(data, dtype).reshape(shape, order=order).copy()
        if (module, name) == ("_codecs", "encode"):  # bytes, as Python 2 and protocol 2 write them
            return lambda text, encoding="latin1": text.encode("latin1")
        if (module, name) == ("collections", "OrderedDict"):
            return dict
        raise _Refused(f"{module}.{name}")


def _number(dtype: np.dtype, data: bytes) -> Any:
    if dtype.hasobject or not isinstance(data, bytes):
        raise _Refused("a numpy scalar that isn't a number")
    return np.frombuffer(data, dtype, 1)[0]


def read_numpy_pickle(path: str | Path) -> Any:
    """The contents of a pickle of numpy arrays, numbers, strings, lists, tuples and dicts.

    Raises DataError, naming the file and the reason, if it's missing, broken, or holds anything else.
    """
    path = Path(path)
    try:
        with open(path, "rb") as file:
            return _NumpyUnpickler(file, encoding="latin1").load()
    except FileNotFoundError:
        raise DataError(f"there is no file {path}") from None
    except _Refused as refused:
        raise DataError(
            f"{path}: holds {refused} besides numpy arrays and plain values. It isn't the published file, and wasn't "
            "opened further, since pickles can run code"
        ) from None
    except (OSError, EOFError, MemoryError, RecursionError, pickle.UnpicklingError, ValueError, TypeError, KeyError,
            IndexError, AttributeError, ImportError, OverflowError, UnicodeError) as error:  # fmt: skip
        raise DataError(f"{path} is broken or no pickle of arrays ({type(error).__name__}: {error})") from error
