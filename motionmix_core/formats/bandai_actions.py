"""The shared Bandai-Namco pack as an action set: the one that can be run here. Research only (CC BY-NC 4.0)."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from ..conditions.action import BANDAI_ACTIONS
from ..errors import DataError, RequestError
from .action_clip import ActionClip, ActionSet, clip_of_motion
from .bandai_pack import MAPPING, BandaiPack
from .canonicalise import canonicalise, fit_body
from .published import Guide, Skipped

FPS = 30.0
GUIDE = Guide(
    "The Bandai-Namco action pack",
    "github.com/BandaiNamcoResearchInc/Bandai-Namco-Research-Motiondataset (dataset 2, packed)",
    "bandai_nc/\n    clips.jsonl  skeleton.json\n    bandai_walk.npz ..",
)


def read_bandai_actions(
    folder: str | Path, *, fps: float = FPS, actions: Collection[str] | None = None, per_action: int | None = None
) -> ActionSet:
    """The pack's clips on the canonical skeleton with their actions; the pack's own split.

    actions: only these (all if None), by name. per_action: at most so many of each, in the pack's order. Raises
    DataError if the pack is missing or its index broken; broken clips are in `skipped`.
    """
    folder = Path(folder)
    GUIDE.require(folder, "clips.jsonl", "skeleton.json")
    pack = BandaiPack.open(folder)
    fit = fit_body(pack.skeleton, MAPPING)
    wanted = None if actions is None else {BANDAI_ACTIONS.label(action) for action in actions}
    by_shard: dict[str, list[dict]] = {}
    for line in pack.clips():
        by_shard.setdefault(str(line.get("shard")), []).append(line)
    clips: list[ActionClip] = []
    skipped: list[Skipped] = []
    split: dict[str, list[int]] = {"train": [], "test": []}
    for shard_name, lines in by_shard.items():
        picked = [line for line in lines if wanted is None or _label(line) in wanted][:per_action]
        if not picked:
            continue
        try:
            shard = pack.shard(shard_name)
        except DataError as error:
            skipped.append(Skipped(shard_name, str(error)))
            continue
        for line in picked:
            name = str(line.get("clip"))
            try:
                motion = canonicalise(pack.motion(line, shard), fit).resample(fps)
                label = BANDAI_ACTIONS.label(str(line["content"]))
            except (DataError, RequestError, ValueError, KeyError) as error:
                skipped.append(Skipped(name, str(error)))
                continue
            split["train" if line.get("split", "train") == "train" else "test"].append(len(clips))
            clips.append(clip_of_motion(f"bandai/{name}", motion, label, str(line.get("style", ""))))
    return ActionSet(
        "bandai", BANDAI_ACTIONS, fps, tuple(clips), tuple(split["train"]), tuple(split["test"]), tuple(skipped)
    )


def _label(line: dict) -> int:
    try:
        return BANDAI_ACTIONS.label(str(line.get("content")))
    except RequestError:
        return -1
