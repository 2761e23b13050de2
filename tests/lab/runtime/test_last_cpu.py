"""On which CPU a real process runs."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from chaos.wait import wait_until
from lab.runtime.last_cpu import last_cpu

BUSY = "import os, sys\nos.sched_setaffinity(0, {int(sys.argv[1])})\nprint(flush=True)\nwhile True: pass"


@pytest.fixture(params=sorted(os.sched_getaffinity(0))[:2])
def pinned(request: pytest.FixtureRequest) -> Iterator[tuple[int, int]]:
    """A process that computes on one CPU; its pid and that CPU."""
    command = ["nice", "-n", "19", sys.executable, "-c", BUSY, str(request.param)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid, request.param
        process.kill()


@pytest.mark.slow
async def test_a_process_that_is_pinned(pinned: tuple[int, int]) -> None:
    """Its one thread."""
    pid, cpu = pinned
    await wait_until(lambda: last_cpu(pid) == cpu, 30.0, f"process {pid} on CPU {cpu}")


def test_a_process_that_is_gone() -> None:
    """Not measured is null."""
    assert last_cpu(2**22 + 1) is None
