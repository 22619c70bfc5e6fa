"""Training windows: what a batch holds, and who may train which timesteps with which words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionmix_core.diffusion.schedule import named_schedule
from motionmix_core.errors import DataError
from motionmix_core.mixed_data.cache import Clip
from motionmix_core.mixed_data.config import DataConfig
from motionmix_core.mixed_data.masks import PATTERNS, gaps, random_mask
from motionmix_core.mixed_data.windows import WindowSampler, action_of, clip_weights, fit_window_normaliser, shifted
from motionmix_core.motion.skeleton import JOINT_NAMES
from motionmix_core.representation import default as R
from tests.mixed_data.small_run import CONFIG, text_bank, with_mix, write_cache


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return write_cache(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def normaliser(cache):
    return fit_window_normaliser(cache, cache.select("train", True), text_bank(), CONFIG)


def sampler(cache, normaliser, config=CONFIG, ids=None):
    clips = [c for c in cache.select("train", True) if ids is None or c.id in ids]
    return WindowSampler(cache, clips, text_bank(), normaliser, config)


def test_a_step_has_one_batch_whatever_came_before(cache, normaliser):
    a, b = sampler(cache, normaliser), sampler(cache, normaliser)
    b.batch(0), b.batch(5)
    for name, array in a.batch(7).arrays().items():
        np.testing.assert_array_equal(array, b.batch(7).arrays()[name], err_msg=name)
    assert not np.array_equal(a.batch(7).timesteps, a.batch(8).timesteps)
    assert not np.array_equal(a.batch(7).motion[:, :8], a.batch(7, rank=1).motion[:, :8])


def test_windows_start_over_the_origin_facing_about_forward(cache, normaliser):
    config = replace(CONFIG, data=replace(CONFIG.data, yaw_degrees=0.0))
    features = normaliser.denormalise(sampler(cache, normaliser, config).batch(0).motion)
    np.testing.assert_allclose(features[:, 0, R.ROOT_XZ], 0, atol=1e-5)
    np.testing.assert_allclose(features[:, 0, R.HEADING], np.tile([1, 0], (CONFIG.batch, 1)), atol=5e-3)


def test_windows_are_real_motion(cache, normaliser):
    """Bones keep their lengths through speed change, mirroring and turning."""
    batch = sampler(cache, normaliser).batch(3)
    for row in range(CONFIG.batch):
        frames = int(batch.frame_mask[row].sum())
        features = normaliser.denormalise(batch.motion[row, :frames])
        stored = features[:, R.POSITIONS].reshape(frames, -1, 3) + features[:, [0, 2, 1]][:, None] * (1, 0, 1)
        np.testing.assert_allclose(R.decode(features).positions(), stored, atol=5e-3)


@pytest.mark.parametrize(("clip", "level"), [("test/walk", 0.0), ("test/noisy walk", 0.5), ("test/unlabelled", 0.0)])
def test_noisy_clips_only_train_above_their_own_pivot(cache, normaliser, clip, level):
    drawn = np.concatenate([sampler(cache, normaliser, ids={clip}).batch(s).timesteps for s in range(200)])
    levels = named_schedule("cosine", 1000).noise_levels[drawn]
    assert levels.min() >= level
    assert levels.min() < level + 0.05
    assert drawn.max() > 950


def test_clean_clips_without_words_can_be_kept_below_the_pivot_as_in_the_paper(cache, normaliser):
    """T* = 60 of 1,000 steps; the default teaches them the unconditional branch above it, too."""

    def drawn(clip: str, **changes: object) -> np.ndarray:
        of_clip = sampler(cache, normaliser, with_mix(pivot_noise_level=0.107, **changes), ids={clip})
        return np.concatenate([of_clip.batch(step).timesteps for step in range(300)])

    papers = drawn("test/unlabelled", unannotated_everywhere=False)
    assert papers.max() == 59
    assert papers.min() < 3
    assert (drawn("test/unlabelled") >= 60).mean() > 0.9
    for captioned in ("test/walk", "test/noisy walk"):  # nobody else's range changes
        np.testing.assert_array_equal(drawn(captioned, unannotated_everywhere=False), drawn(captioned))


def test_with_the_mix_off_every_clip_trains_every_step(cache, normaliser):
    off = sampler(cache, normaliser, with_mix(enabled=False), ids={"test/noisy walk"})
    assert np.concatenate([off.batch(s).timesteps for s in range(200)]).min() < 30


def test_words_belong_to_the_clip_and_are_mirrored_with_it(cache, normaliser):
    bank, config = text_bank(), with_mix(text_dropout=0.0)
    rows = {bank.pooled[row].tobytes(): text for text, row in bank.index.items()}
    batch = sampler(cache, normaliser, config, ids={"test/turn"}).batch(0)
    for row in range(CONFIG.batch):
        text = rows[batch.text_pooled[row].tobytes()]
        features = normaliser.denormalise(batch.motion[row, : int(batch.frame_mask[row].sum())])
        turn = np.unwrap(np.arctan2(features[:, 4], features[:, 3]))
        assert text == ("turn left" if turn[-1] > turn[0] else "turn right")


def test_unlabelled_clips_and_dropped_text_are_the_null_condition(cache, normaliser):
    unlabelled = sampler(cache, normaliser, ids={"test/unlabelled"}).batch(0)
    dropped = sampler(cache, normaliser, with_mix(text_dropout=1.0)).batch(0)
    for batch in (unlabelled, dropped):
        assert not batch.text_mask.any()
        assert not batch.text_pooled.any()


def test_short_clips_are_padded_with_nothing(cache, normaliser):
    batch = sampler(cache, normaliser, ids={"test/turn"}).batch(1, length=96)
    assert batch.frame_mask.sum(axis=1).max() < 60
    assert not batch.motion[batch.frame_mask == 0].any()
    assert not batch.observed_mask[batch.frame_mask == 0].any()


def test_balance_gives_rare_actions_more_than_their_seconds(cache):
    clips = cache.select("train", True)
    assert len({action_of(c) for c in clips}) == len(clips)
    seconds, alike = (clip_weights(clips, DataConfig(balance=balance, hand_made_weight=1.0)) for balance in (1.0, 0.0))
    np.testing.assert_allclose(seconds, np.array([c.frames for c in clips]) / sum(c.frames for c in clips))
    np.testing.assert_allclose(alike, 1 / len(clips))


@pytest.mark.parametrize(("dataset", "weight"), [("mine", 1), ("aistpp", 1), ("kaykit", 0.4), ("quaternius_ual1", 0.4)])
def test_files_of_ones_own_weigh_as_much_as_known_captures(cache, dataset, weight):
    clips = cache.select("train", True)
    mixed = [replace(clip, dataset=dataset) if row == 0 else clip for row, clip in enumerate(clips)]
    weights = clip_weights(mixed, DataConfig(balance=0.0))
    np.testing.assert_allclose(weights[0], weight * weights[1:])


def test_hand_tasks_have_a_weight_of_their_own(cache):
    clips = cache.select("train", True)
    made = [replace(clip, dataset="hand_tasks") if row == 0 else clip for row, clip in enumerate(clips)]
    weights = clip_weights(made, DataConfig(balance=0.0, hand_made_weight=1.0, hand_task_weight=3.0))
    np.testing.assert_allclose(weights[0], 3 * weights[1:])


def test_strokes_by_formula_begin_with_the_clip_unless_motion_is_shown(cache, normaliser):
    def starts(mask_share: float) -> set[float]:
        clips = [replace(c, dataset="hand_tasks") for c in cache.select("train", True) if c.id == "test/walk"]
        config = replace(CONFIG, batch=32, mix=replace(CONFIG.mix, mask_share=mask_share))
        drawn = WindowSampler(cache, clips, text_bank(), normaliser, config)
        motion = normaliser.denormalise(drawn.batch(1, length=16).motion)
        return {round(float(np.abs(row[0, R.POSITIONS][1::3]).sum()), 4) for row in motion}  # the same mirrored

    assert len(starts(0.0)) == 1
    assert len(starts(1.0)) > 5


def test_strokes_by_formula_change_hands_only_with_the_words(cache, normaliser):
    (clip,) = (replace(c, dataset="hand_tasks") for c in cache.select("train", True) if c.id == "test/turn")
    sideless = replace(clip, captions=tuple(replace(caption, mirrored=caption.text) for caption in clip.captions))

    def sides(clip: Clip) -> set[bool]:
        """To which sides the drawn windows turn."""
        whole = replace(CONFIG.data, shorten=0.0)
        config = replace(CONFIG, batch=32, data=whole, mix=replace(CONFIG.mix, mask_share=0.0))
        drawn = WindowSampler(cache, [clip], text_bank(), normaliser, config).batch(1, length=36)
        first, last = (normaliser.denormalise(drawn.motion)[:, frame, R.HEADING].T for frame in (0, 35))
        return set(first[0] * last[1] > first[1] * last[0])

    assert sides(clip) == {True, False}
    assert len(sides(sideless)) == 1


def test_only_noisy_clips_without_words_is_refused(cache, normaliser):
    clips = [replace(c, clean=False, captions=()) for c in cache.select("train", True)]
    with pytest.raises(DataError, match="none of the clips can be trained on"):
        WindowSampler(cache, clips, text_bank(), normaliser, CONFIG)


@pytest.mark.parametrize("pattern", [p for p, _ in PATTERNS], ids=lambda p: p.__name__)
@pytest.mark.parametrize("frames", [2, 5, 96])
def test_every_mask_shows_something_and_leaves_something(pattern, frames):
    for seed in range(20):
        mask = pattern(np.random.default_rng(seed), frames)
        assert mask.shape == (frames, R.FEATURES)
        assert set(np.unique(mask)) <= {0.0, 1.0}
        assert mask.any()
        assert not mask.all()


def test_body_part_masks_leave_whole_joints_free():
    from motionmix_core.mixed_data.masks import body_part

    for seed in range(20):
        mask = body_part(np.random.default_rng(seed), 10)
        free = [n for i, n in enumerate(JOINT_NAMES) if not mask[:, R.joint_columns(i)].any()]
        shown = [n for i, n in enumerate(JOINT_NAMES) if mask[:, R.joint_columns(i)].all()]
        assert len(free) + len(shown) == len(JOINT_NAMES)
        assert free
        assert "pelvis" in shown


def test_mask_share_is_kept(cache, normaliser):
    config = with_mix(mask_share=0.5)
    shown = np.concatenate([sampler(cache, normaliser, config).batch(s).observed_mask.any((1, 2)) for s in range(100)])
    assert 0.42 < shown.mean() < 0.58
    assert random_mask(np.random.default_rng(0), 30)[0].any()


def test_the_shift_draws_more_noisy_timesteps_and_one_changes_nothing():
    even = np.linspace(0, 1, 1001)[:-1]
    np.testing.assert_array_equal(shifted(even, 1.0), even)
    moved = shifted(even, 2.0)
    assert (np.diff(moved) > 0).all()
    assert moved.max() < 1
    assert (moved > 0.9).mean() == pytest.approx(1 - 0.9 / 1.1, abs=2e-3)


def test_sparse_keys_leave_the_smoothed_root_open_but_not_the_pose(cache, normaliser):
    """What a key shows lies elsewhere along the path, and its joints as much the other way."""
    batch_with = sampler(cache, normaliser, with_mix(mask_share=1.0))
    moved = 0
    for step in range(30):
        batch = batch_with.batch(step)
        shown, truth = (normaliser.denormalise(a) for a in (batch.shown, batch.motion))
        off = shown[..., R.ROOT_XZ] - truth[..., R.ROOT_XZ]
        moved += int((np.abs(off).max((1, 2)) > 1e-4).sum())
        assert np.abs(off).max() < 0.1
        for axis, start in enumerate((R.POSITIONS.start, R.POSITIONS.start + 2)):
            places = (shown - truth)[..., start : R.POSITIONS.stop : 3]
            np.testing.assert_allclose(places + off[..., axis : axis + 1], 0, atol=2e-5)
        rest = np.r_[R.ROOT_HEIGHT.start : R.POSITIONS.start, R.ROTATIONS.start : R.FEATURES]
        np.testing.assert_array_equal(batch.shown[..., rest], batch.motion[..., rest])
    assert moved > 10


def test_motion_shows_its_true_root_and_keys_do_not():
    """Within six shown frames in a row a path can be smoothed; a frame alone is an animator's key."""
    lone = 0
    for seed in range(80):
        mask, loose = random_mask(np.random.default_rng(seed), 60, two_share=0.0)
        shown = mask[:, R.ROOT_XZ].any(axis=1)
        beside = np.convolve(shown, np.ones(6), mode="full")
        runs = np.array([(beside[t : t + 6] == 6).any() for t in range(60)])
        assert not (loose & runs).any()
        alone = shown & ~np.r_[False, shown[:-1]] & ~np.r_[shown[1:], False]
        lone += int((alone & mask[:, R.POSITIONS].any(axis=1)).sum())
        assert loose[alone & mask[:, R.POSITIONS].any(axis=1)].all()
    assert lone > 50


