"""Calls to the services' control ports, each with a deadline."""

import asyncio
from typing import Any

import aiohttp

from chaos.lab_error import LabError


class ControlError(LabError):
    """A control port did not answer as it should; says which, what was asked, and what came back."""


class ControlClient:
    """One HTTP session for all control ports. ``deadline_s`` bounds each call."""

    def __init__(self, token: str, deadline_s: float = 0.9) -> None:
        self._token = token
        self._deadline_s = deadline_s
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    async def close(self) -> None:
        """Close the session."""
        await self._session.close()

    async def get(self, address: str, path: str) -> Any:  # noqa: ANN401  JSON
        """GET ``path`` at ``host:port``; the answer's JSON.

        Raises:
            ControlError: no answer within the deadline, or not a 200.
        """
        return await self._call("GET", address, path, None, self._deadline_s)

    async def change(self, address: str, settings: dict[str, Any], deadline_s: float = 2.0) -> Any:  # noqa: ANN401
        """PATCH ``/settings``; the settings that are now active."""
        return await self._call("PATCH", address, "/settings", settings, deadline_s)

    async def post(self, address: str, path: str, deadline_s: float) -> Any:  # noqa: ANN401  JSON
        """POST ``path`` without a body; the answer's JSON."""
        return await self._call("POST", address, path, None, deadline_s)

    async def _call(
        self, method: str, address: str, path: str, body: dict[str, Any] | None, deadline_s: float
    ) -> Any:  # noqa: ANN401  JSON
        url = f"http://{address}{path}"
        try:
            async with (
                asyncio.timeout(deadline_s),
                self._session.request(
                    method, url, json=body, headers={"X-Lab-Token": self._token} if method != "GET" else None
                ) as answer,
            ):
                if answer.status != 200:  # noqa: PLR2004  the one good answer
                    raise ControlError(
                        f"{method} {url} answered {answer.status}: {(await answer.text())[:300]}"
                    )
                return await answer.json()
        except TimeoutError as late:
            raise ControlError(f"{method} {url} did not answer within {deadline_s:.1f} s") from late
        except (aiohttp.ClientError, OSError) as broken:
            raise ControlError(f"{method} {url} failed: {broken!r}") from broken
