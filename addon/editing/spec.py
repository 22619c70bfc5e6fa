"""What is asked of an edit: plain values, as a script gives them or the panel holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from ..core import EditSettings, RequestError
from ..translations import interface

TOOLS = ("in_between", "body_part", "clean_up", "continue", "loop", "in_place", "transition")
VARIED = ("in_between", "body_part", "continue", "transition")
MOST_VARIATIONS = 4
OUTPUT_ITEMS = (
    ("TAKE", "New Take", "The result goes into a new Action; yours stays as it is"),
    ("OWN", "My Action", "The result goes into your Action; one undo takes it back"),
)
TAKE_NAMES = {
    "in_between": "in-between",
    "body_part": "body part",
    "clean_up": "cleaned",
    "continue": "continued",
    "loop": "loop",
    "in_place": "in place",
    "transition": "transition",
}


FORMAT = 2
"""Of what is kept on a take. In 1 a loop's frames were those of its new end, and Actions were known by name alone."""


@dataclass(frozen=True)
class EditSpec:
    """One edit.

    tool: see TOOLS. range: see ranges.RANGE_ITEMS; first, last: scene frames, for "FRAMES". bones: see
    bones.CHOICE_ITEMS; parts: presets; collections: names of bone collections; names: of the bones, for "SELECTED"
    (empty: those that are selected). poses: frames whose poses are kept, by an in-between over capture and by a
    clean-up with protect_keys (None: of the keys that are selected). output: see OUTPUT_ITEMS.

    strength: how far a body part may go from the source, above 0 to 1, or for clean-up the noise level to start from
    (None: as it is found). ease: seconds over which a body part's edit comes in and goes out. chain_ease: joints along
    the chain over which it comes in.

    protect_parts: parts of the body that clean-up leaves alone. protect_keys: it leaves the selected keys' poses alone.
    seconds: of what is made new (continue, transition, loop). sequence: prompts with seconds, in place of the prompt
    (continue). root: where the travel goes (in_place), "NONE" or "BONE". after: the Action to go over into
    (transition); empty: the NLA's two selected strips. variations: how many takes to make of it, with seeds from `seed`
    on: 1 to 4; in the own Action, and of edits that nothing is drawn for (see VARIED), there is one.
    """

    tool: str = "in_between"
    prompt: str = ""
    seed: int = 0
    quality: str = "normal"
    guidance: float | None = None
    steps: int | None = None
    foot_lock: bool = True
    model: str = ""
    output: str = "TAKE"
    range: str = "SELECTED"
    first: float = 1.0
    last: float = 50.0
    bones: str = "ALL"
    parts: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    poses: tuple[float, ...] | None = None
    strength: float | None = None
    ease: float = 0.3
    chain_ease: int = 1
    protect_parts: tuple[str, ...] = ()
    protect_keys: bool = False
    seconds: float = 2.0
    sequence: tuple[tuple[str, float], ...] = ()
    root: str = "NONE"
    after: str = ""
    variations: int = 1

    def __post_init__(self) -> None:
        if self.tool not in TOOLS:
            raise RequestError(f"There is no edit “{self.tool}”; there are {', '.join(TOOLS)}")
        if self.output not in {"TAKE", "OWN"}:
            raise RequestError(f"An edit can go into a new take or the own Action, not “{self.output}”")

        if self.variations != 1 and ((self.output == "OWN" and self.tool != "transition") or self.tool not in VARIED):
            object.__setattr__(self, "variations", 1)
        if not 1 <= self.variations <= MOST_VARIATIONS:
            raise RequestError(f"An edit makes 1 to {MOST_VARIATIONS} variations, not {self.variations}")

    def settings(self) -> EditSettings:
        """What the core is told."""
        return EditSettings(
            prompt=self.prompt,
            seed=self.seed,
            count=self.variations,
            quality=self.quality,
            steps=self.steps,
            guidance=self.guidance,
            foot_lock=self.foot_lock,
            model=self.model,
        )

    @classmethod
    def from_stored(cls, request: Mapping[str, Any]) -> EditSpec:
        """What `stored` kept. Raises RequestError: it isn't an edit, or can't be read any more."""
        known = {field.name: request[field.name] for field in fields(cls) if field.name in request}
        for name in ("parts", "protect_parts", "collections", "names"):
            known[name] = tuple(known.get(name) or ())
        if request.get("collection"):  # as takes kept it when there could be only one
            known["collections"] = (str(request["collection"]),)
        try:
            if known.get("poses") is not None:
                known["poses"] = tuple(float(frame) for frame in known["poses"])
            known["sequence"] = tuple((str(prompt), float(seconds)) for prompt, seconds in known.get("sequence") or ())
            return cls(**known | {"tool": str(request["edit"])})
        except (KeyError, TypeError, ValueError) as error:
            raise RequestError(
                "What made this take can't be read any more: its stored settings aren't whole"
            ) from error

    def one_by_one(self) -> list[EditSpec]:
        """Its variations, each as an edit of its own: what is kept on a take makes that take again."""
        return [replace(self, seed=self.seed + number, variations=1) for number in range(self.variations)]

    def stored(self, action: str, model: str) -> dict[str, Any]:
        """What is kept on the take. action: the name of the Action that was edited."""
        fields = {name: value for name, value in asdict(self).items() if name != "tool"}
        return {"format": FORMAT, "edit": self.tool, "edited": action, **fields, "model": model}


def is_edit(request: Mapping[str, Any]) -> bool:
    """Whether a take's stored request is one of an edit."""
    return "edit" in request


def described(request: Mapping[str, Any]) -> str:
    """The stored request of an edit in a line."""
    name = TAKE_NAMES.get(str(request["edit"]), str(request["edit"]))
    prompt = str(request.get("prompt", "")).strip()
    parts = [
        f"{interface(name[:1].upper() + name[1:])}: “{request.get('edited', '')}”",
        f"“{prompt}”" if prompt else "",
    ]
    if request.get("range") == "FRAMES":
        parts.append(interface(f"frames {float(request.get('first', 0)):g} to {float(request.get('last', 0)):g}"))
    parts.append(f"{interface('Seed')} {request.get('seed', 0)}")
    parts += [interface(str(request.get("quality", "")).capitalize()), str(request.get("model", ""))]
    return ", ".join(part for part in parts if part)


def parsed_names(text: str) -> tuple[str, ...]:
    """ "Arm.L; Arm.R" -> names."""
    return tuple(filter(None, (name.strip() for name in text.split(";"))))


def parsed_sequence(text: str) -> tuple[tuple[str, float], ...]:
    """ "walk forward: 3; sit down: 2" -> prompts with seconds. Raises RequestError for anything else."""
    parts = []
    for piece in filter(None, (part.strip() for part in text.split(";"))):
        prompt, colon, seconds = piece.rpartition(":")
        try:
            parts.append((prompt.strip(), float(seconds)))
        except ValueError:
            colon = ""
        if not colon:
            raise RequestError(f"“{piece}” isn't a prompt with its seconds; write “walk forward: 3; sit down: 2”")
    return tuple(parts)
