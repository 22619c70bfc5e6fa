"""The sub-panels about the armature: what it was taken for, which bones are which, its T-pose, how it's keyed."""

from __future__ import annotations

import bpy

from ..core import LEFT_SLOTS, OPTIONAL_SLOTS, RIGHT_SLOTS, BoneMapping
from ..operators.copy_motion import MOTIONMIX_OT_copy_motion
from ..operators.mapping_detect import (
    MOTIONMIX_OT_mapping_automatic,
    MOTIONMIX_OT_mapping_detect,
    MOTIONMIX_OT_mapping_pick,
)
from ..operators.mapping_mirror import MOTIONMIX_OT_mapping_mirror
from ..operators.mapping_presets import MOTIONMIX_MT_mapping_presets
from ..operators.rig_rest_pose import MOTIONMIX_OT_rest_pose_clear, MOTIONMIX_OT_rest_pose_set
from ..present import armature, present
from ..rigs import read, settings, status
from ..translations import interface
from .main import MOTIONMIX_PT_main
from .tab import ArmatureTab, Icon, wrapped

_BODY = ("root", "body", "pelvis", "spine", "neck", "head")
_LIMBS = 4  # slots of an arm, and of a leg


class MOTIONMIX_PT_rig(ArmatureTab, bpy.types.Panel):
    """What the armature was taken for, and how it's keyed."""

    bl_label = "Rig"
    bl_options = {"DEFAULT_CLOSED"}
    bl_parent_id = MOTIONMIX_PT_main.__name__
    bl_order = 1  # below the takes

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the panel."""
        layout = present(self.layout)
        obj = read.target_of(context.object)
        assert obj is not None
        rig = settings.of(obj)
        layout.enabled = not read.problem(obj)
        found = status.mapping(obj) if armature(obj).bones else read.problem(obj)
        limbs = False if isinstance(found, str) else bool(found.ik_limbs)
        column = layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        row = column.row()
        row.enabled = limbs
        row.prop(rig, "controls", expand=True)
        row = column.row(heading="Fewer Keys")
        row.prop(rig, "reduce_keys", text="")
        value = row.row()
        value.active = rig.reduce_keys
        value.prop(rig, "key_error", text="")
        row = column.row(align=True)
        row.operator(
            MOTIONMIX_OT_rest_pose_set.bl_idname,
            text="T-Pose Given by Hand" if rig.reference else "Use Pose as T-Pose",
            icon="ARMATURE_DATA",
            depress=bool(rig.reference),
        )
        if rig.reference:
            row.operator(MOTIONMIX_OT_rest_pose_clear.bl_idname, text="", icon="X")
        layout.operator(MOTIONMIX_OT_copy_motion.bl_idname, icon="COPYDOWN")


class MOTIONMIX_PT_rig_bones(ArmatureTab, bpy.types.Panel):
    """Which bone is which part of the body."""

    bl_label = "Bones"
    bl_options = {"DEFAULT_CLOSED"}
    bl_parent_id = MOTIONMIX_PT_rig.__name__

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the fields, or what was found."""
        layout = present(self.layout)
        obj = read.target_of(context.object)
        assert obj is not None
        layout.enabled = not read.problem(obj)
        by_hand = bool(settings.of(obj).base)
        row = layout.row(align=True)
        row.operator(
            MOTIONMIX_OT_mapping_detect.bl_idname,
            text="Detect Again" if by_hand else "Set by Hand",
            icon="VIEWZOOM" if by_hand else "GREASEPENCIL",
        )
        row.menu(MOTIONMIX_MT_mapping_presets.bl_idname, text="", icon="PRESET")
        if by_hand:
            row.operator(MOTIONMIX_OT_mapping_automatic.bl_idname, text="", icon="X")
        if not armature(obj).bones:
            return
        found = status.mapping(obj)
        if isinstance(found, str):
            wrapped(layout, context, found, "ERROR")
        else:
            _draw_confidence(layout, context, found, by_hand)
        if by_hand:
            _draw_fields(layout, obj)
        elif not isinstance(found, str):
            _draw_found(layout, found)


def _draw_confidence(layout: bpy.types.UILayout, context: bpy.types.Context, found: BoneMapping, by_hand: bool) -> None:
    """What it was taken for, how sure that is, and what is missing."""
    if found.reason:
        wrapped(layout.column(align=True), context, found.reason, "ERROR")
    elif not by_hand:
        layout.progress(
            factor=found.confidence, text=interface(f"{read.scheme_title(found)}, {found.confidence:.0%} sure")
        )


def _draw_found(layout: bpy.types.UILayout, found: BoneMapping) -> None:
    """The bones that were found, to be read only."""
    column = layout.column(align=True)
    column.scale_y = 0.8
    for slot, names in found.bones.items():
        row = column.split(factor=0.4)
        row.label(text=settings.slot_title(slot))
        row.label(text=names[0] if len(names) == 1 else f"{names[0]} … {names[-1]}", translate=False)
    for slot in found.missing:
        row = column.split(factor=0.4)
        row.alert = True
        row.label(text=settings.slot_title(slot))
        row.label(text="missing")


def _draw_fields(layout: bpy.types.UILayout, obj: bpy.types.Object) -> None:
    """The searchable fields, a box for the body and one for each limb."""
    box = layout.box()
    for slot in _BODY:
        _draw_slot(box, obj, slot)
    row = layout.row(align=True)
    row.label(text="Mirror")
    directions: tuple[tuple[str, Icon, str], ...] = (("left", "FORWARD", "L to R"), ("right", "BACK", "R to L"))
    for source, icon, text in directions:
        row.operator(MOTIONMIX_OT_mapping_mirror.bl_idname, text=text, icon=icon).source = source
    for side, slots in (("Left", LEFT_SLOTS), ("Right", RIGHT_SLOTS)):
        for limb, part in (("Arm", slots[:_LIMBS]), ("Leg", slots[_LIMBS:])):
            box = layout.box()
            box.label(text=f"{side} {limb}")
            for slot in part:
                _draw_slot(box, obj, slot)


def _draw_slot(layout: bpy.types.UILayout, obj: bpy.types.Object, slot: str) -> None:
    rig = settings.of(obj)
    fields = settings.field_names(slot)
    filled = [bool(getattr(rig, field)) for field in fields]
    shown = max((number + 1 for number, full in enumerate(filled) if full), default=0) + 1
    column = layout.column(align=True)
    for number, field in enumerate(fields[: min(shown, len(fields))]):
        row = column.row(align=True)
        row.alert = slot not in OPTIONAL_SLOTS and not any(filled)
        split = row.split(factor=0.36, align=True)
        split.label(text=settings.SLOT_TITLES[slot.rpartition("_")[2]] if number == 0 else "")
        split.prop_search(rig, field, obj.data, "bones", text="", icon="BONE_DATA")
        if bpy.context.mode == "POSE":
            row.operator(MOTIONMIX_OT_mapping_pick.bl_idname, text="", icon="RESTRICT_SELECT_OFF").field = field


CLASSES = (MOTIONMIX_PT_rig, MOTIONMIX_PT_rig_bones)
