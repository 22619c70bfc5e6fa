"""UESTC (Ji et al. 2018) as ACTOR and MDM read it: 40 actions of 118 people from 8 views, SMPL poses found by VIBE.

`vibe_cache_refined.pkl` is a dict of lists, one entry a video: `pose` (T, 72) axis-angle, `joints3d` (T, 49, 3),
`orig_cam` (T, 4). `info/names.txt` names the videos as a12_d3_p045_c1_color.avi (action, view, person, camera),
`info/num_frames_min.txt` their lengths, `info/action_classes.txt` the actions. 51 people train, 67 test.

The root's depth is guessed from the size of the person in the picture; views other than the front are turned to it,
except view 8 of the second camera, which is left out.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from ..conditions.action import ActionTable
from ..errors import DataError
from ..motion.rotations import axis_angle_to_quat, quat_apply, quat_mul, quat_to_axis_angle, quat_yaw
from .action_clip import WINDOW, ActionClip, ActionSet, action_clip, sequence
from .numpy_pickle import read_numpy_pickle
from .published import Guide, Skipped, read_lines

FILE = "vibe_cache_refined.pkl"
FPS = 30.0
ACTIONS = 40
SHORTEST = WINDOW * 3 // 4  # frames a training clip needs
ROOT_JOINT = 8  # the middle of the hips among VIBE's 49 joints
PICTURE, FOCAL_LENGTH = 540, 500  # pixels, as the published translation assumes
# The 51 people that train; the other 67 of 118 test.
TRAINING_SUBJECTS = frozenset((
    1, 2, 6, 12, 13, 16, 21, 24, 28, 29, 30, 31, 33, 35, 39, 41, 42, 45, 47, 50, 52, 54, 55, 57, 59, 61, 63, 64, 67, 69,
    70, 71, 73, 77, 81, 84, 86, 87, 88, 90, 91, 93, 96, 99, 102, 103, 104, 107, 108, 112, 113,
))  # fmt: skip
SUBJECTS = 118
_VIDEO = re.compile(r"^a(\d+)_d(\d+)_p(\d+)_c(\d+)(_|$)")
GUIDE = Guide(
    "UESTC",
    "github.com/HRVY/UESTC-RGB-D (as poses: prepare/download_a2m_datasets.sh of "
    "github.com/GuyTevet/motion-diffusion-model)",
    f"uestc/\n    {FILE}\n    info/names.txt  info/num_frames_min.txt  info/action_classes.txt",
)


def read_uestc(folder: str | Path) -> ActionSet:
    """The data set from its folder; videos that are broken are in `skipped`. Raises DataError for a broken file."""
    folder = Path(folder)
    GUIDE.require(folder, FILE, "info/names.txt", "info/num_frames_min.txt", "info/action_classes.txt")
    names = read_lines(folder / "info" / "names.txt")
    lengths = _lengths(folder / "info" / "num_frames_min.txt", len(names))
    table = ActionTable("UESTC", tuple(read_lines(folder / "info" / "action_classes.txt")))
    if len(table) != ACTIONS:
        raise DataError(f"{folder / 'info' / 'action_classes.txt'} names {len(table)} actions, expected {ACTIONS}")
    data = read_numpy_pickle(folder / FILE)
    try:
        arrays = [sequence(data, key, len(names)) for key in ("pose", "joints3d", "orig_cam")]
    except DataError as error:
        raise DataError(f"{folder / FILE} isn't the published file: it {error}") from error
    clips: list[ActionClip] = []
    skipped: list[Skipped] = []
    train: list[int] = []
    test: list[int] = []
    for name, length, pose, joints, camera in zip(names, lengths, *arrays, strict=True):
        try:
            video = _VIDEO.match(name)
            if video is None:
                raise DataError(f"video {name}: expected a name like a12_d3_p045_c1_color.avi")
            action, view, subject, side = (int(number) for number in video.groups()[:4])
            if not 1 <= subject <= SUBJECTS:
                raise DataError(f"video {name}: person {subject}, expected 1 to {SUBJECTS}")
            if side != 1 and view == 8:
                skipped.append(Skipped(name, "view 8 of the second camera isn't used"))
                continue
            clip = action_clip(name, action, pose, camera_path(joints, camera), table, str(subject))
        except DataError as error:
            skipped.append(Skipped(name, str(error)))
            continue
        clips.append(clip if side == 1 else turned_to_front(clip, view))
        place = len(clips) - 1
        if subject not in TRAINING_SUBJECTS:
            test.append(place)
        elif min(length, clip.num_frames) >= SHORTEST:
            train.append(place)
    return ActionSet("uestc", table, FPS, tuple(clips), tuple(train), tuple(test), tuple(skipped))


def camera_path(joints: object, camera: object) -> np.ndarray:
    """(T, 3): the root's way from frame 0, from VIBE's joints (T, 49, 3) and cameras (T, 4) = scale x, y, shift x, y.

    The depth is that at which a lens of 500 pixels shows the body as large as it is in a picture of 540. VIBE's root
    joint moves about the body's middle, so its own place is added. Raises DataError without the file's name.
    """
    try:
        body, lens = np.asarray(joints, np.float32), np.asarray(camera, np.float32)
    except (ValueError, TypeError) as error:
        raise DataError(f"joints and cameras aren't arrays of numbers ({error})") from error
    if body.ndim != 3 or body.shape[1] <= ROOT_JOINT or body.shape[2] != 3 or lens.shape != (len(body), 4):
        raise DataError(f"joints {body.shape} and cameras {lens.shape}, expected (frames, 49, 3) and (frames, 4)")
    scale = np.abs(lens[:, 0])
    depth = np.divide(FOCAL_LENGTH, 0.5 * PICTURE * scale, out=np.full(len(scale), np.nan), where=scale > 0)
    path = np.concatenate((lens[:, 2:], depth[:, None]), axis=1)
    return (path - path[:1] + body[:, ROOT_JOINT]).astype(np.float32)


def turned_to_front(clip: ActionClip, view: int) -> ActionClip:
    """A clip seen from view number `view`, each 45 degrees on, turned so that the person faces the front."""
    turn = quat_yaw(-view * np.pi / 4)
    poses = clip.poses.copy()
    poses[:, 0] = quat_to_axis_angle(quat_mul(turn, axis_angle_to_quat(poses[:, 0])))
    root = quat_apply(turn, clip.root).astype(np.float32)
    return ActionClip(clip.id, clip.action, poses, root, clip.subject)


def _lengths(path: Path, count: int) -> list[int]:
    lines = read_lines(path)
    if len(lines) != count or not all(line.isdecimal() for line in lines):
        raise DataError(f"{path}: expected {count} numbers of frames, one a line, got {len(lines)} lines")
    return [int(line) for line in lines]
