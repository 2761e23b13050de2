"""Ending a run early: whoever asks first has it cancelled, and nothing cuts the rollback short."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable

import pytest

from chaos.wait import wait_until
from lab.cli.interrupts import interruptible
from lab.runner import AbortedByUser, Interrupted
from lab.session import Stop
from lab.session.run_outcome import RunOutcome
from lab.session.watch import under_watch, uninterrupted


async def run(body: Callable[[Stop], Awaitable[None]], said: list[str]) -> BaseException | None:
    """A run as a host has it: a body that may be ended, then a rollback; what it ended by."""
    found: BaseException | None = None
    with interruptible(said.append) as stop:
        try:
            await under_watch(_of(body(stop)), stop.asked)
        except Exception as error:  # noqa: BLE001 - as open_host does
            found = error
        stop.ending = True
        await uninterrupted(_rollback(stop, said))
    return found


async def _of(body: Awaitable[None]) -> None:
    await body


async def _rollback(stop: Stop, said: list[str]) -> None:
    said.append("rollback begins")
    os.kill(os.getpid(), signal.SIGINT)
    assert stop.ask(AbortedByUser("once more")) is False
    await wait_until(lambda: said[-1].startswith("SIGINT"), 30, "the signal to be heard")
    said.append("rollback ends")


async def forever() -> None:
    """Wait until cancelled."""
    await asyncio.Event().wait()


@pytest.mark.slow
async def test_an_abort_by_a_user_cancels_and_keeps_its_reason() -> None:
    """The word reaches the journal's last line; what comes during the rollback is told, and changes nothing."""

    async def body(stop: Stop) -> None:
        assert stop.ask(AbortedByUser("too hot")) is True
        assert stop.ask(AbortedByUser("much too hot")) is False
        await forever()

    said: list[str] = []
    found = await run(body, said)
    ending = RunOutcome()
    assert found is not None
    ending.record(found)
    assert (ending.outcome, ending.reason) == ("aborted", "aborted by the user: too hot")
    assert said[0] == "rollback begins"
    assert "SIGINT: still rolling back" in said[1]
    assert said[-1] == "rollback ends"


@pytest.mark.slow
async def test_a_signal_is_an_interruption() -> None:
    """No one gave a reason: interrupted, as ever."""

    async def body(_: Stop) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        await forever()

    said: list[str] = []
    found = await run(body, said)
    assert isinstance(found, Interrupted)
    assert said[0].startswith("SIGTERM: stopping; rolling back")


@pytest.mark.parametrize("error", [ValueError("x"), None])
@pytest.mark.slow
async def test_a_run_that_ends_by_itself_is_rolled_back_in_peace(error: ValueError | None) -> None:
    """A Ctrl-C that comes while the last rollback runs must not leave half of it active."""

    async def body(_: Stop) -> None:
        if error is not None:
            raise error

    said: list[str] = []
    assert await run(body, said) is error
    assert said[0] == "rollback begins"
    assert said[-1] == "rollback ends"
