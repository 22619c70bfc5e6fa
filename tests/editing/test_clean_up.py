"""Clean-up: faults of known size go, blows stay, clean motion and what is protected stay as they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from motionmix_core.editing import EditSettings, clean_up, estimate_noise
from motionmix_core.editing.denoise import without_noise
from motionmix_core.editing.grounding import Slide, glides_in_place, measured_slide, travel_fitted, travel_fitted_closer
from motionmix_core.errors import RequestError
from motionmix_core.generation import Generator
from motionmix_core.metrics.jitter import acceleration_error
from motionmix_core.metrics.skating import contact_skating
from motionmix_core.mixed_data.corruption import Drift, DroppedFrames, FootSlide, JointJitter
from motionmix_core.motion.contacts import foot_contacts
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.skeleton import JOINT_NAMES
from tests.editing.clips import clap, done, hop, kick, lively_stand, lively_walk, one_clap, punch, stamp

WRIST = JOINT_NAMES.index("right_wrist")


def with_travel(motion: Motion, factor: float) -> Motion:
    """The motion with its travel, along z, times so much."""
    return replace(motion, root_positions=motion.root_positions * np.array([1.0, 1.0, factor]))


def cleaned(generator: Generator, motion: Motion, **options: object) -> Motion:
    settings = EditSettings(steps=1)
    return done(generator, clean_up(motion, settings=settings, **options))  # type: ignore[arg-type]  # any setting


def error(motion: Motion, truth: Motion) -> float:
    return acceleration_error(motion.positions(), truth.positions(), truth.fps)


@pytest.mark.parametrize("degrees", [1.0, 3.0, 6.0])
def test_shaking_is_measured(rng: np.random.Generator, degrees: float) -> None:
    fault = JointJitter(1.0, np.radians(degrees), np.radians(degrees))
    found = estimate_noise(fault.apply(lively_stand(6.0), rng))
    assert found.degrees == pytest.approx(degrees, rel=0.2)


def test_a_clean_motion_counts_as_clean(generator: Generator) -> None:
    source = lively_stand(4.0)
    assert estimate_noise(source).excess.max() < np.radians(0.1)
    moved = np.linalg.norm(cleaned(generator, source).positions() - source.positions(), axis=-1)
    assert moved.mean() < 0.005


@pytest.mark.parametrize("size", [0.5, 1.0, 2.0])
def test_shaking_goes(generator: Generator, rng: np.random.Generator, size: float) -> None:
    truth = lively_stand(5.0)
    noisy = JointJitter(0.5, 0.02 * size, 0.1 * size).apply(truth, rng)
    assert error(cleaned(generator, noisy), truth) < 0.2 * error(noisy, truth)


def test_lost_frames_are_filled(generator: Generator, rng: np.random.Generator) -> None:
    truth = lively_stand(5.0)
    held = DroppedFrames(0.1, 0.15).apply(truth, rng)
    lost = np.abs(np.diff(held.rotations, axis=0)).max(axis=(1, 2)) < 1e-9
    np.testing.assert_array_equal(estimate_noise(held).dropped[1:], lost)
    assert error(cleaned(generator, held), truth) < 0.3 * error(held, truth)


@pytest.mark.parametrize("length", [1, 3])
def test_a_pop_goes_and_the_other_joints_stay(generator: Generator, length: int) -> None:
    truth = lively_stand(4.0)
    rotations = truth.rotations.copy()
    rotations[60 : 60 + length, WRIST - 2] = [0.5, 0.5, 0.5, 0.5]
    popping = replace(truth, rotations=rotations)
    assert np.flatnonzero(estimate_noise(popping).pops).tolist() == list(range(60, 60 + length))
    made = cleaned(generator, popping)
    assert error(made, truth) < 0.2 * error(popping, truth)
    others = [joint for joint in range(3, len(JOINT_NAMES)) if joint != WRIST - 2]
    np.testing.assert_allclose(made.rotations[60, others], truth.rotations[60, others], atol=1e-3)


@pytest.mark.parametrize("fps", [24.0, 30.0, 60.0, 120.0])
def test_a_punch_keeps_its_speed(generator: Generator, rng: np.random.Generator, fps: float) -> None:
    truth = punch(fps)
    noisy = JointJitter(1.0, 0.02, 0.02).apply(truth, rng)
    made = cleaned(generator, noisy)
    peaks = [np.linalg.norm(np.diff(motion.positions()[:, WRIST], axis=0), axis=-1).max() for motion in (made, truth)]
    assert peaks[0] == pytest.approx(peaks[1], rel=0.1)
    assert error(made, truth) < 0.3 * error(noisy, truth)


@pytest.mark.parametrize("fps", [30.0, 60.0])
def test_a_kick_keeps_its_speed(generator: Generator, rng: np.random.Generator, fps: float) -> None:
    truth = kick(fps)
    made = cleaned(generator, JointJitter(1.0, 0.02, 0.02).apply(truth, rng))
    foot = JOINT_NAMES.index("right_foot")
    peaks = [np.linalg.norm(np.diff(motion.positions()[:, foot], axis=0), axis=-1).max() for motion in (made, truth)]
    assert peaks[0] == pytest.approx(peaks[1], rel=0.1)


def test_a_jump_keeps_its_height_and_its_take_off(generator: Generator, rng: np.random.Generator) -> None:
    truth = hop()
    noisy = JointJitter(1.0, 0.02, 0.02).apply(truth, rng)
    shaking = replace(noisy, root_positions=noisy.root_positions + rng.normal(0, 0.005, truth.root_positions.shape))
    made = cleaned(generator, shaking)
    heights, speeds = (
        [float(measure(motion.root_positions[:, 1])) for motion in (made, truth)]
        for measure in (np.ptp, lambda height: np.diff(height).max())
    )
    assert heights[0] == pytest.approx(heights[1], rel=0.1)
    assert speeds[0] == pytest.approx(speeds[1], rel=0.1)


def test_feet_under_a_body_in_place_glide_on(generator: Generator) -> None:
    slow = replace(lively_walk(3.0), fps=4.0).resample(30.0).crop(0, 300)  # gliding feet look as if they stood
    root = slow.root_positions.copy()
    root[:, 2] = root[0, 2]
    loop = replace(slow, root_positions=root)
    assert glides_in_place(loop) and not glides_in_place(slow)
    made = cleaned(generator, loop)
    assert np.linalg.norm(made.positions() - loop.positions(), axis=-1).max() < 0.005


@pytest.mark.parametrize("fps", [30.0, 60.0, 120.0])
def test_a_clap_still_touches(generator: Generator, rng: np.random.Generator, fps: float) -> None:
    truth = clap(fps)
    made = cleaned(generator, JointJitter(1.0, 0.02, 0.02).apply(truth, rng))
    hands = [JOINT_NAMES.index("left_wrist"), WRIST]
    apart, nearest = (
        np.linalg.norm(np.diff(motion.positions()[:, hands], axis=1)[:, 0], axis=-1) for motion in (made, truth)
    )
    closed = nearest < nearest.min() + 0.005
    assert closed.sum() >= 6
    assert np.abs(apart - nearest)[closed].mean() < 0.025
    # and each hand comes to each clap as fast as it did, in the mean over the claps
    made_speed, speed = (
        np.linalg.norm(np.diff(motion.positions()[:, hands], axis=0), axis=-1) for motion in (made, truth)
    )
    size = int(fps / 4)
    claps = [slice(at - size // 2, at + size // 2) for at in range(size, len(speed) - size, size)]
    ratio = np.mean([made_speed[part].max(axis=0) / speed[part].max(axis=0) for part in claps])
    assert ratio == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("fps", [24.0, 30.0, 60.0, 120.0])
def test_a_single_clap_keeps_its_speed(generator: Generator, rng: np.random.Generator, fps: float) -> None:
    truth = one_clap(fps)
    noisy = JointJitter(1.0, 0.01, 0.01).apply(truth, rng)
    made = cleaned(generator, noisy)
    around, hands = slice(int(1.35 * fps), int(1.65 * fps) + 1), [JOINT_NAMES.index("left_wrist"), WRIST]
    peaks, wanted = (
        np.linalg.norm(np.diff(motion.positions()[around][:, hands], axis=0), axis=-1).max(axis=0)
        for motion in (made, truth)
    )
    np.testing.assert_allclose(peaks, wanted, rtol=0.1)
    assert error(made, truth) < 0.35 * error(noisy, truth)


@pytest.mark.parametrize("fps", [24.0, 30.0, 60.0, 120.0])
def test_a_stamping_foot_comes_down_as_fast_as_it_did(
    generator: Generator, rng: np.random.Generator, fps: float
) -> None:
    truth = stamp(fps)
    noisy = JointJitter(1.0, 0.01, 0.01).apply(truth, rng)
    made = cleaned(generator, noisy)
    foot = JOINT_NAMES.index("right_foot")
    for at in (1.0, 2.2):
        around = slice(int((at - 0.15) * fps), int((at + 0.1) * fps) + 1)
        down, wanted = (-np.diff(motion.positions()[around, foot, 1]).min() for motion in (made, truth))
        assert down == pytest.approx(wanted, rel=0.1)
    assert error(made, truth) < 0.35 * error(noisy, truth)


def test_a_drifting_root_is_calmed(generator: Generator, rng: np.random.Generator) -> None:
    truth = lively_stand(5.0)
    drifting = Drift(0.05).apply(truth, rng)
    assert error(cleaned(generator, drifting), truth) < 0.25 * error(drifting, truth)


@pytest.mark.parametrize("amount", [-0.25, 0.25])
def test_travel_is_fitted_to_the_steps(amount: float) -> None:
    truth = lively_walk(5.0)
    root = truth.root_positions.copy()
    root[:, 2] *= 1 + amount
    sliding = replace(truth, root_positions=root)
    made = travel_fitted(sliding, measured_slide(sliding))
    wrong, left = (float(np.abs(m.root_positions[-1, 2] - truth.root_positions[-1, 2])) for m in (sliding, made))
    assert left < 0.25 * wrong
    assert travel_fitted(truth, measured_slide(truth)) is truth


@pytest.mark.parametrize(
    ("slide", "believed"),
    [
        (Slide(0.06, 0.04, 3), True),
        (Slide(-0.06, 0.04, 3), False),
        (Slide(-0.1, 0.06, 3), True),
        (Slide(0.06, 0.055, 2), False),
        (Slide(0.07, 0.065, 2), True),
        (Slide(0.6, 0.5, 3), False),
    ],
)
def test_travel_too_far_is_believed_sooner_than_travel_too_near(slide: Slide, believed: bool) -> None:
    walk = lively_walk(3.0)
    made = travel_fitted(walk, slide)
    assert (made is not walk) == believed
    way, before = (np.ptp(motion.root_positions[:, 2]) for motion in (made, walk))
    assert way == pytest.approx(before * (1 - slide.share * believed))


@pytest.mark.parametrize("amount", [-0.25, -0.2, 0.2, 0.3])
def test_large_slides_are_fitted_to_within_a_hundredth_where_feet_roll(amount: float) -> None:
    truth = with_travel(lively_walk(4.0), 1.043)  # as feet of real captures do
    sliding = with_travel(truth, 1 + amount)
    slide = measured_slide(sliding)
    assert slide is not None
    once = travel_fitted(sliding, slide)
    twice = travel_fitted_closer(once, slide)
    wrong, left, hardly = (abs(m.root_positions[-1, 2] - truth.root_positions[-1, 2]) for m in (sliding, once, twice))
    assert hardly < 0.01 * wrong < left


def test_feet_whose_travel_was_fitted_keep_their_accelerations(generator: Generator) -> None:
    truth = lively_walk(5.0)
    root = truth.root_positions.copy()
    root[:, 2] *= 1.2
    sliding = replace(truth, root_positions=root)
    assert error(cleaned(generator, sliding), truth) < 0.18  # 0.22 if they were held as firmly as feet that slide


@pytest.mark.parametrize("share", [-0.1, 0.1])
def test_a_slide_of_ten_percent_is_halved_and_nothing_jerks(generator: Generator, share: float) -> None:
    truth = lively_walk(5.0)
    root = truth.root_positions.copy()
    root[:, 2] *= 1 + share
    sliding = replace(truth, root_positions=root)
    made = cleaned(generator, sliding)
    standing = foot_contacts(truth.positions(), truth.fps)
    skates = [contact_skating(motion.positions(), standing, truth.fps) for motion in (sliding, made)]
    assert skates[1] < 0.5 * skates[0]
    assert error(made, truth) < 0.5


def test_feet_that_creep_as_in_real_captures_hardly_move(generator: Generator) -> None:
    truth = lively_walk(5.0)
    root = truth.root_positions.copy()
    root[:, 2] *= 1.04
    creeping = replace(truth, root_positions=root)
    made = cleaned(generator, creeping)
    standing = foot_contacts(truth.positions(), truth.fps)
    skates = [contact_skating(motion.positions(), standing, truth.fps) for motion in (creeping, made)]
    assert skates[1] < 0.95 * skates[0]
    assert np.linalg.norm(made.positions() - creeping.positions(), axis=-1).mean() < 0.0005
    assert error(made, creeping) < 0.1


def test_a_slide_is_measured_in_shares_of_the_travel() -> None:
    assert measured_slide(lively_stand(4.0)) is None
    truth = lively_walk(5.0)
    root = truth.root_positions.copy()
    root[:, 2] *= 1.15
    slide = measured_slide(replace(truth, root_positions=root))
    assert slide is not None and slide.evidence == 1
    assert slide.share == pytest.approx(0.15 / 1.15, abs=0.05)


def test_a_slide_of_ten_percent_leaves_the_motion_otherwise_alone(
    generator: Generator, rng: np.random.Generator
) -> None:
    truth = lively_walk(4.0)
    made = cleaned(generator, FootSlide(0.1).apply(truth, rng))
    arms = [JOINT_NAMES.index(name) for name in ("left_shoulder", "left_elbow", "neck", "head")]
    np.testing.assert_allclose(made.rotations[:, arms], truth.rotations[:, arms], atol=0.01)


@pytest.mark.parametrize("made", [lively_stand, lively_walk])
def test_how_much_a_root_wanders_is_found_whatever_chance_brings(made: Callable[[float], Motion]) -> None:
    wanders = 0.025 / 30**0.5 * (20 / 70) ** 0.5
    for seed in range(40):
        rng = np.random.default_rng(seed)
        drifting = DroppedFrames(0.05, 0.15).apply(Drift(0.025).apply(made(4.0), rng), rng)
        assert 0.7 * wanders < estimate_noise(drifting).root < 1.3 * wanders


def test_protected_joints_and_frames_stay(generator: Generator, rng: np.random.Generator) -> None:
    noisy = JointJitter(1.0, 0.05, 0.1).apply(lively_stand(4.0), rng)
    made = cleaned(generator, noisy, protected_joints=("head",), protected_frames=(10, 50))
    head = JOINT_NAMES.index("head")
    np.testing.assert_allclose(made.rotations[:, head], noisy.rotations[:, head], atol=1e-12)
    np.testing.assert_allclose(made.rotations[[10, 50]], noisy.rotations[[10, 50]], atol=1e-12)
    np.testing.assert_allclose(made.root_positions[[10, 50]], noisy.root_positions[[10, 50]], atol=1e-12)
    assert np.abs(made.rotations[30] - noisy.rotations[30]).max() > 1e-3


def test_a_root_that_wanders_is_put_where_the_feet_say(generator: Generator, rng: np.random.Generator) -> None:
    truth = lively_walk(6.0)
    drifting = Drift(0.05).apply(truth, rng)
    made = cleaned(generator, drifting)
    wrong, left = (np.abs(m.root_positions - truth.root_positions)[:, [0, 2]].mean() for m in (drifting, made))
    assert left < 0.5 * wrong
    standing = foot_contacts(truth.positions(), truth.fps)
    skates = [contact_skating(m.positions(), standing, truth.fps) for m in (drifting, made)]
    assert skates[1] < 0.5 * skates[0]
    assert error(made, truth) < 0.2 * error(drifting, truth)


def test_a_shaking_root_is_told_from_a_wandering_one(rng: np.random.Generator) -> None:
    truth = lively_walk(6.0)
    shaking = replace(truth, root_positions=truth.root_positions + rng.normal(0, 0.01, truth.root_positions.shape))
    found = estimate_noise(shaking)
    assert found.root == pytest.approx(0.01, rel=0.25)
    assert found.root_steps < 0.005
    assert estimate_noise(Drift(0.05).apply(truth, rng)).root_steps == pytest.approx(0.05 / 30**0.5, rel=0.3)


def test_lost_frames_do_not_hide_the_noise(rng: np.random.Generator) -> None:
    noisy = JointJitter(1.0, 0.03, 0.03).apply(lively_stand(6.0), rng)
    found = estimate_noise(DroppedFrames(0.1, 0.15).apply(noisy, rng))
    assert found.joints[WRIST] == pytest.approx(0.03, rel=0.25)


def test_real_steps_and_shaking_are_no_reason_to_change_the_travel(
    generator: Generator, rng: np.random.Generator
) -> None:
    truth = lively_walk(5.0)
    made = cleaned(generator, JointJitter(0.3, 0.02, 0.1).apply(truth, rng))
    travel = [float(np.ptp(m.root_positions[:, 2])) for m in (made, truth)]
    assert travel[0] == pytest.approx(travel[1], rel=0.02)


def test_only_the_range_changes(generator: Generator, rng: np.random.Generator) -> None:
    noisy = JointJitter(1.0, 0.05, 0.1).apply(lively_stand(4.0), rng)
    made = done(generator, clean_up(noisy, 30, 80, EditSettings(steps=1)))
    outside = np.r_[0:30, 81 : noisy.num_frames]
    np.testing.assert_allclose(made.rotations[outside], noisy.rotations[outside], atol=1e-12)
    np.testing.assert_array_equal(made.root_positions[outside], noisy.root_positions[outside])
    assert np.abs(made.rotations[50] - noisy.rotations[50]).max() > 1e-3


def test_strength_sets_the_level() -> None:
    source = lively_stand(2.0)
    assert clean_up(source, strength=0.3).request.start_level == 0.3
    with pytest.raises(RequestError, match="strength"):
        clean_up(source, strength=0.9)


def test_the_least_strength_does_less_than_what_the_noise_asks_for(
    generator: Generator, rng: np.random.Generator
) -> None:
    noisy = JointJitter(1.0, 0.03, 0.06).apply(lively_walk(3.0), rng)
    least, found = (
        float(
            np.linalg.norm(cleaned(generator, noisy, strength=strength).positions() - noisy.positions(), axis=-1).mean()
        )
        for strength in (0.03, None)
    )
    assert least < 0.7 * found


def test_curves_without_noise_are_kept_to_the_bit(rng: np.random.Generator) -> None:
    values = rng.normal(size=(50, 2, 4))
    out = without_noise(values, np.array([0.0, 0.1]))
    np.testing.assert_allclose(out[:, 0], values[:, 0], atol=1e-12)
    np.testing.assert_array_equal(without_noise(values, np.zeros(2)), values)


@pytest.mark.parametrize("fps", [30.0, 60.0, 240.0])
@pytest.mark.parametrize("frames", [5, 8, 14, 20])
def test_a_few_frames_can_be_measured_and_cleaned(generator: Generator, fps: float, frames: int) -> None:
    source = lively_walk(1.0, fps).crop(0, frames)
    assert len(estimate_noise(source).dropped) == frames
    assert done(generator, clean_up(source, 0, frames - 1)).num_frames == frames
