"""A Toxiproxy that hangs, breaks or lies: a clear error within the deadline."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from chaos.actions import ProxyEnabled, RemoveToxic
from chaos.errors import DeadlineError, RefusedError, TargetGoneError
from chaos.toxic import Toxic
from chaos.toxiproxy import Toxiproxy

if TYPE_CHECKING:
    from tests.chaos.conftest import Stub

SLOW = Toxic(name="r.slow", type="latency", attributes={"latency": 100})


def server(stub: Stub, deadline_s: float = 5.0) -> Toxiproxy:
    """Of a stub that answers at once, or hangs: then the deadline is waited for."""
    return Toxiproxy(stub.address, deadline_s=deadline_s)


@pytest.mark.slow
async def test_a_removal_that_is_never_answered_ends_at_its_deadline(stub: Stub) -> None:
    """Known of Toxiproxy up to 2.12 under load."""
    stub.hangs.add("DELETE")
    begun = time.monotonic()
    with pytest.raises(
        DeadlineError, match=r"DELETE .*r\.slow was not answered|removal of toxic r\.slow in 0\.2 s"
    ):
        await RemoveToxic(api=stub.address, proxy="bridge", toxic=SLOW, deadline_s=0.2).apply()
    assert time.monotonic() - begun < 10


@pytest.mark.slow
async def test_the_library_has_a_deadline_as_well(stub: Stub) -> None:
    """It has none of its own; and it is ours even where it lists proxies."""
    stub.hangs.add("GET /proxies")
    begun = time.monotonic()
    with pytest.raises(DeadlineError, match=r"did not get to an answer about its proxies in 0\.2 s"):
        await server(stub, 0.2).proxies()
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_500_is_an_error_that_shows_the_answer(stub: Stub, method: str) -> None:
    """The library would have taken it for success."""
    stub.answers[method] = web.Response(status=500, text="out of order")
    with pytest.raises(RefusedError, match=r"answered 500: 'out of order'"):
        await server(stub).add("bridge", SLOW)


async def test_a_500_to_the_library_is_an_error(stub: Stub) -> None:
    """By the transport that it was given."""
    stub.answers["GET"] = web.Response(status=500, text="out of order")
    with pytest.raises(RefusedError, match="answered 500: 'out of order'"):
        await server(stub).proxies()


@pytest.mark.parametrize("text", ["<html>", "null", '[{"no": "name"}]', "[3]"])
async def test_garbage_is_an_error(stub: Stub, text: str) -> None:
    """Never a traceback of a parser."""
    stub.answers["GET"] = web.Response(text=text)
    with pytest.raises(RefusedError, match="was answered by"):
        await server(stub).toxics("bridge")
    with pytest.raises(RefusedError, match="gave no proxies"):
        await server(stub).proxies()


async def test_a_change_that_is_not_there_when_read_back_is_refused(stub: Stub) -> None:
    """Both sides stand in the error."""
    stub.answers["POST"] = web.Response(text="{}")
    with pytest.raises(RefusedError, match=r"was asked for .*'r\.slow'.* it has None"):
        await server(stub).add("bridge", SLOW)


async def test_a_removal_that_removes_nothing_is_refused(stub: Stub) -> None:
    """The server's 204 is no proof."""
    await server(stub).add("bridge", SLOW)
    stub.answers["DELETE"] = web.Response(status=204)
    with pytest.raises(RefusedError, match=r"was answered 204; the server still has .*latency"):
        await server(stub).remove("bridge", SLOW.name)


async def test_no_one_there() -> None:
    """Told apart from a server that does not answer: what was in it is gone."""
    absent = Toxiproxy("127.0.0.1:1")
    with pytest.raises(TargetGoneError, match=r"nothing listens at 127\.0\.0\.1:1"):
        await absent.toxics("bridge")
    with pytest.raises(TargetGoneError, match=r"nothing listens at 127\.0\.0\.1:1"):
        await ProxyEnabled(api="127.0.0.1:1", proxy="bridge", enabled=True).apply()
