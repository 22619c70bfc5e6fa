"""The real worker process: jobs, progress, cancel, crashes, nonsense on the pipe, the parent's death."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motionmix_core.errors import Cancelled, ModelError, RequestError, WorkerError
from motionmix_core.generation import GenerationRequest, Generator
from motionmix_core.worker import Event, Job, WorkerClient, WorkerSettings
from motionmix_core.worker.protocol import Message, pack, read_message
from tests.tiny_model import write_models

SOON = 300.0  # seconds: far more than anything takes, also on a machine with much else to do
ENDLESS = GenerationRequest("a person walks", 60.0, count=64, steps=1000)
SHORT = GenerationRequest("a person walks", 1.0, seed=5, steps=2)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_models(tmp_path_factory.mktemp("models"))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "worker.log"


@pytest.fixture
def client(models: Path, log: Path) -> Iterator[WorkerClient]:
    settings = WorkerSettings(
        models_dir=models, log_file=log, threads=1, cancel_seconds=SOON, start_seconds=SOON, silence_seconds=SOON
    )
    client = WorkerClient(settings)
    yield client
    client.stop()


def until(client: WorkerClient, condition: Callable[[], bool], job: Job) -> list[Event]:
    """Poll until something holds; a job that ends first is a failure."""
    events: list[Event] = []

    class Reached(Exception):
        pass

    def look(event: Event) -> None:
        events.append(event)
        if condition():
            raise Reached

    with pytest.raises(Reached):
        client.wait(job, look, SOON)
    return events


def running(client: WorkerClient, job: Job) -> None:
    until(client, lambda: job.progress is not None and job.progress.done > 0, job)


def test_a_job_is_done_as_the_generator_does_it(client: WorkerClient, models: Path) -> None:
    request = GenerationRequest("a person walks", 2.0, seed=3, count=2, steps=4)
    events: list[Event] = []
    result = client.wait(client.submit(request), events.append, SOON)
    here = Generator(models, threads=1).generate(request)
    for motion, expected in zip(result, here, strict=True):
        np.testing.assert_allclose(motion.positions(), expected.positions(), atol=1e-9)
    assert list(result.seeds) == [3, 4]
    kinds = [event.kind for event in events]
    assert (kinds[0], kinds[-1]) == ("started", "done")
    done = [event.progress.done for event in events if event.progress is not None]
    assert done == [0, *range(9)]  # loading the model, then 2 takes of 4 steps


def test_nothing_but_wait_blocks(client: WorkerClient) -> None:
    """Jobs of hours: submit and poll come back, and the jobs are where they should be."""
    jobs = [client.submit(ENDLESS) for _ in range(2)]
    assert [job.state for job in jobs] == ["queued", "queued"]
    running(client, jobs[0])
    client.poll()
    assert [job.state for job in jobs] == ["running", "queued"]
    assert client.busy


def test_observed_motion_goes_to_the_worker(client: WorkerClient, models: Path) -> None:
    known = Generator(models, threads=1).generate(SHORT)[0].transformed(1.0, (3.0, 0.0, 1.0))
    mask = np.zeros((30, 207), np.float32)
    mask[[0, 29]] = 1
    request = GenerationRequest("jump", 1.0, observed=known, observed_mask=mask)
    made = client.wait(client.submit(request), timeout=SOON)[0]
    np.testing.assert_allclose(made.positions()[[0, 29]], known.positions()[[0, 29]], atol=2e-4)


def test_jobs_queue_and_keep_their_order(client: WorkerClient) -> None:
    jobs = [client.submit(GenerationRequest("a person walks", 1.0, seed=seed, steps=2)) for seed in range(3)]
    finished: list[int] = []
    client.wait(jobs[2], lambda event: finished.append(event.job.number) if event.kind == "done" else None, SOON)
    assert finished == [job.number for job in jobs]
    assert [job.result.seeds[0] for job in jobs if job.result] == [0, 1, 2]
    assert not client.busy


def test_cancel_ends_the_job_and_the_worker_goes_on(client: WorkerClient) -> None:
    job = client.submit(ENDLESS)
    running(client, job)
    pid = client.pid
    client.cancel(job)
    with pytest.raises(Cancelled):
        client.wait(job, timeout=SOON)
    assert job.state == "cancelled"
    assert len(client.wait(client.submit(SHORT), timeout=SOON)) == 1
    assert client.pid == pid


def test_a_waiting_job_can_be_cancelled(client: WorkerClient) -> None:
    first, second, third = client.submit(ENDLESS), client.submit(ENDLESS), client.submit(SHORT)
    running(client, first)
    client.cancel(second)
    assert second.state == "cancelled"
    assert [event.job for event in client.poll() if event.kind == "cancelled"] == [second]
    client.cancel(first)
    assert len(client.wait(third, timeout=SOON)) == 1


def test_a_worker_that_does_not_obey_is_killed(models: Path, log: Path) -> None:
    client = WorkerClient(WorkerSettings(models_dir=models, log_file=log, threads=1, cancel_seconds=0.0))
    job, after = client.submit(ENDLESS), client.submit(SHORT)
    running(client, job)
    pid = client.pid
    assert pid is not None
    if hasattr(signal, "SIGSTOP"):
        os.kill(pid, signal.SIGSTOP)  # now it can't
    client.cancel(job)
    with pytest.raises(Cancelled):
        client.wait(job, timeout=SOON)
    assert len(client.wait(after, timeout=SOON)) == 1
    assert client.pid != pid
    client.stop()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="POSIX signals")
def test_kill_in_mid_job_is_a_clear_error_and_the_next_job_works(client: WorkerClient, log: Path) -> None:
    job, waiting = client.submit(ENDLESS), client.submit(SHORT)
    running(client, job)
    assert client.pid is not None
    os.kill(client.pid, signal.SIGKILL)
    with pytest.raises(WorkerError) as raised:
        client.wait(job, timeout=SOON)
    assert "SIGKILL" in str(raised.value)
    assert str(log) in str(raised.value)
    assert job.state == "failed"
    assert len(client.wait(waiting, timeout=SOON)) == 1
    assert len(client.wait(client.submit(SHORT), timeout=SOON)) == 1


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="POSIX signals")
def test_a_worker_killed_between_jobs_is_not_noticed(client: WorkerClient) -> None:
    client.wait(client.submit(SHORT), timeout=SOON)
    assert client.pid is not None
    os.kill(client.pid, signal.SIGKILL)
    until_gone(client)
    assert len(client.wait(client.submit(SHORT), timeout=SOON)) == 1


def until_gone(client: WorkerClient) -> None:
    process = client._process
    assert process is not None
    process._process.wait(SOON)
    while client.pid is not None:
        client.poll()


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="POSIX signals")
def test_a_worker_that_falls_silent_is_given_up(client: WorkerClient) -> None:
    patient = client.settings
    job = client.submit(ENDLESS)
    running(client, job)
    assert client.pid is not None
    os.kill(client.pid, signal.SIGSTOP)
    client.settings = replace(patient, silence_seconds=1.0)  # only now: a busy machine may silence a healthy worker
    with pytest.raises(WorkerError, match="hasn't answered"):
        client.wait(job, timeout=SOON)
    client.settings = patient
    assert len(client.wait(client.submit(SHORT), timeout=SOON)) == 1


def test_a_request_that_can_not_be_made_is_an_error_of_its_kind(client: WorkerClient) -> None:
    with pytest.raises(ModelError, match="big"):
        client.wait(client.submit(GenerationRequest("walk", model="big")), timeout=SOON)
    known = client.wait(client.submit(SHORT), timeout=SOON)[0]
    wrong = GenerationRequest("walk", observed=known, observed_mask=np.ones((7, 207), np.float32))
    with pytest.raises(RequestError, match="7 frames"):
        client.wait(client.submit(wrong), timeout=SOON)
    assert len(client.wait(client.submit(SHORT), timeout=SOON)) == 1


def test_a_time_limit_ends_the_job(client: WorkerClient) -> None:
    with pytest.raises(WorkerError, match="longer than"):
        client.wait(client.submit(ENDLESS), timeout=0.5)
    assert len(client.wait(client.submit(SHORT), timeout=SOON)) == 1


def test_an_idle_worker_ends_and_the_next_job_starts_another(models: Path, log: Path) -> None:
    client = WorkerClient(WorkerSettings(models_dir=models, log_file=log, threads=1, idle_seconds=0.05))
    client.wait(client.submit(SHORT), timeout=SOON)
    until_gone(client)
    # The worker may also end just as a job is on its way to it: that job must not be lost.
    for _ in range(5):
        assert len(client.wait(client.submit(SHORT), timeout=SOON)) == 1
    client.stop()


def test_stop_ends_the_process_and_the_jobs(client: WorkerClient) -> None:
    job, waiting = client.submit(ENDLESS), client.submit(SHORT)
    running(client, job)
    process = client._process
    assert process is not None
    client.stop()
    assert process._process.returncode is not None
    assert (job.state, waiting.state) == ("cancelled", "cancelled")
    assert not client.busy


def test_what_libraries_print_does_not_reach_the_protocol(models: Path, log: Path, tmp_path: Path) -> None:
    """A tokenizers that chatters on stdout, from Python and from below it, when it is imported."""
    import tokenizers

    noisy = tmp_path / "noisy" / "tokenizers"
    noisy.mkdir(parents=True)
    real = Path(tokenizers.__file__).parent
    (noisy / "__init__.py").write_text(
        "import os\nprint('chatter one')\nos.write(1, b'chatter two\\n')\n"
        f"__path__.append({str(real)!r})\nexec(open({str(real / '__init__.py')!r}).read())\n"
    )
    search = [noisy.parent, *(Path(module).parent.parent for module in (np.__file__, tokenizers.__file__))]
    client = WorkerClient(WorkerSettings(models_dir=models, log_file=log, search_path=search))
    assert len(client.wait(client.submit(SHORT), timeout=SOON)) == 1
    client.stop()
    assert "chatter one" in log.read_text()
    assert "chatter two" in log.read_text()


@pytest.mark.parametrize("library", ["onnxruntime", "tokenizers"])
def test_a_library_that_is_missing_or_of_another_platform_is_named(
    models: Path, log: Path, tmp_path: Path, library: str
) -> None:
    """A wheel that was not unpacked, or holds another system's program: the import fails, whatever the reason."""
    broken = tmp_path / "broken" / library
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ImportError('DLL load failed while importing')\n")
    search = [broken.parent, Path(np.__file__).parent.parent]
    client = WorkerClient(WorkerSettings(models_dir=models, log_file=log, search_path=search))
    names = {"onnxruntime": "ONNX Runtime", "tokenizers": "tokenizers"}
    with pytest.raises(ModelError, match=f"{names[library]}.*DLL load failed.*Reinstall MotionMix"):
        client.wait(client.submit(SHORT), timeout=SOON)
    client.stop()


