"""What the add-on uses of the core, imported in one place (relatively: see the extension's ``__init__``)."""

from __future__ import annotations

from typing import Literal

from ..motionmix_core import editing
from ..motionmix_core.editing import JOINT_PRESETS, Edit, EditSettings, Key
from ..motionmix_core.errors import (
    Cancelled,
    DataError,
    ModelError,
    MotionMixError,
    RequestError,
    RigError,
    WorkerError,
)
from ..motionmix_core.files import written_whole
from ..motionmix_core.generation.model_cards import ModelSummary
from ..motionmix_core.generation.model_cards import summaries as model_summaries
from ..motionmix_core.generation.request import GenerationRequest
from ..motionmix_core.generation.result import GenerationResult, Progress
from ..motionmix_core.motion import rotations
from ..motionmix_core.motion.contacts import foot_contacts
from ..motionmix_core.motion.motion import Motion
from ..motionmix_core.motion.skeleton import Skeleton, canonical_skeleton, leg_length, rest_height
from ..motionmix_core.retarget import (
    CHAIN_SLOTS,
    LEFT_SLOTS,
    OPTIONAL_SLOTS,
    RIGHT_SLOTS,
    SLOTS,
    BoneMapping,
    IkChain,
    IkLimb,
    LimbSwitch,
    RetargetOptions,
    RigDescription,
    RigPoses,
    Untold,
    check_mapping,
    detect_mapping,
    from_rig,
    limb_switches,
    mirrored,
    to_rig,
)
from ..motionmix_core.retarget.channels import BoneChannel, location_channel, rotation_channel
from ..motionmix_core.retarget.schemes.catalogue import all_schemes
from ..motionmix_core.worker.client import Event, WorkerClient
from ..motionmix_core.worker.client import Job as WorkerJob
from ..motionmix_core.worker.client import Task as WorkerTask
from ..motionmix_core.worker.process import WorkerSettings, probe_process
from ..motionmix_core.worker.tasks import put_on_rig

OperatorReturn = Literal["RUNNING_MODAL", "CANCELLED", "FINISHED", "PASS_THROUGH", "INTERFACE"]
"""What an operator may answer (in a set)."""

__all__ = [
    "CHAIN_SLOTS",
    "JOINT_PRESETS",
    "LEFT_SLOTS",
    "OPTIONAL_SLOTS",
    "RIGHT_SLOTS",
    "SLOTS",
    "BoneChannel",
    "BoneMapping",
    "Cancelled",
    "DataError",
    "Edit",
    "EditSettings",
    "Event",
    "GenerationRequest",
    "GenerationResult",
    "IkChain",
    "IkLimb",
    "Key",
    "LimbSwitch",
    "ModelError",
    "ModelSummary",
    "Motion",
    "MotionMixError",
    "OperatorReturn",
    "Progress",
    "RequestError",
    "RetargetOptions",
    "RigDescription",
    "RigError",
    "RigPoses",
    "Skeleton",
    "Untold",
    "WorkerClient",
    "WorkerError",
    "WorkerJob",
    "WorkerSettings",
    "WorkerTask",
    "all_schemes",
    "canonical_skeleton",
    "check_mapping",
    "detect_mapping",
    "editing",
    "foot_contacts",
    "from_rig",
    "leg_length",
    "limb_switches",
    "location_channel",
    "mirrored",
    "model_summaries",
    "probe_process",
    "put_on_rig",
    "rest_height",
    "rotation_channel",
    "rotations",
    "to_rig",
    "written_whole",
]
