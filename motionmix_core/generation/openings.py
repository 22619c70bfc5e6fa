"""Where a change of posture begins, and a jump: who is to sit down, or to jump, stands before it.

Of "a person sits down" a network makes somebody who sits all the time: most stretches of its clips with those words
show little else. So a prompt that begins with such a change gets half a second of the posture before it, shown to the
network as any motion that a prompt goes on from. Of 96 motions, of 24 such prompts, 3 went from one posture into the
other without it, 89 with it.

Jumps begin anywhere in the clips' as well: of 40 motions, of ten prompts, 8 began in the air and 8 ended there. From a
stand none begins so and 3 end so, and they go higher, 27 cm on the mean for 22.
"""

from __future__ import annotations

import re
from dataclasses import replace

from .firmness import going_on
from .phrasing import as_sentence, third_person
from .request import MIN_SEGMENT_SECONDS, GenerationRequest

OPENING_SECONDS = MIN_SEGMENT_SECONDS
SHORTEST_SECONDS = 1.5
"""A shorter motion is nothing but the change."""

STANDING, SEATED = "a person stands still", "a person sits on a chair"
LYING = "a person lies on the back and sits up again and again"
"""A caption of keyed sit-ups, which lie for their first half second; "a person lies on the ground" sits, by half."""
_SEATS, _GROUNDS = "chair|seat|stool|bench|sofa|couch", "ground|floor|bed"
_IRREGULAR = {
    "sit": "sitting",
    "squat": "squatting",
    "get": "getting",
    "lie": "lying",
    "rise": "rising",
    "take": "taking",
}


def _forms(*verbs: str) -> str:
    """Pattern of verbs as they stand in commands and captions."""
    every = (form for verb in verbs for form in (verb, third_person(verb), _IRREGULAR.get(verb, verb + "ing")))
    return f"(?:{'|'.join(every)})"


DOWN = re.compile(
    rf"\b(?:{_forms('sit', 'lie', 'lay', 'crouch', 'squat')} (?:back |slowly |quickly )?down|{_forms('take')} a seat|"
    rf"{_forms('fall')} (?:down|over|(?:to|on|onto) the (?:ground|floor)))\b"
)
UP = re.compile(
    rf"\b{_forms('stand', 'get')} up\b(?! straight| tall)|"
    rf"\b{_forms('rise', 'get')} (?:up )?from (?:\w+ ){{1,2}}(?:{_SEATS}|{_GROUNDS})\b"
)
JUMP = re.compile(rf"(?<!hip )(?<!hip-)\b(?:{_forms('jump', 'leap')}|hop(?:s|ping)?|(?:back|front) ?flips?)\b")
# fmt: off
VERBS = frozenset({
    "sit", "lie", "lay", "crouch", "squat", "take", "fall", "stand", "get", "rise", "jump", "leap", "hop",
})
# fmt: on
"""Of all three, as in commands."""

_FROM_SEAT = re.compile(rf" (?:up )?from (?:\w+ ){{1,2}}(?:{_SEATS})\b")
_LAY = re.compile(rf"\b(?:{_GROUNDS}|lying)\b")
_BEFORE_IT = re.compile(r",|;|\b(?:and|then|before|after|while|when)\b")
"""What is said before these comes before the change: the motion doesn't begin with it."""
_ON_THE_WAY = re.compile(r"\b(?:and|while)\b (?!(?:then )?(?:rise|stand|get|jump|lie|stay))")
"""Who sits down and drinks is to be seen drinking: told both, the network does neither by half from a stand."""


def opening_of(prompt: str) -> str | None:
    """What the body does before the prompt, said as a prompt; None if it begins with neither of them."""
    said = as_sentence(prompt).lower()
    found = [(match, pattern) for pattern in (DOWN, UP, JUMP) if (match := pattern.search(said))]
    if not found:
        return None
    match, pattern = min(found, key=lambda one: one[0].start())
    if _BEFORE_IT.search(said[: match.start()]) or (pattern is DOWN and _ON_THE_WAY.search(said[match.end() :])):
        return None
    if pattern is UP:
        return LYING if _LAY.search(said) else SEATED
    return STANDING


def opened(request: GenerationRequest) -> GenerationRequest:
    """The request with an opening before its prompt, or its first one, if that needs one; else itself.

    Not where motion is shown, or where the end has to flow into the beginning.
    """
    parts = request.segments or ((request.prompt, request.seconds),)
    (prompt, seconds), *others = parts
    opening = opening_of(prompt)
    unasked = request.literal or request.observed is not None or request.loop
    if opening is None or unasked or seconds < SHORTEST_SECONDS:
        return request
    first = ((opening, OPENING_SECONDS), (_shortened(prompt), seconds - OPENING_SECONDS))
    return replace(request, prompt="", segments=(*first, *others), **going_on(request))


def _shortened(prompt: str) -> str:
    """The prompt as a sentence, and without the seat, which the opening shows and which captions seldom name."""
    words = prompt.strip().split(" ", 1)
    verb = words[0].lower()
    if verb in VERBS:
        words[0] = f"a person {third_person(verb)}"
    return _FROM_SEAT.sub(" up", " ".join(words))
