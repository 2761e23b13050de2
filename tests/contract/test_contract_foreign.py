"""The contract of what others put into the lab: it is listed, and nothing of the lab's own is taken for it."""

import pytest

from chaos.faults.latency import Latency
from chaos.toxic import Toxic
from chaos.toxiproxy import Toxiproxy
from lab.session.foreign import foreign_things
from tests.contract.world import Lab, applied

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("foreign")]
FOREIGN = Toxic(name="someone.elses", type="latency", attributes={"latency": 1, "jitter": 0})


async def test_a_foreign_toxic_is_listed_and_outlives_the_labs_own(lab: Lab) -> None:
    """Beside one of the lab's, and after that one is undone."""
    bridge = Toxiproxy(lab.runtime.address("bridge", "api"))
    assert await foreign_things(lab.runtime, "bridge") == []
    await bridge.add("bridge", FOREIGN)
    try:
        async with applied(lab, Latency(target="bridge", latency_ms=10)):
            assert len(await bridge.toxics("bridge")) == 2
            assert await foreign_things(lab.runtime, "bridge") == ["toxic someone.elses (latency) on bridge"]
        assert await bridge.toxics("bridge") == {FOREIGN.name: FOREIGN}
    finally:
        await bridge.remove("bridge", FOREIGN.name)
