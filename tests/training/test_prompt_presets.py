"""The prompts that the extension offers speak the language of the captions that the shipped model was taught with."""

from __future__ import annotations

import json
import re
from pathlib import Path

from motionmix_core.formats.cmu_pack import read_json_lines
from training.preparation.body_tasks import body_tasks
from training.preparation.hand_tasks import TASKS

_WORD = re.compile(r"[a-z]+")


def test_every_word_of_a_preset_is_a_word_of_the_training_captions(shared_data: Path, repo_root: Path) -> None:
    tested = {line["clip"] for line in read_json_lines(shared_data / "cmu" / "clips.jsonl") if line["split"] == "test"}
    texts = [text for task in TASKS for text in task.captions]
    texts += [text for task in body_tasks() for text in task.captions]
    for path in shared_data.glob("*/captions.jsonl"):
        texts += [line["text"] for line in read_json_lines(path) if line["clip"] not in tested]
    known = {word for text in texts for word in _WORD.findall(text.lower())}
    assert len(known) > 1000
    groups = json.loads((repo_root / "addon" / "prompt_presets.json").read_text(encoding="utf-8"))["groups"]
    strange = {
        f"{prompt}: {word}"
        for prompts in groups.values()
        for prompt in prompts
        for word in _WORD.findall(prompt)
        if not any(other.startswith(word) for other in known)  # "sneak" is the captions' "sneaks"
    }
    assert not strange
