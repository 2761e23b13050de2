"""tenacity: bare `@retry`, around httpx, with `raise_for_status` so that there is something to retry.

The first example of its documentation:

    @retry
    def do_something_unreliable():
        if random.randint(0, 10) > 1:
            raise IOError("Broken sauce, everything is hosed!!!111one")
        else:
            return "Awesome sauce!"

"As you saw above, the default behavior is to retry forever without waiting when an exception is raised." For
coroutines the same decorator is used ("Async and retry").
"""

from collections.abc import Mapping

from tenacity import retry

from services.libraries.httpx import open_client
from services.libraries.library import Reply, Route


class Tenacity:
    """`@retry` on a GET. It never gives up: only cancelling the call, or closing the client, ends it."""

    queued = None

    def __init__(self, route: Route) -> None:
        self.client = open_client(route)

    async def get(self, url: str, headers: Mapping[str, str]) -> Reply:
        """A GET, retried for ever."""

        @retry
        async def attempt() -> Reply:
            response = await self.client.get(url, headers=headers)
            response.raise_for_status()
            return Reply(response.status_code, response.content)

        return await attempt()

    async def close(self) -> None:
        """Close every connection."""
        await self.client.aclose()


open_library = Tenacity
