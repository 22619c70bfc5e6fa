"""Moving, fitting, blending takes and putting them into the NLA: what is seen on which frame."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
import pytest

from tests.addon.take_scenes import keys, make, own_action, pose, step, undo


def span(action: Any) -> tuple[float, float]:
    return tuple(action.curve_frame_range)


def poses(obj: Any, *frames: int) -> list[dict[str, list[float]]]:
    result = []
    for frame in frames:
        bpy.context.scene.frame_set(frame)
        result.append(pose(obj))
    return result


def close(one: dict[str, list[float]], two: dict[str, list[float]], within: float) -> bool:
    """Whether two poses are alike: bones turn by quaternions of either sign."""
    return all(np.allclose(one[name], two[name], atol=within) for name in one)


def test_moved_to_the_current_frame_the_same_motion_begins_there(extension, skeleton) -> None:
    (walk,) = make(extension, skeleton, "walk", frames=30)
    first, last = span(walk)
    before = poses(skeleton, 1, 9, 20)
    bpy.context.scene.frame_set(101)
    bpy.ops.motionmix.take_fit(to="CURRENT")
    assert span(walk) == (101, 101 + last - first)
    assert poses(skeleton, 101, 109, 120) == before


def test_moved_to_a_range_it_keeps_its_length_stretched_it_fills_it(extension, skeleton) -> None:
    (walk,) = make(extension, skeleton, "walk", frames=30)
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = 50, 150
    length = span(walk)[1] - span(walk)[0]
    start, end = poses(skeleton, *map(int, span(walk)))
    bpy.ops.motionmix.take_fit(to="SCENE")
    assert span(walk) == (50, 50 + length)
    bpy.ops.motionmix.take_fit(to="SCENE", stretch=True)
    assert span(walk) == (50, 150)
    assert all(close(a, b, 1e-4) for a, b in zip(poses(skeleton, 50, 150), (start, end), strict=True))
    with pytest.raises(RuntimeError, match="no preview range"):
        bpy.ops.motionmix.take_fit(to="PREVIEW")
    scene.use_preview_range, scene.frame_preview_start, scene.frame_preview_end = True, 10, 25
    bpy.ops.motionmix.take_fit(to="PREVIEW", stretch=True)
    assert span(walk) == (10, 25)


def test_a_stretched_take_has_a_key_on_every_whole_frame_and_passes_through_the_same_poses(extension, skeleton) -> None:
    (walk,) = make(extension, skeleton, "walk", frames=30)
    first, last = (int(frame) for frame in span(walk))
    before = poses(skeleton, *range(first, last + 1))
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = 1, 1 + 2 * (last - first)
    bpy.ops.motionmix.take_fit(to="SCENE", stretch=True)
    after = poses(skeleton, *range(1, scene.frame_end + 1, 2))
    assert all(close(a, b, 1e-4) for a, b in zip(after, before, strict=True))
    for curve in extension.addon("compat").curves_in(walk):
        frames = [key.co.x for key in curve.keyframe_points]
        if len(frames) > 1:
            assert frames == list(range(1, scene.frame_end + 1))


def test_few_keys_stay_few_when_stretched(extension, skeleton) -> None:
    (walk,) = make(extension, skeleton, "walk", frames=30)
    curve = extension.addon("compat").curves_in(walk)[0]
    while len(curve.keyframe_points) > 3:
        curve.keyframe_points.remove(curve.keyframe_points[1])
    places = [key.co.x for key in curve.keyframe_points]
    extension.addon("takes.timing").fit(walk, 1, 1 + 3 * (span(walk)[1] - span(walk)[0]))
    assert [key.co.x for key in curve.keyframe_points] == pytest.approx([1 + 3 * (x - places[0]) for x in places])


def test_the_scenes_range_can_be_set_from_the_take(extension, skeleton) -> None:
    (walk,) = make(extension, skeleton, "walk", frames=30)
    extension.addon("takes.timing").move(walk, 40)
    scene = bpy.context.scene
    bpy.ops.motionmix.take_range(preview=True)
    assert scene.use_preview_range
    assert (scene.frame_preview_start, scene.frame_preview_end) == span(walk)
    bpy.ops.motionmix.take_range()
    assert (scene.frame_start, scene.frame_end) == span(walk)


def test_blended_in_it_starts_on_ones_own_action_and_after_that_it_is_the_take(extension, skeleton) -> None:
    own_action(skeleton)
    own_poses = poses(skeleton, *range(1, 37))
    (walk,) = make(extension, skeleton, "walk")
    first, last = (int(frame) for frame in span(walk))
    assert (first, last) == (1, 36)
    raw = poses(skeleton, *range(first, last + 1))
    bpy.ops.motionmix.take_blend(blend_in=10, blend_out=6)
    blended = poses(skeleton, *range(first, last + 1))
    assert close(blended[0], own_poses[0], 2e-4)
    assert close(blended[-1], own_poses[-1], 2e-4)
    assert all(close(a, b, 1e-5) for a, b in zip(blended[10:30], raw[10:30], strict=True))
    # On the way it's neither, and no frame turns more than a soft ramp of ten frames over the gap asks for.
    elbow, mine, theirs = (np.array([frame["left_elbow"] for frame in found]) for found in (blended, own_poses, raw))
    assert not np.allclose(elbow[5], theirs[5], atol=1e-3)
    steps = [np.abs(np.diff(curve[:11], axis=0)).max() for curve in (elbow, mine, theirs)]
    assert steps[0] < steps[1] + steps[2] + 1.6 / 10 * np.pi


def test_blends_can_be_changed_and_taken_back_to_the_last_bit(extension, skeleton) -> None:
    own_action(skeleton)
    (walk,) = make(extension, skeleton, "walk")
    for curve in extension.addon("compat").curves_in(walk):
        for number, key in enumerate(curve.keyframe_points):
            key.type = ("KEYFRAME", "EXTREME", "JITTER")[number % 3]
            key.interpolation = ("LINEAR", "BEZIER", "ELASTIC", "BACK")[number % 4]
            key.easing, key.amplitude, key.period, key.back = "EASE_IN_OUT", 0.25, 3.0, 0.75
            key.select_control_point = key.select_left_handle = bool(number % 2)
        curve.update()
    raw = keys(extension, walk)
    bpy.ops.motionmix.take_blend(blend_in=10, blend_out=6)
    ten = keys(extension, walk)
    walk.motionmix_take.blend_in = 4
    four = keys(extension, walk)
    assert raw != ten != four
    walk.motionmix_take.blend_in = 10
    assert keys(extension, walk) == ten
    bpy.ops.motionmix.take_blend(blend_in=0, blend_out=0)
    assert keys(extension, walk) == raw


def test_a_take_of_few_keys_keeps_its_shape_beyond_the_blend(extension, skeleton) -> None:
    """As key reduction writes it, or as the animator thinned it out: smooth curves with keys far apart."""
    own_action(skeleton)
    (walk,) = make(extension, skeleton, "walk")
    curves = extension.addon("compat").curves_in(walk)
    for number, curve in enumerate(curves):
        for index in reversed(range(1, len(curve.keyframe_points) - 1)):
            if (index + number) % 9:
                curve.keyframe_points.remove(curve.keyframe_points[index])
        for key in curve.keyframe_points:
            key.interpolation = "BEZIER"
        curve.update()
    raw = keys(extension, walk)
    before = poses(skeleton, *range(7, 33))
    bpy.ops.motionmix.take_blend(blend_in=5, blend_out=3)
    assert (walk.motionmix_take.blend_in, walk.motionmix_take.blend_out) == (5, 3)
    after = poses(skeleton, *range(7, 33))
    assert all(close(a, b, 1e-3) for a, b in zip(after, before, strict=True))
    bpy.ops.motionmix.take_blend(blend_in=0, blend_out=0)
    assert keys(extension, walk) == raw


def test_without_an_action_it_blends_from_the_pose(extension, skeleton) -> None:
    skeleton.pose.bones["left_elbow"].rotation_quaternion = (0.7, 0.7, 0.1, 0.0)
    skeleton.pose.bones["pelvis"].location = (0.3, 0.0, 0.1)
    (stood,) = poses(skeleton, 1)
    make(extension, skeleton, "walk")
    bpy.ops.motionmix.take_blend(blend_in=8, blend_out=8)
    start, end = poses(skeleton, 1, 36)
    assert close(start, stood, 2e-4)
    assert close(end, stood, 2e-4)


@pytest.mark.parametrize("mode", ["XYZ", "ZYX", "AXIS_ANGLE"])
def test_bones_that_turn_by_angles_blend_as_well(extension, skeleton, mode: str) -> None:
    for bone in skeleton.pose.bones:
        bone.rotation_mode = mode
    for frame, angle in ((1, 0.5), (41, 1.2)):
        bone = skeleton.pose.bones["left_elbow"]
        if mode == "AXIS_ANGLE":
            bone.rotation_axis_angle = (angle, 0, 0.6, 0.8)
        else:
            bone.rotation_euler = (angle, 0.2, -0.3)
        bone.keyframe_insert("rotation_axis_angle" if mode == "AXIS_ANGLE" else "rotation_euler", frame=frame)
    own_start, own_end = poses(skeleton, 1, 36)
    make(extension, skeleton, "walk")
    raw = poses(skeleton, 20)
    bpy.ops.motionmix.take_blend(blend_in=10, blend_out=6)
    start, middle, end = poses(skeleton, 1, 20, 36)
    assert close(start, own_start, 1e-3)
    assert close(end, own_end, 1e-3)
    assert close(middle, raw[0], 1e-5)


def test_a_moved_take_blends_with_what_is_there_then(extension, skeleton) -> None:
    own_action(skeleton)
    own_at_21, own_at_56 = poses(skeleton, 21, 56)
    (walk,) = make(extension, skeleton, "walk")
    raw = keys(extension, walk)
    bpy.ops.motionmix.take_blend(blend_in=10, blend_out=6)
    bpy.context.scene.frame_set(21)
    bpy.ops.motionmix.take_fit(to="CURRENT")
    start, end = poses(skeleton, 21, 56)
    assert close(start, own_at_21, 2e-4)
    assert close(end, own_at_56, 2e-4)
    bpy.context.scene.frame_set(1)
    bpy.ops.motionmix.take_fit(to="CURRENT")
    bpy.ops.motionmix.take_blend(blend_in=0, blend_out=0)
    assert {key: [k[1] for k in curve] for key, curve in keys(extension, walk).items()} == {
        key: [k[1] for k in curve] for key, curve in raw.items()
    }


def test_a_blended_frame_that_was_edited_since_is_not_thrown_away(extension, skeleton) -> None:
    own_action(skeleton)
    (walk,) = make(extension, skeleton, "walk")
    bpy.ops.motionmix.take_blend(blend_in=10, blend_out=0)
    skeleton.pose.bones["head"].rotation_quaternion = (0.0, 1.0, 0.0, 0.0)
    skeleton.pose.bones["head"].keyframe_insert("rotation_quaternion", frame=5)
    edited = keys(extension, walk)
    bpy.ops.motionmix.take_blend(blend_in=0, blend_out=0)
    assert keys(extension, walk) == edited


def test_blending_is_undone_in_one_step(extension, skeleton) -> None:
    own_action(skeleton)
    make(extension, skeleton, "walk")
    raw = keys(extension, bpy.data.actions["walk #1"])
    step("made")
    bpy.ops.motionmix.take_blend(blend_in=10, blend_out=5)
    step("blended")
    undo()
    walk = bpy.data.actions["walk #1"]
    assert keys(extension, walk) == raw
    assert (walk.motionmix_take.blend_in, walk.motionmix_take.blend_out) == (0, 0)
    assert bpy.ops.motionmix.take_blend(blend_in=3, blend_out=0) == {"FINISHED"}
    assert bpy.ops.motionmix.take_blend(blend_in=0, blend_out=0) == {"FINISHED"}
    assert keys(extension, walk) == raw


def test_longer_blends_than_the_take_are_cut(extension, skeleton) -> None:
    own_action(skeleton)
    (own_start,) = poses(skeleton, 1)
    make(extension, skeleton, "walk", frames=12)
    bpy.ops.motionmix.take_blend(blend_in=500, blend_out=500)
    assert close(poses(skeleton, 1)[0], own_start, 2e-4)
    bpy.ops.motionmix.take_blend(blend_in=0, blend_out=0)


def test_in_the_nla_it_plays_at_its_frames_over_ones_own_action(extension, skeleton) -> None:
    own = own_action(skeleton)
    own_before, own_after = poses(skeleton, 3, 55)
    (walk,) = make(extension, skeleton, "walk")
    extension.addon("takes.timing").move(walk, 9)
    during = poses(skeleton, 10, 30, 45)
    bpy.ops.motionmix.take_push()
    data = skeleton.animation_data
    assert data.action is None
    strips = {strip.name: strip for track in data.nla_tracks for strip in track.strips}
    assert set(strips) == {"my walk", "walk #1"}
    assert (strips["walk #1"].frame_start, strips["walk #1"].frame_end) == (10, 45)
    if hasattr(strips["walk #1"], "action_slot"):
        assert strips["walk #1"].action_slot == walk.slots[0]
        assert strips["my walk"].action_slot == own.slots[0]
    assert all(close(a, b, 1e-4) for a, b in zip(poses(skeleton, 10, 30, 45), during, strict=True))
    animated = ("head", "left_elbow")  # the bones that one's own Action moves
    for now, then in zip(poses(skeleton, 3, 55), (own_before, own_after), strict=True):
        assert all(np.allclose(now[name], then[name], atol=1e-4) for name in animated)


@pytest.mark.parametrize("by_hand", [(1, 100), None])
@pytest.mark.parametrize("later", [0.0, 0.25])
def test_in_the_nla_every_frame_looks_as_before_whatever_the_actions_range(
    extension, skeleton, by_hand: tuple[int, int] | None, later: float
) -> None:
    """A range set by hand begins before the keys; a take may begin between two frames."""
    own = own_action(skeleton)
    (walk,) = make(extension, skeleton, "walk")
    bpy.ops.motionmix.take_own()
    for action in (own, walk):
        extension.addon("takes.timing").move(action, 10 + later)
        if by_hand is not None:
            action.use_frame_range, action.frame_start, action.frame_end = True, *by_hand
    frames = (12, 20, 33, 45)
    mine = poses(skeleton, *frames)
    bpy.ops.motionmix.take_show(take=walk.name)
    takes = poses(skeleton, *frames)
    bpy.ops.motionmix.take_push()
    tracks = skeleton.animation_data.nla_tracks
    for track in tracks:
        first, last = by_hand or ((11 + later, 51 + later) if track.name == "My Action" else (11 + later, 46 + later))
        for strip in track.strips:
            assert (strip.frame_start, strip.frame_end, strip.scale) == (first, last, 1.0)
            assert (strip.action_frame_start, strip.action_frame_end) == (first, last)
    assert all(close(a, b, 1e-4) for a, b in zip(poses(skeleton, *frames), takes, strict=True))
    tracks[-1].mute = True
    animated = ("head", "left_elbow")  # the bones that one's own Action moves
    for now, then in zip(poses(skeleton, *frames), mine, strict=True):
        assert all(np.allclose(now[name], then[name], atol=1e-4) for name in animated)


def test_from_the_nla_back_to_the_takes_and_to_ones_own_action(extension, skeleton) -> None:
    own = own_action(skeleton)
    (before,) = poses(skeleton, 20)
    walk, jump = make(extension, skeleton, "walk", "jump")
    bpy.ops.motionmix.take_push(take=walk.name)
    bpy.ops.motionmix.take_show(take=jump.name)
    assert skeleton.animation_data.action == jump
    assert skeleton.motionmix_takes.own_action == own
    bpy.ops.motionmix.take_push()
    assert [len(track.strips) for track in skeleton.animation_data.nla_tracks] == [1, 1, 1]
    bpy.ops.motionmix.take_own()
    assert skeleton.animation_data.action == own
    bpy.ops.motionmix.take_show(take=jump.name)
    for track in list(skeleton.animation_data.nla_tracks):
        skeleton.animation_data.nla_tracks.remove(track)
    bpy.ops.motionmix.take_own()
    assert close(poses(skeleton, 20)[0], before, 1e-4)


def test_takes_that_follow_each_other_share_a_track(extension, skeleton) -> None:
    walk, jump = make(extension, skeleton, "walk", "jump")
    extension.addon("takes.timing").move(jump, 40)
    for take in (walk, jump):
        bpy.ops.motionmix.take_push(take=take.name)
    (track,) = skeleton.animation_data.nla_tracks
    assert [strip.name for strip in track.strips] == ["walk #1", "jump #1"]
    assert len({str(frame) for frame in poses(skeleton, 10, 50)}) == 2


def test_a_take_in_the_nla_can_not_be_deleted_or_moved_from_under_it(extension, skeleton) -> None:
    (walk,) = make(extension, skeleton, "walk")
    bpy.ops.motionmix.take_push()
    for operator in (bpy.ops.motionmix.take_delete, bpy.ops.motionmix.take_fit):
        with pytest.raises(RuntimeError, match="NLA strip of “MotionMix Skeleton”"):
            operator(take=walk.name)
    assert not bpy.ops.motionmix.take_delete_unstarred.poll()


def test_while_a_strip_is_tweaked_the_operators_say_so(extension, skeleton) -> None:
    (walk,) = make(extension, skeleton, "walk")
    bpy.ops.motionmix.take_push()
    data = skeleton.animation_data
    data.nla_tracks[0].strips[0].select = True
    data.nla_tracks.active = data.nla_tracks[0]
    data.use_tweak_mode = True
    assert data.use_tweak_mode
    with pytest.raises(RuntimeError, match="tweaked"):
        bpy.ops.motionmix.take_show(take=walk.name)
    skeleton.motionmix_takes.row = list(bpy.data.actions).index(walk)
    data.use_tweak_mode = False
    assert data.action is None, "a click did nothing"
