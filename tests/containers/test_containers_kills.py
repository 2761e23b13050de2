"""Kill -9 of the runner of a lab in containers: no container, network or volume of the run is left.

``LAB_CONTAINER_KILLS`` says how often (2; ``make soak``: 30), ``LAB_SEED`` at which moments.
"""

from __future__ import annotations

import asyncio
import os
import signal
from functools import partial
from typing import TYPE_CHECKING

import docker
import pytest

from chaos.mark import LABEL, run_mark
from chaos.wait import wait_until
from lab.runtime.compose.targets import project_name
from tests.contract.world import COMPOSE_FILE
from tests.live.aftermath import Killed
from tests.live.conftest import SHORT, start
from tests.live.moments import Moment, moments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from docker.models.containers import Container

    from tests.live.conftest import Start

__all__ = ["start"]
pytestmark = [pytest.mark.containers, pytest.mark.scaled]
KILLS = int(os.environ.get("LAB_CONTAINER_KILLS", "2"))
PROJECT_LABEL = "com.docker.compose.project"
ORDER = (2, 5, 3, 7, 1, 6, 4, 0)
WITHIN_S = 45.0
"""Lease, five seconds, and what an engine takes to remove seven containers on a busy machine."""


@pytest.fixture
def engine() -> Iterator[docker.DockerClient]:
    """The engine, asked directly."""
    client = docker.from_env(timeout=30)
    yield client
    client.close()


def start_foreign(engine: docker.DockerClient, folder: Path) -> Container:
    """Someone else's container, called and labelled almost as the run's are."""
    names = (line.partition("=") for line in (COMPOSE_FILE.parent / ".env").read_text().splitlines())
    image = next(value for name, _, value in names if name == "SERVICES_IMAGE")
    project = project_name(run_mark(folder.name, folder))
    labels = {PROJECT_LABEL: f"{project}0", LABEL: f"{run_mark(folder.name, folder)}0"}
    command = ["python", "-c", "import signal; signal.pause()"]
    return engine.containers.run(image, command, name=f"{project}-auth-2", labels=labels, detach=True)


def nothing_left(engine: docker.DockerClient, project: str) -> bool:
    """Whether the engine has nothing of a project any more."""
    mine: dict[str, str | list[str] | bool] = {"label": f"{PROJECT_LABEL}={project}"}
    containers = engine.containers.list(all=True, filters=mine, ignore_removed=True)
    return not (containers or engine.networks.list(filters=mine) or engine.volumes.list(filters=mine))


def chosen(count: int) -> list[Moment]:
    """So many moments, the stages in such an order that two of them are bring-up and trigger."""
    some = moments(8 * count)
    return [some[8 * number + ORDER[number % 8]] for number in range(count)]


async def test_kill_9_of_the_runner_leaves_no_container_and_no_network(
    start: Start,
    engine: docker.DockerClient,
    record_property: Callable[[str, object], None],
) -> None:
    """Removed by the watchdog; a foreign container that looks almost the same runs on."""
    record_property("kills", KILLS)
    for moment in chosen(KILLS):
        lab = start.short(SHORT, "compose")
        foreign = await asyncio.to_thread(start_foreign, engine, lab.folder)
        try:
            await moment.come(lab)
            os.kill(lab.process.pid, signal.SIGKILL)
            lab.process.wait(10)
            killed, project = Killed.now(lab), project_name(run_mark(lab.folder.name, lab.folder))
            gone = partial(nothing_left, engine, project)
            await wait_until(gone, WITHIN_S, f"all of {project} to be gone")
            await killed.check()
            foreign.reload()
            assert foreign.status == "running"
        except BaseException as error:
            error.add_note(f"{moment}; {lab.folder}")
            raise
        finally:
            foreign.remove(force=True)
