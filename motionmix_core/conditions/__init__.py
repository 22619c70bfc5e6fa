"""What a motion is asked for with: text (and later action labels and music)."""
