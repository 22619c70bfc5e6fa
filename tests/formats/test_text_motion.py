"""HumanML3D and KIT-ML: tiny data sets of the published layout, the loader's rules, and broken entries named."""

import numpy as np
import pytest

from motionmix_core.errors import DataError
from motionmix_core.formats.humanml3d import open_humanml3d
from motionmix_core.formats.kit import open_kit
from motionmix_core.formats.published import Skipped
from motionmix_core.formats.text_motion import Caption, Statistics, TextClip, evaluator_words, training_sample

WALK = "a man walks forward.#a/DET man/NOUN walk/VERB forward/ADV#0.0#0.0"


def make_set(folder, features, motions, texts, prefix="t2m"):
    (folder / "new_joint_vecs").mkdir(parents=True)
    (folder / "texts").mkdir()
    for name, frames in motions.items():
        values = np.arange(frames * features, dtype=np.float32).reshape(frames, features) / 1000
        np.save(folder / "new_joint_vecs" / f"{name}.npy", values)
    for name, lines in texts.items():
        (folder / "texts" / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "train.txt").write_text("\n".join(motions) + "\n")
    np.save(folder / "Mean.npy", np.full(features, 0.5))
    np.save(folder / "Std.npy", np.full(features, 2.0))
    np.save(folder.parent / f"{prefix}_mean.npy", np.full(features, 0.5))
    np.save(folder.parent / f"{prefix}_std.npy", np.full(features, 0.08))


@pytest.fixture
def humanml(tmp_path):
    texts = {
        "000001": [WALK, "someone waves#someone/PRON wave/VERB#nan#nan"],
        "M000002": [WALK, "he then turns#he/PRON then/ADV turn/VERB#2.0#5.5", "too short#too/ADV#0.0#1.0"],
        "000003": ["only a part#only/ADV#1.0#4.0"],
        "000004": [WALK],
        "000005": [WALK],
    }
    motions = {"000001": 60, "M000002": 199, "000003": 100, "000004": 39, "000005": 200}
    make_set(tmp_path / "HumanML3D", 263, motions, texts)
    return open_humanml3d(tmp_path / "HumanML3D")


def test_clips_with_whole_and_timed_captions(humanml):
    clips = {clip.id: clip for clip in humanml.clips("train") if isinstance(clip, TextClip)}
    assert set(clips) == {"000001", "A_M000002", "M000002", "A_000003"}
    assert [c.text for c in clips["000001"].captions] == ["a man walks forward.", "someone waves"]
    assert clips["000001"].captions[0].tokens == ("a/DET", "man/NOUN", "walk/VERB", "forward/ADV")
    # 2.0 s to 5.5 s at 20 frames a second
    assert np.array_equal(clips["A_M000002"].features, humanml.features("M000002")[40:110])
    assert [c.text for c in clips["M000002"].captions] == ["a man walks forward."]
    assert len(clips["A_000003"].features) == 60 and clips["A_000003"].motion == "000003"


def test_too_short_and_too_long_motions_are_named(humanml):
    skipped = [(s.file, s.reason) for s in humanml.clips("train") if isinstance(s, Skipped)]
    assert [name for name, _ in skipped] == ["M000002", "000004", "000005"]
    assert "0 s to 1 s has 20 frames" in skipped[0][1]
    assert "39 frames" in skipped[1][1] and "200 frames" in skipped[2][1]


def test_kit_is_cut_at_20_frames_a_second_too_and_may_be_shorter(tmp_path):
    texts = {"00001": [WALK, "turns#turn/VERB#0.5#2.0"], "00002": [WALK]}
    make_set(tmp_path / "KIT-ML", 251, {"00001": 60, "00002": 24}, texts, "kit")
    kit = open_kit(tmp_path / "KIT-ML")
    clips = {clip.id: clip for clip in kit.clips("train") if isinstance(clip, TextClip)}
    assert set(clips) == {"A_00001", "00001", "00002"}
    assert np.array_equal(clips["A_00001"].features, kit.features("00001")[10:40])
    assert kit.layout.fps == 12.5
    assert kit.evaluator_statistics().std[0] == pytest.approx(0.08)


def test_training_samples_follow_the_loader(humanml, rng):
    clip = next(c for c in humanml.clips("train") if isinstance(c, TextClip) and c.id == "M000002")
    statistics = humanml.statistics()
    samples = [training_sample(clip, statistics, rng) for _ in range(300)]
    lengths = [sample.length for sample in samples]
    assert set(lengths) == {196, 192}
    assert lengths.count(192) / 300 == pytest.approx(1 / 3, abs=0.08)
    short = next(sample for sample in samples if sample.length == 192)
    assert short.motion.shape == (196, 263)
    assert not short.motion[192:].any()
    start = round(float(statistics.denormalise(short.motion[0])[0]) * 1000 / 263)
    assert 0 <= start <= 7
    # z-scores with the set's own numbers, zeros only behind
    assert short.motion[:192] == pytest.approx((clip.features[start : start + 192] - 0.5) / 2, abs=1e-5)
    starts = {round(float(statistics.denormalise(s.motion[0])[0]) * 1000 / 263) for s in samples}
    assert starts == set(range(8))


