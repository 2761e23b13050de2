"""What is done to a lab from outside, on real processes. Tests bench.defects.acts, bench.living, bench.neighbours."""

import asyncio
import json
import os
import resource
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from bench import neighbours
from bench.defects import acts
from bench.living import Living
from bench.neighbours import beside
from chaos.process.identity import started_ticks, state
from chaos.wait import wait_until

pytestmark = pytest.mark.live

CHANGED = {"type": "action.changed", "target": "bridge", "state": "applied", "params": {"cpu_share": 0.25}}
HEALTHY = {"type": "service.changed", "service": "edge", "addresses": {"data": "127.64.0.1:8080"}}


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"]) as started:
        yield started
        started.kill()


@pytest.fixture
def lab(tmp_path: Path, process: subprocess.Popen[bytes]) -> Living:
    """A run folder in which ``edge`` is a process that sleeps."""
    (tmp_path / "processes").mkdir()
    record = {"pid": process.pid, "started_ticks": started_ticks(process.pid)}
    (tmp_path / "processes" / "edge.json").write_text(json.dumps(record))
    lines = (json.dumps(line, separators=(",", ":")) for line in (CHANGED, HEALTHY))
    (tmp_path / "journal.jsonl").write_text("\n".join(lines))
    return Living(tmp_path, "embedded")


@pytest.fixture
async def over() -> asyncio.Event:
    return asyncio.Event()


async def test_a_stopped_process_goes_on_when_the_run_is_over(
    lab: Living, process: subprocess.Popen[bytes], over: asyncio.Event
) -> None:
    """However long it was to be stopped."""
    acting = asyncio.create_task(acts.stopped("edge", 60)(lab, over))
    await wait_until(lambda: state(process.pid) == "T", 30, "the process to stop")
    over.set()
    await acting
    assert state(process.pid) != "T"


async def test_a_process_that_died_meanwhile_is_no_error(
    lab: Living, process: subprocess.Popen[bytes], over: asyncio.Event
) -> None:
    """It went with the run."""
    acting = asyncio.create_task(acts.stopped("edge", 60)(lab, over))
    await wait_until(lambda: state(process.pid) == "T", 30, "the process to stop")
    process.kill()
    process.wait()
    over.set()
    await acting


@dataclass(frozen=True, slots=True)
class Signalled(Living):
    """Notes what would be sent."""

    sent: list[str] = field(default_factory=list)

    async def signal(self, service: str, which: str) -> None:
        self.sent.append(f"{which} {service}")


async def test_it_is_held_back_again_and_again(tmp_path: Path, over: asyncio.Event) -> None:
    """For as long as asked, and goes on in the end; after the run's end no more."""
    lab = Signalled(tmp_path, "compose")
    await acts.pulsed("edge", 0.001, 0.002, 0.006)(lab, over)
    assert lab.sent == ["stop edge", "cont edge"] * 3
    over.set()
    await acts.pulsed("edge", 60, 120, 600)(lab, over)
    assert lab.sent == ["stop edge", "cont edge"] * 4


async def test_few_files_are_for_a_while(
    lab: Living, process: subprocess.Popen[bytes], over: asyncio.Event
) -> None:
    """The limit is the usual one afterwards."""
    usual = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
    acting = asyncio.create_task(acts.few_files("edge", 60)(lab, over))
    await wait_until(
        lambda: resource.prlimit(process.pid, resource.RLIMIT_NOFILE)[0] < 20, 30, "the limit to fall"
    )
    over.set()
    await acting
    assert resource.prlimit(process.pid, resource.RLIMIT_NOFILE) == usual


async def test_the_run_folder_says_where_and_what(lab: Living) -> None:
    """Addresses and the calibrated share stand in the journal; a service that isn't there is an error."""
    assert await lab.address("edge", "data") == "127.64.0.1:8080"
    assert lab.capped_share() == 0.25
    with pytest.raises(LookupError, match="no port api"):
        await lab.address("edge", "api")
    with pytest.raises(LookupError, match="never started"):
        await lab.handle("auth")


def test_a_busy_core_burns_and_ends(tmp_path: Path) -> None:
    """It is there while the condition is open, and its CPU is in the row."""
    before = set(psutil.Process().children())
    with beside("core", tmp_path) as did:
        (child,) = set(psutil.Process().children()) - before
        asyncio.run(wait_until(lambda: child.cpu_times().user > 0.2, 30, "some CPU to be used"))
    assert did["neighbour_cpu_s"] >= 0.2
    assert not child.is_running()


def test_a_neighbour_that_ends_early_is_an_error(tmp_path: Path) -> None:
    """The run was not beside it."""
    neighbour = beside("core", tmp_path, for_s=0.01)
    before = set(psutil.Process().children())
    neighbour.__enter__()
    (child,) = set(psutil.Process().children()) - before
    child.wait(30)
    with pytest.raises(RuntimeError, match="ended early"):
        neighbour.__exit__(None, None, None)


def test_a_busy_disk_is_bounded_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file has at most its size, however much is written, and is gone at the end."""
    sizes: list[int] = []
    monkeypatch.setattr(neighbours, "FILE_BLOCKS", 2)
    monkeypatch.setattr(neighbours, "MOST_BLOCKS", 5)
    monkeypatch.setattr(os, "fsync", lambda file: sizes.append(os.fstat(file).st_size))
    monkeypatch.setattr(neighbours, "SYNC_EVERY", 1)
    file = tmp_path / "busy"
    neighbours.write_and_sync(file, 60)
    assert sizes == [1 << 20, 2 << 20, 2 << 20, 2 << 20, 2 << 20]
    assert not file.exists()
