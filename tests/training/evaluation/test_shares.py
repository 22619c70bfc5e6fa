"""Shares of the data: nested, by whole takes, as large as asked."""

from __future__ import annotations

from training.evaluation.shares import first_share, is_made, take_of

CLIPS = [(f"cmu/{take:02d}@{piece}", 10 + take) for take in range(20) for piece in (0, 73)]


def test_shares_are_nested_and_whole_takes() -> None:
    shares = [first_share(CLIPS, share) for share in (0.25, 0.5, 0.75, 1.0)]
    assert shares[0] < shares[1] < shares[2] < shares[3]
    assert shares[-1] == {take_of(clip) for clip, _ in CLIPS} == {f"cmu/{take:02d}" for take in range(20)}
    total = sum(frames for _, frames in CLIPS)
    for share, takes in zip((0.25, 0.5, 0.75), shares, strict=False):
        held = sum(frames for clip, frames in CLIPS if take_of(clip) in takes)
        assert share * total <= held <= share * total + 2 * 30


def test_another_seed_draws_other_takes() -> None:
    assert first_share(CLIPS, 0.25, 1) != first_share(CLIPS, 0.25, 2) == first_share(CLIPS[::-1], 0.25, 2)


def test_what_was_made_of_a_take_goes_with_it_and_is_known_as_made() -> None:
    assert take_of("cmu/02_01@73+loop") == take_of("cmu/02_01") == "cmu/02_01"
    assert is_made("cmu/02_01+loop") and is_made("hand_tasks/stir_pot_1") and is_made("body_tasks/bow_1")
    assert not is_made("cmu/02_01@73")
