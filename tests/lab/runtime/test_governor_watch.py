"""Tests lab.runtime.embedded.governor_watch with real processes in the place of governors."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from chaos.governor.governed import Governed, Status
from chaos.process.identity import started_ticks
from chaos.wait import wait_until
from lab.runtime.embedded.governor_watch import GovernorWatch

SLEEP = (sys.executable, "-S", "-c", "import time; time.sleep(60)")


@pytest.fixture
def start() -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Processes that a test starts; none outlives it."""
    with ExitStack() as stack:

        def one() -> subprocess.Popen[bytes]:
            process = stack.enter_context(subprocess.Popen(SLEEP))
            stack.callback(process.kill)
            return process

        yield one


def speak(folder: Path, pid: int, ticks: int | None) -> None:
    """Say what a governor of that pid says."""
    assert ticks is not None
    status = Status(
        pid=pid, started_ticks=ticks, target_pid=1, target_started_ticks=1, cpu_share=0.2, cpu_s_total=1.0,
        throttled_s_total=0.5, governor_cpu_s_total=0.1, wakeups_total=1, stops_total=1, stamp_s=1.0,
    )  # fmt: skip
    (folder / "status.json").write_text(status.model_dump_json())


@pytest.mark.slow
async def test_its_end_is_seen_and_its_successor_is_watched(
    start: Callable[[], subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    """Gone as soon as it has ended, though its parent has not waited for it, and until another one speaks."""
    watch, governed = GovernorWatch(), Governed(tmp_path)
    assert not watch.is_gone("bridge", governed)
    first, second = start(), start()
    speak(tmp_path, first.pid, started_ticks(first.pid))
    assert [watch.is_gone("bridge", governed) for _ in range(3)] == [False] * 3
    first.kill()
    await wait_until(lambda: watch.is_gone("bridge", governed), 30.0, "its end to be seen")
    assert watch.is_gone("bridge", governed)
    assert first.returncode is None
    speak(tmp_path, second.pid, started_ticks(second.pid))
    assert not watch.is_gone("bridge", governed)
    watch.close()
    assert not watch.is_gone("bridge", governed)
    watch.close()


async def test_whoever_has_the_pid_of_a_dead_governor_is_not_it(
    start: Callable[[], subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    """A pid that was given to another process, and one that is not given."""
    watch, governed = GovernorWatch(), Governed(tmp_path)
    other, past = start(), start()
    ticks = started_ticks(past.pid)
    speak(tmp_path, other.pid, 1)
    assert watch.is_gone("bridge", governed)
    past.kill()
    past.wait()
    speak(tmp_path, past.pid, ticks)
    assert watch.is_gone("bridge", governed)


async def test_while_it_lives_no_file_is_read(
    start: Callable[[], subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    """The lab asks ten times a second: its status is read once, however often that is."""
    watch, governed = GovernorWatch(), Governed(tmp_path)
    process = start()
    speak(tmp_path, process.pid, started_ticks(process.pid))
    assert not watch.is_gone("bridge", governed)
    (tmp_path / "status.json").write_text("not JSON any more")
    assert not watch.is_gone("bridge", governed)
    watch.close()
