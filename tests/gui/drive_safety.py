"""What may happen while a motion is being made: each of it is safe, and the next motion is made."""

from __future__ import annotations

import time
from typing import Any

import addon_utils
import bpy
from hand import Hand, Steps
from scene import MODULE, add_skeleton, bridge, empty_scene, generate, part, say, settings, start_long_job


def steps(hand: Hand) -> Steps:
    yield from empty_scene(hand)
    settings().prompt = "a person walks forward"
    yield from add_skeleton(hand)
    yield from generate(hand, variations=1, quality="draft", seconds=2.0)
    made = len(bpy.data.actions)

    # The window lives while a motion is made: the animation plays, and its frames are drawn.
    blocked: list[float] = []
    time_calls(blocked)
    yield from start_long_job(hand)
    with hand.override():
        bpy.ops.screen.animation_play()
    frames = set()
    for _ in range(20):
        frames.add(bpy.context.scene.frame_current)
        yield 0.1
    assert len(frames) > 2, "the animation plays during a job"
    with hand.override():
        bpy.ops.screen.animation_cancel(restore_frame=True)
    yield from hand.press("motionmix.cancel")
    yield from hand.until(lambda: not bridge().busy, "the cross beside the progress cancels")
    say(f"looks at the worker blocked the window for {max(blocked):.1f} ms at most, in {len(blocked)} looks")
    assert len(bpy.data.actions) == made

    # The target is deleted.
    with hand.override():
        bpy.ops.motionmix.generate("INVOKE_DEFAULT")
    yield 0.1
    bpy.data.objects.remove(bpy.context.object)
    yield from hand.until(lambda: not bridge().busy, "the job of the deleted target ends")
    yield 0.5
    assert len(bpy.data.actions) == made
    hand.picture("1-target-deleted.png")

    # Something else is undone.
    with hand.override():
        bpy.ops.motionmix.add_skeleton("INVOKE_DEFAULT", True)  # True: with an undo step, as from the interface
        bpy.ops.motionmix.new_seed("INVOKE_DEFAULT", True)
        bpy.ops.motionmix.generate("INVOKE_DEFAULT", quality="draft")
    yield 0.3
    with hand.override():
        bpy.ops.ed.undo()
    yield from hand.until(lambda: not bridge().busy and len(bpy.data.actions) > made, "the target gets its motion")

    # The file is saved, then another is opened.
    yield from start_long_job(hand)
    bpy.ops.wm.save_as_mainfile(filepath="/job/user/saved.blend", check_existing=False)
    assert bridge().busy, "saving does not disturb it"
    bpy.ops.wm.read_homefile(use_empty=False)
    yield 0.5
    yield from hand.until(lambda: not bridge().busy, "the job ends with its file")
    assert not bpy.data.actions

    # Scripts are reloaded, which Blender refuses while an operator runs; then the extension is disabled.
    settings().prompt = "a person walks forward"
    yield from add_skeleton(hand)
    yield from start_long_job(hand)
    refused = ""
    try:
        with hand.override():
            bpy.ops.script.reload()
    except RuntimeError as error:
        refused = str(error)
    if refused:
        assert "modal operators" in refused, refused
        assert bridge().busy, "what was refused disturbs nothing"
        yield from hand.rest()
        yield from hand.key("Escape")
    yield from hand.until(lambda: not bridge().busy, "the job ends")
    with hand.override():
        bpy.ops.script.reload()
    yield 2.0
    yield from start_long_job(hand)
    addon_utils.disable(MODULE, default_set=True)
    yield 1.0
    assert not hasattr(bpy.types.Scene, "motionmix")
    addon_utils.enable(MODULE, default_set=True)
    yield 1.0
    yield from generate(hand, variations=1, quality="draft", seconds=1.0)
    yield from hand.open_tab()
    hand.picture("2-enabled-again.png")


def time_calls(blocked: list[float]) -> None:
    """Note how long the window waits for us at each look at the worker, in milliseconds."""
    owner = type(part("addon.worker_bridge").bridge())
    original: Any = owner.poll

    def timed(*arguments: Any) -> Any:
        started = time.perf_counter()
        try:
            return original(*arguments)
        finally:
            blocked.append(1000 * (time.perf_counter() - started))

    owner.poll = timed
