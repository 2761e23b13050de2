"""Many clients of one service, each with a subscription that it holds open over the bridge, and renews."""

import asyncio
import itertools

from yarl import URL

from services.client.client import Client
from services.client.turns import Turns
from services.kit.request_id import new_id

MOST_CLIENTS = 5_000
PAUSE_S = 1.0
"""Between two calls when the first came to nothing: how soon within a call is up to its policy."""


class Subscribers:
    """So many clients, each asking `target` again and again: one long poll after the other.

    They share a `Client`, so that its policy is everyone's: each call goes through the schedule by itself; a guard
    guards all of them together.

    Args:
        client: What they call with.
        target: What they subscribe to; a number for each client is added to its query.
        turns: By which those go on that are due in the same moment; the client's pauses go by them, too.
    """

    def __init__(self, client: Client, target: URL, turns: Turns) -> None:
        self._client = client
        self._target = target
        self._turns = turns
        self._tasks: list[asyncio.Task[None]] = []
        self._numbers = itertools.count()

    def __len__(self) -> int:
        return len(self._tasks)

    def resize(self, clients: int, spread_s: float = 0.0) -> None:
        """Have so many from now on: new ones begin one after the other over `spread_s`, those too many end in turn."""
        for task in self._tasks[clients:]:
            self._turns.add(task.cancel)
        del self._tasks[clients:]
        more = clients - len(self._tasks)
        for position in range(more):
            begins_s = spread_s * position / more
            self._tasks.append(asyncio.create_task(self._subscribe(next(self._numbers), begins_s)))

    async def close(self) -> None:
        """End all of them."""
        tasks = list(self._tasks)
        self.resize(0)
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _subscribe(self, number: int, begins_s: float) -> None:
        await self._turns.sleep(begins_s)
        target = self._target.update_query(client=number)
        while True:
            answer = await self._client.call("GET", target, new_id())
            if answer.failure is not None:
                await self._turns.sleep(PAUSE_S)
