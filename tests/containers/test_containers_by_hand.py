"""``docker compose up`` by itself: nothing of our Python is needed to bring the topology to life."""

import asyncio
import ipaddress
import os
import re
import subprocess
from collections.abc import Callable, Iterator

import pytest

from chaos.http import call
from chaos.wait import wait_until
from lab.runtime.compose.preflight import taken_networks
from lab.runtime.slots import hold_slot
from tests.contract.world import COMPOSE_FILE

pytestmark = pytest.mark.containers

DEFAULTS = ipaddress.IPv4Network("198.19.0.0/22")
Docker = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def compose() -> Iterator[Docker]:
    """``docker compose`` on the file, with its defaults; only if another lab has their networks, with others."""
    project = f"by-hand-{os.getpid()}"
    with hold_slot() as slot:
        taken = taken_networks()
        mine = slot.networks(taken) if any(DEFAULTS.overlaps(net) for net in taken) else {}
        env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **mine}

        def run(*arguments: str) -> subprocess.CompletedProcess[str]:
            command = ["docker", "compose", "-p", project, "-f", str(COMPOSE_FILE), *arguments]
            return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=180)

        yield run
        assert run("down", "--volumes", "--timeout", "1").returncode == 0


async def test_plain_up_gets_healthy_in_order_and_works(compose: Docker) -> None:
    """All get healthy one after the other, a request crosses the bridge, and nothing can be changed."""
    up = await asyncio.to_thread(compose, "up", "--detach", "--wait", "--pull", "never")
    assert up.returncode == 0, up.stderr
    states = await asyncio.to_thread(
        compose, "ps", "--all", "--format", "{{.Service}} {{.State}} {{.Health}}"
    )
    found = dict(line.split(" ", 1) for line in states.stdout.splitlines())
    assert found.pop("bridge").strip() == "running"
    assert set(found.values()) == {"running healthy"}
    port = (await asyncio.to_thread(compose, "port", "canary", "9000")).stdout.strip()
    assert re.fullmatch(r"127\.0\.0\.1:\d+", port)

    async def crossed() -> bool:
        calls = (await call("GET", port, "/counters", 20)).json()["pulse"]
        return any(one["outcome"] == "ok" for one in calls)

    await wait_until(crossed, 60, "a call of canary to be answered")
    answer = await call("POST", port, "/closed-loop/begin", 20, headers={"X-Lab-Token": ""})
    assert answer.status == 403
