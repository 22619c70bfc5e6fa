"""Which of a rig's switches says whether a limb follows its FK or its IK controls."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .mirror import side_of
from .rig import BoneMapping, IkLimb

_LEG = re.compile("leg|thigh|shin|knee|foot|ankle", re.IGNORECASE)
_ARM = re.compile("arm|hand|wrist|elbow|shoulder", re.IGNORECASE)


@dataclass(frozen=True)
class LimbSwitch:
    """bone, key: a custom property. fk, ik: its value where the FK controls and where the IK controls are followed."""

    bone: str
    key: str
    fk: float
    ik: float


def limb_switches(mapping: BoneMapping, limb: IkLimb) -> tuple[LimbSwitch, ...]:
    """The switches of a limb that the rig may have; none where its naming scheme knows of none.

    What has another value for FK than for IK is such a switch. It is the limb's when it stands on one of the limb's own
    controls, or else when its name says the limb and the side.
    """
    values = {(bone, key): value for bone, key, value in mapping.ik_switches}
    return tuple(
        LimbSwitch(bone, key, fk, values[bone, key])
        for bone, key, fk in mapping.switches
        if values.get((bone, key), fk) != fk and _belongs(mapping, limb, bone, key)
    )


def _belongs(mapping: BoneMapping, limb: IkLimb, bone: str, key: str) -> bool:
    for other in mapping.ik_limbs:
        if bone in (other.control, other.pole, other.toe):
            return other == limb
    side, word = limb.upper.split("_", 1)
    if (side_of(key) or side_of(bone)) != side:
        return False
    name = f"{bone} {key}"
    leg = bool(_LEG.search(name))  # asked first: a prefix such as "Armature|" has an arm in it
    return leg if word == "hip" else not leg and bool(_ARM.search(name))