FAKE = """#!{python}
import sys, os, struct, json
{body}
"""


def fake_interpreter(path: Path, body: str) -> Path:
    """Something that runs in the worker's place."""
    path.write_text(FAKE.format(python=sys.executable, body=body))
    path.chmod(0o755)
    return path


@pytest.mark.skipif(os.name == "nt", reason="needs an executable script")
@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("sys.exit(7)", "exit code 7"),
        ("print('hello'); sys.stdout.flush(); sys.stdin.read()", "can't be understood"),
        ("os.close(1); sys.stdin.read()", "stopped answering"),
        ("sys.stdin.read()", "didn't start"),
    ],
)
def test_something_else_in_the_workers_place_is_an_error_for_every_job(
    tmp_path: Path, log: Path, body: str, said: str
) -> None:
    python = fake_interpreter(tmp_path / "python", body)
    client = WorkerClient(WorkerSettings(python=python, log_file=log, start_seconds=2.0 if "start" in said else SOON))
    jobs = [client.submit(SHORT), client.submit(SHORT)]
    for job in jobs:
        with pytest.raises(WorkerError, match=said) as raised:
            client.wait(job, timeout=SOON)
        assert str(log) in str(raised.value)
    client.stop()


@pytest.mark.skipif(os.name == "nt", reason="needs an executable script")
def test_a_reply_that_makes_no_sense_is_an_error(tmp_path: Path, log: Path, repo_root: Path) -> None:
    body = f"""
sys.path[:0] = [{str(repo_root)!r}, {str(Path(np.__file__).parent.parent)!r}]
from motionmix_core.worker.protocol import Message, pack, read_message
out, stdin = sys.stdout.buffer, sys.stdin.buffer
out.write(pack(Message("ready", {{}}))); out.flush()
while (message := read_message(stdin)) is not None:
    out.write(pack(Message("result", {{"job": message.fields["job"], "fps": [30.0]}}))); out.flush()
"""
    client = WorkerClient(WorkerSettings(python=fake_interpreter(tmp_path / "python", body), log_file=log))
    with pytest.raises(WorkerError, match="can't be understood"):
        client.wait(client.submit(SHORT), timeout=SOON)
    client.stop()


