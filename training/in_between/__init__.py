"""The small network that bends plain curves through gaps (`motionmix_core.editing.gap_network`): how it is taught."""
