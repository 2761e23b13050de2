"""The embedded runtime for real: processes on loopback, healthy, dying, never ready, and gone."""

import os
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import pytest

from chaos.actions import cpu_cap
from chaos.faults.fault import is_toxic_of
from chaos.governor.governed import Governed
from chaos.process.identity import of_run
from chaos.target_resolver import Ability
from chaos.toxic import Toxic
from chaos.toxiproxy import Toxiproxy
from chaos.undo.execute import apply_and_verify
from chaos.wait import wait_until
from lab.probes.control import ControlClient
from lab.probes.device_api import DeviceApi
from lab.runtime.base import ServiceReport, SetupError
from lab.runtime.embedded.runtime import Embedded
from lab.runtime.slots import Slot, hold_slot
from lab.topology import load_topology

pytestmark = pytest.mark.live

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 30.0
WEB = "command: [python, -m, http.server, --bind, 0.0.0.0, '8080']"
HEALTH = "healthcheck: {test: [CMD, curl, 'http://127.0.0.1:8080/'], interval: 100ms, retries: 100}"


@pytest.fixture
def slot() -> Iterator[Slot]:
    with hold_slot() as held:
        yield held


@pytest.fixture
async def lab(tmp_path: Path, slot: Slot) -> AsyncIterator[Embedded]:
    """A runtime of an own run, taken down whatever the test did."""
    runtime = Embedded(tmp_path.name, tmp_path / "run", slot)
    yield runtime
    await runtime.down()
    assert not of_run(runtime.mark)


async def up(lab: Embedded, folder: Path, services: str) -> list[ServiceReport]:
    file = folder / "compose.yaml"
    file.write_text(f"name: t\nservices:\n{services}")
    reports: list[ServiceReport] = []
    await lab.up(load_topology(file, lab.variables()), reports.append)
    return reports


def service(name: str, *lines: str) -> str:
    return f"  {name}:\n" + "".join(f"    {line}\n" for line in lines)


async def test_services_start_in_order_and_down_leaves_nothing(lab: Embedded, tmp_path: Path) -> None:
    """The second waits for the health of the first; both are found, read and gone."""
    second = "depends_on: {first: {condition: service_healthy}}"
    services = service("second", WEB, HEALTH, second) + service("first", WEB, HEALTH, "expose: ['8080']")
    reports = await up(lab, tmp_path, services)
    assert [(r.service, r.state) for r in reports] == [
        ("first", "starting"), ("first", "healthy"), ("second", "starting"), ("second", "healthy"),
    ]  # fmt: skip
    assert lab.handle("first").pid != lab.handle("second").pid
    used = (await lab.usage("first")).cpu_s_total
    assert used is not None
    assert 0.01 < used < 5
    memory = await lab.memory_bytes()
    assert set(memory) == {"first", "second"}
    assert all(2**20 < size < 2**28 for size in memory.values())
    found = await lab.sockets("first")
    assert (found.accept_queue, found.listen_queue, found.listen_overflows_total) == (0, 5, 0)
    await lab.down()
    await lab.down()
    assert not of_run(lab.mark)


async def test_a_service_that_dies_is_reported_once(lab: Embedded, tmp_path: Path) -> None:
    """With how it ended and what it said last."""
    await up(lab, tmp_path, service("web", WEB, HEALTH))
    assert await lab.check_alive() == []
    os.kill(lab.handle("web").pid, signal.SIGKILL)
    (report,) = await wait_until(lab.check_alive, PATIENCE_S, "the death to be noticed")
    assert (report.service, report.state, report.exit_code, report.planned) == ("web", "exited", -9, False)
    assert "Serving HTTP" in report.log_tail[0]
    assert await lab.check_alive() == []


async def test_a_service_that_is_never_healthy_shows_its_last_lines(lab: Embedded, tmp_path: Path) -> None:
    """And nothing of the lab is left."""
    code = "import time; print('waiting for the moon'); time.sleep(60)"
    never = "healthcheck: {test: [CMD, curl, 'http://127.0.0.1:1/'], interval: 100ms, retries: 25}"
    with pytest.raises(
        SetupError, match=r"(?s)service moon was not ready after 2\.5 s.*waiting for the moon"
    ):
        await up(lab, tmp_path, service("moon", f'command: [python, -c, "{code}"]', never))
    assert not of_run(lab.mark)


async def test_a_service_that_ends_at_once_is_no_wait(lab: Embedded, tmp_path: Path) -> None:
    """It doesn't take its whole deadline to say so."""
    with pytest.raises(SetupError, match=r"(?s)service gone ended as soon as.*no settings"):
        await up(lab, tmp_path, service("gone", "command: [python, -c, \"exit('no settings')\"]", HEALTH))


async def test_a_taken_port_is_said_before_anything_starts(lab: Embedded, tmp_path: Path, slot: Slot) -> None:
    """With the address and how to find who has it."""
    with (
        socket.create_server((f"{slot.loopback}.1", 8080)),
        pytest.raises(
            SetupError, match=r"service web can't listen on 127\.\d+\.0\.1:8080: Address already in use"
        ),
    ):
        await up(lab, tmp_path, service("web", WEB, HEALTH, "expose: ['8080']"))


async def test_an_unknown_program_names_the_known_ones(lab: Embedded, tmp_path: Path) -> None:
    """Embedded has no image to look into."""
    with pytest.raises(SetupError, match=r"no program `nginx`.*python"):
        await up(lab, tmp_path, service("web", "command: [nginx]"))


