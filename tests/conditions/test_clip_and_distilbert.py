"""CLIP's and DistilBERT's text encoders: token rules on tiny vocabularies, and tiny random models in the real files."""

import json
import shutil

import numpy as np
import pytest

from motionmix_core.conditions.clip_bank import build_clip_bank
from motionmix_core.conditions.clip_text import CONTEXT, END, START, ClipTextEncoder, ClipTokenizer, no_text
from motionmix_core.conditions.distilbert_text import DistilBertTextEncoder, DistilBertTokenizer
from motionmix_core.errors import ModelError

LETTERS = "abcdefghijklmnopqrstuvwxyz'&.,!0123456789"
PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "man", "walk", "##s", "##ing", "forward", "."]


def write_clip_vocabulary(folder):
    """Single letters, letters that end a word, and two merges: wa, wal, walk</w>."""
    merges = ["w a", "wa l", "wal k</w>"]
    single = ["!", *(c for c in LETTERS if c != "!"), *(f"{c}</w>" for c in LETTERS)]
    tokens = [*single, "wa", "wal", "walk</w>", START, END]
    vocabulary = {token: number for number, token in enumerate(tokens)}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n")
    return vocabulary


def words(vocabulary, ids):
    names = {number: token for token, number in vocabulary.items()}
    return [names[number] for number in ids]


def test_clip_pieces_markers_and_zeros(tmp_path):
    vocabulary = write_clip_vocabulary(tmp_path)
    ids, ends, cut = ClipTokenizer(tmp_path).ids(["  Walk,  a WALK", "", "it's &amp;amp; 10"])
    assert ids.shape == (3, 77) and not cut.any()
    assert words(vocabulary, ids[0, :6]) == [START, "walk</w>", ",</w>", "a</w>", "walk</w>", END]
    assert not ids[0, 6:].any() and ends.tolist() == [5, 1, 8]
    assert words(vocabulary, ids[1, :2]) == [START, END]
    # 's is a word of its own, so is each digit; entities are undone twice
    assert words(vocabulary, ids[2, :9]) == [START, "i", "t</w>", "'", "s</w>", "&</w>", "1</w>", "0</w>", END]


def test_twenty_pieces_and_two_markers_then_zeros_to_77(tmp_path):
    vocabulary = write_clip_vocabulary(tmp_path)
    tokenizer = ClipTokenizer(tmp_path)
    ids, ends, cut = tokenizer.ids(["walk " * 20, "walk " * 21])
    walk, end = vocabulary["walk</w>"], vocabulary[END]
    for row in ids:
        assert row[1:21].tolist() == [walk] * 20 and row[21] == end and not row[22:].any()
    assert ends.tolist() == [21, 21] and cut.tolist() == [False, True]
    ids, ends, cut = tokenizer.ids(["walk " * 100], CONTEXT)
    assert ends.tolist() == [76] and ids[0, 76] == end and cut.all()
    with pytest.raises(ValueError, match="2 to 77"):
        tokenizer.ids(["walk"], 78)


def test_a_folder_that_isnt_clips(tmp_path):
    with pytest.raises(ModelError, match=r"merges\.txt"):
        ClipTokenizer(tmp_path)
    write_clip_vocabulary(tmp_path)
    vocabulary = json.loads((tmp_path / "vocab.json").read_text())
    del vocabulary[START]
    (tmp_path / "vocab.json").write_text(json.dumps(vocabulary))
    with pytest.raises(ModelError, match="isn't CLIP's"):
        ClipTokenizer(tmp_path)


def test_bert_word_pieces(tmp_path):
    (tmp_path / "vocab.txt").write_text("\n".join(PIECES) + "\n")
    ids, valid, cut = DistilBertTokenizer(tmp_path).ids(["A man walks forward.", "walking", "dinosaur"])
    assert ids.tolist() == [[2, 4, 5, 6, 7, 9, 10, 3], [2, 6, 8, 3, 0, 0, 0, 0], [2, 1, 3, 0, 0, 0, 0, 0]]
    assert valid.sum(axis=1).tolist() == [8, 4, 3] and not cut.any()
    ids, valid, cut = DistilBertTokenizer(tmp_path).ids(["a a a a a a"], 5)
    assert ids.tolist() == [[2, 4, 4, 4, 3]] and cut.all()


@pytest.fixture(scope="module")
def clip_folder(tmp_path_factory):
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers", reason="transformers isn't installed: text encoders not tested")
    folder = tmp_path_factory.mktemp("clip")
    vocabulary = write_clip_vocabulary(folder)
    torch.manual_seed(0)
    text = {"vocab_size": len(vocabulary), "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2,
            "num_attention_heads": 2, "max_position_embeddings": 77, "projection_dim": 12, "pad_token_id": 0,
            "bos_token_id": vocabulary[START], "eos_token_id": vocabulary[END]}  # fmt: skip
    vision = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
              "image_size": 32, "patch_size": 16}  # fmt: skip
    config = transformers.CLIPConfig(text_config=text, vision_config=vision, projection_dim=12)
    # published checkpoints are whole CLIP models, in half precision here
    transformers.CLIPModel(config).half().save_pretrained(folder)
    return folder


