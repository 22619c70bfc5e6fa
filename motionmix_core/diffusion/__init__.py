"""Diffusion on any array library: schedules, samplers, guidance, in-painting and the two-stage (pivot) switch.

Nothing here imports numpy-only or torch-only operations on the motion itself: arrays are combined with `+ - * /`,
indexed and sliced, so the same code runs on numpy arrays (ONNX Runtime) and on torch tensors. Noise comes from outside.
"""

from .forward_process import epsilon_from_x0, from_epsilon, q_sample, x0_from_epsilon
from .guidance import with_batched_guidance, with_guidance
from .guidance_interval import EVERYWHERE, Interval, checked_interval, limited, with_interval
from .inpainting import Observation
from .noise import SeededNoise
from .pivot import ALWAYS_CONDITIONED, in_first_stage, two_stage_schedule, with_pivot
from .samplers import sample
from .schedule import Schedule, Step, cosine_schedule, linear_schedule, named_schedule

__all__ = [
    "ALWAYS_CONDITIONED",
    "EVERYWHERE",
    "Interval",
    "Observation",
    "Schedule",
    "SeededNoise",
    "Step",
    "checked_interval",
    "cosine_schedule",
    "epsilon_from_x0",
    "from_epsilon",
    "in_first_stage",
    "limited",
    "linear_schedule",
    "named_schedule",
    "q_sample",
    "sample",
    "two_stage_schedule",
    "with_batched_guidance",
    "with_guidance",
    "with_interval",
    "with_pivot",
    "x0_from_epsilon",
]
