"""Make a motion for each line of a CSV file, without a window:

    blender -b character.blend -P examples/generate_from_csv.py -- prompts.csv -o made.blend

The file's first line names its columns. `prompt` must be there; `seconds`, `seed`, `variations`, `quality`, `name` (of
the Action) and `target` (name of the armature) may be. Each line becomes Actions on its armature; without `target` it
is the active one, or the only one in the file, or a new MotionMix skeleton. With `-o` the result is saved as a .blend
file, with `--bvh FOLDER` each Action is exported as BVH too. A line that fails is told and the others go on; the exit
status is the number of lines that failed.

It can also be imported: `make(rows)` takes dictionaries and returns armatures with their new Actions.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import bpy

Made = tuple[bpy.types.Object, bpy.types.Action]


def motionmix_api() -> Any:
    """The extension's Python interface; a clear word when it isn't enabled."""
    for module in bpy.context.preferences.addons.keys():  # noqa: SIM118 - items without it
        if module.rpartition(".")[2] == "motionmix":
            return importlib.import_module(module).api
    raise SystemExit("MotionMix isn't enabled in this Blender (Edit > Preferences > Add-ons).")


def make(rows: Iterable[Mapping[str, str]]) -> tuple[list[Made], list[str]]:
    """The armatures and Actions of all lines, and what went wrong with those that failed ("line 3: ...")."""
    api = motionmix_api()
    made: list[Made] = []
    failed: list[str] = []
    for number, row in enumerate(rows, start=2):  # line 1 names the columns
        given = {key: value.strip() for key, value in row.items() if key and value and value.strip()}
        try:
            target = target_of(given.get("target", ""), api)
            actions = api.generate(
                given["prompt"],
                float(given.get("seconds", 4.0)),
                seed=int(given.get("seed", 0)),
                variations=int(given.get("variations", 1)),
                quality=given.get("quality", "normal"),
                target=target,
            )
        except (KeyError, ValueError, LookupError, api.MotionMixError) as error:
            failed.append(f"line {number}: {error if str(error) != repr('prompt') else 'it has no prompt'}")
            print(failed[-1], file=sys.stderr, flush=True)
            continue
        for index, action in enumerate(actions, start=1):
            if "name" in given:
                action.name = given["name"] if len(actions) == 1 else f"{given['name']} {index}"
        made += [(target, action) for action in actions]
        print(f"line {number}: {', '.join(action.name for action in actions)}", flush=True)
    return made, failed


def target_of(name: str, api: Any) -> bpy.types.Object:
    """The armature of that name; without a name the active one, the only one, or a new skeleton."""
    armatures = [obj for obj in bpy.context.scene.objects if obj.type == "ARMATURE"]
    if name:
        found = next((obj for obj in armatures if obj.name == name), None)
        if found is None:
            raise LookupError(f"there is no armature named {name!r} in the scene")
        return found
    if bpy.context.object in armatures:
        return bpy.context.object
    if len(armatures) > 1:
        raise LookupError(f"which armature? Name one in the column target: {', '.join(obj.name for obj in armatures)}")
    return armatures[0] if armatures else api.add_skeleton()


def export_bvh(made: Iterable[Made], folder: Path) -> None:
    """Each Action as <folder>/<its name>.bvh, by Blender's own exporter."""
    folder.mkdir(parents=True, exist_ok=True)
    for obj, action in made:
        bpy.context.view_layer.objects.active = obj
        obj.animation_data.action = action
        if hasattr(action, "slots") and action.slots:
            obj.animation_data.action_slot = action.slots[0]
        first, last = (round(frame) for frame in action.frame_range)
        name = "".join(c if c.isalnum() or c in " -_#" else "_" for c in action.name)
        bpy.ops.export_anim.bvh(filepath=str(folder / f"{name}.bvh"), frame_start=first, frame_end=last)


def main(arguments: list[str]) -> int:
    """Returns the number of lines that failed."""
    parser = argparse.ArgumentParser(prog="generate_from_csv.py", description=__doc__)
    parser.add_argument("csv", type=Path, help="the prompts")
    parser.add_argument("-o", "--output", type=Path, help=".blend file to save")
    parser.add_argument("--bvh", type=Path, metavar="FOLDER", help="export each Action as BVH")
    options = parser.parse_args(arguments)
    with options.csv.open(newline="", encoding="utf-8-sig") as file:
        made, failed = make(list(csv.DictReader(file)))
    if options.bvh is not None:
        export_bvh(made, options.bvh)
    if options.output is not None:
        bpy.ops.wm.save_as_mainfile(filepath=str(options.output.resolve()))
    print(f"{len(made)} actions made, {len(failed)} lines failed", flush=True)
    return len(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:]))
