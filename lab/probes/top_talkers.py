"""Who sends most over a device: counted at the device's own sockets, for some seconds.

first look ──── looks a few times a second, and the kernel's word on each that ends ──── last look
   │                                                                                        │
   └─ what was there and carried before is taken off ─────────▶ connections and bytes ◀─────┘
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from lab.probes.talk_event import Talk, Talker

EVERY_S = 0.25


class Connection(Protocol):
    """One connection at the device; ``received_bytes`` came from its client. ``open``: not yet closing."""

    @property
    def cookie(self) -> int:
        """Tells it from every other, also from one of the same port."""

    @property
    def peer(self) -> str:
        """The client's address."""

    @property
    def open(self) -> bool:
        """See above."""

    @property
    def received_bytes(self) -> int:
        """So far."""

    @property
    def sent_bytes(self) -> int:
        """So far."""


class Connections(Protocol):
    """The connections of one listener."""

    @property
    def ends(self) -> object | None:
        """What to wait on for ends; None: the kernel doesn't announce them."""

    @property
    def lost(self) -> bool:
        """Whether it announced more than was taken in time."""

    def open(self) -> Sequence[Connection]:
        """Those that are there now."""

    def ended(self) -> Iterator[Connection]:
        """Those that have ended since."""

    def close(self) -> None:
        """Look no more."""


class Clock(Protocol):
    """Tells the time in seconds, and waits for it."""

    def now_s(self) -> float:
        """Now."""

    async def until(self, instant_s: float) -> None:
        """Wait for an instant."""


@dataclass(slots=True)
class Tally:
    """What was seen of each connection, by its cookie. ``first``: how it was when the watch began."""

    first: dict[int, Connection]
    latest: dict[int, Connection] = field(init=False)
    looks: int = field(default=0, init=False)
    open_looks: dict[str, int] = field(default_factory=lambda: defaultdict(int), init=False)

    def __post_init__(self) -> None:
        self.latest = dict(self.first)

    def look(self, there: Collection[Connection]) -> None:
        """Take a look at what is open."""
        self.looks += 1
        for one in there:
            self.latest[one.cookie] = one
            self.open_looks[one.peer] += one.open

    def end(self, one: Connection) -> None:
        """Take the kernel's word on one that has ended: its figures are the last."""
        self.latest[one.cookie] = one

    def talkers(self, seconds: float, whose: Callable[[str], str | None]) -> tuple[Talker, ...]:
        """Who had connections, most of them first."""
        seen = defaultdict(list)
        for one in self.latest.values():
            seen[one.peer].append(one)
        found = [self._talker(peer, whose(peer), ones, seconds) for peer, ones in seen.items()]
        return tuple(
            sorted(found, key=lambda talker: (-talker.connections, -talker.sent_bytes_per_s, talker.who))
        )

    def _talker(self, peer: str, name: str | None, ones: list[Connection], seconds: float) -> Talker:
        before = [self.first[one.cookie] for one in ones if one.cookie in self.first]
        sent = sum(one.received_bytes for one in ones) - sum(one.received_bytes for one in before)
        got = sum(one.sent_bytes for one in ones) - sum(one.sent_bytes for one in before)
        return Talker(
            who=name or peer,
            service=name is not None,
            connections=len(ones),
            open_connections=self.open_looks[peer] / self.looks if self.looks else None,
            connections_per_s=(len(ones) - len(before)) / seconds,
            sent_bytes_per_s=sent / seconds,
            got_bytes_per_s=got / seconds,
        )


async def watch_talkers(
    device: str, watched: Connections, whose: Callable[[str], str | None], seconds: float, clock: Clock
) -> Talk:
    """Watch a device for ``seconds`` s of ``clock``.

    Raises:
        OSError: the kernel does not answer.
    """
    loop = asyncio.get_running_loop()
    list(watched.ended())  # those of before
    tally = Tally({one.cookie: one for one in await asyncio.to_thread(watched.open)})
    begun_s = clock.now_s()

    def take() -> None:
        for one in watched.ended():
            tally.end(one)

    if watched.ends is not None:
        loop.add_reader(watched.ends, take)  # type: ignore[arg-type]  # a socket
    try:
        while (now_s := clock.now_s()) < begun_s + seconds:
            await clock.until(min(now_s + EVERY_S, begun_s + seconds))
            tally.look(await asyncio.to_thread(watched.open))
        take()
    finally:
        if watched.ends is not None:
            loop.remove_reader(watched.ends)  # type: ignore[arg-type]  # a socket
    took_s = clock.now_s() - begun_s
    return Talk(
        device=device,
        seconds=took_s,
        missed=_missed(watched),
        talkers=tally.talkers(took_s, whose),
    )


def _missed(watched: Connections) -> str | None:
    """What the figures may lack, in words; None: nothing."""
    if watched.ends is None:
        return (
            f"the kernel does not report ended connections here: those that lived less than {1000 * EVERY_S:.0f} ms "
            f"between two looks are missed, and of the others what they carried since the last look"
        )
    if watched.lost:
        return "more connections ended than could be taken down in time: some short ones are missed"
    return None
