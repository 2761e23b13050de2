"""The container engine is restarted in the middle of a drill: an answer, and nothing of the run is left."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import docker
import pytest

from chaos.mark import run_mark
from chaos.process.identity import is_alive, started_ticks
from chaos.wait import wait_until
from lab.runtime.compose.targets import project_name
from tests.live.conftest import ROOT, SHORT, start

if TYPE_CHECKING:
    from tests.live.conftest import Start

__all__ = ["start"]
pytestmark = [pytest.mark.containers, pytest.mark.soak]
PID_FILE = Path("/var/run/docker.pid")


@pytest.fixture
def daemon() -> tuple[int, int]:
    """Pid and start of exactly the dockerd that compose/engine.sh started, by its pid file."""
    assert not Path("/run/systemd/system").exists(), "systemd would start it again; this test does so itself"
    pid = int(PID_FILE.read_text())
    ticks = started_ticks(pid)
    assert ticks is not None
    return pid, ticks


def start_engine() -> None:
    """As `make engine` does."""
    subprocess.run(["sh", str(ROOT / "compose" / "engine.sh")], check=True, timeout=120)


async def test_an_engine_that_is_restarted_ends_the_drill_and_nothing_is_left(
    start: Start, daemon: tuple[int, int]
) -> None:
    """Inconclusive, never a pass, never a hang; what the run could not remove, its watchdog does once it is back."""
    lab = start.short(SHORT, "compose")
    await lab.seen("action.changed", name="crowd", state="applied")
    try:
        os.kill(daemon[0], signal.SIGTERM)
        await wait_until(lambda: not is_alive(*daemon), 60, "dockerd to end")
    finally:
        await asyncio.to_thread(start_engine)
    assert await lab.ended() in {2, 4, 5}, lab.output.read_text()
    assert json.loads((lab.folder / "verdict.json").read_text())["verdict"] == "inconclusive"
    await lab.gone(60)
    label = f"com.docker.compose.project={project_name(run_mark(lab.folder.name, lab.folder))}"
    engine = docker.from_env(timeout=30)
    try:
        await wait_until(
            lambda: not engine.containers.list(all=True, filters={"label": label}), 60, "no container"
        )
        assert engine.networks.list(filters={"label": label}) == []
    finally:
        engine.close()
