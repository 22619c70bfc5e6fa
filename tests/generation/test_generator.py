"""The generator end to end on a tiny model: seeds, text, guidance, pivot, observed motion, long motions, errors."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motionmix_core.errors import Cancelled, ModelError, RequestError
from motionmix_core.generation import GenerationRequest, GenerationResult, Generator, Progress
from motionmix_core.generation.sunken import UNNOTICED, sunk
from motionmix_core.motion.motion import Motion
from motionmix_core.representation.default import FEATURES, ROOT_XZ, decode, joint_columns
from tests.tiny_model import write_denoiser, write_models

FPS = 30


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_models(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def generator(models: Path) -> Generator:
    return Generator(models)


def one(generator: Generator, prompt: str = "a person walks", seconds: float = 1.0, **fields: object) -> Motion:
    return generator.generate(GenerationRequest(prompt, seconds, **fields))[0]  # type: ignore[arg-type]  # any field


def same(a: Motion, b: Motion) -> bool:
    return np.array_equal(a.rotations, b.rotations) and np.array_equal(a.root_positions, b.root_positions)


@pytest.mark.parametrize("sampler", ["ddim", "dpmpp_2m", "ddpm"])
def test_the_same_seed_gives_the_same_bytes(models: Path, generator: Generator, sampler: str) -> None:
    first = one(generator, seed=7, sampler=sampler)
    assert same(first, one(Generator(models, threads=1), seed=7, sampler=sampler))
    assert not same(first, one(generator, seed=8, sampler=sampler))


def test_a_take_is_the_one_that_its_own_seed_gives(generator: Generator) -> None:
    result = generator.generate(GenerationRequest("jump", 1.0, seed=3, count=3))
    assert list(result.seeds) == [3, 4, 5]
    assert len(result) == 3
    for seed, motion in zip(result.seeds, result, strict=True):
        assert same(motion, one(generator, "jump", seed=seed))


@pytest.mark.parametrize(("seconds", "frames"), [(0.1, 3), (0.5, 15), (1.0, 30), (2.03, 61), (4.0, 120), (11.0, 330)])
def test_the_length_is_what_was_asked(generator: Generator, seconds: float, frames: int) -> None:
    motion = one(generator, seconds=seconds)
    assert motion.num_frames == frames
    assert motion.fps == FPS


def test_it_starts_at_the_origin_facing_forward(generator: Generator) -> None:
    motion = one(generator, seconds=2.0)
    np.testing.assert_allclose(motion.root_positions[0, [0, 2]], 0, atol=1e-6)
    assert abs(motion.headings()[0]) < 1e-6


def test_the_prompt_matters_and_an_empty_one_is_no_condition(generator: Generator) -> None:
    assert not same(one(generator, "walks"), one(generator, "jump"))
    assert same(one(generator, ""), one(generator, "  \n"))
    assert same(one(generator, ""), one(generator, "jump", guidance=0.0))
    assert not same(one(generator, ""), one(generator, "jump", guidance=1.0))


def test_guidance_moves_away_from_the_unconditional(generator: Generator) -> None:
    """The tiny network is linear in its text, so guidance w moves the result w times as far."""
    free, told, twice = (
        generator.generate(GenerationRequest("jump", 1.0, guidance=weight, foot_lock=False))[0].root_positions[:, 1]
        for weight in (0.0, 1.0, 2.0)
    )
    assert np.abs(told - free).max() > 1e-3
    np.testing.assert_allclose(twice - free, 2 * (told - free), atol=1e-5)


def test_guidance_holds_between_two_noise_levels(generator: Generator) -> None:
    plain, told = one(generator, "jump", guidance=4.0), one(generator, "jump", guidance=1.0)
    assert same(plain, one(generator, "jump", guidance=4.0, guidance_interval=(0.0, 1.0)))
    assert same(told, one(generator, "jump", guidance=4.0, guidance_interval=(0.5, 0.5)))
    part = one(generator, "jump", guidance=4.0, guidance_interval=(0.3, 0.95))
    assert not same(part, plain) and not same(part, told)


def test_a_model_may_have_an_interval_of_its_own(tmp_path: Path) -> None:
    theirs = Generator(write_models(tmp_path, guidance_interval=[0.5, 0.5]))
    assert same(one(theirs, "jump", guidance=4.0), one(theirs, "jump", guidance=1.0))
    assert not same(one(theirs, "jump", guidance=4.0), one(theirs, "jump", guidance=4.0, guidance_interval=(0.0, 1.0)))
    broken = Generator(write_models(tmp_path / "broken", guidance_interval=[0.9, 0.1]))
    with pytest.raises(ModelError, match="interval of guidance"):
        one(broken, "jump")


def test_below_the_pivot_the_text_is_dropped_and_the_mask_is_not(tmp_path: Path) -> None:
    models = write_models(tmp_path, pivot_noise_level=2.0)  # above every noise level: one stage, the second
    never_told = Generator(models)
    assert same(one(never_told, "walks"), one(never_told, "jump"))
    known = one(never_told, seed=99)
    mask = np.zeros((30, FEATURES), np.float32)
    mask[:5] = 1
    held = one(never_told, "walks", observed=known, observed_mask=mask)
    np.testing.assert_allclose(held.positions()[:5], known.positions()[:5], atol=1e-4)
    assert not same(held, one(never_told, "walks"))


@pytest.mark.parametrize("place", [(0.0, (0.0, 0.0, 0.0)), (2.5, (4.0, 0.0, -7.0))])
def test_observed_frames_come_out_where_they_are(
    generator: Generator, place: tuple[float, tuple[float, float, float]]
) -> None:
    known = one(generator, "walks", 2.0, seed=1).transformed(*place)
    mask = np.zeros((60, FEATURES), np.float32)
    mask[[0, 25, 59]] = 1
    made = one(generator, "jump", 2.0, seed=2, observed=known, observed_mask=mask)
    held = [0, 25, 59]
    np.testing.assert_allclose(made.positions()[held], known.positions()[held], atol=2e-4)
    assert np.abs(made.positions()[10] - known.positions()[10]).max() > 1e-2


def test_observed_motion_may_be_of_any_frame_rate_and_shorter(generator: Generator) -> None:
    known = one(generator, "walks", 1.0, seed=1)
    mask = np.zeros((90, FEATURES), np.float32)
    mask[:15] = 1
    made = one(generator, "jump", 3.0, observed=known.resample(120.0), observed_mask=mask, foot_lock=False)
    np.testing.assert_allclose(made.positions()[:15], known.positions()[:15], atol=2e-3)


def test_one_limb_alone_can_be_observed(generator: Generator) -> None:
    known = one(generator, "walks", 1.0, seed=1)
    wrist = known.skeleton.index("left_wrist")
    mask = np.zeros((30, FEATURES), np.float32)
    mask[:, joint_columns(wrist)] = 1
    made = one(generator, "jump", 1.0, seed=5, observed=known, observed_mask=mask, foot_lock=False)
    turned = np.abs((made.global_rotations() * known.global_rotations()).sum(-1))
    assert turned[:, wrist].min() > 1 - 1e-6
    assert turned[:, known.skeleton.index("right_wrist")].min() < 1 - 1e-3


def test_a_mask_of_another_length_is_refused(generator: Generator) -> None:
    known = one(generator, "walks", 1.0)
    mask = np.ones((29, FEATURES), np.float32)
    with pytest.raises(RequestError, match="29 frames.*30"):
        one(generator, "jump", 1.0, observed=known, observed_mask=mask)


def test_the_lower_the_start_the_closer_to_the_original(generator: Generator) -> None:
    known = one(generator, "walks", 2.0, seed=1, foot_lock=False)
    distances = [
        np.abs(one(generator, "jump", 2.0, observed=known, start_level=level, foot_lock=False).positions()
               - known.positions()).mean()
        for level in (0.02, 0.5, 1.0 - 1e-6)
    ]  # fmt: skip
    assert distances[0] < distances[1] < distances[2]
    assert known.num_frames == 60


def test_a_long_motion_goes_on_without_a_jump(generator: Generator) -> None:
    """The tiny network follows its observed frames only where they are, so seams are judged where windows overlap."""
    motion = one(generator, "walks", 9.0, steps=2)
    assert motion.num_frames == 270
    steps = np.linalg.norm(np.diff(motion.root_positions[:, [0, 2]], axis=0), axis=1)
    assert steps.max() < 6 * np.percentile(steps, 75)
    # three windows of 110: the first is the motion of its own length, but for how its end gets out of the ground
    np.testing.assert_allclose(
        one(generator, "walks", 110 / FPS, steps=2, foot_lock=False).root_positions[:90],
        one(generator, "walks", 9.0, steps=2, foot_lock=False).root_positions[:90],
        atol=1e-5,
    )


def test_observed_frames_hold_in_later_windows_too(generator: Generator) -> None:
    known = one(generator, "walks", 9.0, seed=1, foot_lock=False).transformed(1.0, (2.0, 0.0, 3.0))
    mask = np.zeros((270, FEATURES), np.float32)
    mask[[0, 150, 260]] = 1
    made = one(generator, "jump", 9.0, seed=2, observed=known, observed_mask=mask)
    held = [0, 150, 260]
    np.testing.assert_allclose(made.positions()[held], known.positions()[held], atol=5e-4)


def test_a_path_is_followed(generator: Generator) -> None:
    known = one(generator, "walks", 1.0, seed=1)
    root = known.root_positions.copy()
    root[:, 2] = np.linspace(0, 3, 30)
    path = Motion(known.skeleton, root, known.rotations, known.fps)
    mask = np.zeros((30, FEATURES), np.float32)
    mask[:, ROOT_XZ] = 1
    made = one(generator, "jump", 1.0, seed=5, observed=path, observed_mask=mask)
    assert np.abs(made.root_positions[:, 2] - root[:, 2]).max() < 0.5


def test_progress_never_falls_and_ends_at_the_end(models: Path) -> None:
    seen: list[Progress] = []
    Generator(models).generate(GenerationRequest("walks", 6.0, count=2, steps=3), seen.append)
    assert (seen[0].stage, seen[0].fraction) == ("Loading the model", 0.0)
    assert [progress.done for progress in seen[1:]] == list(range(2 * 2 * 3 + 1))
    assert {progress.total for progress in seen[1:]} == {12}
    assert seen[-1].fraction == 1.0


def test_cancel_ends_it_between_two_network_calls(generator: Generator) -> None:
    seen: list[int] = []
    with pytest.raises(Cancelled):
        generator.generate(
            GenerationRequest("walks", 4.0, steps=50), lambda p: seen.append(p.done), lambda: len(seen) > 5
        )
    assert seen[-1] == 5
    assert one(generator).num_frames == 30


def test_what_the_animator_should_know_is_said(models: Path, generator: Generator) -> None:
    def warnings(prompt: str) -> str:
        return " ".join(generator.generate(GenerationRequest(prompt, 0.5, steps=1)).warnings)

    assert warnings("a person walks") == ""
    assert "cut" in warnings("walk " * 2000)
    assert "English" in warnings("🙂")


def test_actions_and_music_are_refused_by_a_model_of_text(generator: Generator) -> None:
    for fields, what in (({"action": "run"}, "actions"), ({"music": np.ones((30, 35))}, "music")):
        with pytest.raises(RequestError, match=f"follows text, not {what}.*prompt"):
            generator.generate(GenerationRequest(**fields))
    numbers = np.zeros((30, 150))
    with pytest.raises(RequestError, match="as a motion"):
        generator.generate(GenerationRequest(seconds=1.0, observed_features=numbers, observed_mask=numbers))


def test_a_model_without_text_says_that_the_prompt_was_left_out(tmp_path: Path) -> None:
    write_denoiser(tmp_path / "mute", text_encoder=None)
    result: GenerationResult = Generator(tmp_path).generate(GenerationRequest("jump", 0.5, steps=1))
    assert "no text" in result.warnings[0]


def test_models_that_are_not_there_are_named(tmp_path: Path, models: Path) -> None:
    with pytest.raises(ModelError, match="nowhere"):
        Generator(tmp_path / "nowhere").generate(GenerationRequest("walks"))
    with pytest.raises(ModelError, match="no motion model"):
        Generator(tmp_path).generate(GenerationRequest("walks"))
    with pytest.raises(ModelError, match=r"'big'.*There are: tiny"):
        Generator(models).generate(GenerationRequest("walks", model="big"))
    write_denoiser(tmp_path / "other", text_encoder="clip-b32")
    with pytest.raises(ModelError, match="clip-b32"):
        Generator(tmp_path).generate(GenerationRequest("walks"))
    write_denoiser(tmp_path / "other")
    with pytest.raises(ModelError, match="text-minilm"):
        Generator(tmp_path).generate(GenerationRequest("walks"))


BLOCKED = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {blocked!r}:
            raise ModuleNotFoundError("No module named " + repr(name))
sys.meta_path.insert(0, Blocked())
from motionmix_core.generation import GenerationRequest, Generator
from motionmix_core.errors import ModelError
try:
    print(Generator(sys.argv[1]).generate(GenerationRequest("a person walks", 1.0))[0].num_frames)
except ModelError as error:
    print("ModelError:", error)
"""


