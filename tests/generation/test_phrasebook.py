"""Prompts in other words: read as a caption of a keyed doing, and left alone where captured motion has the words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from motionmix_core.conditions.text import MiniLMEncoder
from motionmix_core.errors import ModelError
from motionmix_core.generation import GenerationRequest, Generator, Progress
from motionmix_core.generation.phrasebook import FILE, Phrasebook, read_phrasebook
from motionmix_core.generation.take import shown_first
from tests.tiny_model import write_models
from training.evaluation.tasks.doings import DOINGS
from training.phrasebook import vectors_of
from training.preparation.body_tasks import body_tasks

BOOK = Phrasebook(("a person bows", "salute"), np.eye(4, dtype=np.float32)[:2], np.eye(4, dtype=np.float32)[2:3])


def unit(*numbers: float) -> np.ndarray:
    return np.array(numbers, np.float32) / np.linalg.norm(numbers)


def test_a_prompt_is_read_as_the_nearest_caption() -> None:
    assert BOOK.reading("he takes his bow", unit(0.9, 0.3, 0.1, 0.2)) == "a person bows"
    assert BOOK.reading("greet the general", unit(0.3, 0.9, 0.1, 0.2)) == "salute"


def test_what_no_caption_is_near_to_stays_as_it_is() -> None:
    assert BOOK.reading("a bird", unit(0.3, 0.1, 0.0, 0.9)) is None
    nothing = np.zeros((0, 4), np.float32)
    assert Phrasebook((), nothing, nothing).reading("a bird", unit(1, 0, 0, 0)) is None


def test_what_captured_motion_is_as_near_to_stays_as_it_is() -> None:
    assert BOOK.reading("bow and turn", unit(0.7, 0.0, 0.68, 0.0)) is None
    assert BOOK.reading("bow and turn", unit(0.7, 0.0, 0.6, 0.0)) == "a person bows"


def test_what_the_whole_body_does_is_not_left_out() -> None:
    assert BOOK.reading("walk and bow", unit(0.9, 0.0, 0.1, 0.0)) is None
    assert BOOK.reading("a person sits and bows", unit(0.9, 0.0, 0.1, 0.0)) is None


@pytest.mark.parametrize("prompt", ["a person bows", "A person  bows.", " Salute! "])
def test_a_caption_itself_stays_as_it_is(prompt: str) -> None:
    assert BOOK.has(prompt)
    assert BOOK.reading(prompt, unit(0.9, 0.1, 0.1, 0.2)) is None


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Tiny models that were taught "a person waves forward", beside "a person walks"."""
    folder = write_models(tmp_path)
    encoder = MiniLMEncoder(folder / "text-minilm")
    keyed, others = (vectors_of([text], encoder) for text in ("a person waves forward", "a person runs backwards"))
    np.savez_compressed(folder / "tiny" / FILE, captions=["a person waves forward"], vectors=keyed, others=others)
    return folder


def test_the_motion_is_the_captions_and_the_animator_is_told(models: Path) -> None:
    generator = Generator(models)
    read = generator.generate(GenerationRequest("a person waves", 1.0, seed=3))
    assert read.warnings == ["Read as “a person waves forward”: the model was taught these words."]
    taught = generator.generate(GenerationRequest("a person waves forward", 1.0, seed=3))
    assert not taught.warnings
    assert np.array_equal(read[0].rotations, taught[0].rotations)


def test_a_literal_prompt_is_not_put_into_other_words(models: Path) -> None:
    generator = Generator(models)
    literal = generator.generate(GenerationRequest("a person waves", 1.0, seed=3, literal=True))
    taught = generator.generate(GenerationRequest("a person waves forward", 1.0, seed=3))
    assert not literal.warnings
    assert not np.array_equal(literal[0].rotations, taught[0].rotations)


def test_sentences_that_were_chosen_for_a_word_stay(models: Path) -> None:
    encoder = MiniLMEncoder(models / "text-minilm")
    vectors = vectors_of(["a person marches in place"], encoder)
    np.savez_compressed(
        models / "tiny" / FILE, captions=["a person marches in place"], vectors=vectors, others=vectors[:0]
    )
    generator = Generator(models)
    assert generator.generate(GenerationRequest("a person marches and waves", 1.0)).warnings
    assert not generator.generate(GenerationRequest("march", 1.0)).warnings


