"""Body-part edits: is everything else exact, and does the new part move as real ones do?"""

from __future__ import annotations

import numpy as np

from motionmix_core.editing import JOINT_PRESETS, EditSettings, body_part
from motionmix_core.metrics.report import Table
from motionmix_core.motion.skeleton import JOINT_NAMES
from training.evaluation.tasks.setup import TaskSetup, estimates, physical, seam_ratio
from training.evaluation.tasks.windows import thinned, windows

FRAMES, FIRST, LAST = 120, 30, 89
PARTS = ("upper_body", "left_arm", "right_leg", "lower_body")
COLUMNS = ("unedited channels off", "frames outside off", "skate GMD", "skate Kimodo", "jitter", "seam / p95")


def measure(setup: TaskSetup) -> list[Table]:
    """Two seconds in the middle of four, each part made new without a prompt, beside the real windows."""
    chosen = thinned(windows(setup.cache, setup.split, FRAMES, FRAMES), setup.limit)
    table = Table(
        title=f"Body part ({setup.split}, {len(chosen)} windows)",
        columns=COLUMNS,
        row_header="part",
        formats={"unedited channels off": ".1e", "frames outside off": ".1e"},
        notes=(
            "Off: the largest difference to the source, radians or metres. Skating and jitter on the edited frames.",
        ),
    )
    table.rows["real"] = estimates([physical(w.motion.crop(FIRST, LAST + 1)) for w in chosen])
    for part in PARTS:
        rows = []
        for window in chosen:
            source = window.motion
            settings = EditSettings(seed=setup.seed, steps=setup.steps, model=setup.model)
            made = setup.finished(body_part(source, JOINT_PRESETS[part], FIRST, LAST, settings))
            kept = [j for j, name in enumerate(JOINT_NAMES) if name not in JOINT_PRESETS[part]]
            outside = np.r_[0:FIRST, LAST + 1 : FRAMES]
            root = np.abs(made.root_positions - source.root_positions)
            # a quaternion and its negative are one rotation
            turned = np.minimum(np.abs(made.rotations - source.rotations), np.abs(made.rotations + source.rotations))
            rows.append(
                {
                    "unedited channels off": max(
                        float(turned[:, kept].max()), 0.0 if "pelvis" in JOINT_PRESETS[part] else float(root.max())
                    ),
                    "frames outside off": max(float(turned[outside].max()), float(root[outside].max())),
                    **physical(made.crop(FIRST, LAST + 1)),
                    "seam / p95": seam_ratio(made, [FIRST, LAST + 1], source.positions()),
                }
            )
        table.rows[part] = estimates(rows)
    return [table]
