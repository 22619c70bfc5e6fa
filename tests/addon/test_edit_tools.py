"""Clean up, continue, transition, loop, in place: what they may change, and what they must not."""

from __future__ import annotations

import json

import bpy
import numpy as np
import pytest

from motionmix_core.representation.default import FEATURES
from tests.addon.editing import (
    all_bytes,
    bone_of,
    capture,
    curves,
    evaluated,
    key_data,
    key_poses,
    keys_at,
    rig_of,
    walking,
    world_pose,
)
from tests.retarget.rigs import expected_slots

KEYS = (1, 11, 21, 36, 51)


@pytest.fixture
def calm(models):
    """The tiny model, but always near standing: what it gives can be told from what the edits make of it."""
    table = json.loads((models / "tiny" / "model.json").read_text(encoding="utf-8"))
    table["std"] = [0.003] * FEATURES
    (models / "tiny" / "model.json").write_text(json.dumps(table), encoding="utf-8")
    return models


pytestmark = pytest.mark.usefixtures("thirty_frames_a_second")


def test_clean_up_changes_every_noisy_bone_but_the_protected(extension, warm_models) -> None:
    obj = rig_of("daz_genesis8")
    mine = capture(extension, obj, walking(extension), noise=0.02)
    before = all_bytes(extension, obj)
    assert bpy.ops.motionmix.edit_clean_up(range="ACTION", protect_parts={"head"}) == {"FINISHED"}
    after = all_bytes(extension, obj)
    slots = expected_slots("daz_genesis8")
    kept = {*slots["neck"], *slots["head"]}
    changed = {bone_of(path) for (path, index), data in after.items() if data != before[path, index]}
    assert changed == {bone_of(path) for path, _ in before} - kept
    assert obj.animation_data.action != mine
    assert bpy.ops.motionmix.edit_compare() == {"FINISHED"}
    assert obj.animation_data.action == mine
    assert bpy.ops.motionmix.edit_compare() == {"FINISHED"}
    assert obj.animation_data.action != mine


def test_clean_up_calms_what_shakes_and_leaves_what_does_not(extension, warm_models) -> None:
    obj = rig_of("mixamo")
    motion = walking(extension)

    def heads() -> np.ndarray:
        """(T, B, 3) where the bones' heads are, in body heights."""
        places = np.array([world_pose(obj, frame)[:, :3, 3] for frame in range(1, motion.num_frames + 1)])
        return places / max(np.ptp(places[0], axis=0))

    def rough(places: np.ndarray) -> float:
        return float(np.linalg.norm(np.diff(places - truth, n=2, axis=0), axis=-1).mean())

    capture(extension, obj, motion)
    truth = heads()
    assert bpy.ops.motionmix.edit_clean_up(range="ACTION") == {"FINISHED"}
    assert np.linalg.norm(heads() - truth, axis=-1).mean() < 0.003
    capture(extension, obj, motion, noise=0.02)
    shaken = rough(heads())
    assert bpy.ops.motionmix.edit_clean_up(range="ACTION") == {"FINISHED"}
    assert rough(heads()) < 0.2 * shaken


def test_clean_up_leaves_selected_poses_alone(extension, warm_models) -> None:
    obj = rig_of("vroid")
    capture(extension, obj, walking(extension), noise=0.02)
    for curve in curves(extension, obj).values():
        for key in curve.keyframe_points:
            key.select_control_point = key.co.x in (20, 21)
    held = {frame: world_pose(obj, frame) for frame in (20, 21)}
    bpy.ops.motionmix.edit_clean_up(range="ACTION", protect_keys=True, strength=0.3)
    for frame, matrices in held.items():
        np.testing.assert_allclose(world_pose(obj, frame), matrices, atol=1e-5)


def test_the_noise_is_measured_and_said(extension, warm_models) -> None:
    obj = rig_of("vroid")
    panel = bpy.context.scene.motionmix_edit
    panel.range = "ACTION"
    levels = []
    for noise in (0.0, 0.01, 0.04):
        capture(extension, obj, walking(extension), noise=noise)
        bpy.ops.motionmix.edit_measure()
        assert "shaking" in panel.found
        levels.append(panel.noise)
    assert levels == sorted(levels)
    assert levels[0] < levels[2]


