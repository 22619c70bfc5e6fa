"""What the page says in words must follow from its numbers."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

from motionmix_core.metrics.report import Estimate
from training.reporting.document import judged, main_text, memory_text
from training.reporting.measurements import MODEL_ROW, NEAREST_ROW, Measurements
from training.reporting.memory import Nearest
from training.reporting.orders import Order
from training.reporting.scores import AXES, FLOOR, REAL, SHUFFLED


def measured(made: float, search: float = 0.3) -> Measurements:
    recall = {REAL: 0.6, SHUFFLED: 0.1, NEAREST_ROW: search, MODEL_ROW: made}
    rows = {name: {"R@3 of all": Estimate(value)} for name, value in recall.items()}
    rows[MODEL_ROW] |= {f"FID ({AXES} axes)": Estimate(4.0), "KID": Estimate(0.5)}
    rows[FLOOR] = {f"FID ({AXES} axes)": Estimate(1.0), "KID": Estimate(0.0)}
    physical = {
        "real test clips": {"skate GMD": Estimate(0.04), "jitter": Estimate(20.0)},
        MODEL_ROW: {"skate GMD": Estimate(0.2), "jitter": Estimate(22.0)},
    }
    memory = {
        "real test clips": [Nearest(0.2, "a", 0.0), Nearest(0.3, "b", 1.0)],
        MODEL_ROW: [Nearest(0.1, "c", 2.0, spacing=0.2), Nearest(0.4, "d", 3.0)],
    }
    return Measurements(
        rows={"judge": rows}, physical=physical, memory=memory, copies=[(Order("walk", 4.0), memory[MODEL_ROW][0])]
    )


def test_goals_follow_from_the_numbers() -> None:
    goals = {goal.name: goal for goal in judged(measured(0.52), seconds_for_six=0.8)}
    assert goals["R@3 of all"].limit == pytest.approx(0.51) and goals["R@3 of all"].met is True
    assert goals[f"FID ({AXES} axes)"].limit == 3.0 and goals[f"FID ({AXES} axes)"].met is False
    assert goals["skating"].met is False
    assert goals["jitter"].value == pytest.approx(0.1) and goals["jitter"].met is True
    assert goals["distance to training clips"].value == pytest.approx(0.25)
    assert goals["distance to training clips"].met is True
    assert goals["a 6 s clip"].met is True
    assert all(goal.met is None for goal in judged(Measurements(), None))


@pytest.mark.parametrize(("made", "share", "verdict"), [(0.35, "50%", "1 of 1 judges"), (0.2, "20%", "0 of 1 judges")])
def test_the_model_is_placed_between_chance_and_real(made: float, share: str, verdict: str) -> None:
    text = main_text(measured(made))
    assert f"the model lies at {share}, a search for the nearest training caption at 40%" in text
    assert f"better than a search would by {verdict}" in text


def test_the_memorisation_check_names_the_clip() -> None:
    text = memory_text(measured(0.3))
    assert "50% of the samples lie nearer" in text
    assert "“walk” from 0.0 s on: 0.100 m from c at 2.0 s (0.5 times the spacing there)" in text
