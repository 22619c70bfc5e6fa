"""Stick figures as plain line arrays: what the contact sheet and the film draw.

A `FigureTrack` is a motion made ready for drawing (joints plus bone ends, facing, contacts), a `Camera` an orthographic
three-quarter view. Projection is done here by hand and drawn with flat line collections: matplotlib's own 3D axes are
some twenty times slower and sort whole collections instead of single bones by depth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from motionmix_core.motion.contacts import FOOT_INDICES, foot_contacts
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import quat_apply

Floats = NDArray[np.float64]

LEFT_COLOUR = "#1f6fd6"
RIGHT_COLOUR = "#d8322c"
CENTRE_COLOUR = "#3a3a3a"
OUTLINE_COLOUR = "#ffffff"
SHADOW_COLOUR = "#d9dbe0"
GRID_COLOUR = "#c4cad3"
CONTACT_COLOUR = "#0a9a4a"

GRID_METRES = 0.5
HEAD_RADIUS = 0.11
TRAIL_SECONDS = 0.3


@dataclass(frozen=True)
class FigureTrack:
    """A motion in the form that is drawn: heading of the first frame along +Z, its root over the origin.

    points: (T, P, 3) metres, the joints followed by the bone ends. bones: (S, 2) indices into points.
    colours: one colour a bone. head: index of the skull's centre point. nose: (T, 3) unit vectors.
    facing: (T, 2) unit vectors (x, z) of the pelvis' heading. feet: (4,) point indices of the contact columns.
    contacts: (T, 4) bool. hands: left and right point index. torso: point indices of its outline. fps: frames a second.
    """

    points: Floats
    bones: NDArray[np.int64]
    colours: tuple[str, ...]
    head: int
    nose: Floats
    facing: Floats
    feet: NDArray[np.int64]
    hands: tuple[int, int]
    torso: tuple[int, ...]
    contacts: NDArray[np.bool_]
    fps: float

    @property
    def num_frames(self) -> int:
        """T, the number of frames."""
        return int(self.points.shape[0])

    @property
    def root(self) -> Floats:
        """(T, 3) the pelvis."""
        return self.points[:, 0]


def track(motion: Motion) -> FigureTrack:
    """Makes a motion ready for drawing (see `FigureTrack`); the motion itself isn't changed."""
    motion = motion.canonicalised()
    skeleton = motion.skeleton
    joints, world = motion.positions(), motion.global_rotations()

    points = [joints]
    bones = [(parent, joint) for joint, parent in enumerate(skeleton.parents) if parent >= 0]
    colours = [side_colour(skeleton.names[joint]) for _, joint in bones]
    head = skeleton.index("head")
    for name, offset in skeleton.end_offsets.items():
        joint = skeleton.index(name)
        end = joints[:, joint] + quat_apply(world[:, joint], np.asarray(offset, dtype=np.float64))
        index = skeleton.num_joints + len(points) - 1
        if name == "head":  # the end is the top of the skull; the head is drawn as a ball in its middle
            end, head = 0.5 * (joints[:, joint] + end), index
        bones.append((joint, index))
        colours.append(side_colour(name))
        points.append(end[:, None])

    headings = motion.headings()
    return FigureTrack(
        points=np.concatenate(points, axis=1),
        bones=np.array(bones, dtype=np.int64),
        colours=tuple(colours),
        head=head,
        nose=quat_apply(world[:, skeleton.index("head")], np.array([0.0, 0.0, 1.0])),
        facing=np.stack([np.sin(headings), np.cos(headings)], axis=-1),
        feet=np.array(FOOT_INDICES),
        hands=(skeleton.index("left_wrist"), skeleton.index("right_wrist")),
        torso=tuple(skeleton.index(n) for n in ("left_shoulder", "right_shoulder", "right_hip", "left_hip")),
        contacts=foot_contacts(joints, motion.fps),
        fps=float(motion.fps),
    )


@dataclass(frozen=True)
class Camera:
    """Orthographic view. yaw: degrees from straight in front towards the body's right side, so that a figure that
    walks forward goes to the right of the picture; pitch: degrees of looking down."""

    yaw: float = 52.0
    pitch: float = 14.0

    def project(self, points: Floats) -> tuple[Floats, Floats]:
        """(..., 3) metres to picture coordinates (..., 2) in metres, and depth (...) that grows towards the viewer."""
        yaw, pitch = np.radians(self.yaw), np.radians(self.pitch)
        towards = np.array([-np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)])
        right = np.array([np.cos(yaw), 0.0, np.sin(yaw)])
        up = np.cross(towards, right)
        return np.stack([points @ right, points @ up], axis=-1), points @ towards