def test_clip_features_are_those_of_the_whole_model(clip_folder):
    import torch
    import transformers

    encoder = ClipTextEncoder(clip_folder)
    texts = ["a man walks", "walk", ""]
    features = encoder.encode(texts)
    assert features.pooled.shape == (3, 12) and features.tokens.shape == (3, 77, 16)
    assert features.pooled.dtype == features.tokens.dtype == np.float32
    ids, _, _ = encoder.tokenizer.ids(texts)
    whole = transformers.CLIPModel.from_pretrained(clip_folder).float().eval()
    with torch.no_grad():
        out = whole.text_model(input_ids=torch.from_numpy(ids))
        pooled = whole.text_projection(out.pooler_output)
    assert features.pooled == pytest.approx(pooled.numpy(), abs=1e-5)
    assert features.tokens == pytest.approx(out.last_hidden_state.numpy(), abs=1e-5)


def test_clip_same_prompt_same_numbers_and_the_null_isnt_the_empty_text(clip_folder):
    encoder = ClipTextEncoder(clip_folder)
    alone, together = encoder.encode(["walk"]), encoder.encode(["a man walks", "walk"])
    assert alone.pooled[0] == pytest.approx(together.pooled[1], abs=1e-6)
    # what stands behind the end marker isn't seen by it: a longer limit changes nothing for a short prompt
    assert encoder.encode(["walk"], CONTEXT).pooled == pytest.approx(alone.pooled, abs=1e-6)
    assert not np.allclose(encoder.encode([""]).pooled, no_text(1, 12))


def test_captions_are_encoded_once_and_kept(clip_folder, tmp_path):
    encoder, texts = ClipTextEncoder(clip_folder), ["walk", "a man walks", "walk", ""]
    bank = build_clip_bank(texts, clip_folder, tmp_path)
    features = bank.gather(["a man walks", None, "walk", ""])
    assert features[[0, 2, 3]] == pytest.approx(encoder.encode(["a man walks", "walk", ""]).pooled, abs=1e-6)
    assert not features[1].any()
    with pytest.raises(KeyError):
        bank.gather(["run"])
    (kept,) = tmp_path.iterdir()
    written = kept.stat().st_mtime_ns
    again = build_clip_bank(reversed(texts), clip_folder, tmp_path)
    assert np.array_equal(again.pooled, bank.pooled) and kept.stat().st_mtime_ns == written
    # other texts, limits or weights are other files; a broken one is made anew
    build_clip_bank(texts, clip_folder, tmp_path, CONTEXT)
    assert len(list(tmp_path.iterdir())) == 2
    kept.write_bytes(kept.read_bytes()[:100])
    assert np.allclose(build_clip_bank(texts, clip_folder, tmp_path).pooled, bank.pooled, atol=1e-6)


def test_damaged_clip_folders_are_named(clip_folder, tmp_path):
    with pytest.raises(ModelError, match=r"huggingface\.co/openai/clip-vit-base-patch32"):
        ClipTextEncoder(tmp_path)
    weights = "model.safetensors"
    whole = (clip_folder / weights).read_bytes()
    copy = tmp_path / "cut"
    shutil.copytree(clip_folder, copy)
    (copy / weights).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match="Download it again"):
        ClipTextEncoder(copy)
    from safetensors.numpy import load_file, save_file

    (copy / weights).write_bytes(whole)
    table = load_file(copy / weights)
    lost = table.pop("text_model.encoder.layers.1.mlp.fc1.weight")
    save_file(table, copy / weights, metadata={"format": "pt"})
    with pytest.raises(ModelError, match="1 weights are missing"):
        ClipTextEncoder(copy)
    table["text_model.encoder.layers.1.mlp.fc1.weight"] = lost * np.float16(np.nan)
    save_file(table, copy / weights, metadata={"format": "pt"})
    with pytest.raises(ModelError, match="NaN"):
        ClipTextEncoder(copy)
    table["text_model.encoder.layers.1.mlp.fc1.weight"] = lost[:-1]
    save_file(table, copy / weights, metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"(another size|Download it again)"):
        ClipTextEncoder(copy)
    (copy / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(ModelError, match="'bert'"):
        ClipTextEncoder(copy)


def test_distilbert_states_and_mask(tmp_path):
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers", reason="transformers isn't installed: text encoders not tested")
    torch.manual_seed(0)
    config = transformers.DistilBertConfig(vocab_size=len(PIECES), dim=16, hidden_dim=32, n_layers=2, n_heads=2)
    transformers.DistilBertModel(config).save_pretrained(tmp_path)
    (tmp_path / "vocab.txt").write_text("\n".join(PIECES) + "\n")
    encoder = DistilBertTextEncoder(tmp_path)
    together, alone = encoder.encode(["a man walks forward.", "walking"]), encoder.encode(["walking"])
    assert together.tokens.shape == (2, 8, 16) and together.tokens.dtype == np.float32
    assert together.valid.sum(axis=1).tolist() == [8, 4]
    assert together.tokens[1, :4] == pytest.approx(alone.tokens[0], abs=1e-5)
    null = together.without_text()
    assert not null.tokens.any() and np.array_equal(null.valid, together.valid)
    with pytest.raises(ModelError, match="huggingface.co/distilbert"):
        DistilBertTextEncoder(tmp_path / "nowhere")