@pytest.mark.parametrize("mode", ["QUATERNION", "ZXY"])
def test_continue_goes_on_after_the_last_key(extension, calm, mode: str) -> None:
    obj = rig_of("mixamo", mode)
    capture(extension, obj, walking(extension, 1.5))
    before = {place: key_data(c)["co"].copy() for place, c in curves(extension, obj).items()}
    assert bpy.ops.motionmix.edit_continue(prompt="walk", seconds=1.0, seed=4, foot_lock=False) == {"FINISHED"}
    for place, curve in curves(extension, obj).items():
        co = key_data(curve)["co"]
        if place in before:
            np.testing.assert_array_equal(co[: len(before[place])], before[place])
        assert co[-1, 0] == 45 + 30
        assert np.abs(np.diff(co[45:, 0]) - 1).max() == 0  # a key on every new frame


def test_a_sequence_continues_and_stands_alone(extension, warm_models) -> None:
    obj = rig_of("vroid")
    capture(extension, obj, walking(extension, 1.0))
    bpy.ops.motionmix.edit_continue(prompts="walk: 1; jump: 1.5")
    assert obj.animation_data.action.frame_range[1] == 30 + 75
    bpy.ops.motionmix.edit_sequence(prompts="walk: 1; jump: 2")
    first, last = obj.animation_data.action.frame_range
    assert last - first == 89


def test_a_transition_fills_the_gap_between_two_strips(extension, calm) -> None:
    obj = rig_of("mixamo")
    one = capture(extension, obj, walking(extension, 1.0), name="One")
    two = capture(extension, obj, walking(extension, 1.0), name="Two")
    data = obj.animation_data
    data.action = None
    track = data.nla_tracks.new()
    for action, start in ((one, 1), (two, 50)):
        strip = track.strips.new(action.name, start, action)
        strip.extrapolation = "NOTHING"
    frames = (1, 15, 30, 50, 60, 79)
    poses = {frame: world_pose(obj, frame) for frame in frames}
    assert bpy.ops.motionmix.edit_transition(seed=1, foot_lock=False) == {"FINISHED"}
    assert data.action is None
    made = [s for t in data.nla_tracks for s in t.strips if s.action not in (one, two)]
    assert [(s.frame_start, s.frame_end) for s in made] == [(30, 50)]
    for frame, matrices in poses.items():
        np.testing.assert_allclose(world_pose(obj, frame), matrices, atol=1e-5)
    seen = [world_pose(obj, frame)[:, :3, :3] for frame in range(25, 56)]
    steps = np.abs(np.diff(seen, axis=0)).max(axis=(1, 2, 3))
    assert steps.max() < 3 * max(steps[:4].max(), steps[-4:].max())


def test_a_transition_into_an_action_goes_on_where_the_first_leads(extension, warm_models) -> None:
    obj = rig_of("vroid")
    two = capture(extension, obj, walking(extension, 1.0), name="Two")
    second = all_bytes(extension, obj)
    one = capture(extension, obj, walking(extension, 1.0), name="One")
    first = {place: key_data(c)["co"].copy() for place, c in curves(extension, obj).items()}
    assert bpy.ops.motionmix.edit_transition(after="Two", seconds=0.5, seed=1) == {"FINISHED"}
    made = obj.animation_data.action
    assert made not in (one, two)
    assert made.frame_range[1] == 30 + 15 + 30
    for place, co in first.items():
        np.testing.assert_array_equal(key_data(curves(extension, obj)[place])["co"][:30], co)
    # walking on: the hips' way doesn't turn back
    hips = [
        world_pose(obj, frame)[list(obj.pose.bones.keys()).index("J_Bip_C_Hips")][:3, 3] for frame in (1, 30, 46, 75)
    ]
    way = np.diff(hips, axis=0)
    assert (way @ way[0] > 0).all()
    obj.animation_data.action = two
    assert all_bytes(extension, obj) == second


def test_a_loop_changes_the_end_alone(extension, calm) -> None:
    obj = rig_of("vroid")
    mine = capture(extension, obj, walking(extension, 2.0))
    before = {place: key_data(c)["co"].copy() for place, c in curves(extension, obj).items()}
    assert bpy.ops.motionmix.edit_loop(range="ACTION", seconds=0.5, foot_lock=False) == {"FINISHED"}
    for place, curve in curves(extension, obj).items():
        np.testing.assert_array_equal(key_data(curve)["co"][:44], before[place][:44])
    moved = world_pose(obj, 55)
    obj.animation_data.action = mine
    assert np.abs(moved - world_pose(obj, 55)).max() > 1e-3


