"""The contract of the faults: each applies, reads back, has an effect, reverts, and its effect is gone."""

import time
from collections.abc import Callable

import pytest

from chaos.faults import FAULTS
from chaos.faults.kill import Kill
from chaos.faults.latency import Latency
from chaos.faults.surge import Surge
from chaos.toxic import Toxic
from chaos.toxiproxy import Toxiproxy
from chaos.traits import ExpectedEffect
from chaos.wait import wait_until
from tests.contract.world import Crossing, Lab, applied

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("faults")]

Bites = Callable[[Crossing, Crossing], bool]  # what crossed active, and before
RATE_RPS = 50


def late(least_ms: float) -> Bites:
    """Everything is answered, but nothing sooner than this."""
    return lambda seen, _: seen.rate_rps > 0 and (seen.fastest_ms or 0) >= least_ms


def failing(kind: str) -> Bites:
    """Nothing is answered; calls fail so."""
    return lambda seen, _: seen.rate_rps == 0 and seen.errors.keys() == {kind}


def held_back(seen: Crossing, before: Crossing) -> bool:
    """Under half of the answers that came before, and by the cap; how many those were is the machine's affair."""
    return seen.held_back_s > 0.1 and seen.rate_rps < before.rate_rps / 2


def unanswered(seen: Crossing, _: Crossing) -> bool:
    """Nothing is answered: at once where the address refuses, seconds later where it is gone."""
    return seen.rate_rps == 0


def silent(seen: Crossing, _: Crossing) -> bool:
    """Nothing is answered, nothing fails."""
    return seen.rate_rps == 0 and not seen.errors


SEEN_BY: dict[str, Callable[[ExpectedEffect], Bites]] = {
    "canary latency": lambda effect: late(effect.at_least),
    "canary slowdown": lambda _: late(100),
    "canary outcomes": lambda effect: failing(effect.outcomes[0]) if effect.outcomes else silent,
    "cap used": lambda _: held_back,
    "silence": lambda _: unanswered,
    "answered 503": lambda _: failing("5xx"),
}
"""How what crosses shows a figure that a fault names in its traits; a fault that is added needs nothing here."""

USED_S = {"cap used": 0.03}
"""What the bridge spends before, in 0.3 s: more than the cap of the example leaves it. Elsewhere it does not matter."""

TRIED = [name for name, fault in FAULTS.items() if fault.kind == "fault"]


@pytest.mark.parametrize("name", TRIED)
async def test_a_fault_bites_and_its_effect_goes(lab: Lab, name: str) -> None:
    """Before: all is well. In force: the effect is seen. Undone: all is well again."""
    fault = FAULTS[name](**FAULTS[name].example)
    effect = fault.traits().effect
    assert effect is not None
    bites = SEEN_BY[effect.figure](effect)
    # The best of some: a machine that was busy for a moment would make little of what is taken away.
    uses_s = USED_S.get(effect.figure, 0.0)
    before = max([await lab.recovered(uses_s) for _ in range(4)], key=lambda seen: seen.rate_rps)

    async def bitten() -> bool:
        return bites(await lab.cross(), before)

    async with applied(lab, fault):
        await wait_until(bitten, 30, f"{name} to bite")
    await lab.recovered()


async def test_a_surge_is_more_arrivals(lab: Lab) -> None:
    """Four times the rate, as long as it is active: as many arrivals take less than half of the time."""

    async def arrive(count: int) -> float:
        """Seconds that so many more arrivals take."""
        begun, wanted = time.monotonic(), await intended() + count
        await wait_until(lambda: reached(wanted), 60, f"{count} arrivals")
        return time.monotonic() - begun

    async def intended() -> int:
        return int((await lab.get("load", "/counters"))["load"]["intended_total"])

    async def reached(wanted: int) -> bool:
        return await intended() >= wanted

    await lab.set("load", rate_rps=RATE_RPS, running=True)
    try:
        async with applied(lab, Surge(factor=4)):
            await arrive(20)  # what was planned before is over
            surged_s = await arrive(6 * RATE_RPS)
        await arrive(20)
        assert surged_s < 0.5 * await arrive(6 * RATE_RPS)
    finally:
        await lab.set("load", running=False)


async def test_a_foreign_toxic_stays(lab: Lab) -> None:
    """Someone else's toxic on the same listener is there before, during and after ours."""
    server = Toxiproxy(lab.runtime.address("bridge", "api"))
    foreign = Toxic(
        name="someone.else", type="latency", stream="upstream", attributes={"latency": 1, "jitter": 0}
    )
    await server.add("bridge", foreign)
    try:
        async with applied(lab, Latency(target="bridge", latency_ms=50)):
            assert len(await server.toxics("bridge")) == 2
        assert list(await server.toxics("bridge")) == [foreign.name]
    finally:
        await server.remove("bridge", foreign.name)


async def test_a_killed_service_is_reported_once_and_watched_again(lab: Lab) -> None:
    """The runtime doesn't know who killed it: unplanned. Started again, it is another process on known addresses."""
    boot = (await lab.get("edge", "/health"))["boot"]
    async with applied(lab, Kill(target="edge")):
        reports = await wait_until(lab.runtime.check_alive, 30, "the death to be noticed")
        assert [(r.service, r.state, r.planned) for r in reports] == [("edge", "exited", False)]
        assert await lab.runtime.check_alive() == []
        assert (await lab.runtime.usage("edge")).cpu_share is None
        assert "edge" not in await lab.runtime.memory_bytes()

    async def reborn() -> bool:
        await lab.runtime.check_alive()
        return bool((await lab.get("edge", "/health"))["boot"] != boot)

    await wait_until(reborn, 60, "edge to answer again")
    assert "edge" in await lab.runtime.memory_bytes()