@dataclass(frozen=True)
class PoseDrawing:
    """One pose as flat arrays in picture metres, origin on the ground below the root, in the order to be painted."""

    lines: list[Floats]
    line_colours: list[str]
    line_widths: list[float]
    shadow: list[Floats]
    grid: list[Floats]
    trails: list[Floats]
    torso: Floats
    chevron: Floats
    head: Floats
    contact_points: Floats
    free_points: Floats


def draw_pose(
    figure: FigureTrack, frame: int, camera: Camera, origin: Floats | None = None, grid_radius: float = 0.8
) -> PoseDrawing:
    """The pose of one frame, seen from `camera`.

    origin: (3,) world point that comes to lie at (0, 0) of the picture; by default the ground below the root.
    grid_radius: metres of ground drawn around the root; the grid is fixed to the world, so it shows the travel.
    """
    points = figure.points[frame]
    ground = points[0] * np.array([1.0, 0.0, 1.0])
    origin = ground if origin is None else origin
    flat, depth = camera.project(points - origin)

    centre = points[figure.head]
    nose_tip = centre + figure.nose[frame] * HEAD_RADIUS * 1.75
    nose, _ = camera.project(np.stack([centre + figure.nose[frame] * HEAD_RADIUS * 0.6, nose_tip]) - origin)

    lines: list[Floats] = []
    colours: list[str] = []
    widths: list[float] = []
    for bone in np.argsort(depth[figure.bones].mean(axis=1)):  # far bones first; a white rim parts crossing limbs
        start, end = flat[figure.bones[bone]]
        # The rim stops short of the joints, where it would cut into the bone next to it.
        lines += [np.stack([start + 0.25 * (end - start), start + 0.75 * (end - start)]), np.stack([start, end])]
        colours += [OUTLINE_COLOUR, figure.colours[bone]]
        widths += [4.6, 2.8]
    lines.append(nose)
    colours.append("#d98200")
    widths.append(2.6)

    on_floor = points * np.array([1.0, 0.0, 1.0])
    shadow, _ = camera.project(on_floor - origin)
    since = max(0, frame - round(TRAIL_SECONDS * figure.fps))
    touching = figure.contacts[frame]
    feet = flat[figure.feet]
    return PoseDrawing(
        lines=lines,
        line_colours=colours,
        line_widths=widths,
        shadow=[shadow[bone] for bone in figure.bones],
        grid=[camera.project(line - origin)[0] for line in ground_grid(ground, grid_radius)],
        trails=[camera.project(figure.points[since : frame + 1, hand] - origin)[0] for hand in figure.hands],
        torso=flat[list(figure.torso)],
        chevron=camera.project(_chevron(ground, figure.facing[frame]) - origin)[0],
        head=flat[figure.head],
        contact_points=feet[touching],
        free_points=feet[~touching],
    )


def ground_grid(centre: Floats, radius: float) -> list[Floats]:
    """World-fixed grid lines, each (2, 3), within a disc of `radius` metres around `centre`."""
    lines = []
    for axis, other in ((0, 2), (2, 0)):
        first = np.ceil((centre[axis] - radius) / GRID_METRES)
        last = np.floor((centre[axis] + radius) / GRID_METRES)
        for step in np.arange(first, last + 1):
            at = step * GRID_METRES
            half = np.sqrt(max(radius**2 - (at - centre[axis]) ** 2, 0.0))
            line = np.zeros((2, 3))
            line[:, axis] = at
            line[:, other] = centre[other] - half, centre[other] + half
            lines.append(line)
    return lines


def side_colour(joint_name: str) -> str:
    """Blue for the body's left, red for its right, dark grey for the trunk and head."""
    if joint_name.endswith("collar"):  # both lie on the spine in the canonical skeleton
        return CENTRE_COLOUR
    if joint_name.startswith("left"):
        return LEFT_COLOUR
    return RIGHT_COLOUR if joint_name.startswith("right") else CENTRE_COLOUR


def _chevron(ground: Floats, facing: Floats) -> Floats:
    """(3, 3) an arrow head on the ground in front of the root that points where the pelvis faces."""
    forward = np.array([facing[0], 0.0, facing[1]])
    side = np.array([forward[2], 0.0, -forward[0]])
    tip = ground + forward * 0.42
    return np.stack([tip - forward * 0.12 + side * 0.1, tip, tip - forward * 0.12 - side * 0.1])
