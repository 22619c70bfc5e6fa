"""What the worker computes beside its jobs: the same numbers as here, without waiting, and safe against its end."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from motionmix_core.errors import Cancelled, RigError, WorkerError
from motionmix_core.generation import GenerationRequest
from motionmix_core.motion.contacts import foot_contacts
from motionmix_core.retarget import BoneMapping, RetargetOptions, detect_mapping
from motionmix_core.worker import Task, WorkerClient, WorkerSettings
from motionmix_core.worker.tasks import put_on_rig
from tests.motions import walk
from tests.retarget.rigs import build_rig
from tests.tiny_model import write_models

SOON = 300.0
ENDLESS = GenerationRequest("a person walks", 60.0, count=64, steps=1000)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[WorkerClient]:
    client = WorkerClient(WorkerSettings(models_dir=write_models(tmp_path), threads=1, cancel_seconds=SOON))
    yield client
    client.stop()


def arguments() -> dict[str, Any]:
    motion = walk(1.5)
    rig = build_rig("mixamo")
    return {
        "motions": [motion],
        "contacts": [foot_contacts(motion.positions(), motion.fps)],
        "rig": rig,
        "mapping": detect_mapping(rig),
        "options": RetargetOptions(foot_lock=True),
        "fps": 24.0,
    }


def finish(client: WorkerClient, task: Task) -> Any:
    while not task.finished:
        client.poll()
        client._await_message()
    return task.answer()


def test_poses_are_those_made_here(client: WorkerClient) -> None:
    given = arguments()
    (there,), (here,) = finish(client, client.ask("put_on_rig", **given)), put_on_rig(**given)
    assert (there.fps, there.num_frames) == (24.0, here.num_frames)
    assert set(there.rotations) == set(here.rotations)
    for name, turns in here.rotations.items():
        np.testing.assert_allclose(there.rotations[name], turns, atol=1e-12)
    for name, places in here.locations.items():
        np.testing.assert_allclose(there.locations[name], places, atol=1e-12)


def test_it_does_not_wait_for_a_motion_that_is_being_made(client: WorkerClient) -> None:
    job = client.submit(ENDLESS)
    (poses,) = finish(client, client.ask("put_on_rig", **arguments(), frames=30))
    assert poses.num_frames == 30
    assert not job.finished


def test_what_is_wrong_is_told_in_the_same_words(client: WorkerClient) -> None:
    given = {**arguments(), "mapping": BoneMapping({"pelvis": ("no such bone",)})}
    with pytest.raises(RigError) as here:
        put_on_rig(**given)
    with pytest.raises(RigError) as there:
        finish(client, client.ask("put_on_rig", **given))
    assert str(there.value) == str(here.value)
    with pytest.raises(WorkerError):
        finish(client, client.ask("format_the_disk"))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="POSIX signals")
def test_a_worker_that_dies_is_told(client: WorkerClient) -> None:
    client.start()
    assert client.pid is not None
    os.kill(client.pid, signal.SIGKILL)
    with pytest.raises(WorkerError):
        finish(client, client.ask("put_on_rig", **arguments()))
    assert finish(client, client.ask("put_on_rig", **arguments()))


def test_stop_ends_it(client: WorkerClient) -> None:
    task = client.ask("put_on_rig", **arguments())
    client.stop()
    with pytest.raises(Cancelled):
        task.answer()
    assert not client.busy
