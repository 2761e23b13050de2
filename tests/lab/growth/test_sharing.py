"""One process that plays two roles, for real: an entry in the topology and nothing else (sharing.yaml)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from chaos.process.identity import of_run
from chaos.undo.execute import apply_and_verify, undo
from chaos.wait import wait_until
from lab.drillfile import make
from lab.drillfile.interactive import read_step
from lab.journal.events import CohortClosed, Event, SampleMissed, ServiceSample, SettingsRead
from lab.probes import Sampler
from lab.probes.control import ControlClient
from lab.probes.run_clock import RunClock
from lab.probes.ticker import Tick
from lab.runtime.embedded.runtime import Embedded
from lab.runtime.slots import hold_slot
from lab.topology import Topology, load_topology

pytestmark = pytest.mark.live

FILE = Path(__file__).with_name("sharing.yaml")


@dataclass
class Near:
    """The process and what is journaled of it."""

    runtime: Embedded
    topology: Topology
    sampler: Sampler
    events: list[Event] = field(default_factory=list)

    async def sampled(self) -> list[Event]:
        """The events of one second's samples."""
        before = len(self.events)
        await self.sampler.sample(Tick(second=1, lag_ms=0.0))
        return self.events[before:]

    async def counted(self) -> dict[str, ServiceSample]:
        """The samples of one second, by role."""
        return {event.service: event for event in await self.sampled() if isinstance(event, ServiceSample)}

    async def asks(self, role: str) -> int:
        """The status of a request to a role's data port."""
        url = f"http://{self.runtime.address(role, 'data')}/?user=ada"
        async with aiohttp.ClientSession() as http, http.get(url) as answer:
            return answer.status

    async def does(self, what: str, target: str, **values: str) -> None:
        """A fault or a policy as a person types it, applied and read back."""
        kind = "mitigation" if what == "policy" else "fault"
        fault = make(read_step(kind, what, target, values, self.topology.roles))
        for action in fault.actions(self.runtime):
            await apply_and_verify(action)


@pytest.fixture
async def near(tmp_path: Path) -> AsyncIterator[Near]:
    """The process, up; taken down whatever the test did."""
    events: list[Event] = []
    with hold_slot() as slot:
        runtime = Embedded(tmp_path.name, tmp_path / "run", slot)
        try:
            topology = load_topology(FILE, runtime.variables())
            await runtime.up(topology, lambda _: None)
            control = ControlClient(runtime.token_file.read_text())
            sampler = Sampler(
                runtime=runtime, control=control, services=topology.counted(), roles=topology.roles, folder=tmp_path,
                epoch_s=int(RunClock(0).now_s) - 1, write=events.append, toxics=lambda _: (), ours=lambda _: True,
                up=True,
            )  # fmt: skip
            yield Near(runtime, topology, sampler, events)
            await control.close()
        finally:
            await runtime.down()
    assert not of_run(runtime.mark)


async def test_a_process_is_sampled_configured_and_hurt_role_by_role(near: Near) -> None:
    """Counters, cohorts, settings and faults are each role's own; end and memory are the process's."""
    assert (await near.asks("shop"), await near.asks("stock"), await near.asks("stock")) == (200, 200, 200)
    counted = await near.counted()
    assert {name: sample.requests_total for name, sample in counted.items()} == {"shop": 1, "stock": 3}
    assert (counted["shop"].attempts_total, counted["stock"].attempts_total) == (1, None)
    assert counted["shop"].boot == counted["stock"].boot
    assert set(await near.runtime.memory_bytes()) == {"near"}
    assert (await near.runtime.sockets("stock")).listen_queue == (
        await near.runtime.sockets("shop")
    ).listen_queue

    await near.does("policy", "shop", policy="immediate(retries=2)")
    await near.does("unavailable", "stock")
    assert await near.asks("shop") == 503
    found = await near.sampled()
    settings = {event.service: event.values for event in found if isinstance(event, SettingsRead)}
    assert (settings["shop"]["policy"], settings["shop"]["fail_share"]) == ("immediate(retries=2)", 0.0)
    assert (settings["stock"]["workers"], settings["stock"]["fail_share"]) == (3, 1.0)
    (shop, stock) = [event for event in found if isinstance(event, ServiceSample)]
    assert (shop.attempts_total, stock.requests_total, stock.failed_total) == (4, 6, {"503": 3})

    async def closed() -> list[CohortClosed]:
        return [event for event in await near.sampled() if isinstance(event, CohortClosed)]

    cohorts = await wait_until(closed, 30, "a cohort to close", every_s=0.2)
    assert {cohort.source for cohort in cohorts} == {"shop"}


async def test_a_killed_process_takes_both_roles_along(near: Near) -> None:
    """Aimed at the service; both come back with it, at their own ports."""
    boot = (await near.counted())["stock"].boot
    fault = make(read_step("fault", "kill", "near", {}, near.topology.roles))
    (kill,) = fault.actions(near.runtime)
    restart = await kill.inverse()
    await apply_and_verify(kill)
    missed = {event.source for event in await near.sampled() if isinstance(event, SampleMissed)}
    assert {"shop", "stock"} <= missed
    (death,) = await wait_until(near.runtime.check_alive, 30, "the death to be noticed")
    assert (death.service, death.state) == ("near", "exited")
    assert (await undo(restart)).done

    async def back() -> bool:
        return set(await near.counted()) == {"shop", "stock"}

    await wait_until(back, 60, "both roles to be back", every_s=0.2)
    assert boot not in {sample.boot for sample in (await near.counted()).values()}
    assert await near.asks("shop") == 200
