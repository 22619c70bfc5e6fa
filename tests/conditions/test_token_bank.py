"""Captions' token states, encoded once: the same as the encoder's own, kept between runs, made anew for other texts."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.conditions.clip_text import ClipTextEncoder
from motionmix_core.conditions.distilbert_text import DistilBertTextEncoder, TokenFeatures
from motionmix_core.conditions.token_bank import build_clip_token_bank, build_distilbert_bank
from tests.training.papers.published import bert_encoder, clip_encoder

TEXTS = ["a man walks", "walk", "", "a man walks forward."]


@pytest.fixture(scope="module")
def bert(tmp_path_factory):
    return bert_encoder(tmp_path_factory.mktemp("bert"))


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return clip_encoder(tmp_path_factory.mktemp("clip"))


def test_distilbert_states_are_the_encoder_s(bert, tmp_path):
    bank = build_distilbert_bank(TEXTS, bert, tmp_path)
    some = [TEXTS[3], TEXTS[1], TEXTS[3]]
    states, valid = bank.gather(some)
    encoded = DistilBertTextEncoder(bert).encode(some)
    assert np.array_equal(valid, encoded.valid)
    assert states[valid] == pytest.approx(encoded.tokens[valid], abs=4e-3)  # kept in half precision
    assert not states[~valid].any()
    with pytest.raises(KeyError):
        bank.gather(["unknown"])


def test_clip_tokens_keep_all_77_and_the_end_s_place(clip, tmp_path):
    bank = build_clip_token_bank(TEXTS, clip, tmp_path)
    states, valid = bank.gather(TEXTS)
    encoded = ClipTextEncoder(clip).encode(TEXTS, 77)
    assert states.shape == (4, 77, 512) and valid.all()
    assert states == pytest.approx(encoded.tokens, abs=4e-3)
    assert np.array_equal(bank.ends(TEXTS), encoded.ends)


def test_a_bank_is_read_back_and_a_broken_or_other_one_made_anew(bert, tmp_path, monkeypatch):
    first = build_distilbert_bank(TEXTS, bert, tmp_path)
    calls: list[int] = []
    real = DistilBertTextEncoder.encode

    def counted(self: DistilBertTextEncoder, texts: list[str], max_tokens: int) -> TokenFeatures:
        calls.append(len(texts))
        return real(self, texts, max_tokens)

    monkeypatch.setattr(DistilBertTextEncoder, "encode", counted)
    again = build_distilbert_bank(reversed(TEXTS), bert, tmp_path)
    assert not calls and np.array_equal(first.gather(TEXTS)[0], again.gather(TEXTS)[0])
    next(tmp_path.glob("*.json")).write_text("{")
    build_distilbert_bank(TEXTS, bert, tmp_path)
    assert len(calls) == 1
    build_distilbert_bank([*TEXTS, "walking"], bert, tmp_path)
    assert len(calls) == 2 and len(list(tmp_path.glob("*.npy"))) == 2
