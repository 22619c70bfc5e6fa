"""The plain data that the retarget solver and Blender exchange: an armature, which of its bones are which, and poses.

Spaces. *Armature space* is the armature object's own, with whatever axes its author chose. *Core space* is the
program's world: Y up, +Z forward, left = +X, metres. The solver works out from the bones alone how the body stands
in armature space, so neither bone roll nor the axis convention nor the object's transform has to be known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from ..errors import RigError

# Places of the body that a bone can take. "spine" and "neck" are chains of one or more bones, root end first. "root"
# is the bone on the ground that carries the whole character, "body" a control that carries hips and spine together
# (Rigify's torso), where a rig has one.
CHAIN_SLOTS: tuple[str, ...] = ("spine", "neck")
LEFT_SLOTS: tuple[str, ...] = (
    "left_collar", "left_shoulder", "left_elbow", "left_wrist", "left_hip", "left_knee", "left_ankle", "left_foot",
)  # fmt: skip
RIGHT_SLOTS: tuple[str, ...] = tuple(slot.replace("left", "right", 1) for slot in LEFT_SLOTS)
SLOTS: tuple[str, ...] = ("root", "body", "pelvis", "spine", "neck", "head", *LEFT_SLOTS, *RIGHT_SLOTS)
OPTIONAL_SLOTS: frozenset[str] = frozenset(
    {"root", "body", "neck", "left_collar", "right_collar", "left_foot", "right_foot", "left_wrist", "right_wrist"}
)
REQUIRED_SLOTS: tuple[str, ...] = tuple(slot for slot in SLOTS if slot not in OPTIONAL_SLOTS)


@dataclass(frozen=True)
class IkChain:
    """An IK constraint. bones: that it turns, from the tip up. control: what the tip reaches. pole: "" if none."""

    bones: tuple[str, ...]
    control: str
    pole: str = ""


@dataclass(frozen=True)
class RigDescription:
    """An armature as plain arrays; B bones in any order.

    bones: B names. parents: B indices into bones, -1 for none.
    rest: (B, 4, 4) Blender's bone.matrix_local: rest matrix in armature space (Y axis along the bone).
    world: (4, 4) core space from armature space (Blender's object.matrix_world turned to Y up).
    tails: (B, 3) armature space; when left out, a bone ends where its first child starts.
    rotation_modes: Blender's pose_bone.rotation_mode of each bone.
    inherit_rotation, local_location, connected: the bone settings use_inherit_rotation, use_local_location and
        (use_connect and has a parent).
    deform: use_deform. owned: an unmuted constraint or a driver decides this bone's rotation, so keys on it do nothing.
    locked_rotation, locked_location: (B, 3) axes whose channels are locked: no keys are made on them.
    stretching: may get longer or shorter under an IK constraint (Blender's pose_bone.ik_stretch above 0).
    copies: (bone, control) where a constraint makes a bone take all of another one's pose. ik_chains: IK constraints.
    depends: (bone, other) where a constraint or driver of a bone looks at another one.
    Raises RigError for arrays that don't fit together, NaN, or a parent loop.
    """

    name: str
    bones: tuple[str, ...]
    parents: tuple[int, ...]
    rest: np.ndarray
    world: np.ndarray = field(default_factory=lambda: np.eye(4))
    tails: np.ndarray | None = None
    rotation_modes: tuple[str, ...] = ()
    inherit_rotation: np.ndarray | None = None
    local_location: np.ndarray | None = None
    connected: np.ndarray | None = None
    deform: np.ndarray | None = None
    owned: np.ndarray | None = None
    locked_rotation: np.ndarray | None = None
    locked_location: np.ndarray | None = None
    stretching: np.ndarray | None = None
    copies: tuple[tuple[str, str], ...] = ()
    ik_chains: tuple[IkChain, ...] = ()
    depends: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        count = len(self.bones)
        rest = np.asarray(self.rest, dtype=np.float64)
        world = np.asarray(self.world, dtype=np.float64)
        if count == 0:
            raise RigError(f"The armature “{self.name}” has no bones.")
        if rest.shape != (count, 4, 4) or len(self.parents) != count or world.shape != (4, 4):
            raise RigError(f"The description of the armature “{self.name}” doesn't fit together.")
        if not (np.isfinite(rest).all() and np.isfinite(world).all()):
            raise RigError(
                f"The armature “{self.name}” has bones or a transform with values that aren't numbers. "
                "Clear its transform (Alt G, Alt R, Alt S), or delete the keys and drivers that make it so."
            )
        object.__setattr__(self, "bones", tuple(self.bones))
        object.__setattr__(self, "parents", tuple(int(parent) for parent in self.parents))
        object.__setattr__(self, "rest", rest)
        object.__setattr__(self, "world", world)
        object.__setattr__(self, "rotation_modes", tuple(self.rotation_modes) or ("QUATERNION",) * count)
        for name, default in (
            ("inherit_rotation", True), ("local_location", True), ("connected", False), ("deform", True),
            ("owned", False), ("locked_rotation", (False,) * 3), ("locked_location", (False,) * 3),
            ("stretching", False),
        ):  # fmt: skip
            value = getattr(self, name)
            array = np.tile(default, (count, *[1] * np.ndim(default))) if value is None else np.asarray(value, bool)
            if array.shape != (count, *np.shape(default)):
                raise RigError(f"The description of the armature “{self.name}” doesn't fit together ({name}).")
            object.__setattr__(self, name, array)
        if self.tails is not None:
            object.__setattr__(self, "tails", np.asarray(self.tails, dtype=np.float64).reshape(count, 3))
        self.order  # noqa: B018 - a parent loop is found here, before anything is computed with it

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Bone indices with parents before children."""
        placed: set[int] = {-1}
        order: list[int] = []
        waiting = list(range(len(self.bones)))
        while waiting:
            ready = [bone for bone in waiting if self.parents[bone] in placed]
            if not ready:
                names = ", ".join(self.bones[bone] for bone in waiting[:4])
                raise RigError(f"Bones of “{self.name}” are parented in a loop: {names}.")
            order += ready
            placed.update(ready)
            waiting = [bone for bone in waiting if bone not in placed]
        return tuple(order)

    @cached_property
    def indices(self) -> Mapping[str, int]:
        """Bone name -> index."""
        return {name: index for index, name in enumerate(self.bones)}

    @cached_property
    def children(self) -> tuple[tuple[int, ...], ...]:
        """Indices of each bone's children."""
        found: list[list[int]] = [[] for _ in self.bones]
        for bone, parent in enumerate(self.parents):
            if parent >= 0:
                found[parent].append(bone)
        return tuple(tuple(kids) for kids in found)

    @cached_property
    def heads(self) -> np.ndarray:
        """(B, 3) bone heads in armature space."""
        return self.rest[:, :3, 3]

    @cached_property
    def ends(self) -> np.ndarray:
        """(B, 3) bone tails in armature space, taken from the children's heads where they weren't given."""
        if self.tails is not None:
            return self.tails
        ends = self.heads.copy()
        for bone, kids in enumerate(self.children):
            if kids:
                ends[bone] = self.heads[kids[0]]
        return ends

    def index(self, bone: str) -> int:
        """Index of a bone; RigError that names it when the armature has none of that name."""
        try:
            return self.indices[bone]
        except KeyError:
            raise RigError(f"The armature “{self.name}” has no bone “{bone}”.") from None

    def ancestors(self, bone: int) -> list[int]:
        """Indices from the bone's parent up to its topmost bone."""
        chain = []
        while (bone := self.parents[bone]) >= 0:
            chain.append(bone)
        return chain


@dataclass(frozen=True)
class IkLimb:
    """An arm or leg with IK controls. upper, hinge, end, toe_slot: slots. control, pole, toe: bones ("" if none).

    control: held by the hand or foot. pole: aims elbow or knee. toe: the toes' own control in IK.
    always: the limb's bones follow the controls whatever is chosen (a plain IK constraint without a switch).
    """

    upper: str
    hinge: str
    end: str
    control: str
    pole: str = ""
    toe: str = ""
    toe_slot: str = ""
    always: bool = False


def _limb_of(data: Mapping[str, Any]) -> IkLimb:
    """A limb of a preset file. TypeError for fields that it doesn't have."""
    words: dict[str, Any] = {str(key): str(value) for key, value in data.items() if key != "always"}
    return IkLimb(**words, always=bool(data.get("always", False)))


@dataclass(frozen=True)
class BoneMapping:
    """Which bones of a rig are which places of the body.

    bones: slot (see SLOTS) -> names of its bones: one, or a chain for "spine" and "neck". Slots that the rig lacks
        are left out.
    scheme: the naming scheme it was found by, "structure" when it was guessed from the shape, "custom" by hand.
    confidence: 0..1. missing: required slots without a bone. reason: why the rig can't be used ("" when it can).
    readings: slot -> bones that show the pose, where they aren't the ones to key.
    switches: (bone, custom property, value) that have to be keyed along, such as an FK/IK switch.
    follows: (bone, control) where a constraint makes a bone copy a control that isn't its parent.
    still: controls to key at rest, because they move the others too.
    ik_limbs, ik_switches: the IK controls of a rig that has some, and what to key besides when they're used.
    """

    bones: Mapping[str, tuple[str, ...]]
    scheme: str = "custom"
    confidence: float = 1.0
    missing: tuple[str, ...] = ()
    reason: str = ""
    readings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    switches: tuple[tuple[str, str, float], ...] = ()
    follows: tuple[tuple[str, str], ...] = ()
    still: tuple[str, ...] = ()
    ik_limbs: tuple[IkLimb, ...] = ()
    ik_switches: tuple[tuple[str, str, float], ...] = ()

    def __post_init__(self) -> None:
        bones = {}
        for slot, names in self.bones.items():
            if slot not in SLOTS:
                raise RigError(f"“{slot}” isn't a place of the body; known are {', '.join(SLOTS)}.")
            chain = (names,) if isinstance(names, str) else tuple(names)
            if len(chain) > 1 and slot not in CHAIN_SLOTS:
                raise RigError(f"Only spine and neck can be chains of bones, not “{slot}”.")
            if chain and all(chain):
                bones[slot] = chain
        object.__setattr__(self, "bones", bones)
        object.__setattr__(self, "missing", tuple(slot for slot in REQUIRED_SLOTS if slot not in bones))

    @property
    def usable(self) -> bool:
        """Whether motion can be put on it."""
        return not self.missing and not self.reason

    def bone(self, slot: str) -> str | None:
        """The bone of a slot (the first of a chain), None when the rig lacks it."""
        chain = self.bones.get(slot)
        return chain[0] if chain else None

    def carried(self, rig: RigDescription) -> RigDescription:
        """The rig with each bone that copies a control parented to it, as it behaves."""
        pairs = [(bone, control) for bone, control in self.follows if {bone, control} <= rig.indices.keys()]
        if not pairs:
            return rig
        parents = list(rig.parents)
        for bone, control in pairs:
            parents[rig.index(bone)] = rig.index(control)
        return replace(rig, parents=tuple(parents))

    def for_reading(self) -> BoneMapping:
        """The mapping of the bones to read a pose from."""
        return replace(self, bones={**self.bones, **self.readings}, readings={})

    def with_bone(self, slot: str, names: str | Sequence[str]) -> BoneMapping:
        """The same mapping with one slot set by hand ("" or () clears it)."""
        bones = dict(self.bones) | {slot: (names,) if isinstance(names, str) else tuple(names)}
        if not any(bones[slot]):
            del bones[slot]
        readings = {other: names for other, names in self.readings.items() if other != slot}
        return replace(self, bones=bones, readings=readings, scheme="custom", confidence=1.0, reason="")

    def to_json(self) -> dict[str, Any]:
        """Plain data for a preset file."""
        return {
            "format": 1,
            "scheme": self.scheme,
            "bones": {slot: list(names) for slot, names in self.bones.items()},
            "readings": {slot: list(names) for slot, names in self.readings.items()},
            "switches": [list(switch) for switch in self.switches],
            "follows": [list(pair) for pair in self.follows],
            "still": list(self.still),
            "ik_limbs": [asdict(limb) for limb in self.ik_limbs],
            "ik_switches": [list(switch) for switch in self.ik_switches],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> BoneMapping:
        """A preset read back. RigError when it isn't one."""
        try:
            if data["format"] != 1:
                raise RigError(f"The bone map is of format {data['format']}, which this version can't read.")
            bones, readings = (
                {str(slot): tuple(str(name) for name in names) for slot, names in table.items()}
                for table in (data["bones"], data.get("readings", {}))
            )
            switches, ik_switches = (
                tuple((str(bone), str(key), float(value)) for bone, key, value in data.get(name, ()))
                for name in ("switches", "ik_switches")
            )
            limbs = tuple(_limb_of(limb) for limb in data.get("ik_limbs", ()))
            follows = tuple((str(bone), str(control)) for bone, control in data.get("follows", ()))
            scheme = str(data.get("scheme", "custom"))
            return cls(
                bones,
                scheme,
                readings=readings,
                switches=switches,
                follows=follows,
                still=tuple(str(bone) for bone in data.get("still", ())),
                ik_limbs=limbs,
                ik_switches=ik_switches,
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RigError(f"This isn't a bone map of MotionMix ({error}).") from error


@dataclass(frozen=True)
class RetargetOptions:
    """How a motion is put on a rig.

    root: "hips" (all travel on the hips), "root" (travel and heading on the root bone, the rest on the hips) or
        "in_place" (no travel along the ground).
    placement: "rig" = the motion's origin is where the rest pose stands and its +Z is where the rest pose looks;
        "world" = core-space coordinates are taken as they are.
    foot_lock: pin planted feet on the rig's own proportions (see feet.py); contacts: (T, 4) bool, or found.
    reference: (B, 4, 4) armature space, a pose that the user says is this rig's T-pose; None = found from the rest.
    controls: "fk", or "ik" for the hands', feet's and poles' controls of a rig whose IK controls are known.
    """

    root: str = "hips"
    placement: str = "rig"
    foot_lock: bool = False
    contacts: np.ndarray | None = None
    reference: np.ndarray | None = None
    controls: str = "fk"

    def __post_init__(self) -> None:
        if self.controls not in ("fk", "ik"):
            raise RigError(f"Limbs can be posed by “fk” or “ik” controls, not “{self.controls}”.")
        if self.root not in ("hips", "root", "in_place"):
            raise RigError(f"Root motion can go on “hips”, “root” or “in_place”, not “{self.root}”.")
        if self.placement not in ("rig", "world"):
            raise RigError(f"A motion can be placed by the “rig” or the “world”, not “{self.placement}”.")


@dataclass(frozen=True)
class Untold:
    """What the bones of a rig don't tell of a motion, of K joints in T frames.

    joints: canonical names. shown: (T, K, 4) wxyz turns from the T-pose that the bones suggest, character frame.
    lost: (T, K, 4) what to turn the joint by first to have the motion's own. Both are zeros where it isn't known.
    rolls: canonical names of R joints whose limb an IK control only aims, so that its twist is the solver's.
    rolled: (T, R, 4) their turns with their own twist; zeros where it isn't known.
    """

    joints: tuple[str, ...]
    shown: np.ndarray
    lost: np.ndarray
    rolls: tuple[str, ...] = ()
    rolled: np.ndarray = field(default_factory=lambda: np.zeros((0, 0, 4)))


@dataclass(frozen=True)
class RigPoses:
    """Poses to be keyed on a rig; bones that aren't named here are left alone.

    rotations: bone name -> (T, 4) wxyz, the bone's own pose rotation (pose_bone.rotation_quaternion), continuous signs.
    locations: bone name -> (T, 3) pose_bone.location. fps: of the T frames.
    properties: (bone name, custom property) -> (T,) or a single number, e.g. an FK/IK switch.
    warnings: what the animator should know, one line each. rigid: bones whose IK stretch is to be keyed off.
    untold: what of the motion isn't in these poses, for a way back without loss; None when all is.
    planted: (T, 4) the contacts that a foot lock holds, left ankle, left foot, right ankle, right foot; None without.
    """

    rotations: Mapping[str, np.ndarray]
    locations: Mapping[str, np.ndarray]
    fps: float
    properties: Mapping[tuple[str, str], np.ndarray | float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    rigid: tuple[str, ...] = ()
    untold: Untold | None = None
    planted: np.ndarray | None = None

    @property
    def num_frames(self) -> int:
        """Frames of each array."""
        return len(next(iter(self.rotations.values())))
