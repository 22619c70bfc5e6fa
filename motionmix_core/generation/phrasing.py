"""Bare verbs said as sentences: "kick" is read as "a person kicks".

The captions that a network learns from are mostly sentences. Of some verbs they have no other form, and the sentence
vector of the bare word lies so far off that the motion it brings is another one. And a word that stands for many blows
at any time brings their mean, which is a slow one; said as certain blows, it brings these. A gait that only few
captions name is gone on with where they say that somebody walks so, or goes forward.
"""

from __future__ import annotations

import re

# fmt: off
SENTENCE_ONLY = frozenset({
    "box", "chop", "clap", "crawl", "dribble", "kick", "kneel", "lunge", "point", "punch", "shoot", "slash", "squat",
    "stab", "strike",
})
BLOWS = frozenset({"box", "boxes", "boxing", "fight", "fights", "fighting", "punch", "punches", "punching"})
SUBJECTS = frozenset({"a", "is", "man", "person", "someone", "woman"})
# fmt: on
"""Verbs that the training data knows, but not as a caption of one to three words; words that alone, or said of nobody
in particular, mean AS_BLOWS."""
AS_BLOWS = "a person throws a jab and a cross"
"""Fists reach four to six metres a second, as in captured boxing; "a person punches" brings less than two."""
DEATHS = frozenset({"die", "dies", "dying", "death", "collapse", "collapses", "faint", "faints"})
AS_DEATH = "a person falls down and lies still"
"""Those words no caption has; who only falls gets up again in the same four seconds."""

GAITS = {
    "limp": "a person walks with a limp",
    "march": "a person marches forward",
    "swagger": "a person walks with a swagger",
    "tiptoe": "a person walks on tiptoe",
}
"""Ways to go of which the verb alone makes a body stand: 0.1 to 0.3 m/s on the mean of three seeds; so said 0.8 to
1.6."""
AS_JACKS = "a person does jumping jacks"
"""Begun from a stand, the two words alone jump twice in four seconds, the sentence four times."""
FIXED = frozenset({AS_BLOWS, AS_DEATH, AS_JACKS, *GAITS.values()})
"""Sentences that were chosen for what they bring."""

_FORWARD = re.compile(
    r"\b((?:reach|look|gaz|star|punch)(?:e|s|es|ing)?)(?: straight)? (?:for|on)wards?\b", re.IGNORECASE
)
"""Nobody goes anywhere for these, but who does anything "forward" in captions walks, unless it's keyed (to point)."""

LONGEST = 3  # words of a prompt that is bare


def as_sentence(prompt: str) -> str:
    """The prompt, one of `FIXED`, or "a person <verb>s ..." if it is short and begins with one of `SENTENCE_ONLY`."""
    prompt = _FORWARD.sub(r"\1", prompt)
    said = [word for word in prompt.strip(".,;! ").lower().split() if word not in SUBJECTS]
    if len(said) == 1:
        if said[0] in BLOWS:
            return AS_BLOWS
        if said[0] in DEATHS:
            return AS_DEATH
        for gait, sentence in GAITS.items():
            if said[0] in (gait, third_person(gait), f"{gait}ing", f"{gait}{gait[-1]}ing"):
                return sentence
    if said == ["jumping", "jacks"]:
        return AS_JACKS
    first, space, rest = prompt.lstrip(".,;! ").partition(" ")
    verb = first.rstrip(".,;!").lower()
    if verb not in SENTENCE_ONLY or len(prompt.split()) > LONGEST:
        return prompt
    return f"a person {third_person(verb)}{first[len(verb) :]}{space}{rest}"


def third_person(verb: str) -> str:
    """ "punch" -> "punches"."""
    return verb + ("es" if verb.endswith(("s", "x", "z", "ch", "sh")) else "s")
