"""Many clients of one service, each with a subscription that it holds open over the bridge, and renews."""

import asyncio
import itertools

from yarl import URL

from services.client.client import Client
from services.kit.request_id import new_id

SPREAD_S = 10.0
"""Over so long new clients begin, one after the other: they have not all been switched on at once."""
PAUSE_S = 1.0
"""Between two calls when the first came to nothing: how soon within a call is up to its policy."""


class Subscribers:
    """So many clients, each asking `target` again and again: one long poll after the other.

    They share a `Client`, so that its policy is everyone's: each call goes through the schedule by itself; a guard
    guards all of them together.

    Args:
        client: What they call with.
        target: What they subscribe to; a number for each client is added to its query.
    """

    def __init__(self, client: Client, target: URL) -> None:
        self._client = client
        self._target = target
        self._tasks: list[asyncio.Task[None]] = []
        self._numbers = itertools.count()

    def __len__(self) -> int:
        return len(self._tasks)

    def resize(self, clients: int, *, at_once: bool = False) -> None:
        """Have so many from now on: new ones begin one after the other or at once, those too many end at once."""
        for task in self._tasks[clients:]:
            task.cancel()
        del self._tasks[clients:]
        more = clients - len(self._tasks)
        for position in range(more):
            begins_s = 0.0 if at_once else SPREAD_S * position / more
            self._tasks.append(asyncio.create_task(self._subscribe(next(self._numbers), begins_s)))

    async def close(self) -> None:
        """End all of them."""
        tasks = list(self._tasks)
        self.resize(0)
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _subscribe(self, number: int, begins_s: float) -> None:
        await asyncio.sleep(begins_s)  # noqa: TID251  the spread is the thing itself
        target = self._target.update_query(client=number)
        while True:
            answer = await self._client.call("GET", target, new_id())
            if answer.failure is not None:
                await asyncio.sleep(PAUSE_S)  # noqa: TID251  alike
