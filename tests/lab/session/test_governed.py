"""A governor that dies is replaced at once; the journal says when, with what share, and how long it was away."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from chaos.errors import RefusedError
from chaos.wait import wait_until
from lab.journal.events import Event, GovernorChanged
from lab.runtime.base import Usage
from lab.session.governed import LOOK_EVERY_S, MOST, keep_governed


@dataclass
class Runtime:
    """Its bridge's governor dies again after each replacement, ``deaths`` times; ``refuses``: none can be started."""

    deaths: int
    refuses: bool = False
    replaced: list[str] = field(default_factory=list)

    def lost_governors(self) -> tuple[str, ...]:
        return ("bridge",) if self.deaths else ()

    async def usage(self, _service: str) -> Usage:
        return Usage(1.0, 0.5, 0.15, 0.01, "gone" if self.deaths else "running", 0.1)

    async def replace_governor(self, service: str) -> None:
        if self.refuses:
            raise RefusedError("python can't be started")
        self.deaths -= 1
        self.replaced.append(service)


async def kept(runtime: Runtime, until: int) -> list[GovernorChanged]:
    """What is journaled until there are so many events."""
    events: list[Event] = []
    task = asyncio.create_task(keep_governed(cast("Any", runtime), events.append))
    await wait_until(lambda: len(events) >= until, 30, f"{until} events", every_s=0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return cast("list[GovernorChanged]", events)


@pytest.mark.slow
async def test_one_that_died_is_replaced_and_both_are_journaled() -> None:
    """The share is what was asked for last; the time away includes the time until it was noticed."""
    runtime = Runtime(deaths=1)
    died, replaced = await kept(runtime, 2)
    assert (died.device, died.state, died.cpu_share, died.away_s) == ("bridge", "died", 0.15, None)
    assert (replaced.state, replaced.cpu_share) == ("replaced", 0.15)
    assert replaced.away_s is not None
    assert LOOK_EVERY_S <= replaced.away_s < 10
    assert runtime.replaced == ["bridge"]


@pytest.mark.slow
async def test_what_dies_again_and_again_is_not_replaced_for_ever() -> None:
    """After so many the run goes on without, and its journal says so."""
    runtime = Runtime(deaths=100)
    events: list[Event] = []
    await asyncio.wait_for(keep_governed(cast("Any", runtime), events.append), 30)
    assert len(runtime.replaced) == MOST
    assert [event.type for event in events] == ["governor.changed"] * 2 * MOST


@pytest.mark.slow
async def test_one_that_can_t_be_replaced_is_journaled_with_the_reason() -> None:
    """Once: it is not tried again, and keeps nothing else from going on."""
    events: list[Event] = []
    task = asyncio.create_task(keep_governed(cast("Any", Runtime(deaths=1, refuses=True)), events.append))
    await wait_until(lambda: len(events) >= 2, 30, "what was tried to be journaled")
    await asyncio.wait({task}, timeout=3 * LOOK_EVERY_S)
    task.cancel()
    died, failed = cast("list[GovernorChanged]", events)
    assert (died.state, failed.state, failed.error) == ("died", "not-replaced", "python can't be started")
