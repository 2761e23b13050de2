"""stamina: the first example of its README and tutorial, in its async form.

    @stamina.retry(on=httpx.HTTPError, attempts=3)
    def do_it(code: int) -> httpx.Response:
        resp = httpx.get(f"https://httpbin.org/status/{code}")
        resp.raise_for_status()

        return resp

"Async works with the same functions and arguments". One AsyncClient for all calls instead of one for each: making
a client costs 20 ms of CPU, which would be a brake that is not stamina's.
"""

from collections.abc import Mapping

import httpx
import stamina

from services.libraries.httpx import open_client
from services.libraries.library import Reply, Route


class Stamina:
    """`@stamina.retry(on=httpx.HTTPError, attempts=3)` on a GET."""

    queued = None

    def __init__(self, route: Route) -> None:
        self.client = open_client(route)

    async def get(self, url: str, headers: Mapping[str, str]) -> Reply:
        """A GET, retried."""
        response = await self._do_it(url, headers)
        return Reply(response.status_code, response.content)

    async def close(self) -> None:
        """Close every connection."""
        await self.client.aclose()

    @stamina.retry(on=httpx.HTTPError, attempts=3)
    async def _do_it(self, url: str, headers: Mapping[str, str]) -> httpx.Response:
        response = await self.client.get(url, headers=headers)
        response.raise_for_status()
        return response


open_library = Stamina
