"""The tiny model as a generator, for every test of the edits."""

from __future__ import annotations

import pytest

from motionmix_core.generation import Generator
from tests.tiny_model import write_models


@pytest.fixture(scope="package")
def generator(tmp_path_factory: pytest.TempPathFactory) -> Generator:
    return Generator(write_models(tmp_path_factory.mktemp("models")))
