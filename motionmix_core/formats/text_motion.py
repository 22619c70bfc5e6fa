"""Motion with captions in HumanML3D's layout: HumanML3D and KIT-ML (Guo et al. 2022), and the rules of MDM's loader.

A caption file has one caption a line: `text#words/TAGS#start#end`, in seconds, both 0 (or nan) for the whole motion.
Captions with times become clips of their own. Their times are turned into frames at 20 a second - for KIT-ML too, which
has 12.5, as the published loader does and all published results rest on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import DataError
from ..representation.guo_layout import GuoLayout
from .published import Guide, Skipped, read_array, read_lines

CUT_FPS = 20  # frames a second by which caption times are turned into frames, whatever the data set's rate
MAX_FRAMES = 196  # what a batch is padded to
UNIT = 4  # clip lengths are multiples of this
EVALUATOR_WORDS = 20
CONTACTS = 4  # the last numbers of a frame, which the evaluator doesn't see
SPLITS = ("train", "val", "test", "train_val", "all")


@dataclass(frozen=True)
class Caption:
    """text; tokens: its words as the evaluator reads them, "walk/VERB"; start, end: seconds, 0 and 0 for all of it."""

    text: str
    tokens: tuple[str, ...]
    start: float = 0.0
    end: float = 0.0

    @property
    def whole(self) -> bool:
        """Whether it is about the whole motion."""
        return self.start == 0.0 and self.end == 0.0


@dataclass(frozen=True)
class TextClip:
    """One training clip. id: the motion's name, a letter before it for a part. features: (T, F), not normalised."""

    id: str
    motion: str
    features: np.ndarray
    captions: tuple[Caption, ...]


@dataclass(frozen=True)
class Statistics:
    """mean, std: (F,) float32."""

    mean: np.ndarray
    std: np.ndarray

    def normalise(self, features: np.ndarray) -> np.ndarray:
        """(.., F) -> (.., F) float32, z-scores."""
        return ((features - self.mean) / self.std).astype(np.float32)

    def denormalise(self, features: np.ndarray) -> np.ndarray:
        """The inverse of `normalise`."""
        return (features * self.std + self.mean).astype(np.float32)


@dataclass(frozen=True)
class Sample:
    """What a network is trained on. motion: (196, F) z-scores, zeros behind `length` frames. caption: one at random."""

    motion: np.ndarray
    length: int
    caption: Caption


@dataclass(frozen=True)
class TextMotionSet:
    """An opened data set; clips are read one at a time."""

    folder: Path
    layout: GuoLayout
    guide: Guide
    evaluator: str

    @classmethod
    def open(cls, folder: str | Path, layout: GuoLayout, guide: Guide, evaluator: str) -> TextMotionSet:
        """Raises DataError with the download page and the expected tree if something is missing."""
        guide.require(Path(folder), "new_joint_vecs", "texts", "Mean.npy", "Std.npy")
        return cls(Path(folder), layout, guide, evaluator)

    def split(self, name: str) -> list[str]:
        """The motions' names of a split: train, val, test, train_val or all. Raises DataError."""
        if name not in SPLITS:
            raise DataError(f"{self.layout.name} has no split '{name}': use {', '.join(SPLITS)}")
        self.guide.require(self.folder, f"{name}.txt")
        return read_lines(self.folder / f"{name}.txt")

    def features(self, name: str) -> np.ndarray:
        """(T, 263 or 251) float32 of one motion, not normalised. Raises DataError naming the file."""
        return read_array(self.folder / "new_joint_vecs" / f"{name}.npy", 2, self.layout.features)

    def positions(self, name: str) -> np.ndarray:
        """(T, J, 3) joint positions as published. Raises DataError naming the file."""
        path = self.folder / "new_joints" / f"{name}.npy"
        positions = read_array(path, 3)
        if positions.shape[1:] != (self.layout.num_joints, 3):
            raise DataError(f"{path} has the shape {positions.shape}, expected (frames, {self.layout.num_joints}, 3)")
        return positions

    def captions(self, name: str) -> list[Caption]:
        """The captions of one motion. Raises DataError naming file and line."""
        return read_captions(self.folder / "texts" / f"{name}.txt")

    def clips(self, split: str) -> Iterator[TextClip | Skipped]:
        """All clips of a split in its order, and what was left out and why; broken files are named, not fatal."""
        for name in self.split(split):
            try:
                features, captions = self.features(name), self.captions(name)
            except DataError as error:
                yield Skipped(name, str(error))
                continue
            yield from self._clips_of(name, features, captions)

    def _clips_of(self, name: str, features: np.ndarray, captions: list[Caption]) -> Iterator[TextClip | Skipped]:
        low, high = self.layout.shortest, self.layout.longest
        if not low <= len(features) < high:
            yield Skipped(name, f"{len(features)} frames, outside {low} to {high - 1}")
            return
        parts = 0
        for caption in captions:
            if caption.whole:
                continue
            cut = features[int(caption.start * CUT_FPS) : int(caption.end * CUT_FPS)]
            if low <= len(cut) < high:
                yield TextClip(f"{_letters(parts)}_{name}", name, cut, (caption,))
                parts += 1
            else:
                yield Skipped(name, f"its part {caption.start:g} s to {caption.end:g} s has {len(cut)} frames, "
                              f"outside {low} to {high - 1}")  # fmt: skip
        whole = tuple(caption for caption in captions if caption.whole)
        if whole:
            yield TextClip(name, name, features, whole)

    def statistics(self) -> Statistics:
        """Mean.npy and Std.npy, for training. Raises DataError."""
        return self._statistics(self.folder / "Mean.npy", self.folder / "Std.npy")

    def evaluator_statistics(self, folder: str | Path | None = None) -> Statistics:
        """What the published evaluator normalises with: other numbers, root and contacts weighted 25 times as much.

        folder: holds t2m_mean.npy and t2m_std.npy (kit_mean.npy, kit_std.npy); by default the data set's or the one
        above it, where MDM keeps them. Raises DataError.
        """
        names = f"{self.evaluator}_mean.npy", f"{self.evaluator}_std.npy"
        places = [Path(folder)] if folder is not None else [self.folder, self.folder.parent]
        for place in places:
            if all((place / name).is_file() for name in names):
                return self._statistics(place / names[0], place / names[1])
        raise DataError(
            f"there is no {names[0]} and {names[1]} in {places[-1]}: they come with MDM's code, in its folder dataset "
            "(github.com/GuyTevet/motion-diffusion-model)"
        )

    def _statistics(self, mean: Path, std: Path) -> Statistics:
        values = Statistics(read_array(mean, 1, self.layout.features), read_array(std, 1, self.layout.features))
        if not (values.std > 0).all():
            raise DataError(f"{std} has a standard deviation of {values.std.min():g}; all must be above zero")
        return values