@pytest.mark.parametrize("mode", ["QUATERNION", "XYZ"])
def test_a_loop_that_is_played_round_neither_jumps_nor_stops(extension, calm, mode: str) -> None:
    obj = rig_of("vroid", mode)
    capture(extension, obj, walking(extension, 49 / 30))  # one stride and a half
    last = int(obj.animation_data.action.frame_range[1])
    usual = turns(obj, list(range(1, 30))).max()
    assert turns(obj, [last, 1]).max() > 3 * usual, "as captured it jumps"
    assert bpy.ops.motionmix.edit_loop(range="ACTION", seconds=0.6, foot_lock=False) == {"FINISHED"}
    round_again = turns(obj, [last - 1, last, 1, 2])
    assert round_again.max() < 1.5 * usual
    assert np.abs(np.diff(round_again, axis=0)).max() < 0.5 * usual, "the speed goes on"


@pytest.mark.parametrize("every", [1, 5])
def test_a_loop_inside_a_longer_action_closes_and_what_lies_behind_stays(extension, calm, every: int) -> None:
    obj = rig_of("vroid")
    last, end = 49, 86
    mine = key_poses(extension, obj, walking(extension, 3.0), range(1, end + 1, every))
    behind = np.arange(last + 1, end + 5, 0.25)
    keyed = [frame for frame in range(1, end + 1, every) if frame > last]
    for (path, _), curve in curves(extension, obj).items():
        while "L_UpperArm" in path and curve.keyframe_points[-1].co.x > 41:  # an arm that is still from then on
            curve.keyframe_points.remove(curve.keyframe_points[-1])
    keys = {place: keys_at(c, keyed) for place, c in curves(extension, obj).items()}
    shapes = {place: evaluated(c, behind) for place, c in curves(extension, obj).items()}
    usual = turns(obj, list(range(1, 30))).max()
    assert turns(obj, [last, 1]).max() > 3 * usual, "as it was it jumps"
    given = {"range": "FRAMES", "first": 1, "last": last, "seconds": 0.6, "foot_lock": False}
    assert bpy.ops.motionmix.edit_loop(**given) == {"FINISHED"}
    assert obj.animation_data.action != mine
    assert turns(obj, [last - 1, last, 1, 2]).max() < 1.5 * usual
    after = curves(extension, obj)
    assert {place: keys_at(after[place], found) for place, found in keys.items()} == keys
    for place, shape in shapes.items():
        np.testing.assert_allclose(evaluated(after[place], behind), shape, atol=0 if every == 1 else 1e-5)


def turns(obj, frames: list[int]) -> np.ndarray:
    """(steps, 2) radians by which the thighs turn against the hips from one of the frames to the next."""
    thighs = [obj.pose.bones[expected_slots("vroid")[f"{side}_hip"][0]] for side in ("left", "right")]
    poses = []
    for frame in frames:
        bpy.context.scene.frame_set(frame)
        poses.append([np.array(bone.matrix_basis.to_3x3()) for bone in thighs])
    steps = np.swapaxes(np.array(poses[:-1]), -1, -2) @ np.array(poses[1:])
    return np.arccos(np.clip((np.trace(steps, axis1=-2, axis2=-1) - 1) / 2, -1, 1))


def test_in_place_takes_the_travel_out_and_onto_the_root_bone(extension, warm_models) -> None:
    obj = rig_of("unreal")
    mine = capture(extension, obj, walking(extension, 2.0))
    names = list(obj.pose.bones.keys())
    pelvis, root = names.index("pelvis"), names.index("root")
    poses = {frame: world_pose(obj, frame) for frame in (1, 20, 55)}
    travelled = np.linalg.norm(poses[55][pelvis][:3, 3] - poses[1][pelvis][:3, 3])
    bpy.ops.motionmix.edit_in_place()
    stayed = np.linalg.norm(world_pose(obj, 55)[pelvis][:3, 3] - world_pose(obj, 1)[pelvis][:3, 3])
    assert stayed < 0.15 * travelled
    obj.animation_data.action = mine
    bpy.ops.motionmix.edit_in_place(root="BONE")
    for frame, matrices in poses.items():
        found = world_pose(obj, frame)
        others = [index for index in range(len(names)) if index != root and "ik" not in names[index]]
        np.testing.assert_allclose(found[others], matrices[others], atol=0.2)  # centimetres
    moved = world_pose(obj, 55)[root][:3, 3] - world_pose(obj, 1)[root][:3, 3]
    assert np.linalg.norm(moved) > 0.8 * travelled