def test_gaps_are_of_an_animators_size_with_motion_or_a_pose_between():
    lengths, singles, stretches = [], 0, 0
    for seed in range(60):
        mask = gaps(np.random.default_rng(seed), 192)
        shown = mask[:, 0] > 0
        assert shown[0]
        edges = np.flatnonzero(np.diff(np.r_[0, shown.astype(int), 0]))
        lengths += (edges[2::2] - edges[1:-1:2]).tolist()  # gaps with something on either side
        singles += int((edges[3::2] - edges[2::2] == 1).sum())
        stretches += int((edges[3::2] - edges[2::2] > 1).sum())
        alone = mask[:, R.CONTACTS].sum(axis=1) == 0
        assert not (alone & shown & np.r_[shown[1:], False]).any()  # within motion, feet are known
    assert 3 <= min(lengths) <= 5
    assert 50 <= max(lengths) <= 60
    assert 8 < np.median(lengths) < 20
    assert 0.5 < singles / stretches < 2


def test_windows_of_noisy_clips_are_told_apart(cache, normaliser):
    assert sampler(cache, normaliser, ids={"test/noisy walk"}).batch(0).noisy_source.all()
    assert not sampler(cache, normaliser, ids={"test/walk", "test/turn"}).batch(0).noisy_source.any()
