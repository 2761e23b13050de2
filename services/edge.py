"""edge: receives the load and passes it to UPSTREAM, directly and without retries of its own."""

import aiohttp
from aiohttp import web

from services.client import open_session
from services.kit.env import required
from services.kit.role import Role, json_response
from services.kit.server import run
from services.kit.settings import DataSettings

TIMEOUT = aiohttp.ClientTimeout(total=6, ceil_threshold=float("inf"))  # more than the load waits


class Edge(Role[DataSettings]):
    """Forwards every GET; what UPSTREAM answers is the answer, 502 and 504 are its own."""

    name = "edge"

    async def start(self) -> None:
        """Open the pool to UPSTREAM."""
        self._upstream = required("UPSTREAM", "http://storefront:8080")
        self._session = open_session(pooled=True, bridge=None, source=self.place.source)

    async def stop(self) -> None:
        """Close the pool."""
        await self._session.close()

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """What UPSTREAM answers."""
        if request.method != "GET":
            return json_response({"error": "only GET"}, status=405)
        try:
            async with self._session.get(
                f"{self._upstream}{request.path_qs}", timeout=TIMEOUT, allow_redirects=False
            ) as answer:
                return web.Response(
                    body=await answer.read(), status=answer.status, content_type=answer.content_type
                )
        except TimeoutError:
            return json_response({"error": "upstream timeout"}, status=504)
        except aiohttp.ClientError as error:
            self.counters.error(getattr(error, "os_error", error))
            return json_response({"error": f"upstream: {type(error).__name__}"}, status=502)


if __name__ == "__main__":
    run(Edge)
