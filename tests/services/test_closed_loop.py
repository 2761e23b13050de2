"""The closed loop by itself. Tests services.client.closed_loop; on real ports: test_roles."""

import asyncio
from itertools import pairwise

import pytest
from yarl import URL

from services.client.closed_loop import Loop


@pytest.mark.timeout(60)
async def test_calls_that_are_refused_leave_the_event_loop_to_others(unused_port: int) -> None:
    """A call in flight is refused once in a turn at most, so the loop's end is not kept from coming."""
    loop = Loop(URL("http://auth/check"), f"http://127.0.0.1:{unused_port}", None)
    running = asyncio.create_task(loop.run(in_flight=1, most_s=60))
    refused = [0]
    while refused[-1] < 20:
        await asyncio.sleep(0)  # noqa: TID251  a turn
        refused.append(loop.as_json()["errors"].get("refused", 0))
    assert max(after - before for before, after in pairwise(refused)) == 1
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
