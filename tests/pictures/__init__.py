"""Pictures to be looked at by a person: what numbers can't say about a motion. Made by scripts, never by hand."""
