"""One file for each thing that an animator does."""
