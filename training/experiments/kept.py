"""What the runs share, kept between calls: the clips on our skeleton, and the judge."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors.torch import load_file, save_file

from motionmix_core.files import written_whole
from motionmix_core.formats.action_clip import ActionClip
from motionmix_core.formats.bandai_actions import read_bandai_actions
from motionmix_core.mixed_data.paper_config import PaperConfig
from training.papers.action_clips import ActionClips
from training.papers.objective import body_of

from .evaluator import ActionClassifier, Evaluator, train_evaluator

EVALUATOR_SEED = 777
FINE = "measures-fine.json"  # a run sampled again, see resample.py
HANDOVER = "handover.json"  # how much a run's predictions tremble at each step, see handover.py


def kept_clips(path: Path, data: Path, config: PaperConfig) -> tuple[ActionClips, ActionClips]:
    """Training and test clips at the config's frame rate, read once."""
    if not path.exists():
        read = read_bandai_actions(data, fps=config.data.fps)
        sets = [ActionClips.of(read, config.data.frames, test=held, face_forward=config.data.face_forward)
                for held in (False, True)]  # fmt: skip
        every = [(clip, held) for held, clips in enumerate(sets) for clip in clips.clips]
        with written_whole(path, binary=True) as file:
            np.savez(
                file,
                ids=np.array([clip.id for clip, _ in every]),
                held=np.array([held for _, held in every]),
                actions=np.array([clip.action for clip, _ in every]),
                frames=np.array([clip.num_frames for clip, _ in every]),
                poses=np.concatenate([clip.poses for clip, _ in every]),
                root=np.concatenate([clip.root for clip, _ in every]),
            )
    with np.load(path, allow_pickle=False) as stored:
        table = {name: stored[name] for name in stored.files}
    ends = np.cumsum(table["frames"])
    found: tuple[list[ActionClip], list[ActionClip]] = ([], [])
    for place, end in enumerate(ends):
        span = slice(int(end - table["frames"][place]), int(end))
        clip = ActionClip(
            str(table["ids"][place]), int(table["actions"][place]), table["poses"][span], table["root"][span]
        )
        found[int(table["held"][place])].append(clip)
    train, test = (ActionClips(tuple(clips), config.data.fps, config.data.frames) for clips in found)
    return train, test


def kept_evaluator(path: Path, train: ActionClips, config: PaperConfig, steps: int) -> Evaluator:
    """The judge, trained once."""
    body = body_of(config)
    if path.exists():
        network = ActionClassifier(config.data.actions)
        network.load_state_dict(load_file(str(path)))
        return Evaluator(network.eval(), body)
    evaluator = train_evaluator(train, config.data.actions, body, seed=EVALUATOR_SEED, steps=steps)
    save_file(evaluator.network.state_dict(), str(path))
    return evaluator
