"""Long motions are split into windows, and windows are brought home."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from motionmix_core.generation.placement import placement_of
from motionmix_core.generation.windows import plan_segments, plan_windows
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import axis_angle_to_quat
from motionmix_core.motion.skeleton import canonical_skeleton
from motionmix_core.representation.default import HEADING, ROOT_XZ, decode, encode


@given(frames=st.integers(2, 2000), longest=st.integers(20, 300), overlap=st.integers(0, 19))
def test_windows_cover_everything_and_share_the_overlap(frames: int, longest: int, overlap: int) -> None:
    windows = plan_windows(frames, longest, overlap)
    assert windows[0][0] == 0
    assert windows[-1][1] == frames
    assert all(0 < stop - start <= longest for start, stop in windows)
    assert all(before[1] - after[0] == overlap for before, after in itertools.pairwise(windows))
    lengths = [stop - start for start, stop in windows]
    assert max(lengths) - min(lengths) <= 1


def test_no_more_windows_than_needed() -> None:
    assert len(plan_windows(120, 120, 30)) == 1
    assert len(plan_windows(121, 120, 30)) == 2
    assert len(plan_windows(210, 120, 30)) == 2
    assert len(plan_windows(211, 120, 30)) == 3


def test_a_segment_sees_the_end_of_the_one_before_it_and_all_of_its_own() -> None:
    windows = plan_segments([60, 45, 250], 120, 30, 8)
    assert windows[:2] == [(0, 60, 0), (52, 105, 1)]
    assert [segment for _, _, segment in windows] == [0, 1, 2, 2, 2]
    assert windows[2][0] == 97
    assert windows[-1][1] == 355
    assert all(before[1] - after[0] == 30 for before, after in itertools.pairwise(windows[2:]))


def test_home_and_back_is_where_it_was(rng: np.random.Generator) -> None:
    skeleton = canonical_skeleton()
    turns = np.cumsum(rng.normal(0, 0.05, (40, skeleton.num_joints, 3)), axis=0)
    motion = Motion(skeleton, np.cumsum(rng.normal(0, 0.02, (40, 3)), axis=0), axis_angle_to_quat(turns), 30.0)
    features = encode(motion.transformed(2.1, (5.0, 0.0, -3.0)))
    place = placement_of(features[17])
    home = place.home(features)
    np.testing.assert_allclose(home[17, ROOT_XZ], 0, atol=1e-5)
    np.testing.assert_allclose(home[17, HEADING], (1, 0), atol=1e-6)
    np.testing.assert_allclose(place.back(home), features, atol=1e-5)
    np.testing.assert_allclose(decode(home).positions(), moved_positions(features, place.yaw, place.shift), atol=1e-5)


def moved_positions(features: np.ndarray, yaw: float, shift: tuple[float, float]) -> np.ndarray:
    """The same by the motion itself."""
    return decode(features).transformed(yaw, (shift[0], 0.0, shift[1])).positions()