def test_an_interpreter_that_is_not_there_is_named(tmp_path: Path, log: Path) -> None:
    client = WorkerClient(WorkerSettings(python=tmp_path / "no-python", log_file=log))
    with pytest.raises(WorkerError, match="no-python"):
        client.wait(client.submit(SHORT), timeout=SOON)


def test_another_interpreter_can_be_used(models: Path, log: Path) -> None:
    client = WorkerClient(WorkerSettings(models_dir=models, python=Path(sys.executable), log_file=log))
    assert len(client.wait(client.submit(SHORT), timeout=SOON)) == 1
    client.stop()


def test_a_log_that_can_not_be_written_stops_nothing(models: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    client = WorkerClient(WorkerSettings(models_dir=models, log_file=tmp_path / "file" / "worker.log"))
    assert len(client.wait(client.submit(SHORT), timeout=SOON)) == 1
    client.stop()


def test_a_grown_log_is_moved_aside(models: Path, log: Path) -> None:
    log.parent.mkdir()
    for number in range(4):
        log.write_text(f"{number}\n" * (1 << 20))
        client = WorkerClient(WorkerSettings(models_dir=models, log_file=log))
        client.start()
        client.stop()
    assert sorted(path.name for path in log.parent.iterdir()) == ["worker.log", "worker.log.1", "worker.log.2"]
    assert log.stat().st_size < 10_000
    assert log.with_name("worker.log.1").read_text().startswith("3")


# The process by itself, without our client


def start_alone(models: Path, repo_root: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "motionmix_core.worker", "--models-dir", str(models), "--threads", "1"]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=repo_root, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0)


