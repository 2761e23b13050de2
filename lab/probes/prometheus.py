"""Prometheus' HTTP API, as far as the lab asks it: what on-call's dashboard would get, and no more.

https://prometheus.io/docs/prometheus/latest/querying/api/
"""

import asyncio
import math
from dataclasses import dataclass
from typing import Any

import aiohttp

from chaos.lab_error import LabError

LONGEST_ERROR = 200
Points = tuple[tuple[float, float], ...]
"""(unix time in s, value) of one series, oldest first; what is no finite number is left out."""


class PrometheusError(LabError):
    """No answer that counts; says what was asked, and what came back or how long was waited."""


@dataclass(frozen=True, slots=True)
class QueriedSeries:
    """One series of an answer."""

    labels: dict[str, str]
    points: Points


@dataclass(frozen=True, slots=True)
class Prometheus:
    """One Prometheus at ``address`` (host:port). Every call raises PrometheusError after its ``deadline_s``."""

    session: aiohttp.ClientSession
    address: str

    async def value(self, query: str, at: float, deadline_s: float) -> float | None:
        """The one number that answers a query at a moment (unix, s); None: no such series, or no number."""
        series = await self._query("query", {"query": query, "time": f"{at:.3f}"}, deadline_s)
        points = [one.points[-1][1] for one in series if one.points]
        return points[0] if points else None

    async def raw(self, selector: str, last_s: float, at: float, deadline_s: float) -> list[QueriedSeries]:
        """The raw samples of the ``last_s`` seconds before a moment (unix, s)."""
        query = f"{selector}[{math.ceil(last_s)}s]"
        return await self._query("query", {"query": query, "time": f"{at:.3f}"}, deadline_s)

    async def values(self, query: str, start: float, end: float, deadline_s: float) -> Points:
        """The answers to a query at ``start`` (unix, s) and each second after it, to ``end``."""
        span = {"start": f"{start:.3f}", "end": f"{end:.3f}", "step": "1"}
        series = await self._query("query_range", {"query": query, **span}, deadline_s)
        return series[0].points if series else ()

    async def version(self, deadline_s: float) -> str:
        """The version that it says it has."""
        data = await self._get("status/buildinfo", {}, deadline_s)
        try:
            return str(data["version"])
        except (KeyError, TypeError) as wrong:
            raise PrometheusError(
                f"{self.address} reported no version: {str(data)[:LONGEST_ERROR]}"
            ) from wrong

    async def _query(self, call: str, asked: dict[str, str], deadline_s: float) -> list[QueriedSeries]:
        data = await self._get(call, asked, deadline_s)
        try:
            return [_series(one) for one in data["result"]]
        except (KeyError, TypeError, ValueError, AttributeError) as wrong:
            said = str(data)[:LONGEST_ERROR]
            raise PrometheusError(f"{self.address} answered {asked['query']} with {said}") from wrong

    async def _get(self, call: str, asked: dict[str, str], deadline_s: float) -> Any:  # noqa: ANN401  JSON
        url = f"http://{self.address}/api/v1/{call}"
        try:
            async with (
                asyncio.timeout(deadline_s),
                self.session.get(url, params=asked, allow_redirects=False) as answer,
            ):
                said = await answer.json()
        except TimeoutError as late:
            raise PrometheusError(f"{url} did not answer within {deadline_s:g} s") from late
        except (aiohttp.ClientError, OSError, ValueError) as broken:
            raise PrometheusError(f"{url}: {type(broken).__name__}: {broken}"[:LONGEST_ERROR]) from broken
        if not isinstance(said, dict) or said.get("status") != "success":
            raise PrometheusError(f"{url} answered {answer.status}: {said}"[:LONGEST_ERROR])
        return said.get("data")


def _series(one: dict[str, Any]) -> QueriedSeries:
    points = one["values"] if "values" in one else [one["value"]]
    numbers = ((float(at), float(value)) for at, value in points)
    return QueriedSeries(
        labels=dict(one["metric"]),
        points=tuple((at, value) for at, value in numbers if math.isfinite(value)),
    )
