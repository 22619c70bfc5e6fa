"""Caption text: one spelling, its mirror image, and cutting captions with their clip."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.preparation.captions import cut_captions, read_captions
from training.preparation.text import clean_text, mirror_text

WORDS = ("left", "right", "Left", "clockwise", "counter-clockwise", "anticlockwise", "counterclockwise", "lefthanded",
         "right-handed", "leftward", "rightwards", "upright", "bright", "all right", "right angle", "left-angled", "a",
         "person", "walks", "leftover", "aright", "right,", "left.", "(right)", "left/right", "rightmost")  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_mirroring_twice_gives_the_text_back(text):
    cleaned = clean_text(text)
    assert mirror_text(mirror_text(cleaned)) == cleaned


@given(st.text(max_size=60))
def test_any_text_can_be_cleaned_and_mirrored(text):
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert mirror_text(mirror_text(cleaned)) == cleaned


@pytest.mark.parametrize(("text", "mirrored"), [
    ("A person waves the left hand.", "a person waves the right hand"),
    ("turns clockwise", "turns counterclockwise"),
    ("turns anti-clockwise, then Counter Clockwise", "turns clockwise, then clockwise"),
    ("a lefthanded punch to the right side", "a righthanded punch to the left side"),
    ("left-handed, steps rightwards", "right-handed, steps leftwards"),
    ("stands upright in bright light", "stands upright in bright light"),
    ("all right, turns at a right angle right away", "all right, turns at a right angle right away"),
    ("left/right combination", "right/left combination"),
    ("left, right, left", "right, left, right"),
])  # fmt: skip
def test_left_and_right_are_exchanged_in_whole_words_only(text, mirrored):
    assert mirror_text(clean_text(text)) == mirrored


def test_broken_and_wrong_captions_are_dropped():
    lines: list[dict] = [
        {"text": "Good", "start_s": 0, "end_s": 2, "source": "written"},
        {"text": "faulty", "start_s": 0, "end_s": 2, "source": "written", "flag": "broken"},
        {"text": "Motorcycle", "start_s": 0, "end_s": 2, "source": "cmu-index"},
        {"text": "  ", "source": "written"},
        {"text": "no such time", "start_s": "x", "source": "written"},
        {"text": "after the end", "start_s": 7, "end_s": 9, "source": "written"},
        {"text": "raw 2", "clean": "raw", "source": "kit-ml"},
    ]  # fmt: skip
    captions = read_captions(lines, seconds=5.0, drop_index=True)
    assert [(c.text, c.start_s, c.end_s) for c in captions] == [("good", 0, 2), ("raw", 0, 5)]
    assert [c.text for c in read_captions(lines, 5.0)] == ["good", "motorcycle", "raw"]


def test_captions_are_cut_with_their_clip():
    captions = read_captions(
        [{"text": "first", "start_s": 0, "end_s": 2}, {"text": "second", "start_s": 2, "end_s": 4},
         {"text": "whole", "start_s": 0, "end_s": 10}, {"text": "mostly", "start_s": 1, "end_s": 4}],
        seconds=10.0,
    )  # fmt: skip
    kept = {c.text: (c.start_s, c.end_s) for c in cut_captions(captions, 2.0, 5.0)}
    assert kept == {"second": (0, 2), "mostly": (0, 2)}
