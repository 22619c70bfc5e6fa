"""Text that lies beside motion files: sidecars, captions.jsonl, HumanML3D's index, CMU's own index."""

from __future__ import annotations

import contextlib
import csv
import re
from dataclasses import dataclass, field
from pathlib import Path

from motionmix_core.errors import DataError
from motionmix_core.formats.cmu_pack import read_json_lines

from .records import Skipped

HUMANML_FPS = 20.0  # of the frame numbers in HumanML3D's index.csv
_CMU_LINE = re.compile(r"^(\d{1,3})_(\d{1,3})\s+(.+)$")
_CMU_SUBJECT = re.compile(r"^Subject #(\d+) \((.+)\)\s*$")
_TWO_SUBJECTS = re.compile(r"\s*\((?:2 )?subjects - subject [AB]\)\s*$", re.IGNORECASE)


@dataclass
class CaptionBook:
    """All text found under the source folders.

    lines: clip name, relative path without suffix, or stem -> caption lines. trials: CMU trial -> its description and
    its subject's heading. skipped: text files that couldn't be read.
    """

    lines: dict[str, list[dict]] = field(default_factory=dict)
    trials: dict[str, dict] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)

    def lines_for(self, path: Path, relative: Path) -> list[dict]:
        """Caption lines for a motion file: by its path (or the end of it), its name, and its sidecar text file."""
        parts = relative.with_suffix("").parts
        keys = ["/".join(parts[k:]) for k in range(len(parts))]
        found: list[dict] = []
        for key in keys:
            if key in self.lines:
                found += self.lines[key]
                break
        sidecar = path.with_suffix(".txt")
        if sidecar.is_file():
            # in either form of line: HumanML3D's own texts have numbers for names and are found by its index
            found += [{**line, "source": "sidecar"} for line in humanml_lines(sidecar)]
        return found

    def add(self, clip: str, line: dict) -> None:
        """One caption line for a clip (its path from the source folder, with or without suffix, or its name)."""
        name = re.sub(r"\.(bvh|npz|npy)$", "", clip.replace("\\", "/").removeprefix("./"))
        self.lines.setdefault(name, []).append(line)


def find_captions(source: Path) -> CaptionBook:
    """Read all caption files under a folder; what can't be read is noted, not raised."""
    book = CaptionBook()
    for path in sorted(source.rglob("*")):
        reader = _READERS.get(path.name) or (_read_cmu_text if re.match(r"cmu.*index.*\.txt$", path.name) else None)
        if reader is not None and path.is_file():
            try:
                reader(path, book)
            except (DataError, OSError, ValueError, KeyError, TypeError, csv.Error) as error:
                book.skipped.append(Skipped(str(path.relative_to(source)), str(error), "captions"))
    return book


def _read_jsonl(path: Path, book: CaptionBook) -> None:
    if (path.parent / "clips.jsonl").is_file():
        return  # a pack's own, read with the pack
    for line in read_json_lines(path):
        name = line.get("clip") or line.get("file")
        if isinstance(name, str):
            book.add(name, {"source": path.parent.name, **line})


def _read_cmu_jsonl(path: Path, book: CaptionBook) -> None:
    for line in read_json_lines(path):
        description = _TWO_SUBJECTS.sub("", str(line.get("description", "")))
        book.trials.setdefault(str(line["trial"]), {"description": description, "subject": line.get("subject", "")})


def _read_cmu_text(path: Path, book: CaptionBook) -> None:
    headings: dict[int, str] = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        heading, trial = _CMU_SUBJECT.match(line), _CMU_LINE.match(line)
        if heading:
            headings[int(heading[1])] = heading[2]
        elif trial:
            name = f"{int(trial[1]):02d}_{int(trial[2]):02d}"
            description = _TWO_SUBJECTS.sub("", trial[3].strip())
            book.trials.setdefault(name, {"description": description, "subject": headings.get(int(trial[1]), "")})


def _read_humanml_index(path: Path, book: CaptionBook) -> None:
    """HumanML3D's index.csv: which stretch of which AMASS file each of its numbered texts is about."""
    texts = path.parent / "texts"
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if not {"source_path", "new_name", "start_frame", "end_frame"} <= set(row):
                return  # some other index.csv
            text = texts / f"{Path(row['new_name']).stem}.txt"
            if not text.is_file():
                continue
            start, end = int(row["start_frame"]) / HUMANML_FPS, int(row["end_frame"]) / HUMANML_FPS
            clip = row["source_path"].replace("\\", "/").split("pose_data/")[-1]
            for line in humanml_lines(text):
                whole = not line["end_s"]
                stop = end if whole else min(start + line["end_s"], end) if end > start else start + line["end_s"]
                span = {"start_s": start + line["start_s"], "end_s": stop if stop > start else None}
                book.add(clip, {**line, **span})


def humanml_lines(path: Path) -> list[dict]:
    """A text file beside a motion: a sentence a line, or HumanML3D's "sentence#words#from#to" (seconds)."""
    lines = []
    for text in path.read_text(encoding="utf-8", errors="replace").splitlines():
        parts = text.split("#")
        start, end = 0.0, None
        if len(parts) == 4:
            with contextlib.suppress(ValueError):
                start, end = float(parts[2]), float(parts[3])
            if end is None or not start < end:  # 0 to 0 (or nan) stands for the whole clip
                start, end = 0.0, None
        if parts[0].strip():
            source = "humanml3d" if len(parts) == 4 else "sidecar"
            lines.append({"text": parts[0].strip(), "start_s": start, "end_s": end, "source": source})
    return lines


_READERS = {"captions.jsonl": _read_jsonl, "cmu-index.jsonl": _read_cmu_jsonl, "index.csv": _read_humanml_index}
