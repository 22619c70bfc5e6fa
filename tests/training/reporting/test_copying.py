"""Samples beside the real motion of the same captions, action by action."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from training.reporting.copying import Case, action_of, cases_of, copying_text, less_real, paired
from training.reporting.memory import Nearest
from training.reporting.stretches import Stretch


def case(clip: str, action: str, real: float, *made: float) -> Case:
    return Case(clip, action, Nearest(real, "t", 0.0, 1.0), tuple(Nearest(m, "t", 0.0, 0.5) for m in made))


def test_a_clip_is_what_most_of_its_captions_say() -> None:
    assert action_of(["a person strolls off", "someone walks and waves", "a quick jump"]) == "walks"
    assert action_of(["washes a window", "a figure wiping glass"]) == "work of the hands"
    assert action_of(["someone laughs"]) == "others"


def test_stretches_of_one_clip_have_one_action_and_their_own_samples() -> None:
    spans = [("a", "someone runs"), ("b", "someone laughs"), ("a", "waits, then goes on")]
    stretches = [Stretch(clip, 30 * n, 30 * n + 60, (text,), (text,)) for n, (clip, text) in enumerate(spans)]
    real = [Nearest(0.1 * n, "t", 0.0) for n in range(3)]
    cases = cases_of(stretches, real, [[Nearest(0.2, "t", 0.0), Nearest(0.4, "t", 0.0)]] * 3)
    assert [(c.clip, c.action) for c in cases] == [("a", "runs"), ("b", "others"), ("a", "runs")]
    assert cases[2].difference == pytest.approx(0.1)


def test_many_stretches_of_one_quiet_clip_move_the_medians_but_count_as_one_performance() -> None:
    rng = np.random.default_rng(0)
    walks = [case(f"walk {n}", "walks", real, real + 0.01) for n, real in enumerate(rng.uniform(0.1, 0.2, 24))]
    quiet = [case("window", "work of the hands", 0.15, 0.05) for _ in range(20)]
    cases = [*walks, *quiet]
    assert paired(walks).mean == pytest.approx(0.01) and paired(walks).interval < 1e-9
    assert paired(cases).mean == pytest.approx((24 * 0.01 - 0.1) / 25)
    assert less_real(cases).mean < -0.01 < 0.005 < less_real(walks).mean
    assert less_real(cases).interval > 0.01
    text = copying_text({"test": cases, "validation": ()})
    assert (
        "| walks | 24 | 24 |" in text and "| work of the hands | 1 | 20 |" in text and "| **all** | 25 | 44 |" in text
    )
    assert "“work of the hands” (20 stretches) moves these medians most: without it 0.010" in text
    assert "m further away" in text and "validation" not in text


def test_without_samples_there_is_no_table() -> None:
    assert copying_text({}) == ""
