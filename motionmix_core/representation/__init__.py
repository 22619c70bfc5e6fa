"""Motion <-> feature arrays that a network sees."""