def run_blocked(models: Path, repo_root: Path, *blocked: str) -> str:
    code = BLOCKED.format(blocked=set(blocked))
    done = subprocess.run(
        [sys.executable, "-c", code, str(models)], cwd=repo_root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_it_works_without_torch_and_every_training_library(models: Path, repo_root: Path) -> None:
    absent = ("torch", "scipy", "safetensors", "onnx", "matplotlib", "accelerate", "tqdm", "transformers")
    assert run_blocked(models, repo_root, *absent) == "30"


@pytest.mark.parametrize("wheel", ["onnxruntime", "tokenizers"])
def test_a_missing_wheel_is_named_with_what_to_do(models: Path, repo_root: Path, wheel: str) -> None:
    said = run_blocked(models, repo_root, wheel)
    assert said.startswith("ModelError:")
    assert wheel in said
    assert "einstall" in said


@pytest.mark.parametrize("liveliness", [0.5, 2.0])
def test_a_livelier_motion_moves_more(generator: Generator, liveliness: float) -> None:
    def speed(motion: Motion) -> float:
        places = motion.positions()
        return float(np.linalg.norm(np.diff(places - places[:, :1], axis=0), axis=-1).mean())

    usual, other = (
        generator.generate(GenerationRequest("walk", 2.0, foot_lock=False, liveliness=value))[0]
        for value in (1.0, liveliness)
    )
    assert speed(other) / speed(usual) == pytest.approx(liveliness, rel=0.25)  # the small network is nearly linear


@pytest.mark.parametrize("loop", [False, True])
def test_no_take_is_in_the_ground(generator: Generator, monkeypatch: pytest.MonkeyPatch, loop: bool) -> None:
    def sinking(features: np.ndarray, fps: float) -> Motion:
        motion = decode(features, fps)
        return replace(motion, root_positions=motion.root_positions - (0.0, 0.9, 0.0))

    monkeypatch.setattr("motionmix_core.generation.generator.decode", sinking)
    assert sunk(one(generator, "walks", 4.0, loop=loop)).max() <= UNNOTICED
    monkeypatch.setattr("motionmix_core.generation.generator.lifted", lambda motion, loop: motion)
    assert sunk(one(generator, "walks", 4.0, loop=loop)).max() > 0.05
