"""Prometheus' API as a server speaks it that answers whatever it is told to: nothing unusable passes for an answer."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from lab.probes.prometheus import Prometheus, PrometheusError

pytestmark = pytest.mark.live


class Speaker:
    """Answers every call with ``said`` (JSON or text); ``asked`` keeps paths and queries."""

    def __init__(self) -> None:
        self.address = ""
        self.said: Any = {"status": "success", "data": {"result": []}}
        self.status = 200
        self.hangs = False
        self.asked: list[tuple[str, dict[str, str]]] = []

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append((request.path, dict(request.query)))
        if self.hangs:
            await asyncio.Event().wait()
        if isinstance(self.said, str):
            return web.Response(text=self.said, status=self.status)
        return web.json_response(self.said, status=self.status)

    def vector(self, *values: tuple[dict[str, str], str]) -> None:
        result = [{"metric": labels, "value": [12.5, value]} for labels, value in values]
        self.said = {"status": "success", "data": {"resultType": "vector", "result": result}}


@pytest.fixture
async def speaker() -> AsyncIterator[Speaker]:
    speaker = Speaker()
    runner = web.ServerRunner(web.Server(speaker.answer, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    speaker.address = f"{host}:{port}"
    yield speaker
    await runner.cleanup()


@pytest.fixture
async def prometheus(speaker: Speaker) -> AsyncIterator[Prometheus]:
    async with aiohttp.ClientSession() as session:
        yield Prometheus(session, speaker.address)


async def test_one_number_or_none(speaker: Speaker, prometheus: Prometheus) -> None:
    """No series is no error; NaN, as 0/0 gives it, is no number."""
    speaker.vector(({}, "99.5"))
    assert await prometheus.value("up", 100.0, 1.0) == 99.5
    assert speaker.asked[-1] == ("/api/v1/query", {"query": "up", "time": "100.000"})
    speaker.vector()
    assert await prometheus.value("up", 100.0, 1.0) is None
    speaker.vector(({}, "NaN"))
    assert await prometheus.value("up", 100.0, 1.0) is None


async def test_raw_samples_and_ranges(speaker: Speaker, prometheus: Prometheus) -> None:
    """Series with their labels and points; a range is asked for second by second."""
    result = [{"metric": {"service": "edge"}, "values": [[10, "1"], [11, "0"], [12, "+Inf"]]}]
    speaker.said = {"status": "success", "data": {"resultType": "matrix", "result": result}}
    (series,) = await prometheus.raw("up", 4.2, 12.0, 1.0)
    assert (series.labels, series.points) == ({"service": "edge"}, ((10, 1), (11, 0)))
    assert speaker.asked[-1][1] == {"query": "up[5s]", "time": "12.000"}
    assert await prometheus.values("up", 10.0, 12.0, 1.0) == ((10, 1), (11, 0))
    assert speaker.asked[-1][1] == {"query": "up", "start": "10.000", "end": "12.000", "step": "1"}


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (200, "no JSON"),
        (200, []),
        (200, {"status": "error", "error": "query timed out"}),
        (503, {"status": "error", "error": "starting up"}),
        (200, {"status": "success"}),
        (200, {"status": "success", "data": {"result": [{"metric": {}, "value": ["x", "y"]}]}}),
        (200, {"status": "success", "data": {"result": [7]}}),
        (200, {"status": "success", "data": {"result": [{"value": [1, "1"]}]}}),
    ],
)
async def test_garbage_is_no_answer(
    speaker: Speaker, prometheus: Prometheus, status: int, said: object
) -> None:
    """It is told in one sentence, never taken for a figure or for an absent series."""
    speaker.status, speaker.said = status, said
    with pytest.raises(PrometheusError, match=r"127\.0\.0\.1"):
        await prometheus.value("up", 1.0, 1.0)


async def test_a_plane_that_hangs_or_is_gone(speaker: Speaker, prometheus: Prometheus) -> None:
    """The deadline ends it; a port where nothing listens says so."""
    speaker.hangs = True
    with pytest.raises(PrometheusError, match=r"did not answer within 0\.1 s"):
        await prometheus.value("up", 1.0, 0.1)
    with pytest.raises(PrometheusError, match="Connect"):
        await Prometheus(prometheus.session, "127.0.0.1:1").version(1.0)


async def test_the_version(speaker: Speaker, prometheus: Prometheus) -> None:
    """As the server tells it; one that tells none can't be judged."""
    speaker.said = {"status": "success", "data": {"version": "2.42.0+ds"}}
    assert await prometheus.version(1.0) == "2.42.0+ds"
    speaker.said = {"status": "success", "data": {}}
    with pytest.raises(PrometheusError, match="reported no version"):
        await prometheus.version(1.0)
