"""What the edits of `motionmix_core.editing` are worth, measured on real clips beside baselines in the same run."""
