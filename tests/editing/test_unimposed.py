"""What the network made of a key is told by the frames beside it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionmix_core.editing.exact import exactly
from motionmix_core.editing.keys import Key, held_by
from motionmix_core.editing.unimposed import unimposed
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_mul
from tests.motions import walk


def _missed(source: Motion, frames: list[int]) -> tuple[Motion, Motion]:
    """A motion beside the source by 20 cm and a turn, and the same with the source's own poses imposed at frames."""
    turn = axis_angle_to_quat(np.array([0.0, 0.3, 0.1]))
    missed = replace(
        source,
        root_positions=source.root_positions + np.array([0.2, 0.0, 0.1]),
        rotations=quat_mul(source.rotations, turn),
    )
    root, rotations = missed.root_positions.copy(), missed.rotations.copy()
    root[frames], rotations[frames] = source.root_positions[frames], source.rotations[frames]
    return missed, replace(missed, root_positions=root, rotations=rotations)


def test_a_miss_that_was_hidden_at_the_keys_is_seen() -> None:
    source = walk(2.0)
    held = held_by([Key(frame) for frame in (0, 20, 21, 40, source.num_frames - 1)], source.num_frames)
    missed, imposed = _missed(source, np.flatnonzero(held.root).tolist())
    found = unimposed(imposed, held)
    np.testing.assert_allclose(found.root_positions, missed.root_positions, atol=0.01)
    away = np.linalg.norm(found.positions() - missed.positions(), axis=-1)
    assert away.mean() < 0.002
    assert away.max() < 0.12  # at the first frame of the walk, where a foot strikes


def test_keys_are_hit_without_a_jump_beside_them() -> None:
    source = walk(2.0)
    held = held_by([Key(frame) for frame in (0, 20, 40, source.num_frames - 1)], source.num_frames)
    _, imposed = _missed(source, np.flatnonzero(held.root).tolist())
    usual = np.linalg.norm(np.diff(source.positions(), 2, axis=0), axis=-1).max()
    jumps = np.linalg.norm(np.diff(imposed.positions(), 2, axis=0), axis=-1).max()
    made = exactly(unimposed(imposed, held), source, held)
    np.testing.assert_allclose(made.positions()[[0, 20, 40]], source.positions()[[0, 20, 40]], atol=1e-9)
    assert np.linalg.norm(np.diff(made.positions(), 2, axis=0), axis=-1).max() < 1.5 * usual < 0.3 * jumps


def test_motion_without_free_frames_stays_as_it_is() -> None:
    source = walk(1.0)
    held = held_by([Key(frame) for frame in range(source.num_frames)], source.num_frames)
    assert np.array_equal(unimposed(source, held).rotations, source.rotations)
