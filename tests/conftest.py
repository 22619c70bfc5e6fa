"""Fixtures that every test may use: where the repository and the shared motion data are, and fixed seeds.

This file is also read inside Blender's Python, which has numpy and pytest but neither torch nor hypothesis.
"""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

REPO_ROOT = Path(__file__).resolve().parent.parent

try:
    from hypothesis import settings
except ModuleNotFoundError:  # Blender's Python; the tests there do not use it
    pass
else:
    # The same examples on every run, and no deadline: a slow machine is not a wrong result.
    settings.register_profile("motionmix", deadline=None, derandomize=True, max_examples=50)
    settings.load_profile("motionmix")


@pytest.fixture(scope="session")
def repo_root() -> Path:
    """The folder that holds build.py."""
    return REPO_ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The motion data beside the repository, for checks on real mocap; without it those tests are skipped."""
    folder = REPO_ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no motion data at ../shared/data: checks on real mocap not run")
    return folder


@pytest.fixture
def rng() -> np.random.Generator:
    """A random generator with a fixed seed."""
    return np.random.default_rng(20240607)


@pytest.fixture(autouse=True)
def _fixed_seeds() -> None:
    """The same global random numbers in every test, whatever ran before it."""
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 - libraries under test may draw from the legacy generator