def test_a_loop_in_place_is_a_loop_still(extension, warm_models) -> None:
    stride, whole = 33, 66
    motion = walking(extension, whole / 30)
    phase = 2 * np.pi * np.arange(whole) / stride
    root = motion.root_positions.copy()
    root[:, 0] += 0.04 * np.sin(phase)
    root[:, 2] += 0.02 * np.sin(2 * phase)
    obj = rig_of("vroid")
    capture(extension, obj, type(motion)(motion.skeleton, root, motion.rotations, motion.fps))
    assert bpy.ops.motionmix.edit_in_place() == {"FINISHED"}
    hips = list(obj.pose.bones.keys()).index("J_Bip_C_Hips")
    way = np.array([world_pose(obj, frame)[hips][:3, 3] for frame in (*range(1, whole + 1), 1, 2)])
    turns = np.linalg.norm(np.diff(way, n=2, axis=0), axis=-1)
    assert turns[-2:].max() < 1.2 * turns[:-2].max()


def test_an_edit_is_made_again_from_its_take(extension, warm_models) -> None:
    obj = rig_of("vroid")
    mine = key_poses(extension, obj, walking(extension), KEYS)
    bpy.ops.motionmix.edit_in_between(first=11, last=36, seed=5, prompt="walk")
    first, made = all_bytes(extension, obj), obj.animation_data.action
    obj.animation_data.action = mine
    bpy.ops.motionmix.edit_body_part(parts={"head"}, first=5, last=30)
    assert bpy.ops.motionmix.take_again(take=made.name) == {"FINISHED"}
    assert obj.animation_data.action not in (mine, made)
    assert all_bytes(extension, obj) == first
    assert bpy.ops.motionmix.take_again(take=made.name, new_seed=True) == {"FINISHED"}
    assert all_bytes(extension, obj) != first
    bpy.ops.motionmix.take_use_settings(take=made.name)
    panel = bpy.context.scene.motionmix_edit
    assert (panel.tool, panel.prompt, panel.range, panel.first, panel.last) == ("in_between", "walk", "FRAMES", 11, 36)
    assert bpy.context.scene.motionmix.seed == 5


def ticked(run) -> object:
    """What a run gives at last; a tick takes moments."""
    while True:
        edited = run.tick()
        if edited is not None:
            return edited


def begun(extension, obj, **values):
    spec = extension.addon("editing.spec").EditSpec(
        **({"range": "FRAMES", "first": 11, "last": 36, "seed": 3} | values)
    )
    begin = extension.addon("editing.job").begin
    reading = extension.addon("editing.reading").beginning(
        lambda scene, obj, reader: begin(scene, obj, spec, reader), bpy.context.scene, obj
    )
    return extension.addon("editing.run").EditRun(reading)


@pytest.mark.parametrize("tool", ["in_between", "in_place"])
def test_beside_the_window_the_same_is_made(extension, warm_models, tool: str) -> None:
    obj = rig_of("mixamo", "XYZ")
    mine = key_poses(extension, obj, walking(extension), KEYS)
    given = {} if tool == "in_place" else {"first": 11, "last": 36, "seed": 3}
    getattr(bpy.ops.motionmix, f"edit_{tool}")(**given)
    at_once = all_bytes(extension, obj)
    obj.animation_data.action = mine
    edited = ticked(begun(extension, obj, tool=tool))
    assert edited.action == obj.animation_data.action
    assert all_bytes(extension, obj) == at_once


