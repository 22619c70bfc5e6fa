"""Coverage of the data: parts are parts, and fewer takes never lie nearer."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from tests.training.evaluators.toy import write_toy_cache
from training.evaluation.shares import take_of
from training.reporting.coverage import DRAWS, drawn_takes, part_of
from training.reporting.memory import Library, stretches_of
from training.reporting.stretches import StretchSet, read_stretches


@pytest.fixture(scope="module")
def training(tmp_path_factory: pytest.TempPathFactory) -> StretchSet:
    return read_stretches(write_toy_cache(tmp_path_factory.mktemp("toy") / "cache"), "train")


def test_a_share_holds_whole_takes_and_all_of_them_at_the_end(training: StretchSet) -> None:
    (everything,) = drawn_takes(training, 1.0)
    assert everything == {take_of(s.clip) for s in training.stretches}
    quarters = drawn_takes(training, 0.25)
    assert len(quarters) == DRAWS and quarters[0] != quarters[1]
    part = part_of(training, quarters[0])
    assert {s.clip for s in part.stretches} == quarters[0] and len(part) < 0.5 * len(training)


def test_fewer_takes_never_lie_nearer(training: StretchSet) -> None:
    clips = [(s.clip, training.data.positions(s.start, s.stop)) for s in training.stretches]
    library = Library.of(clips, 30.0)
    wanted = stretches_of(training.data.positions(training.stretches[0].start, training.stretches[0].stop), 30.0, 1.0)
    small, large = drawn_takes(training, 0.25)[1], drawn_takes(training, 0.75)[1]
    assert small < large

    def nearest(takes: set[str]) -> np.ndarray:
        return library.part(lambda clip: take_of(clip) in takes).nearest(wanted)[0]

    distances = [nearest(small), nearest(large), library.nearest(wanted)[0]]
    assert (distances[0] >= distances[1]).all() and (distances[1] >= distances[2]).all()
    np.testing.assert_allclose(distances[2], 0, atol=0.01)
