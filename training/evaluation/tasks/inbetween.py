"""In-betweening, scored on the missing frames, by the LAFAN1 protocol: 10 past frames and one target pose at 30 fps.

The same gaps as the add-on meets them in the middle of an Action, where the motion is known on either side: 10 frames
before and 10 behind. And keys alone: how far the motion leads past whole poses that an animator has set, before it is
bent through them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from motionmix_core.editing import EditSettings, Key, in_between
from motionmix_core.editing.gap_network import gap_network, learned
from motionmix_core.editing.interpolation import interpolated
from motionmix_core.editing.keys import Held, held_by
from motionmix_core.editing.unimposed import unimposed
from motionmix_core.metrics.inbetween import slerp_between
from motionmix_core.metrics.report import Estimate, Table
from motionmix_core.motion.motion import Motion
from training.evaluation.tasks.gap_scores import Frames, Judge, turned_by
from training.evaluation.tasks.setup import TaskSetup, estimates, physical, seam_ratio
from training.evaluation.tasks.windows import thinned, windows

PAST = 10
TARGET, GOES_ON = 1, 10
"""Frames known behind the gap: the protocol's one pose, or as many as before it."""
GAPS = (5, 15, 30)
STEP = 20
SPINS_FROM = 15
"""Missing frames: in shorter gaps nobody goes round."""
MEASURES = ("L2P", "L2Q", "NPSS")
COLUMNS = (
    *MEASURES, *(f"{name} / slerp" for name in MEASURES),
    "raw key error cm", "key error cm", "seam / p95",
)  # fmt: skip
KEYED_FRAMES, KEYS = 120, 5
STATISTICS_CLIPS = 200


def measure(setup: TaskSetup) -> list[Table]:
    """Two tables a gap: slerp, cubic curves, learned curves alone, ours; where their measures come from; keys alone."""
    tables = [table for behind in (TARGET, GOES_ON) for gap in GAPS for table in _tables(setup, gap, behind)]
    return [*tables, _keys(setup)]


@dataclass(frozen=True, eq=False)
class Gaps:
    """Windows of real clips with the same frames missing.

    gap: missing frames. behind: known ones after them. real: windows of PAST + gap + behind frames that stand and face
    alike at the last past one. mean, std: (22, 3) metres, of the protocol's windows of training clips. clips: that the
    windows are of.
    """

    gap: int
    behind: int
    real: list[Motion]
    mean: np.ndarray
    std: np.ndarray
    clips: list[str]

    @property
    def held(self) -> Held:
        """What is known."""
        held = np.ones(self.real[0].num_frames, bool)
        held[PAST : PAST + self.gap] = False
        return Held(np.repeat(held[:, None], self.real[0].skeleton.num_joints, axis=1), held)

    @cached_property
    def judge(self) -> Judge:
        """Measures made motion at the missing frames."""
        return Judge(self.missing(self.real), self.mean, self.std, self.clips)

    def missing(self, motions: list[Motion]) -> Frames:
        """Their frames in the gap."""
        return Frames.of(motions, PAST, PAST + self.gap)

    def slerp(self) -> list[Motion]:
        """The field's baseline."""
        return [_slerp(motion, self.gap) for motion in self.real]


def gaps_of(setup: TaskSetup, gap: int, behind: int = TARGET) -> Gaps:
    """The windows that a table of this gap is measured on."""
    chosen = thinned(windows(setup.cache, setup.split, PAST + gap + behind, STEP), setup.limit)
    real = [window.motion.canonicalised(PAST - 1) for window in chosen]
    clips = [window.clip for window in chosen]
    return Gaps(gap, behind, real, *_statistics(setup, PAST + gap + TARGET), clips)


def _tables(setup: TaskSetup, gap: int, behind: int) -> list[Table]:
    gaps = gaps_of(setup, gap, behind)
    real, every, held = gaps.real, gaps.held, gaps.held.root
    made = {
        "slerp": gaps.slerp(),
        "cubic curves": [interpolated(motion, every) for motion in real],
    }
    if gap_network() is not None:
        made["learned curves"] = [learned(motion, every) for motion in real]
    ours = [_ours(setup, motion, [], PAST, PAST + gap - 1, every) for motion in real]
    made["ours"] = [motion for _, motion in ours]
    known = "by the LAFAN1 protocol" if behind == TARGET else "motion known on both sides"
    table = Table(
        title=f"In-between, {gap} missing frames, {known} ({setup.split}, {len(real)} windows)",
        columns=COLUMNS,
        row_header="method",
        formats=dict.fromkeys(COLUMNS, ".4f") | {name: ".3f" for name in COLUMNS if name.endswith("slerp")},
        notes=(
            f"{PAST} past frames, {'one target pose' if behind == TARGET else f'{behind} behind the gap'}. Over slerp: "
            "± half a 95 % interval over clips drawn anew. seam / p95: largest acceleration at the seams over the 95th "
            "percentile of the window's own, mean over windows (goal: under 1.5). Raw key error: of the poses beside "
            "the gap, as the free frames lead to them, before they are hit exactly.",
        ),
    )
    frames = {name: gaps.missing(motions) for name, motions in made.items()}
    for name, motions in made.items():
        row = {key: Estimate.of([value]) for key, value in gaps.judge.scores(frames[name]).items()}
        if name != "slerp":
            ratios = gaps.judge.ratios(frames[name], frames["slerp"])
            row |= {f"{key} / slerp": ratio for key, ratio in ratios.items()}
        row["key error cm"] = Estimate.of([100 * _key_error(m, r, held) for m, r in zip(motions, real, strict=True)])
        seams = [PAST, PAST + gap]
        row["seam / p95"] = Estimate.of(
            [seam_ratio(m, seams, r.positions()) for m, r in zip(motions, real, strict=True)]
        )
        if name == "ours":
            row["raw key error cm"] = Estimate.of([raw for raw, _ in ours])
        table.rows[name] = row
    if gap < SPINS_FROM:
        return [table]
    return [table, _apart(setup, gaps, frames, f"{gap} missing frames, {known}")]


