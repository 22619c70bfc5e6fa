"""Captions as ids, and which captions say the same."""

from __future__ import annotations

import numpy as np

from training.evaluators.duplicates import caption_vectors, near_duplicates, stem
from training.evaluators.words import UNKNOWN, Vocabulary, words_of

CAPTIONS = ["a person walks forward", "a person walks ahead", "someone is swimming", "Someone walks, then swims!"]


def test_words_have_ids_and_rare_ones_do_not() -> None:
    vocabulary = Vocabulary.of(CAPTIONS)
    assert set(vocabulary.words) == {"walks", "a", "person", "someone"}
    encoded = vocabulary.encode(["a person SWIMS", "walks"])
    assert encoded.words.shape == (2, 3)
    assert encoded.words[0, 2] == UNKNOWN and encoded.words[1, 1] == 0
    assert encoded.words[0, :2].tolist() == [vocabulary.words.index(w) + 2 for w in ("a", "person")]


def test_unknown_forms_share_letter_groups_with_known_ones() -> None:
    vocabulary = Vocabulary.of(CAPTIONS)
    strolls, strolling, jump = (set(vocabulary.letter_groups(w)) for w in ("strolls", "strolling", "jump"))
    assert len(strolls & strolling) >= 6 > len(strolls & jump)


def test_any_text_can_be_encoded() -> None:
    vocabulary = Vocabulary.of(CAPTIONS)
    encoded = vocabulary.encode(["", "?!", "word " * 100, "x" * 300])
    assert encoded.words.shape == (4, 32)
    assert encoded.words[0, 0] == UNKNOWN and (encoded.words[2] > 0).all()


def test_stems() -> None:
    assert {stem(w) for w in ("walk", "walks", "walked", "walking")} == {"walk"}
    assert stem("stopping") == stem("stops") == "stop"


def test_near_duplicates_are_found_by_what_is_rare() -> None:
    texts = ["a person walks forward", "someone walking forward", "a person jumps high", "a person kicks a ball"]
    others = ["someone climbs", "someone dances salsa", "someone sits down", "a person waves", "someone turns left"]
    same = near_duplicates(caption_vectors(texts + others), 0.6)[:4, :4]
    assert same[0, 1] and same.diagonal().all()
    assert not same[2, 3] and not same[0, 2]
    np.testing.assert_array_equal(same, same.T)


def test_words_are_lower_case_letters_and_numbers() -> None:
    assert words_of("Turns 90-degrees LEFT.") == ["turns", "90", "degrees", "left"]