@pytest.mark.parametrize("when", ["at once", "in mid-job"])
def test_a_closed_pipe_ends_the_worker(models: Path, repo_root: Path, when: str) -> None:
    worker = start_alone(models, repo_root)
    assert worker.stdin is not None
    assert worker.stdout is not None
    if when == "in mid-job":
        header, arrays = ENDLESS.to_plain()
        worker.stdin.write(pack(Message("generate", {"job": 1, "request": header}, arrays)))
        while (message := read_message(worker.stdout)) is not None and message.type != "progress":
            pass
    with worker:
        worker.stdin.close()
        assert worker.wait(SOON) == 0


def test_nonsense_on_the_pipe_ends_the_worker_and_is_logged(models: Path, repo_root: Path) -> None:
    worker = start_alone(models, repo_root)
    _, said = worker.communicate(b"GET / HTTP/1.1\r\n\r\n", SOON)
    assert worker.returncode == 3
    assert b"can't understand" in said


PARENT = """
import sys
from pathlib import Path
from motionmix_core.generation import GenerationRequest
from motionmix_core.worker import WorkerClient, WorkerSettings
client = WorkerClient(WorkerSettings(models_dir=Path(sys.argv[1]), threads=1))
job = client.submit(GenerationRequest("a person walks", 60.0, count=64, steps=1000))
def show(event):
    if event.kind == "progress" and event.progress.done == 1:
        print(client.pid, flush=True)
client.wait(job, show)
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs a way to wait for another's child")
def test_a_parent_that_is_killed_takes_the_worker_with_it(models: Path, repo_root: Path) -> None:
    import select

    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(models)], cwd=repo_root, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    worker = os.pidfd_open(int(parent.stdout.readline()))
    parent.kill()
    parent.communicate()
    readable, _, _ = select.select([worker], [], [], SOON)
    os.close(worker)
    assert readable, "the worker outlived its parent"
