"""edge: receives the load and passes it to UPSTREAM, directly and without retries of its own."""

import os

import aiohttp
from aiohttp import web
from yarl import URL

from services.client import DirectClient
from services.kit.call_log import CallLog
from services.kit.env import required
from services.kit.request_id import request_id
from services.kit.role import Role, json_response
from services.kit.server import run
from services.kit.settings import DataSettings

TIMEOUT_S = 6  # more than the load waits


class Edge(Role[DataSettings]):
    """Forwards every GET; what UPSTREAM answers is the answer, 502 and 504 are its own."""

    name = "edge"

    async def start(self) -> None:
        """Open the pool to UPSTREAM."""
        self._upstream = required("UPSTREAM", "http://storefront:8080")
        behind = os.environ.get("UPSTREAM_NAME") or URL(self._upstream).host
        self._client = DirectClient(f"{self.place.service}->{behind}", self.place.source, TIMEOUT_S)

    async def stop(self) -> None:
        """Close the pool."""
        await self._client.close()

    def call_logs(self) -> tuple[CallLog, ...]:
        """Its answers and its calls to UPSTREAM."""
        return self.answers, self._client.log

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """What UPSTREAM answers."""
        if request.method != "GET":
            return json_response({"error": "only GET"}, status=405)
        try:
            return await self._client.forward(f"{self._upstream}{request.path_qs}", request_id(request))
        except TimeoutError:
            return json_response({"error": "upstream timeout"}, status=504)
        except aiohttp.ClientError as error:
            self.counters.error(getattr(error, "os_error", error))
            return json_response({"error": f"upstream: {type(error).__name__}"}, status=502)


if __name__ == "__main__":
    run(Edge)
