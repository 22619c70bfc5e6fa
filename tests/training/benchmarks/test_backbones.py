"""The table of networks and samplers measures what its rows say."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from training.benchmarks import backbones
from training.benchmarks.measures import OtherWork, machine_facts, use_cores


def test_a_row_tells_speed_and_memory_of_its_own_process() -> None:
    (row,) = backbones._asked("mdm-gru", "forward", 1, 2, processor_time=True)
    assert row.name == "forward, MDM, GRU" and len(row.values) == 2
    assert "steps/s" in row.note and "120 frames" in row.note and "4.5 M weights" in row.note
    if os.path.exists("/proc/self/status"):
        assert "peak memory" in row.note


@pytest.mark.parametrize("name, width", [("mdm-gru", 263), ("mdm-dec", 263), ("edge", 151)])
def test_networks_have_the_published_size(name: str, width: int) -> None:
    network, run = backbones.built(name, 1, 8)
    weights = {"mdm-gru": 4_472_071, "mdm-dec": 26_293_511, "edge": 47_024_791}[name]
    assert sum(p.numel() for p in network.parameters()) == weights
    assert tuple(run().shape) == (1, 8, width)


def test_work_of_others_is_seen_and_own_work_is_not() -> None:
    watch = OtherWork()
    if watch.cores() is None:
        pytest.skip("this system doesn't tell how busy it is")
    end = time.process_time() + 0.5
    while time.process_time() < end:
        pass
    subprocess.run([sys.executable, "-c", "sum(range(10**6))"], check=True)
    others = watch.cores()
    spinning = subprocess.Popen([sys.executable, "-c", "while True: pass"])  # not ended, so not counted as own
    try:
        second = OtherWork()
        end = time.process_time() + 0.5
        while time.process_time() < end:
            pass
        assert second.cores() > 0
    finally:
        spinning.kill()
        spinning.wait()
    assert others is not None and 0 <= others <= (os.cpu_count() or 1) + 0.5  # counted in hundredths of a second


@pytest.mark.parametrize("used, told", [(None, None), (0.04, "0.0"), (0.19, "0.2"), (0.9, "0.9 (BUSY")])
def test_a_table_is_marked_busy_by_what_others_used_and_by_nothing_else(
    monkeypatch: pytest.MonkeyPatch, used: float | None, told: str | None
) -> None:
    monkeypatch.setattr(OtherWork, "cores", lambda self: used)
    fact = OtherWork().fact()
    assert fact is None if told is None else fact is not None and fact.startswith(told)
    assert ("BUSY" in str(fact)) == (used == 0.9)
    assert not any("BUSY" in str(value) for value in machine_facts(1).values())  # whatever the load average is


def test_waiting_threads_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    use_cores(os.cpu_count() or 1)
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    use_cores(os.cpu_count() or 1)
    assert os.environ["OMP_WAIT_POLICY"] == "ACTIVE"  # who asks for it gets it
