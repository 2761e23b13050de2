"""Who sends most, on real connections: short ones, kept ones, and what each carried while it was watched."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field

import pytest

from chaos.wait import wait_until
from lab.probes.talk_event import Talk
from lab.probes.top_talkers import watch_talkers
from lab.runtime.connections import Connection, Connections, open_connections

HOST, MANY, KEPT = "127.88.2.1", "127.88.2.2", "127.88.2.3"
SHORT = 40
NAMES = {MANY: "storefront", KEPT: "streaming"}


@dataclass
class Counted:
    """Connections, with how many looks were taken and how many ends were told."""

    real: Connections
    looks: int = 0
    told: int = 0

    @property
    def ends(self) -> object | None:
        return self.real.ends

    @property
    def lost(self) -> bool:
        return self.real.lost

    def open(self) -> list[Connection]:
        self.looks += 1
        return self.real.open()

    def ended(self) -> Iterator[Connection]:
        for one in self.real.ended():
            self.told += 1
            yield one

    def close(self) -> None:
        self.real.close()


@dataclass
class Clock:
    """Stands still until what is to happen has happened, then goes on in leaps."""

    happened: asyncio.Event = field(default_factory=asyncio.Event)
    now: float = 100.0

    def now_s(self) -> float:
        return self.now

    async def until(self, instant_s: float) -> None:
        await self.happened.wait()
        self.now = instant_s


@asynccontextmanager
async def serving() -> AsyncIterator[int]:
    """Answers what it is asked, for as long as its client asks; its port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(10_000):
            writer.write(data)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, HOST, 0, backlog=256)
    async with server:
        yield int(server.sockets[0].getsockname()[1])


async def say(link: tuple[asyncio.StreamReader, asyncio.StreamWriter], size: int) -> None:
    """Send so many bytes, and get them back."""
    link[1].write(b"x" * size)
    await link[0].readexactly(size)


async def watch(*, told: bool) -> Talk:
    """Watch while one client makes SHORT connections of 10 bytes, another 500 bytes on one that it had before."""
    async with serving() as port:
        kept = await asyncio.open_connection(HOST, port, local_addr=(KEPT, 0))
        await say(kept, 1000)
        watched, clock = Counted(open_connections(port, HOST)), Clock()
        with closing(watched):
            if not told:
                assert watched.real.ends is not None
                watched.real.ends.close()
                watched.real.ends = None
            talk = asyncio.create_task(watch_talkers("bridge", watched, NAMES.get, 1.0, clock))
            await wait_until(lambda: watched.looks, 30, "the first look")
            for _ in range(SHORT):
                link = await asyncio.open_connection(HOST, port, local_addr=(MANY, 0))
                await say(link, 10)
                link[1].write_eof()
                assert await link[0].read() == b""
                link[1].close()
                await link[1].wait_closed()
            await say(kept, 500)
            if told:
                await wait_until(lambda: watched.told >= SHORT, 30, "the ends to be told")
            clock.happened.set()
            found = await talk
        kept[1].close()
        await kept[1].wait_closed()
    return found


@pytest.mark.slow
async def test_short_connections_count_and_kept_ones_by_what_they_carried_meanwhile() -> None:
    """Most connections first; bytes of before are not those of now."""
    talk = await watch(told=True)
    first, second = talk.talkers
    assert (talk.missed, talk.device, talk.seconds) == (None, "bridge", 1.0)
    assert (first.who, first.connections, first.connections_per_s) == ("storefront", SHORT, SHORT)
    assert 10 * SHORT <= first.sent_bytes_per_s <= 11 * SHORT
    assert first.open_connections == 0
    assert (second.who, second.connections, second.connections_per_s) == ("streaming", 1, 0)
    assert (second.sent_bytes_per_s, second.got_bytes_per_s, second.open_connections) == (500, 500, 1)


@pytest.mark.slow
async def test_without_the_kernels_word_the_short_ones_are_missed_and_it_is_said() -> None:
    """What was looked at a few times a second holds; what lived in between doesn't show."""
    talk = await watch(told=False)
    assert [talker.who for talker in talk.talkers] == ["streaming"]
    assert talk.missed is not None
    assert "less than 250 ms" in talk.missed
