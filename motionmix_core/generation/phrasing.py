"""Bare verbs said as sentences: "punch" is read as "a person punches".

The captions that a network learns from are mostly sentences. Of some verbs they have no other form, and the sentence
vector of the bare word lies so far off that the motion it brings is another one.
"""

from __future__ import annotations

# fmt: off
SENTENCE_ONLY = frozenset({
    "box", "chop", "clap", "crawl", "dribble", "kick", "kneel", "lunge", "point", "punch", "shoot", "slash", "squat",
    "stab", "strike",
})
# fmt: on
"""Verbs that the training data knows, but not as a caption of one to three words."""

LONGEST = 3  # words of a prompt that is bare


def as_sentence(prompt: str) -> str:
    """The prompt, or "a person <verb>s ..." if it is short and begins with one of `SENTENCE_ONLY`."""
    first, space, rest = prompt.partition(" ")
    verb = first.strip(".,;!").lower()
    if verb not in SENTENCE_ONLY or len(prompt.split()) > LONGEST:
        return prompt
    return f"a person {third_person(verb)}{first[len(verb) :]}{space}{rest}"


def third_person(verb: str) -> str:
    """ "punch" -> "punches"."""
    return verb + ("es" if verb.endswith(("s", "x", "z", "ch", "sh")) else "s")
