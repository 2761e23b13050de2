"""Kill -9 of the runner at any moment: nothing of the lab is left, and nothing of anyone else is touched.

``LAB_KILLS`` says how often (8; ``make soak``: 200), ``LAB_SEED`` at which moments. Every other kill takes the
runner's whole process group.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from chaos.process.identity import state
from chaos.toxic import Toxic
from chaos.toxiproxy import Toxiproxy
from tests.chaos.conftest import live_toxiproxy, toxiproxy_binary
from tests.live.aftermath import Killed
from tests.live.moments import Moment, moments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.chaos.conftest import LiveToxiproxy
    from tests.live.conftest import Start

__all__ = ["live_toxiproxy", "toxiproxy_binary"]
pytestmark = [pytest.mark.live, pytest.mark.long, pytest.mark.scaled]

KILLS = int(os.environ.get("LAB_KILLS", "8"))
AT_ONCE = 4
SLEEPER = "import signal; signal.pause()"
FOREIGN = Toxic(name="someone.elses", type="latency", attributes={"latency": 1, "jitter": 0})


@pytest.fixture
def foreign(request: pytest.FixtureRequest) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Two processes of another owner's, marked by a run's bare name; the second one is stopped, and to stay so."""
    name = request.getfixturevalue("tmp_path").name
    environment = {**os.environ, "LAB_RUN": f"{name}-000"}
    sleepers = [subprocess.Popen([sys.executable, "-c", SLEEPER], env=environment) for _ in range(2)]
    sleepers[1].send_signal(signal.SIGSTOP)
    yield sleepers
    for sleeper in sleepers:
        sleeper.kill()
        sleeper.wait(10)


async def test_kill_9_of_the_runner_at_any_moment(
    start: Start,
    live_toxiproxy: LiveToxiproxy,
    foreign: list[subprocess.Popen[bytes]],
    record_property: Callable[[str, object], None],
) -> None:
    """After the lease and five seconds: no toxic, cap, stopped process, process or network; the run is judged."""
    record_property("kills", KILLS)
    theirs = Toxiproxy(live_toxiproxy.api)
    await theirs.add("bridge", FOREIGN)
    turn = asyncio.Semaphore(AT_ONCE)

    async def kill(moment: Moment) -> None:
        async with turn:
            lab = start.short()
            try:
                await moment.come(lab)
                end = os.killpg if moment.number % 2 else os.kill
                end(lab.process.pid, signal.SIGKILL)
                lab.process.wait(10)
                await Killed.now(lab).check()
            except BaseException as error:
                error.add_note(f"{moment}; {lab.folder}")
                raise

    async with asyncio.TaskGroup() as group:
        for moment in moments(KILLS):
            group.create_task(kill(moment))
    assert await theirs.toxics("bridge") == {FOREIGN.name: FOREIGN}
    assert [state(one.pid) in {"T", "t"} for one in foreign] == [False, True]
    assert [one.poll() for one in foreign] == [None, None]