@pytest.mark.parametrize("output", ["TAKE", "OWN"])
def test_cancelled_while_it_is_keyed_nothing_has_happened(extension, warm_models, output: str) -> None:
    obj = rig_of("mixamo")
    mine = key_poses(extension, obj, walking(extension), KEYS)
    before = all_bytes(extension, obj)
    run = begun(extension, obj, output=output)
    while not run.writing:
        assert run.tick() is None
    for _ in range(3):
        assert run.tick() is None
    run.cancel()
    with pytest.raises(extension.core("errors").Cancelled):
        run.tick()
    assert list(bpy.data.actions) == [mine]
    assert all_bytes(extension, obj) == before


def test_a_pose_that_is_not_keyed_yet_outlives_a_cancelled_edit(extension, warm_models) -> None:
    obj = rig_of("mixamo")
    mine = key_poses(extension, obj, walking(extension), KEYS)
    other = key_poses(extension, obj, walking(extension), (1, 11), name="Other")
    obj.animation_data.action = mine
    bpy.context.scene.frame_set(16)
    head, switch = obj.pose.bones["mixamorig:Head"], obj.pose.bones["mixamorig:Hips"]
    switch["ik"] = 1.0
    switch.keyframe_insert('["ik"]', frame=1)
    head.rotation_quaternion = (0.6, 0.8, 0.0, 0.0)
    switch["ik"] = 0.25
    bpy.context.view_layer.update()
    stood = np.array([bone.matrix for bone in obj.pose.bones])

    def as_posed() -> bool:
        bpy.context.view_layer.update()
        return switch["ik"] == 0.25 and np.abs(np.array([bone.matrix for bone in obj.pose.bones]) - stood).max() < 1e-5

    run = begun(extension, obj)
    while run.job is None:
        assert run.tick() is None
        assert as_posed(), "while it is read"
    run.cancel()
    with pytest.raises(extension.core("errors").Cancelled):
        ticked(run)
    assert as_posed(), "cancelled"
    with extension.addon("editing.reading").playing(obj, other):
        assert obj.animation_data.action == other
        bpy.context.scene.frame_set(3)
        bpy.context.scene.frame_set(16)
    assert as_posed(), "with another Action looked at"


def test_scripts_edit_through_the_interface(extension, warm_models) -> None:
    from bl_ext.user_default.motionmix import api

    obj = rig_of("vroid")
    mine = capture(extension, obj, walking(extension))
    heard: list[float] = []
    made = api.edit("body_part", target=obj, range="ACTION", bones="PRESET", parts=("head",), on_progress=heard.append)
    assert made not in (None, mine)
    assert obj.animation_data.action == made
    assert heard[-1] == 1.0
    with pytest.raises(api.MotionMixError, match="no such setting"):
        api.edit("loop", target=obj, speed=2)
    with pytest.raises(api.MotionMixError, match="no edit “melt”"):
        api.edit("melt", target=obj)


def test_the_key_menus_offer_the_edits() -> None:
    for name in ("DOPESHEET_MT_key", "GRAPH_MT_key", "VIEW3D_MT_pose_slide"):
        drawn = [function.__name__ for function in getattr(bpy.types, name)._dyn_ui_initialize()]
        assert "draw_edit_menu" in drawn


def test_a_literal_prompt_is_another_request_and_is_kept_with_the_take(extension, warm_models) -> None:
    obj = rig_of("vroid")
    bpy.ops.motionmix.generate(prompt="sit down", seconds=2.0, seed=2)
    staged = all_bytes(extension, obj)
    bpy.ops.motionmix.generate(prompt="sit down", seconds=2.0, seed=2, literal=True)
    assert all_bytes(extension, obj) != staged
    assert extension.addon("rigs.takes").request_of(obj.animation_data.action)["literal"] is True


def test_the_loop_tick_of_generate_reaches_the_model_and_is_kept_with_the_take(extension, warm_models) -> None:
    obj = rig_of("vroid")
    bpy.ops.motionmix.generate(prompt="walk", seconds=3.0, seed=2)
    once = all_bytes(extension, obj)
    bpy.ops.motionmix.generate(prompt="walk", seconds=3.0, seed=2, loop=True)
    looped = obj.animation_data.action
    assert all_bytes(extension, obj) != once
    assert extension.addon("rigs.takes").request_of(looped)["loop"] is True
    assert bpy.ops.motionmix.take_again(take=looped.name) == {"FINISHED"}
    again = all_bytes(extension, obj)
    obj.animation_data.action = looped
    assert all_bytes(extension, obj) == again
