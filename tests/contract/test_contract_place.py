"""The contract of a runtime: what it says about a running lab is so."""

import pytest

from chaos.actions import cpu_cap
from chaos.faults.pause import Pause
from chaos.undo.execute import apply_and_verify
from chaos.wait import wait_until
from tests.contract.world import QUEUE, RECOVERS_S, Lab, applied

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("place")]


async def test_every_service_comes_up_healthy_in_its_order(lab: Lab) -> None:
    """Each is reported as starting, then as healthy, with its addresses."""
    order = lab.topology.start_order()
    for service in order:
        states = [report.state for report in lab.reports if report.service == service]
        assert states == ["starting", "healthy"]
    assert {report.service for report in lab.reports} == set(order)
    assert all(report.addresses for report in lab.reports if report.state == "healthy")


async def test_each_control_port_is_the_services_own(lab: Lab) -> None:
    """/health and /counters of an address answer with the service's name."""
    for service, spec in lab.topology.enabled().items():
        if "control" in spec.named_ports:
            assert (await lab.get(service, "/health"))["service"] == service
            assert (await lab.get(service, "/counters"))["service"] == service


async def test_requests_cross_the_bridge(lab: Lab) -> None:
    """What canary sends is answered, and both bridge's router and auth have counted it."""
    before = [(await lab.get(name, "/counters"))["requests_total"] for name in ("router", "auth")]
    crossing = await lab.recovered()
    after = [(await lab.get(name, "/counters"))["requests_total"] for name in ("router", "auth")]
    least = crossing.rate_rps * 0.3
    assert all(now - then >= least for then, now in zip(before, after, strict=True))


async def test_unknown_names_are_errors_with_the_valid_ones(lab: Lab) -> None:
    """Both say which services and ports there are."""
    with pytest.raises(KeyError, match="storefront"):
        lab.runtime.handle("shopfront")
    with pytest.raises(KeyError, match="storefront"):
        lab.runtime.address("shopfront", "control")
    with pytest.raises(KeyError, match="control"):
        lab.runtime.address("storefront", "api")
    with pytest.raises(KeyError, match="api"):
        lab.runtime.address("bridge", "control")


async def test_handles_tell_services_apart(lab: Lab) -> None:
    """A handle is the same each time, and each service has another one."""
    handles = [lab.runtime.handle(service) for service in lab.topology.enabled()]
    assert handles == [lab.runtime.handle(handle.service) for handle in handles]
    assert len({str(handle.model_dump(exclude={"service"})) for handle in handles}) == len(handles)


async def test_used_cpu_grows_with_work(lab: Lab) -> None:
    """CPU seconds are cumulative, and a request through the bridge costs it some."""
    before = await lab.runtime.usage("bridge")
    await lab.recovered(uses_s=0.005)
    after = await lab.runtime.usage("bridge")
    assert before.cpu_s_total is not None
    assert after.cpu_s_total is not None
    assert 0.005 < after.cpu_s_total - before.cpu_s_total < 4 * RECOVERS_S
    assert after.cpu_share is None, "no one capped it"


async def test_a_cap_reads_back_and_lowers_capacity(lab: Lab) -> None:
    """The share is as asked, time held back grows, less gets through; lifted, all is as before.

    Beside other work a window may use less CPU than the cap allows: what is asked of one is waited for.
    """
    cap = cpu_cap(lab.runtime.handle("bridge"), 0.04)

    async def free() -> float:
        seen = await lab.cross(in_flight=16)
        assert seen.held_back_s == 0, "no one capped it"
        return seen.rate_rps if seen.used_s > 0.06 else 0.0

    free_rps = await wait_until(free, 30, "a bridge without a cap to use three times what the cap allows")

    async def held_back() -> bool:
        seen = await lab.cross(in_flight=16)
        return seen.held_back_s > 0.1 and seen.rate_rps < free_rps / 2

    await apply_and_verify(cap)
    try:
        assert (await lab.runtime.usage("bridge")).cpu_share == pytest.approx(0.04, rel=0.01)
        await wait_until(held_back, 30, "the cap to hold the bridge back, and less than half to get through")
    finally:
        await apply_and_verify(cap.lifted())
    assert (await lab.runtime.usage("bridge")).cpu_share is None


async def test_the_listen_queue_is_as_asked_and_fills(lab: Lab) -> None:
    """The bridge's queue is the variable's; connections that it doesn't accept wait there."""
    sockets = await lab.runtime.sockets("bridge")
    assert sockets.listen_queue == QUEUE
    assert sockets.listen_overflows_total == 0

    async def waiting() -> bool:
        found = await lab.runtime.sockets("bridge")
        return min(found.accept_queue or 0, found.open_connections or 0) >= 16

    async with applied(lab, Pause(target="bridge")), lab.crowd(in_flight=16):
        await wait_until(waiting, 30, "16 connections to wait for a paused bridge")
    await lab.recovered()


async def test_who_crosses_the_bridge_is_known_by_its_address(lab: Lab) -> None:
    """Each of canary's short connections is told when it ends, and by whom; a stranger is none of the services."""
    watched = await lab.runtime.connections("bridge")
    assert watched is not None, "the bridge's sockets can't be read: run this as root"
    ended: list[str | None] = []
    try:

        async def told() -> bool:
            await lab.cross(window_s=0.3)
            ended.extend(lab.runtime.whose(one.peer) for one in watched.ended())
            return len(ended) >= 10

        await wait_until(told, 30, "the ends of canary's connections")
    finally:
        watched.close()
    assert set(ended) == {"canary"}
    assert lab.runtime.whose("192.0.2.1") is None
    assert await lab.runtime.connections("load") is None


async def test_memory_of_every_service_is_known(lab: Lab) -> None:
    """Each uses some, and not much."""
    found = await lab.runtime.memory_bytes()
    assert found.keys() == lab.topology.enabled().keys()
    assert all(1_000_000 < size < 200_000_000 for size in found.values())


async def test_no_one_has_ended(lab: Lab) -> None:
    """A lab that is well has nothing to report."""
    assert await lab.runtime.check_alive() == []
