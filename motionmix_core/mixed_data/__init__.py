"""The MotionMix trainer: roles of clips, corruption, timestep ranges, losses, loop, checkpoints."""
