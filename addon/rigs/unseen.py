"""Why a motion that was written isn't seen, or not as it was made: to be told, never changed behind one's back."""

from __future__ import annotations

import bpy

from ..present import armature


def hidden(obj: bpy.types.Object) -> list[str]:
    """Why nothing of the armature's action is seen at all, a line each."""
    found = []
    if armature(obj).pose_position == "REST":
        found.append(f"“{obj.name}” is shown in its rest position: no motion is seen (Armature properties > Pose)")
    data = obj.animation_data
    if data is not None and data.use_nla and any(track.is_solo for track in data.nla_tracks):
        found.append(f"An NLA track of “{obj.name}” plays alone (its star): the new motion isn't seen")
    return found


def reasons(obj: bpy.types.Object) -> list[str]:
    """What keeps the armature from playing its action as it is, a line each."""
    found = hidden(obj)
    data = obj.animation_data
    if data is None or not data.use_nla or any(track.is_solo for track in data.nla_tracks):
        return found
    above = [
        track.name for track in data.nla_tracks if not track.mute and any(not strip.mute for strip in track.strips)
    ]
    if data.action_influence < 1.0:
        found.append(
            f"The action of “{obj.name}” has an influence of {data.action_influence:.0%} in the NLA editor: "
            "the new motion is seen in part"
        )
    if above and data.action_blend_type != "REPLACE":
        blend = data.action_blend_type.replace("_", " ").lower()
        found.append(
            f"The action of “{obj.name}” is combined with its NLA tracks ({blend}). "
            "Set Blending to Replace in the NLA editor to see the new motion as it is"
        )
    return found