def test_every_caption_is_drawn(humanml, rng):
    clip = next(c for c in humanml.clips("train") if isinstance(c, TextClip) and c.id == "000001")
    drawn = {training_sample(clip, humanml.statistics(), rng).caption.text for _ in range(50)}
    assert drawn == {"a man walks forward.", "someone waves"}


def test_statistics_for_training_and_for_the_evaluator(humanml, tmp_path):
    features = humanml.features("000001")
    training, evaluator = humanml.statistics(), humanml.evaluator_statistics()
    assert training.denormalise(training.normalise(features)) == pytest.approx(features, abs=1e-5)
    # what was normalised for training reaches the evaluator through its own numbers
    again = evaluator.normalise(training.denormalise(training.normalise(features)))
    assert again == pytest.approx((features - 0.5) / 0.08, rel=1e-4, abs=1e-4)
    with pytest.raises(DataError, match=r"t2m_mean\.npy"):
        humanml.evaluator_statistics(tmp_path / "HumanML3D")


def test_words_for_the_evaluator():
    words, count = evaluator_words(("a/DET", "walk/VERB"))
    assert words[:5] == ["sos/OTHER", "a/DET", "walk/VERB", "eos/OTHER", "unk/OTHER"]
    assert (len(words), count) == (22, 4)
    words, count = evaluator_words(tuple(f"w{i}/X" for i in range(30)))
    assert (len(words), count, words[20], words[21]) == (22, 22, "w19/X", "eos/OTHER")


@pytest.mark.parametrize("opened, page", [(open_humanml3d, "HumanML3D"), (open_kit, "KIT-ML")])
def test_a_missing_data_set_says_where_it_comes_from_and_how_it_lies(tmp_path, opened, page):
    with pytest.raises(DataError, match="github.com/EricGuo5513/HumanML3D") as error:
        opened(tmp_path / "nowhere")
    assert f"{page}/\n    new_joint_vecs/" in str(error.value)
    (tmp_path / "texts").mkdir()
    with pytest.raises(DataError, match="has no new_joint_vecs, Mean.npy, Std.npy"):
        opened(tmp_path)


def test_broken_entries_are_named_and_the_rest_is_read(humanml):
    folder = humanml.folder
    vecs, texts = folder / "new_joint_vecs", folder / "texts"
    whole = (vecs / "000001.npy").read_bytes()
    names = ["cut", "nan", "wide", "missing", "pickled", "untexted", "badline", "badtimes"]
    for name in names:
        (texts / f"{name}.txt").write_text(WALK)
    (vecs / "cut.npy").write_bytes(whole[:-100])
    np.save(vecs / "nan.npy", np.full((60, 263), np.nan, np.float32))
    np.save(vecs / "wide.npy", np.zeros((60, 251), np.float32))
    np.save(vecs / "pickled.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    for name in ("untexted", "badline", "badtimes"):
        (vecs / f"{name}.npy").write_bytes(whole)
    (texts / "untexted.txt").write_text("\n")
    (texts / "badline.txt").write_text(WALK + "\nno times#no/DET\n")
    (texts / "badtimes.txt").write_text("turns#turn/VERB#3.0#1.0\n")
    (folder / "val.txt").write_text("\n".join([*names, "000001"]))
    found = list(humanml.clips("val"))
    reasons = {entry.file: entry.reason for entry in found if isinstance(entry, Skipped)}
    assert set(reasons) == set(names)
    for name, words in {"cut": "broken", "nan": "NaN", "wide": "(frames, 263)", "missing": "there is no file",
                        "pickled": "broken or no .npy", "untexted": "no caption", "badline": "line 2",
                        "badtimes": "3.0 to 1.0"}.items():  # fmt: skip
        assert words in reasons[name] and f"{name}." in reasons[name]
    assert [entry.id for entry in found if isinstance(entry, TextClip)] == ["000001"]


def test_unknown_splits_and_useless_statistics(humanml):
    with pytest.raises(DataError, match="no split 'dev'"):
        humanml.split("dev")
    with pytest.raises(DataError, match=r"has no test\.txt"):
        humanml.split("test")
    np.save(humanml.folder / "Std.npy", np.zeros(263))
    with pytest.raises(DataError, match=r"Std\.npy"):
        humanml.statistics()
    clip = TextClip("x", "x", np.zeros((3, 263), np.float32), (Caption("a", ()),))
    with pytest.raises(DataError, match="x: 3 frames"):
        training_sample(clip, Statistics(np.zeros(263), np.ones(263)), np.random.default_rng(0))
