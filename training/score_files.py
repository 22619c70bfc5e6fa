"""Judge any motion files, of whatever method: python -m training.score_files walk.bvh run.npz --captions walk.txt

The judges see joint positions and read captions by words of their own, so a BVH of another program, an SMPL .npz or our
own .npz is scored as the report scores the shipped model's samples. Each file has one caption, in the files' order.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from motionmix_core.errors import DataError
from motionmix_core.formats.foreign import read_motion_file
from motionmix_core.metrics.report import Estimate, Table, write_tables
from motionmix_core.motion.motion import Motion
from training.command import command
from training.evaluation.clip_cache import DEFAULT_CACHE
from training.evaluation.physical import measure
from training.evaluation.shares import is_made
from training.evaluation.sources import read_prompts
from training.evaluators.judge import Judge, load_judges
from training.papers.space import grounded
from training.reporting.memory import Library, Nearest, nearest_of_each
from training.reporting.stretches import StretchSet, read_stretches, training_clips
from training.train_evaluator import DEFAULT_FOLDER as DEFAULT_JUDGES

RANK, DISTANCE = "rank of its caption", "MM-Dist"
COLUMNS = (RANK, DISTANCE, "nearest training clip, m", "over the spacing", "skate GMD", "jitter", "joint speed m/s")
FORMATS = {RANK: ".1f", DISTANCE: ".2f", "over the spacing": ".2f", "jitter": ".1f", "joint speed m/s": ".2f"}


def ranks(judge: Judge, points: NDArray[np.float64], captions: Sequence[str], others: Sequence[str]) -> list[int]:
    """Of each motion's point: the place of its caption among `others` and itself, by distance; 1 = nearest of all."""
    own, texts = judge.texts(captions), judge.texts([text for text in others if text not in set(captions)])
    known = np.linalg.norm(points[:, None] - texts[None], axis=-1)
    return [
        int(1 + (row < apart).sum()) for row, apart in zip(known, np.linalg.norm(points - own, axis=-1), strict=True)
    ]


def scores(
    motions: Sequence[Motion],
    names: Sequence[str],
    captions: Sequence[str],
    judges: Sequence[Judge],
    held_out: StretchSet,
    nearest: Sequence[Nearest],
) -> Table:
    """A row a motion. Ranks are among the held-out part's captions; ± is over the judges."""
    positions, fps = [grounded(motion).positions() for motion in motions], held_out.data.fps
    known = list(dict.fromkeys(text for stretch in held_out.stretches for text in stretch.captions))
    points = {judge.name: judge.motions(positions, fps) for judge in judges}
    placed = np.array([ranks(judge, points[judge.name], captions, known) for judge in judges], float)
    apart = np.array([np.linalg.norm(points[j.name] - j.texts(captions), axis=-1) for j in judges])
    real = [
        float(np.linalg.norm(j.texts([s.captions[0] for s in held_out.stretches]) - _real(j, held_out), axis=-1).mean())
        for j in judges
    ]
    rows = {}
    for n, (name, motion, near) in enumerate(zip(names, motions, nearest, strict=True)):
        physical = measure(grounded(motion))
        rows[f"{name}: {captions[n]}"] = {
            RANK: Estimate.of(placed[:, n]),
            DISTANCE: Estimate.of(apart[:, n]),
            "nearest training clip, m": Estimate(near.metres),
            "over the spacing": Estimate(near.in_spacings),
            **{column: Estimate(physical[column]) for column in COLUMNS[4:]},
        }
    note = (
        f"Rank among {len(known) + 1} captions, 1 = no other fits better. MM-Dist of real clips of the same part, by "
        f"their own captions: {np.mean(real):.2f}. ± is over {len(judges)} judges. Over the spacing: near 0 is a copy "
        "of a training clip."
    )
    return Table("Motion files by the judges", COLUMNS, rows, (note,), FORMATS, row_header="file")


def _real(judge: Judge, held_out: StretchSet) -> NDArray[np.float64]:
    return judge.motions(held_out.positions()[::2], held_out.data.fps)


@command
def main(argv: list[str] | None = None) -> None:
    """Runs the command line."""
    arguments = _parser().parse_args(argv)
    captions = read_prompts(arguments.captions)
    if len(captions) != len(arguments.files):
        raise DataError(f"{len(arguments.files)} files need as many captions, one a line, not {len(captions)}")
    held_out = read_stretches(arguments.cache, arguments.split)
    fps = held_out.data.fps
    motions = [read_motion_file(path, fps).motion for path in arguments.files]
    clips = training_clips(arguments.cache, held_out.data, shippable_only=False)
    library = Library.of(clips, fps).part(lambda clip: not is_made(clip))
    nearest = nearest_of_each(library, [grounded(motion).positions() for motion in motions], fps)
    names = [path.name for path in arguments.files]
    table = scores(motions, names, captions, load_judges(arguments.judges), held_out, nearest)
    print(table.markdown())
    if arguments.out:
        print(*write_tables([table], arguments.out), sep="\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.score_files", description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", help="motion files: .bvh, .npz (ours, SMPL, AMASS)")
    parser.add_argument("--captions", type=Path, required=True, help="a text file, one caption a line for each file")
    parser.add_argument("--split", choices=("val", "test"), default="val", help="whose captions to rank among (val)")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, help="what training.prepare wrote (%(default)s)")
    parser.add_argument("--judges", type=Path, default=DEFAULT_JUDGES, help="by training.train_evaluator (%(default)s)")
    parser.add_argument("--out", type=Path, help="also write OUT.json and OUT.md")
    return parser


if __name__ == "__main__":
    sys.exit(main())
