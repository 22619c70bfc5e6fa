"""The commands in training/README.md are commands that exist."""

from __future__ import annotations

import re
import shlex

from tests.training.papers.published import REPO
from training import sample_paper, train_paper


def test_every_example_is_understood():
    text = (REPO / "training" / "README.md").read_text("utf-8")
    lines = re.findall(r"(?m)^    python -m training\.(train_paper|sample_paper) (.+)$", text)
    tasks = []
    for program, words in lines:
        module = train_paper if program == "train_paper" else sample_paper
        parsed = module._arguments(shlex.split(words))
        if program == "sample_paper":
            given = [name for name in ("between", "part", "text", "action", "music") if getattr(parsed, name)]
            tasks.append(given[0] if given else "unconditional")
    assert set(tasks) == {"action", "between", "music", "part", "text", "unconditional"}
    assert any(program == "train_paper" for program, _ in lines)
    for config in re.findall(r"training/configs/papers/[a-z0-9-]+\.toml", text):
        assert (REPO / config).is_file()
