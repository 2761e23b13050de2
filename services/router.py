"""router: a forwarding proxy behind the bridge; the Host decides, and only what ROUTES names is forwarded."""

import aiohttp
from aiohttp import web

from services.client import open_session
from services.kit.env import required
from services.kit.role import Role, json_response
from services.kit.routes import Routes, end_to_end
from services.kit.server import run
from services.kit.settings import DataSettings

TIMEOUT = aiohttp.ClientTimeout(total=30, ceil_threshold=float("inf"))


class Router(Role[DataSettings]):
    """Pooled, kept-alive connections to the services; 404 for an unknown name, 502 and 504 are its own."""

    name = "router"

    async def start(self) -> None:
        """Open the pool."""
        self._routes = Routes(required("ROUTES", "auth=auth:8080 auth/metrics=auth:9000"))
        self._session = open_session(pooled=True, bridge=None, source=self.place.source, raw=True)

    async def stop(self) -> None:
        """Close the pool."""
        await self._session.close()

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """What the named service answers."""
        url = self._routes.resolve(request)
        try:
            async with self._session.request(
                request.method,
                url,
                headers=end_to_end(request.headers),
                data=await request.read() if request.can_read_body else None,
                timeout=TIMEOUT,
                allow_redirects=False,
            ) as answer:
                return web.Response(
                    body=await answer.read(), status=answer.status, headers=end_to_end(answer.headers)
                )
        except TimeoutError:
            return json_response({"error": "upstream timeout"}, status=504)
        except aiohttp.ClientError as error:
            self.counters.error(getattr(error, "os_error", error))
            return json_response({"error": f"upstream: {type(error).__name__}"}, status=502)


if __name__ == "__main__":
    run(Router)
