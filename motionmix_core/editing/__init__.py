"""Edits of an animator's own motion: each builds one `GenerationRequest` and finishes what comes back.

    source = ...                      # the Action on the canonical skeleton, at the scene's own frame rate
    edit = in_between(source, keys, first, last, EditSettings(prompt="stumbles"))
    result = generator.generate(edit.request)          # or the worker: `edit.request` is plain data as any other
    motion = edit.finish(result[0], result.contacts[0])    # at the scene's rate, as long as edit.source

`finish` keeps what was asked to be kept exactly (to rounding) on the canonical skeleton: keys are hit, frames outside
`edit.frames` and joints outside `edit.joints` are those of the source. It needs no model and may be called from any
thread, once for each take; it takes tenths of a second for some seconds of motion, so not from the one that draws.

| function | what the animator does |
|---|---|
| `in_between(source, keys, first, last, settings)` | what is keyed (`Key`) holds, the rest is made new |
| `body_part(source, joints, first, last, settings)` | only these joints change; strength, eased borders |
| `clean_up(source, first, last, settings)` | refines a capture; `estimate_noise(source)`: how noisy it is |
| `continue_motion(source, seconds, settings)` | goes on after the last frame |
| `transition(before, after, seconds, settings)` | from one motion into another |
| `way_between(whole, first, last, settings)` | the same between two motions that lie in one |
| `prompt_sequence([("walk", 3), ("sit down", 2)], settings)` | one motion of several prompts: a request |
| `make_loop(source, settings)` | the end flows into the beginning |
| `repeat_of(motion)` | where it is again as it began: the best end for a loop |
| `closes(motion)` | whether it is a loop already |
| `in_place(motion)`, `root_motion(motion)` | travel removed, or taken apart from the body: pure functions |

All motions are on the canonical skeleton; frames are indices into the source (0 = its first); ranges include both
ends. Give sources with a second or two around the range where there is any: it is the context that speeds and strides
are continued from. `JOINT_PRESETS` names sets of joints ("upper_body", "left_arm", ..). Bad input raises
`RequestError` with a message for the animator; what they should know but need not mend is in `Edit.warnings`.
"""

from .body_part import body_part, split_range
from .clean_up import clean_up
from .continuation import continue_motion
from .edit import Edit, EditSettings
from .finishing import laid_over
from .in_between import in_between, split_at_keys
from .joint_sets import JOINT_PRESETS, joints_of
from .keys import Key
from .loop import Repeat, closes, make_loop, repeat_of
from .noise import NoiseEstimate, estimate_noise
from .root_motion import RootMotion, in_place, root_motion
from .sequence import prompt_sequence
from .transition import transition, way_between

__all__ = [
    "JOINT_PRESETS",
    "Edit",
    "EditSettings",
    "Key",
    "NoiseEstimate",
    "Repeat",
    "RootMotion",
    "body_part",
    "clean_up",
    "closes",
    "continue_motion",
    "estimate_noise",
    "in_between",
    "in_place",
    "joints_of",
    "laid_over",
    "make_loop",
    "prompt_sequence",
    "repeat_of",
    "root_motion",
    "split_at_keys",
    "split_range",
    "transition",
    "way_between",
]
