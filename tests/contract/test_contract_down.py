"""The contract of going down: nothing of the run is left, and nothing of others is touched."""

import pytest

from chaos.faults.latency import Latency
from chaos.toxiproxy import Toxiproxy
from chaos.wait import wait_until
from tests.contract.world import applied, living, new_runtime

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("down")]


@pytest.mark.long
async def test_two_labs_side_by_side_dont_touch_each_other(
    kind: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A fault in one isn't seen in the other; one goes down, the other stays; in the end nothing is left."""
    folder = tmp_path_factory.mktemp("pair")
    with new_runtime(kind, folder) as one, new_runtime(kind, folder) as two:
        async with living(one) as first:
            async with living(two) as second:
                ours, theirs = first.runtime.takedown(), second.runtime.takedown()
                assert one.address("bridge", "api") != two.address("bridge", "api")
                async with applied(first, Latency(target="bridge", latency_ms=300)):
                    assert not (await first.cross()).clean
                    await second.recovered()
                    assert not await Toxiproxy(two.address("bridge", "api")).toxics("bridge")
                assert not await theirs.is_active()
            assert await theirs.is_active()
            assert await one.check_alive() == []
            await first.recovered()
        assert await ours.is_active()
        await one.down()
        await wait_until(ours.is_active, 30, "nothing to be left")