def test_each_part_of_a_sequence_is_read_by_itself(models: Path) -> None:
    segments = (("a person runs", 1.0), ("a person waves", 1.0))
    assert len(Generator(models).generate(GenerationRequest(seconds=2.0, segments=segments)).warnings) == 1


def test_a_model_without_a_phrasebook_has_none_and_a_damaged_one_is_said(tmp_path: Path, models: Path) -> None:
    assert not read_phrasebook(tmp_path).captions
    path = models / "tiny" / FILE
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match="Reinstall"):
        Generator(models).generate(GenerationRequest("a person waves", 1.0))
    one = np.ones((1, 384), np.int8)
    np.savez_compressed(path, captions=["one", "two"], vectors=one, others=one)
    with pytest.raises(ModelError, match="fit together"):
        read_phrasebook(models / "tiny")


@pytest.fixture(scope="module")
def read(repo_root: Path) -> Callable[[str], str | None]:
    """The shipped phrasebook, with the sentence encoder that made it."""
    folder = repo_root / "pretrained"
    book = read_phrasebook(folder / "base-cmu")
    assert len(book.captions) > 700
    if not (folder / "text-minilm").is_dir():
        pytest.skip("pretrained/text-minilm isn't made yet (build.py makes it)")
    encoder = MiniLMEncoder(folder / "text-minilm")
    return lambda prompt: book.reading(prompt, encoder.encode([prompt]).pooled[0])


def test_most_doings_in_free_words_are_read_as_their_own_captions(read: Callable[[str], str | None]) -> None:
    captions = {caption: task.name for task in body_tasks() for caption in task.captions}
    readings = {doing.task: read(doing.free) for doing in DOINGS}
    right = [task for task, caption in readings.items() if caption and captions.get(caption) == task]
    wrong = [task for task, caption in readings.items() if caption and captions.get(caption) != task]
    assert len(right) >= 24, readings
    assert len(wrong) <= 6, readings


@pytest.mark.parametrize(("side", "other"), [("left", "right"), ("right", "left")])
def test_sides_are_kept(read: Callable[[str], str | None], side: str, other: str) -> None:
    caption = read(f"a teacher points at something to the {side} of her")
    assert caption is not None
    assert side in caption
    assert other not in caption


@pytest.mark.parametrize(
    "prompt",
    ["walk forward", "a person walks slowly", "run", "jump in place", "jumping jacks", "cartwheel", "salsa dance",
     "a person is dancing", "boxing", "sit down", "a person gets up from the floor", "hop on one leg",
     "dribble a basketball", "a person walks while waving", "walk and look around",
     "walks while drinking coffee", "a robot climbs a ladder", "paint the wall"],
)  # fmt: skip
def test_the_words_of_captured_motion_are_left_alone(read: Callable[[str], str | None], prompt: str) -> None:
    assert read(prompt) is None


def test_a_keyed_doing_after_other_motion_is_made_alone_and_led_over(models: Path) -> None:
    """Told after a walk it is another motion than the network's own going on, and the walk stays what it was."""
    generator = Generator(models)
    progress: list[Progress] = []
    segments = (("a person walks", 2.0), ("a person waves forward", 3.0))
    request = GenerationRequest(seconds=5.0, seed=3, segments=segments, foot_lock=False)
    led = generator.generate(request, progress.append)[0]
    assert [step.done for step in progress if step.total] == list(range(progress[-1].total + 1))
    (models / "tiny" / FILE).unlink()
    plain = Generator(models).generate(request)[0]
    before = slice(0, 52)
    assert np.allclose(led.rotations[before], plain.rotations[before], atol=1e-6)
    assert not np.allclose(led.rotations[60:], plain.rotations[60:], atol=1e-3)


def test_only_a_shown_beginning_is_begun_from() -> None:
    mask = np.zeros((10, 207), np.float32)
    assert shown_first(mask) == 0
    mask[:4] = 1
    assert shown_first(mask) == 4
    mask[8, 3] = 1  # a key further on: not for what begins anew
    assert shown_first(mask) == 0
    assert shown_first(np.ones((10, 207), np.float32)) == 0
