"""URLs that must stay healthy, asked for real: on a server on loopback that behaves as badly as it is told to."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from chaos.wait import wait_until
from lab.journal.events import Event, UrlSample
from lab.probes import Ticker, watch_urls
from tests.lab.beside import beside

pytestmark = pytest.mark.live


class Shop:
    """A user's service; keeps who asked for what."""

    def __init__(self) -> None:
        self.address = ""
        self.asked: list[web.BaseRequest] = []
        self.peers: list[object] = []

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """``/200`` is answered with that; ``/hang`` never; ``/endless`` has a body that never ends."""
        self.asked.append(request)
        self.peers.append(request.transport.get_extra_info("peername") if request.transport else None)
        match request.path.removeprefix("/"):
            case "hang":
                await asyncio.Event().wait()
            case "endless":
                endless = web.StreamResponse()
                await endless.prepare(request)
                await asyncio.Event().wait()
            case "302":
                return web.Response(status=302, headers={"Location": f"http://{self.address}/299"})
        return web.Response(status=int(request.path.removeprefix("/")))


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    """A shop that is open."""
    shop = Shop()
    runner = web.ServerRunner(web.Server(shop.answer, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    shop.address = f"{host}:{port}"
    yield shop
    await runner.cleanup()


LATE = "no answer within 1 s"


async def answers(urls: list[str], seconds: int, *, in_time: bool = False) -> dict[str, list[UrlSample]]:
    """What each URL came to in so many seconds. ``in_time``: so many of each that were not late."""
    found: list[UrlSample] = []

    def keep(event: Event) -> None:
        assert isinstance(event, UrlSample)
        found.append(event)

    def of(url: str) -> list[UrlSample]:
        return [one for one in found if one.url == url and not (in_time and one.error == LATE)]

    origin_s = int(time.monotonic())
    ticker = Ticker(lambda: time.monotonic() - origin_s)
    async with beside(watch_urls(urls, ticker, keep)):
        await wait_until(
            lambda: all(len(of(url)) >= seconds for url in urls), seconds + 30, "every URL's answers"
        )
    return {url: of(url) for url in urls}


async def test_only_a_2xx_in_time_is_healthy(shop: Shop) -> None:
    """Errors and redirects are none, nor is a port where nothing listens; each says why."""
    urls = [f"http://{shop.address}/{path}" for path in ("200", "204", "endless", "302", "404", "503")]
    with socket.create_server(("127.0.0.1", 0)) as taken:  # and closed again: nothing listens there
        urls.append(f"http://127.0.0.1:{taken.getsockname()[1]}/closed")
    found = {url.rpartition("/")[2]: one[0] for url, one in (await answers(urls, 1, in_time=True)).items()}
    assert {path: (one.status, one.error) for path, one in found.items() if path != "closed"} == {
        "200": (200, None),
        "204": (204, None),
        "endless": (200, None),
        "302": (302, "answered 302"),
        "404": (404, "answered 404"),
        "503": (503, "answered 503"),
    }
    assert found["closed"].status is None
    assert "ClientConnectorError" in (found["closed"].error or "")
    assert "/299" not in {request.path for request in shop.asked}, "the redirect was followed"


async def test_a_url_that_hangs_delays_no_other_and_is_asked_each_second(shop: Shop) -> None:
    """One second is all that it gets; the next question comes with the next second all the same."""
    slow, quick = f"http://{shop.address}/hang", f"http://{shop.address}/200"
    found = await answers([slow, quick], 3)
    assert all(sample.error == LATE for sample in found[slow])
    assert all(950 < sample.took_ms < 5000 for sample in found[slow])
    seconds = [sample.second for sample in found[slow]]
    assert seconds == list(range(seconds[0], seconds[0] + len(seconds)))
    assert [sample.second for sample in found[quick]][:3] == seconds[:3]


async def test_each_question_is_a_get_on_a_connection_of_its_own(shop: Shop) -> None:
    """A health check that lives on an old connection would not see a service that takes no new ones."""
    await answers([f"http://{shop.address}/200"], 2)
    assert {request.method for request in shop.asked} == {"GET"}
    assert {request.headers["User-Agent"] for request in shop.asked} == {"retry-storm-lab"}
    assert len(set(shop.peers)) == len(shop.asked) >= 2