def read_captions(path: Path) -> list[Caption]:
    """The captions of one file. Raises DataError naming file and line."""
    captions = []
    for number, line in enumerate(read_lines(path), start=1):
        fields = line.split("#")
        try:
            text, words, start, end = fields[0], fields[1], float(fields[2]), float(fields[3])
        except (IndexError, ValueError):
            raise DataError(f"{path}, line {number}: expected text#words#start#end, got {line[:80]!r}") from None
        start, end = (0.0 if np.isnan(time) else time for time in (start, end))
        if not (np.isfinite(start) and np.isfinite(end)) or start < 0 or end < start:
            raise DataError(f"{path}, line {number}: times {fields[2]} to {fields[3]} make no sense")
        captions.append(Caption(text, tuple(words.split()), start, end))
    if not captions:
        raise DataError(f"{path} has no caption")
    return captions


def training_sample(clip: TextClip, statistics: Statistics, generator: np.random.Generator) -> Sample:
    """A clip as the published loader gives it to the network.

    One caption at random; the length rounded down to a multiple of 4, in a third of cases one unit shorter; a random
    stretch of that length; z-scores first, zeros behind afterwards.
    """
    shorter = generator.integers(3) == 2
    length = (len(clip.features) // UNIT - int(shorter)) * UNIT
    if not 0 < length <= MAX_FRAMES:
        raise DataError(f"{clip.id}: {len(clip.features)} frames don't make a training sample of 4 to {MAX_FRAMES}")
    start = int(generator.integers(len(clip.features) - length + 1))
    caption = clip.captions[int(generator.integers(len(clip.captions)))]
    motion = np.zeros((MAX_FRAMES, clip.features.shape[1]), np.float32)
    motion[:length] = statistics.normalise(clip.features[start : start + length])
    return Sample(motion, length, caption)


def evaluator_words(tokens: tuple[str, ...]) -> tuple[list[str], int]:
    """A caption's words as the evaluator takes them: 22 of them, and how many count (the end marker included)."""
    kept = list(tokens[:EVALUATOR_WORDS])
    words = ["sos/OTHER", *kept, "eos/OTHER"]
    return words + ["unk/OTHER"] * (EVALUATOR_WORDS - len(kept)), len(words)


def evaluator_motion(scores: np.ndarray, training: Statistics, evaluator: Statistics) -> np.ndarray:
    """z-scores (.., F) by the training statistics -> (.., F - 4) as the published evaluator takes them.

    By its own statistics, which weigh the root 25 times as much, and without the contacts. All motions go through this:
    real ones, made ones and the repeats of MultiModality.
    """
    return evaluator.normalise(training.denormalise(scores))[..., :-CONTACTS]


def _letters(number: int) -> str:
    """A, B, .. Z, AA, AB ..: names of parts, the same in every run (the published loader draws letters)."""
    name = ""
    while True:
        name = chr(ord("A") + number % 26) + name
        number = number // 26 - 1
        if number < 0:
            return name