def _apart(setup: TaskSetup, gaps: Gaps, frames: dict[str, Frames], title: str) -> Table:
    """What spinning bodies do to the measures: from the poses beside a gap nobody knows how often they go round."""
    turned = turned_by(gaps.real, PAST - 1, PAST + gaps.gap)
    rows = gaps.judge.by_turning(frames["ours"], frames["slerp"], turned)
    table = Table(
        title=f"In-between, {title}, by how far the hips turn in the gap ({setup.split})",
        columns=("windows", "clips", "share of slerp's NPSS", "share of our NPSS", *MEASURES),
        row_header="hips turn",
        formats={"windows": ".0f", "clips": ".0f", "share of slerp's NPSS": ".2f", "share of our NPSS": ".2f"},
        notes=("L2P, L2Q, NPSS: ours over slerp's in these windows, ± half a 95 % interval over clips drawn anew.",),
    )
    table.rows.update(rows)
    return table


def _keys(setup: TaskSetup) -> Table:
    """Four seconds of which five whole poses are known, and nothing else."""
    chosen = thinned(windows(setup.cache, setup.split, KEYED_FRAMES, KEYED_FRAMES), setup.limit and setup.limit // 3)
    rows: dict[str, list[dict[str, float]]] = {"real": [], "cubic curves": [], "ours": []}
    for number, window in enumerate(chosen):
        rng = np.random.default_rng((setup.seed, number))
        inner = 1 + rng.choice(KEYED_FRAMES - 2, KEYS - 2, replace=False)
        at = [0, *sorted(inner.tolist()), KEYED_FRAMES - 1]
        keys = [Key(frame) for frame in at]
        held = held_by(keys, KEYED_FRAMES)
        raw, made = _ours(setup, window.motion, keys, 0, KEYED_FRAMES - 1, held)
        curves = interpolated(window.motion, held)
        off = 100 * _key_error(made, window.motion, held.root)
        rows["real"].append(physical(window.motion))
        rows["cubic curves"].append(physical(curves))
        rows["ours"].append({"raw key error cm": raw, "key error cm": off, **physical(made)})
    table = Table(
        title=f"Keys: {KEYS} whole poses in {KEYED_FRAMES / 30:.0f} s ({setup.split}, {len(chosen)} windows)",
        columns=("raw key error cm", "key error cm", "skate GMD", "skate Kimodo", "jitter"),
        row_header="method",
        formats={"key error cm": ".4f"},
    )
    table.rows.update({name: estimates(found) for name, found in rows.items()})
    return table


def _ours(setup: TaskSetup, motion: Motion, keys: list[Key], first: int, last: int, held: Held) -> tuple[float, Motion]:
    """Mean distance of the joints at the held poses beside free frames, cm, before they are hit; and the motion."""
    settings = EditSettings(seed=setup.seed, steps=setup.steps, model=setup.model)
    edit = in_between(motion, keys, first, last, settings)
    result = setup.generator.generate(edit.request)
    led = unimposed(result[0], held)
    free = np.pad(~held.root, 1)
    beside = held.root & (free[:-2] | free[2:])
    off = np.linalg.norm(led.positions() - motion.positions(), axis=-1)[beside]
    return 100 * float(off.mean()), edit.finish(result[0], result.contacts[0])


def _slerp(motion: Motion, gap: int) -> Motion:
    past, target = motion.crop(0, PAST), motion.crop(PAST + gap, motion.num_frames)
    between = slerp_between(past, target, gap)
    root = np.concatenate((past.root_positions, between.root_positions, target.root_positions))
    rotations = np.concatenate((past.rotations, between.rotations, target.rotations))
    return Motion(motion.skeleton, root, rotations, motion.fps)


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
