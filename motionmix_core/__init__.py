"""MotionMix without Blender: motions, their representation, diffusion, generation, retargeting, file formats."""
