"""aiohttp-retry: `RetryClient` around a ClientSession, with its default ExponentialRetry.

Its README's second example:

    client_session = ClientSession()
    retry_client = RetryClient(client_session=client_session)
    async with retry_client.get('https://ya.ru') as response:
        print(response.status)

(The first one passes `ExponentialRetry(attempts=1)`: no retry at all.)
"""

from collections.abc import Mapping

from aiohttp_retry import RetryClient

from services.libraries.aiohttp import open_session
from services.libraries.library import Reply, Route


class AiohttpRetry:
    """`async with retry_client.get(url) as response`."""

    queued = None

    def __init__(self, route: Route) -> None:
        self.session = open_session(route)
        self._client = RetryClient(client_session=self.session)

    async def get(self, url: str, headers: Mapping[str, str]) -> Reply:
        """A GET, retried."""
        async with self._client.get(url, headers=dict(headers)) as response:
            return Reply(response.status, await response.read())

    async def close(self) -> None:
        """Close every connection."""
        await self.session.close()


open_library = AiohttpRetry
