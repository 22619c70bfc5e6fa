"""Words outside the data: which words are unknown, and whether samples lie nearest to what is meant."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from training.reporting.outside import PAIRS, Outcome, Outside, outside_orders, outside_text, ranks_of, unknown_words


def test_unknown_words_are_those_of_no_caption() -> None:
    captions = ["A person walks forward", "someone's arm swings"]
    assert unknown_words("a person promenades, then swings", captions) == ("promenades", "then")
    assert unknown_words("A PERSON WALKS", captions) == ()


def test_the_rank_counts_what_lies_nearer() -> None:
    assert ranks_of(np.eye(3) * -1).tolist() == [1, 1, 1]
    assert ranks_of(np.array([[2.0, 1.0, 3.0], [0.0, 5.0, 1.0], [1.0, 1.0, 1.0]])).tolist() == [2, 3, 1]


def test_every_prompt_has_its_own_known_one_and_as_many_samples() -> None:
    known = [meant for _, meant in PAIRS]
    assert len(set(known)) == len(known)
    orders = outside_orders(2)
    assert [order.prompt for order in orders[: 2 * len(PAIRS) : 2]] == [prompt for prompt, _ in PAIRS]
    assert [order.prompt for order in orders[2 * len(PAIRS) :: 2]] == known
    assert len({order.seed for order in orders}) == len(orders)


def test_the_page_counts_what_kept_its_sense() -> None:
    kept = Outcome("he promenades", "walk", ("promenades",), "walk", 1.0)
    lost = Outcome("he waltzes", "salsa", ("waltzes",), "walk", 2.0)
    text = outside_text(Outside((kept, lost), (0.03, 0.02), (18.0, 17.0)))
    assert "1 of 2 come nearest" in text
    assert "median rank 1.5, 1.5 by chance" in text
    assert "| he waltzes | waltzes | salsa | walk | 2.0 |" in text
    assert outside_text(None) == "Not measured.\n"
