"""In-betweening by the LAFAN1 protocol: 10 past frames and one target pose at 30 fps, scored on the missing frames."""

from __future__ import annotations

import numpy as np

from motionmix_core.editing import EditSettings, in_between
from motionmix_core.editing.interpolation import interpolated
from motionmix_core.editing.keys import Held
from motionmix_core.metrics.inbetween import l2p, l2q, npss, slerp_between
from motionmix_core.metrics.report import Estimate, Table
from motionmix_core.motion.motion import Motion
from training.evaluation.tasks.setup import TaskSetup, seam_ratio
from training.evaluation.tasks.windows import thinned, windows

PAST = 10
GAPS = (5, 15, 30)
STEP = 20
COLUMNS = ("L2P", "L2Q", "NPSS", "L2P / slerp", "L2Q / slerp", "NPSS / slerp", "key error cm", "seam / p95")
STATISTICS_CLIPS = 200


def measure(setup: TaskSetup) -> list[Table]:
    """A table a gap: slerp, cubic curves, ours."""
    return [_table(setup, gap) for gap in GAPS]


def _table(setup: TaskSetup, gap: int) -> Table:
    total = PAST + gap + 1
    chosen = thinned(windows(setup.cache, setup.split, total, STEP), setup.limit)
    real = [window.motion.canonicalised(PAST - 1) for window in chosen]
    mean, std = _statistics(setup, total)
    held = np.ones(total, bool)
    held[PAST : PAST + gap] = False
    every = Held(np.repeat(held[:, None], real[0].skeleton.num_joints, axis=1), held)
    made = {
        "slerp": [_slerp(motion, gap) for motion in real],
        "cubic curves": [interpolated(motion, every) for motion in real],
        "ours": [_ours(setup, motion, gap) for motion in real],
    }
    table = Table(
        title=f"In-between, {gap} missing frames ({setup.split}, {len(real)} windows)",
        columns=COLUMNS,
        row_header="method",
        formats=dict.fromkeys(COLUMNS, ".4f"),
        notes=(
            "10 past frames, one target pose. seam / p95: largest acceleration at the seams over the 95th percentile "
            "of the window's own, mean over windows (goal: under 1.5).",
        ),
    )
    base = None
    for name, motions in made.items():
        scores = _scores(motions, real, gap, mean, std)
        base = base or scores
        row = {key: Estimate.of([value]) for key, value in scores.items()}
        row |= {f"{key} / slerp": Estimate.of([value / base[key]]) for key, value in scores.items()}
        row["key error cm"] = Estimate.of([100 * _key_error(m, r, held) for m, r in zip(motions, real, strict=True)])
        seams = [PAST, PAST + gap]
        row["seam / p95"] = Estimate.of(
            [seam_ratio(m, seams, r.positions()) for m, r in zip(motions, real, strict=True)]
        )
        table.rows[name] = row
    return table


def _ours(setup: TaskSetup, motion: Motion, gap: int) -> Motion:
    settings = EditSettings(seed=setup.seed, steps=setup.steps, model=setup.model)
    return setup.finished(in_between(motion, [], PAST, PAST + gap - 1, settings))


def _slerp(motion: Motion, gap: int) -> Motion:
    past, target = motion.crop(0, PAST), motion.crop(PAST + gap, PAST + gap + 1)
    between = slerp_between(past, target, gap)
    root = np.concatenate((past.root_positions, between.root_positions, target.root_positions))
    rotations = np.concatenate((past.rotations, between.rotations, target.rotations))
    return Motion(motion.skeleton, root, rotations, motion.fps)


def _scores(made: list[Motion], real: list[Motion], gap: int, mean: np.ndarray, std: np.ndarray) -> dict[str, float]:
    inside = slice(PAST, PAST + gap)
    positions, truth = (np.stack([m.positions()[inside] for m in motions]) for motions in (made, real))
    rotations, turned = (np.stack([m.global_rotations()[inside] for m in motions]) for motions in (made, real))
    return {
        "L2P": l2p(positions, truth, mean, std),
        "L2Q": l2q(rotations, turned),
        "NPSS": npss(rotations, turned),
    }


def _key_error(made: Motion, real: Motion, held: np.ndarray) -> float:
    return float(np.linalg.norm(made.positions() - real.positions(), axis=-1)[held].max())


def _statistics(setup: TaskSetup, total: int) -> tuple[np.ndarray, np.ndarray]:
    """(J, 3) mean and standard deviation of the training windows' joint positions, placed as the scored ones are."""
    ids = setup.cache.ids("train")
    chosen = np.random.default_rng(0).permutation(len(ids))[:STATISTICS_CLIPS]
    found = []
    for index in chosen:
        motion = setup.cache.motion(ids[index])
        for start in range(0, motion.num_frames - total + 1, 60):
            found.append(motion.crop(start, start + total).canonicalised(PAST - 1).positions())
    positions = np.concatenate(found)
    return positions.mean(axis=0), positions.std(axis=0)
