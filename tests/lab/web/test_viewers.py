"""Viewers: a bounded queue each; the slow one goes, and the others notice nothing."""

import asyncio
from typing import Any, cast

import pytest

from lab.web.stream import stream
from lab.web.viewers import MOST_WAITING, Viewers


async def test_who_does_not_read_is_dropped_and_no_one_waits_for_them() -> None:
    """What waits for a viewer is bounded; whoever reads has all of it, and the same bytes."""
    viewers = Viewers()
    with viewers.listen() as slow, viewers.listen() as quick:
        got = []
        for number in range(2 * MOST_WAITING):
            viewers.send([message := b"%d" % number])
            got.append(quick.queue.get_nowait())
            assert got[-1] is message
        assert slow.dropped.is_set()
        assert not quick.dropped.is_set()
        assert slow.queue.qsize() == MOST_WAITING
        assert len(viewers) == 1
    assert len(viewers) == 0


class Clogged:
    """A browser that has stopped reading: nothing can be written any more."""

    def __init__(self) -> None:
        self.aborted = False
        self.written: list[bytes] = []

    def abort(self) -> None:
        self.aborted = True

    async def prepare(self, _: object) -> None:
        return

    async def write(self, data: bytes) -> None:
        self.written.append(data)
        if len(self.written) > 1:
            await asyncio.Event().wait()


async def test_a_connection_that_is_clogged_is_cut_so_that_its_browser_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The handler ends though its write never does."""
    clogged, viewers = Clogged(), Viewers()
    monkeypatch.setattr("lab.web.stream.web.StreamResponse", lambda **_: clogged)
    feed: Any = type("Feed", (), {"viewers": viewers, "catch_up": lambda *_: [b"hello"]})()
    request: Any = type("Request", (), {"headers": {}, "query": {}, "transport": clogged})()
    handler = asyncio.create_task(stream(cast("Any", request), feed))
    while not len(viewers):
        await asyncio.wait({handler}, timeout=0.01)
    for number in range(MOST_WAITING + 2):
        viewers.send([b"%d" % number])
    await asyncio.wait_for(handler, 5)
    assert clogged.aborted
    assert len(viewers) == 0
