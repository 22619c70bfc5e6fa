"""The menu with all commands, in Blender's Animation and Pose menus: for those who like menus, and for the search (F3).

Blender's menu search finds what stands in a menu, and nothing else.
"""

from __future__ import annotations

import bpy

from ..operators.add_figure import MOTIONMIX_OT_add_figure
from ..operators.add_skeleton import MOTIONMIX_OT_add_skeleton
from ..operators.cancel import MOTIONMIX_OT_cancel
from ..operators.copy_motion import MOTIONMIX_OT_copy_motion
from ..operators.edit_clean_up import MOTIONMIX_OT_edit_measure
from ..operators.edit_compare import MOTIONMIX_OT_edit_compare
from ..operators.edit_continue import MOTIONMIX_OT_edit_sequence
from ..operators.edit_loop import MOTIONMIX_OT_edit_find_repeat
from ..operators.edit_sequence import MOTIONMIX_OT_edit_sequence_add
from ..operators.mapping_detect import MOTIONMIX_OT_mapping_automatic, MOTIONMIX_OT_mapping_detect
from ..operators.mapping_mirror import MOTIONMIX_OT_mapping_mirror
from ..operators.mapping_presets import MOTIONMIX_MT_mapping_presets
from ..operators.open_log import MOTIONMIX_OT_copy_details, MOTIONMIX_OT_open_log
from ..operators.preference_tools import MOTIONMIX_OT_open_model_card, MOTIONMIX_OT_test_python
from ..operators.prompt_choose import MOTIONMIX_OT_choose_prompt, MOTIONMIX_OT_clear_prompts
from ..operators.rig_choose import MOTIONMIX_OT_choose_rig
from ..operators.rig_fix import MOTIONMIX_OT_fix_rig
from ..operators.rig_rest_pose import MOTIONMIX_OT_rest_pose_clear, MOTIONMIX_OT_rest_pose_set
from ..operators.seed import MOTIONMIX_OT_new_seed
from ..present import present
from .edit import BUTTONS
from .tab import Icon
from .takes import MOTIONMIX_MT_takes


class MOTIONMIX_MT_edits(bpy.types.Menu):
    """All edits of the Action that the armature plays."""

    bl_idname = "MOTIONMIX_MT_edits"
    bl_label = "MotionMix Edits"

    def draw(self, _context: bpy.types.Context) -> None:
        """Draw the menu."""
        layout = present(self.layout)
        for operator, text, icon in BUTTONS.values():
            layout.operator(operator, text=text, icon=icon)
        layout.operator(MOTIONMIX_OT_edit_sequence.bl_idname, icon="PLAY")
        layout.separator()
        layout.operator(MOTIONMIX_OT_edit_compare.bl_idname, icon="UV_SYNC_SELECT")
        layout.operator(MOTIONMIX_OT_edit_measure.bl_idname, icon="VIEWZOOM")
        layout.operator(MOTIONMIX_OT_edit_find_repeat.bl_idname, icon="VIEWZOOM")
        layout.operator(MOTIONMIX_OT_edit_sequence_add.bl_idname, icon="ADD")


class MOTIONMIX_MT_rig(bpy.types.Menu):
    """What concerns the armature itself."""

    bl_idname = "MOTIONMIX_MT_rig"
    bl_label = "MotionMix Rig"

    def draw(self, _context: bpy.types.Context) -> None:
        """Draw the menu."""
        layout = present(self.layout)
        layout.operator(MOTIONMIX_OT_choose_rig.bl_idname, icon="RESTRICT_SELECT_OFF")
        layout.operator(MOTIONMIX_OT_fix_rig.bl_idname, icon="TOOL_SETTINGS")
        layout.separator()
        layout.operator(MOTIONMIX_OT_mapping_detect.bl_idname, icon="VIEWZOOM")
        layout.operator(MOTIONMIX_OT_mapping_automatic.bl_idname, icon="X")
        directions: tuple[tuple[str, str, Icon], ...] = (
            ("left", "Mirror Bones L to R", "FORWARD"),
            ("right", "Mirror Bones R to L", "BACK"),
        )
        for source, text, icon in directions:
            button = layout.operator(MOTIONMIX_OT_mapping_mirror.bl_idname, text=text, icon=icon)
            button.source = source
        layout.menu(MOTIONMIX_MT_mapping_presets.bl_idname, icon="PRESET")
        layout.separator()
        layout.operator(MOTIONMIX_OT_rest_pose_set.bl_idname, icon="ARMATURE_DATA")
        layout.operator(MOTIONMIX_OT_rest_pose_clear.bl_idname, icon="BLANK1")
        layout.separator()
        layout.operator(MOTIONMIX_OT_copy_motion.bl_idname, icon="COPYDOWN")
        layout.operator(MOTIONMIX_OT_add_figure.bl_idname, icon="OUTLINER_OB_MESH")
        layout.operator(MOTIONMIX_OT_add_skeleton.bl_idname, icon="OUTLINER_OB_ARMATURE")


class MOTIONMIX_MT_commands(bpy.types.Menu):
    """All commands of MotionMix."""

    bl_idname = "MOTIONMIX_MT_commands"
    bl_label = "MotionMix"

    def draw(self, _context: bpy.types.Context) -> None:
        """Draw the menu."""
        layout = present(self.layout)
        layout.menu(MOTIONMIX_MT_takes.bl_idname, icon="ACTION")
        layout.menu(MOTIONMIX_MT_edits.bl_idname, icon="KEYFRAME_HLT")
        layout.menu(MOTIONMIX_MT_rig.bl_idname, icon="ARMATURE_DATA")
        layout.separator()
        layout.operator(MOTIONMIX_OT_cancel.bl_idname, icon="X")
        layout.operator(MOTIONMIX_OT_new_seed.bl_idname, icon="FILE_REFRESH")
        layout.operator_context = "INVOKE_DEFAULT"
        layout.operator(MOTIONMIX_OT_choose_prompt.bl_idname, icon="PRESET")
        layout.operator(MOTIONMIX_OT_clear_prompts.bl_idname, icon="TRASH")
        layout.separator()
        layout.operator(MOTIONMIX_OT_open_model_card.bl_idname, icon="INFO")
        layout.operator(MOTIONMIX_OT_test_python.bl_idname, text="Test What Runs Models", icon="CONSOLE")
        layout.operator(MOTIONMIX_OT_open_log.bl_idname, icon="TEXT")
        layout.operator(MOTIONMIX_OT_copy_details.bl_idname, icon="COPYDOWN")


CLASSES = (MOTIONMIX_MT_edits, MOTIONMIX_MT_rig, MOTIONMIX_MT_commands)
