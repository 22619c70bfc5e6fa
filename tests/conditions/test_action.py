"""Action tables: names and numbers, the null class, wrong labels."""

import numpy as np
import pytest

from motionmix_core.conditions.action import BANDAI_ACTIONS, HUMANACT12_ACTIONS, ActionTable
from motionmix_core.errors import RequestError
from motionmix_core.mixed_data.placeholders import placeholder_class


def test_names_numbers_and_the_null_class():
    table = HUMANACT12_ACTIONS
    assert [table.label(x) for x in ("warm up", "Turn_Steering-Wheel", 11, "3")] == [0, 8, 11, 3]
    assert table.label(None) == table.null_label == placeholder_class(len(table)) == 12
    assert table.rows == 13
    assert np.array_equal(table.labels(["run", None, 1]), [2, 12, 1])
    assert len(BANDAI_ACTIONS) == 10


@pytest.mark.parametrize("wrong", [12, -1, "fly", "12"])
def test_labels_outside_the_table_are_refused(wrong):
    with pytest.raises(RequestError, match="HumanAct12 has"):
        HUMANACT12_ACTIONS.label(wrong)


def test_a_table_needs_different_names():
    with pytest.raises(RequestError, match="each one once"):
        ActionTable("x", ("walk", "walk"))