async def test_unknown_services_and_ports_name_the_valid_ones(lab: Embedded, tmp_path: Path) -> None:
    """So that a drill's mistake is clear."""
    await up(lab, tmp_path, service("web", WEB, HEALTH, "expose: ['8080']"))
    with pytest.raises(KeyError, match="there are web"):
        lab.handle("wbe")
    with pytest.raises(KeyError, match="it has data"):
        lab.address("web", "control")


async def test_the_environment_is_the_topologys_only(
    lab: Embedded, tmp_path: Path, slot: Slot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the user's may change what is measured; secrets and mounts are found."""
    monkeypatch.setenv("USERS_OWN", "1")
    (tmp_path / "names").write_text("peer:1234 http://peer/")
    (tmp_path / "shows.py").write_text(
        "import http.server, os, pathlib\n"
        "print(*os.environ)\n"
        "print(pathlib.Path(os.environ['F']).read_text())\n"
        "print(pathlib.Path(os.environ['T']).read_text())\n"
        "http.server.test(http.server.SimpleHTTPRequestHandler, bind=os.environ['B'], port=8080)\n"
    )
    services = service(
        "web",
        "command: [python, /app/shows.py]",
        "environment: {F: /etc/names, T: /run/secrets/lab_token, B: 0.0.0.0}",
        "volumes: ['./names:/etc/names:ro', './shows.py:/app/shows.py:ro']",
        "secrets: [lab_token]",
        HEALTH,
    )
    declared = "secrets: {lab_token: {file: '${LAB_TOKEN_FILE}'}}\n"
    await up(lab, tmp_path, services + service("peer", WEB, HEALTH) + declared)
    names, mounted, token, *_ = [line.text async for line in lab.logs("web", follow=False)]
    assert "USERS_OWN" not in names
    assert "LAB_RUN" in names
    assert mounted == f"{slot.loopback}.2:1234 http://peer/"
    assert token == lab.token_file.read_text()


async def test_the_labs_own_topology_comes_up_with_a_finite_queue(lab: Embedded) -> None:
    """All of it, and the bridge's queue as long as asked for."""
    topology = load_topology(ROOT / "compose" / "compose.yaml", {**lab.variables(), "BRIDGE_QUEUE": "123"})
    await lab.up(topology, lambda _: None)
    assert await lab.check_alive() == []
    assert set(await lab.memory_bytes()) == set(topology.start_order())
    assert Ability.LISTEN_QUEUE in lab.abilities
    assert (await lab.sockets("bridge")).listen_queue == 123
    governed = await wait_until(lambda: _governed(lab), PATIENCE_S, "the governor's first status")
    assert governed


async def _governed(lab: Embedded) -> bool:
    return (await lab.usage("bridge")).throttled_s_total is not None


async def test_a_governor_that_died_is_replaced_with_its_share(lab: Embedded) -> None:
    """It is missed as long as its device lives; of a device that died as well nothing is missed."""
    await lab.up(load_topology(ROOT / "compose/compose.yaml", lab.variables()), lambda _: None)
    await wait_until(lambda: _governed(lab), PATIENCE_S, "the governor's first status")
    assert lab.lost_governors() == ()
    await apply_and_verify(cpu_cap(lab.handle("bridge"), 0.2))
    first = lab.handle("bridge").governor
    assert first is not None
    status = Governed(first).status()
    assert status is not None
    os.kill(status.pid, signal.SIGKILL)
    assert await wait_until(lab.lost_governors, PATIENCE_S, "its death to be noticed") == ("bridge",)
    assert (await lab.usage("bridge")).governor == "gone"

    await lab.replace_governor("bridge")
    assert lab.lost_governors() == ()
    await wait_until(
        lambda: _spoken_lately(lab), PATIENCE_S, "a word of the new one that is less than a second old"
    )
    usage = await lab.usage("bridge")
    assert (usage.governor, usage.cpu_share) == ("running", 0.2)
    await _asked_of_the_device(lab)

    os.kill(lab.handle("bridge").pid, signal.SIGKILL)
    await wait_until(lab.check_alive, PATIENCE_S, "the bridge's death to be noticed")
    assert lab.lost_governors() == ()


async def _spoken_lately(lab: Embedded) -> bool:
    age_s = (await lab.usage("bridge")).governor_age_s
    return age_s is not None and age_s < 1


async def _asked_of_the_device(lab: Embedded) -> None:
    """Its own word about its toxics, whose they are and whether it listens."""
    bridge = Toxiproxy(lab.address("bridge", "api"))
    for name in (f"{lab.run}.slow", "x"):
        await bridge.add("bridge", Toxic(name=name, type="latency", attributes={"latency": 5, "jitter": 0}))
    control = ControlClient(lab.token_file.read_text())
    api = DeviceApi(lab, control, "bridge", partial(is_toxic_of, lab.run))

    async def said() -> tuple[tuple[str, bool], ...]:
        return tuple((toxic.name, toxic.ours) for toxic in (await api.read()).toxics or ())

    assert await wait_until(said, PATIENCE_S, "the device to answer") == (
        (f"{lab.run}.slow", True),
        ("x", False),
    )
    await bridge.enable("bridge", enabled=False)
    await wait_until(lambda: _closed(api), PATIENCE_S, "the device to say that it is closed")
    await control.close()


async def _closed(api: DeviceApi) -> bool:
    return (await api.read()).listening is False
