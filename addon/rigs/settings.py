"""What is set by hand for one armature, kept on its object (``object.motionmix_rig``).

Its bones, a T-pose, and how its keys are made. Nothing is set at first: the bones are found from names and shape each
time, and the T-pose from the rest pose.

A linked character (a library override) keeps its own, too: Blender 5.0 loses groups of properties that only the
override has, so a copy of them goes into one text (``object.motionmix_rig_kept``), from which they are filled again.
"""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

import json
import math
from typing import Any

import bpy
from bpy.app.handlers import persistent
from bpy.props import BoolProperty, EnumProperty, FloatProperty, PointerProperty, StringProperty

from .. import log
from ..core import CHAIN_SLOTS, SLOTS, BoneMapping, MotionMixError, RigDescription, RigError, check_mapping
from ..present import registered
from .curves import Tolerance

CHAIN_FIELDS = {"spine": 8, "neck": 4}
"""How many bones of a chain can be set by hand."""

SLOT_TITLES = {
    "root": "Root", "body": "Body", "pelvis": "Hips", "spine": "Spine", "neck": "Neck", "head": "Head",
    "collar": "Collar", "shoulder": "Upper Arm", "elbow": "Forearm", "wrist": "Hand",
    "hip": "Thigh", "knee": "Shin", "ankle": "Foot", "foot": "Toes",
}  # fmt: skip
"""A slot without its side -> what animators call the bone."""

_SLOT_HELP = {
    "root": "The bone on the ground that carries the whole character. May be empty",
    "body": "A control that carries hips and spine together, as Rigify's torso. May be empty",
}
_OVERRIDABLE: Any = {"LIBRARY_OVERRIDABLE"}


def _keep_copy(settings: MotionMixRig, _context: bpy.types.Context | None) -> None:
    """What is set on an override, as text that is saved with it."""
    obj: Any = settings.id_data
    if obj.override_library is not None:
        names = [name for name in MotionMixRig.__annotations__ if settings.is_property_set(name)]
        obj.motionmix_rig_kept = json.dumps({name: getattr(settings, name) for name in names})


CONTROL_ITEMS = (
    ("fk", "FK", "Key the rotations of all bones. Rigs with both kinds of controls are switched to FK"),
    ("ik", "IK", "Key the IK controls of hands and feet and their poles, and switch the limbs to IK"),
)


class MotionMixRig(bpy.types.PropertyGroup):
    """What was set by hand for one armature. The fields ``bone_<slot>`` count only while `base` is set."""

    base: StringProperty(
        name="Bone Map",
        description="The map that the fields started from, as JSON. Empty: the bones are found automatically",
        options={"HIDDEN"},
        override=_OVERRIDABLE,
        update=_keep_copy,
    )
    reference: StringProperty(
        name="T-Pose",
        description="A T-pose given by hand, as JSON",
        options={"HIDDEN"},
        override=_OVERRIDABLE,
        update=_keep_copy,
    )
    controls: EnumProperty(
        name="Controls",
        description="Which controls of the rig are keyed",
        items=CONTROL_ITEMS,
        default="fk",
        override=_OVERRIDABLE,
        update=_keep_copy,
    )
    reduce_keys: BoolProperty(
        name="Fewer Keys",
        description="Keep only the keys that are needed to stay within the error, instead of one on every frame",
        override=_OVERRIDABLE,
        update=_keep_copy,
    )
    key_error: FloatProperty(
        name="Error",
        description="How far a rotation may be off between the keys that are kept",
        subtype="ANGLE",
        default=math.radians(0.25),
        min=math.radians(0.01),
        soft_max=math.radians(5.0),
        max=math.radians(45.0),
        precision=2,
        step=10,
        override=_OVERRIDABLE,
        update=_keep_copy,
    )


def field_names(slot: str) -> tuple[str, ...]:
    """The properties of a slot: one, or as many as a chain may have bones."""
    if slot in CHAIN_SLOTS:
        return tuple(f"bone_{slot}_{number}" for number in range(1, CHAIN_FIELDS[slot] + 1))
    return (f"bone_{slot}",)


def slot_title(slot: str) -> str:
    """What an animator calls the bone of a slot: "Left Upper Arm"."""
    side, _, part = slot.rpartition("_")
    return f"{side.title()} {SLOT_TITLES[part]}".strip()


def _add_fields() -> None:
    for slot in SLOTS:
        part = slot.rpartition("_")[2]
        for field in field_names(slot):
            MotionMixRig.__annotations__[field] = StringProperty(  # type: ignore[func-returns-value]  # to 4.2's stubs
                name=slot_title(slot),
                description=_SLOT_HELP.get(part, f"The bone that is the {slot_title(slot).lower()}"),
                override=_OVERRIDABLE,
                update=_keep_copy,
            )


