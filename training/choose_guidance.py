"""Compare weights and intervals of guidance: python -m training.choose_guidance [MODEL] [--write 2.5:0.3:1]

On captions of the validation split, never the test split. Samples lie on the report's shelf, so that the same command
goes on where it was ended; the table goes to training/reports/guidance.md.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from motionmix_core.errors import MotionMixError
from motionmix_core.metrics.report import Estimate
from training.evaluation.clip_cache import DEFAULT_CACHE, open_cache
from training.reporting.guidance import WRITTEN, Setting, set_guidance
from training.taught import taught_on
from training.train_evaluator import DEFAULT_FOLDER as DEFAULT_JUDGES

if TYPE_CHECKING:
    from training.evaluation.clip_cache import ClipCache
    from training.reporting.guidance import Scale
    from training.reporting.stretches import Stretch, StretchSet

DEFAULT_MODEL = Path("pretrained/base-cmu")
DEFAULT_OUT = Path("training/reports/guidance.md")
SETTINGS = ("1", "2.5", "2.5:0.3:0.95", "2.5:0.9:1")
BRIEF = ("2.5:0.7:1", "2.5:0.8:1", "3.5:0.9:1")


def main(argv: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0, or 2 after one clear line about what is wrong."""
    arguments = _parser().parse_args(argv)
    try:
        if arguments.write:
            set_guidance(arguments.model, Setting.parsed(arguments.write))
        else:
            _compare(arguments)
    except (MotionMixError, OSError, ValueError) as error:
        print(f"choose_guidance: {error}", file=sys.stderr)
        return 2
    return 0


def _compare(arguments: argparse.Namespace) -> None:
    from training.reporting.guidance import hand_speeds, orders_of, table_of
    from training.reporting.orders import Shelf, fill
    from training.reporting.stretches import read_stretches

    whole = [Setting.parsed(text) for text in arguments.settings]
    settings = [*whole, *(Setting.parsed(text) for text in arguments.brief)]
    wanted = read_stretches(arguments.cache, "val").spread(arguments.samples)
    shelf = Shelf.of_model(arguments.model, apart_from=WRITTEN)
    for setting in settings:
        orders = orders_of(wanted, setting)
        fill(shelf, arguments.model, orders.all if setting in whole else orders.captions, arguments.processes)
        print(f"{setting.name}: made", file=sys.stderr, flush=True)
    scale = _scale(arguments, wanted)
    clips = open_cache(arguments.cache)
    real = [clips.motion(s.clip).crop(s.start - _start(clips, s), s.stop - _start(clips, s)) for s in wanted.stretches]
    truth = scale.row(wanted.positions()[::2], real)
    rows = {"real validation clips": {name: truth[name] for name in truth if name not in ("FID (8 axes)", "KID")}}
    for setting in settings:
        orders = orders_of(wanted, setting)
        motions = [shelf.get(order) for order in orders.captions]
        rows[setting.name] = scale.row([motion.positions() for motion in motions], motions)
        if setting not in whole:
            continue
        rows[setting.name] |= {
            "multimodality": scale.variety([shelf.get(order).positions() for order in orders.free]),
            "hand m/s": Estimate(float(np.mean(hand_speeds(shelf.get(order) for order in orders.hands)))),
            "seconds": Estimate(float(np.median(shelf.cpu_seconds(orders.hands)))),
        }
    _write(arguments, table_of(rows, "Guidance, on the validation split").markdown(), len(wanted))


def _write(arguments: argparse.Namespace, table: str, count: int) -> None:
    from training.reporting.guidance import FREE_PROMPTS, FREE_SAMPLES, HAND_PROMPTS, HAND_SAMPLES

    weights = json.loads((arguments.model / "model.json").read_text(encoding="utf-8"))["weights_sha256"]
    remarks = arguments.out.with_suffix(".remarks.md")
    head = (
        f"# Guidance\n\nMade by `python -m training.choose_guidance`; weights {weights[:12]}.\n\n"
        f"{count} captioned stretches of the validation split, one sample each from the same start noise; scores are\n"
        "the mean of both judges, FID and KID against the real motion of all validation stretches. Multimodality:\n"
        f"{FREE_SAMPLES} samples each of {FREE_PROMPTS} captions. hand: mean speed of the busier wrist relative to the "
        f"chest over {HAND_SAMPLES}\nseeds each of {', '.join(f'“{p}”' for p in HAND_PROMPTS)}. seconds: of one core, "
        "a 5 s clip.\n“2.5, 0.3 to 1”: 2.5 where the noise level lies above 0.3, the condition alone (and one network\n"
        "call in place of two) below it.\n\n"
    )
    seen = remarks.read_text(encoding="utf-8") + "\n" if remarks.exists() else ""
    arguments.out.write_text(head + seen + table, encoding="utf-8")
    print(table)
    print(arguments.out)


def _scale(arguments: argparse.Namespace, wanted: StretchSet) -> Scale:
    """What samples are held against."""
    from motionmix_core.metrics.retrieval import group_captions
    from motionmix_core.mixed_data.cache import load_cache
    from training.evaluators.judge import load_judges
    from training.reporting.guidance import Scale, captions_of
    from training.reporting.measurements import SIMILAR
    from training.reporting.memory import Library
    from training.reporting.orders import DEFAULT_SHELF
    from training.reporting.scores import main_axes
    from training.reporting.sentences import Sentences
    from training.reporting.stretches import SIDES, read_stretches

    judges, fps = load_judges(arguments.judges), wanted.data.fps
    training, everything = read_stretches(arguments.cache, "train"), read_stretches(arguments.cache, "val")
    sentences = Sentences(arguments.model.resolve().parent / "text-minilm", DEFAULT_SHELF, 1)
    clips = (
        (clip.id, training.data.positions(clip.start, clip.start + clip.frames, mirror))
        for clip in load_cache(arguments.cache, ()).select("train", taught_on(arguments.model).shippable_only)
        for mirror in (SIDES if clip.frames >= 2 else ())
    )
    return Scale(
        wanted,
        judges,
        group_captions(sentences(captions_of(wanted)), SIMILAR),
        {j.name: j.motions(everything.positions(), fps) for j in judges},
        {j.name: main_axes(j.motions(training.positions(), fps)) for j in judges},
        Library.of(clips, fps),
    )


def _start(clips: ClipCache, stretch: Stretch) -> int:
    """First frame of a stretch's clip, in the cache's count."""
    return int(clips.clips[stretch.clip]["start"])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.choose_guidance", description=__doc__)
    parser.add_argument("model", type=Path, nargs="?", default=DEFAULT_MODEL, help="a model folder (%(default)s)")
    parser.add_argument("--settings", nargs="+", default=SETTINGS, help="weight or weight:low:high, each (%(default)s)")
    brief_help = "further ones, on the captions alone: neither multimodality nor hands (%(default)s)"
    parser.add_argument("--brief", nargs="*", default=BRIEF, help=brief_help)
    parser.add_argument("--samples", type=int, default=74, help="validation stretches (%(default)s)")
    parser.add_argument("--processes", type=int, default=2, help="generators at once (%(default)s)")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, help="what training.prepare wrote (%(default)s)")
    parser.add_argument("--judges", type=Path, default=DEFAULT_JUDGES, help="by training.train_evaluator (%(default)s)")
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT, help="the page (%(default)s)")
    parser.add_argument("--write", metavar="SETTING", help="put a setting into model.json, and nothing else")
    return parser


if __name__ == "__main__":
    sys.exit(main())
