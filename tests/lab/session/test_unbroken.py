"""Taking a lab down is done to its end, however often somebody presses Ctrl-C."""

import asyncio

import pytest

from lab.probes import Ticker
from lab.session.unbroken import unbroken


async def turns(number: int) -> None:
    """Let the loop go round."""
    for _ in range(number):
        await Ticker(lambda: 0.0).until(0.0)


async def test_a_cancelled_task_finishes_its_work_first() -> None:
    """Twice cancelled in the middle of it; the cancellation is raised when the work is done."""
    done = []

    async def work() -> None:
        await turns(20)
        done.append("all of it")

    task = asyncio.create_task(unbroken(work()))
    for _ in range(2):
        await turns(3)
        task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done == ["all of it"]


async def test_what_the_work_raises_is_raised() -> None:
    """Without a signal nothing is changed about it."""

    async def work() -> None:
        raise ValueError("what was wrong")

    with pytest.raises(ValueError, match="what was wrong"):
        await unbroken(work())
