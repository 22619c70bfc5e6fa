"""Motion of several windows through keys: none of them comes as a surprise to the window that it lies in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from motionmix_core.editing import EditSettings, Key, in_between
from motionmix_core.generation import GenerationRequest, Generator
from motionmix_core.motion.motion import Motion


def accelerations(motion: Motion) -> np.ndarray:
    """(T - 2,) m/s² of the joint that is fastest to change."""
    return np.asarray(np.linalg.norm(np.diff(motion.positions(), n=2, axis=0), axis=-1).max(axis=1) * motion.fps**2)


@pytest.mark.parametrize("seed", [2, 3])
def test_a_key_just_behind_a_windows_end_brings_no_jerk(repo_root: Path, seed: int) -> None:
    folder = repo_root / "pretrained"
    if not (folder / "text-minilm").is_dir():
        pytest.skip("pretrained/text-minilm isn't made yet (build.py makes it)")
    generator = Generator(folder)
    prompt = "a person walks forward"
    walk = generator.generate(GenerationRequest(prompt, 10.0, seed=1, quality="draft"))[0]
    # alone, windows of 10 s meet at frames 135 to 165, and the second has one frame to get to the key
    keys = [Key(frame) for frame in (0, 96, 166, 230, 299)]
    edit = in_between(walk, keys, 0, 299, EditSettings(prompt=prompt, seed=seed, quality="draft"))
    result = generator.generate(edit.request)
    made = edit.finish(result[0], result.contacts[0])
    assert accelerations(made)[150:180].max() < 1.3 * accelerations(walk).max()