_add_fields()


def of(obj: bpy.types.Object) -> MotionMixRig:
    """The settings of an armature."""
    settings: MotionMixRig = registered(obj, "motionmix_rig")
    return settings


def key_tolerance(obj: bpy.types.Object) -> Tolerance | None:
    """How far the armature's curves may be off for the sake of fewer keys; None for a key on every frame.

    Locations go with the angle: as far as the end of a bone of a quarter of a metre would.
    """
    settings = of(obj)
    if not settings.reduce_keys:
        return None
    unit = max(abs(obj.matrix_world.determinant()) ** (1.0 / 3.0), 1e-6)  # metres an armature unit
    return Tolerance(math.degrees(settings.key_error), settings.key_error * 0.25 / unit)


def stamp(obj: bpy.types.Object) -> tuple[str, ...]:
    """Changes whenever the bones are set otherwise: to keep what was computed from them."""
    settings = of(obj)
    if not settings.base:
        return ()
    return (settings.base, *(getattr(settings, field) for slot in SLOTS for field in field_names(slot)))


def by_hand(obj: bpy.types.Object, rig: RigDescription) -> BoneMapping | None:
    """The bones that were set by hand, checked against the rig; None when they are found automatically.

    `reason` of the mapping says what is wrong with them.
    """
    return check_mapping(rig, as_set(obj)) if of(obj).base else None


def as_set(obj: bpy.types.Object) -> BoneMapping:
    """The fields as a mapping, unchecked.

    A field that wasn't changed keeps what the map knows besides (where the pose is read, switches, IK controls).
    RigError when what is stored can't be read.
    """
    settings = of(obj)
    try:
        mapping = BoneMapping.from_json(json.loads(settings.base))
    except (ValueError, MotionMixError) as error:
        raise RigError(
            f"The bone map kept on “{obj.name}” can't be read ({error}). Press Detect Bones to make it anew."
        ) from error
    for slot in SLOTS:
        names = tuple(name for field in field_names(slot) if (name := getattr(settings, field)))
        if names != mapping.bones.get(slot, ()):
            mapping = mapping.with_bone(slot, names)
    return mapping


def keep(obj: bpy.types.Object, mapping: BoneMapping) -> None:
    """Fill the fields from a mapping: from now on they count, not the automatic detection."""
    settings = of(obj)
    for slot in SLOTS:
        names = mapping.bones.get(slot, ())
        fields = field_names(slot)
        for number, field in enumerate(fields):
            setattr(settings, field, names[number] if number < len(names) else "")
    shown = {slot: names[: len(field_names(slot))] for slot, names in mapping.bones.items()}
    settings.base = json.dumps(mapping.to_json() | {"bones": {slot: list(names) for slot, names in shown.items()}})


def forget(obj: bpy.types.Object) -> None:
    """Back to automatic detection."""
    settings = of(obj)
    settings.base = ""
    for slot in SLOTS:
        for field in field_names(slot):
            setattr(settings, field, "")


@persistent
def fill_overrides(*_arguments: Any) -> None:
    """Give the overrides of a file that was just opened what was kept for them."""
    for obj in bpy.data.objects:
        text = registered(obj, "motionmix_rig_kept") if obj.override_library is not None else ""
        if not text:
            continue
        try:
            kept = dict(json.loads(text))
            for name, value in kept.items():
                setattr(of(obj), name, value)
        except (ValueError, TypeError, AttributeError) as error:
            log.logger().warning("what was set for “%s” can't be read: %s", obj.name, error)


CLASSES = (MotionMixRig,)


def register() -> None:
    """Give every object its settings."""
    types: Any = bpy.types
    types.Object.motionmix_rig = PointerProperty(type=MotionMixRig)  # type: ignore[func-returns-value]  # the stubs say None
    types.Object.motionmix_rig_kept = StringProperty(  # type: ignore[func-returns-value]  # the stubs say None
        options={"HIDDEN"}, override=_OVERRIDABLE
    )
    bpy.app.handlers.load_post.append(fill_overrides)


def unregister() -> None:
    """Take them away; what was set stays in the file."""
    if fill_overrides in bpy.app.handlers.load_post:
        bpy.app.handlers.load_post.remove(fill_overrides)
    for name in ("motionmix_rig", "motionmix_rig_kept"):
        if hasattr(bpy.types.Object, name):
            delattr(bpy.types.Object, name)
