"""What may end work, and what nothing ends."""

import asyncio
from collections.abc import Callable
from typing import Never

import pytest

from lab.session.watch import Watch, first_of, under_watch, uninterrupted


async def forever() -> None:
    """Wait until cancelled."""
    await asyncio.Event().wait()


async def test_the_first_task_that_fails_ends_the_work_and_is_what_is_raised() -> None:
    """By its own name, also where it failed inside of a group; the work has cleaned up by then."""
    said: list[str] = []

    async def work() -> None:
        try:
            await forever()
        finally:
            said.append("cleaned up")

    async def fails_in_a_group() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails(ValueError("broken")))

    watch = Watch()
    watch.start(forever())
    watch.start(fails_in_a_group())
    with pytest.raises(ValueError, match=r"^broken$"):
        await under_watch(work(), watch.failed)
    assert said == ["cleaned up"]
    await watch.end()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def fails(error: Exception) -> Never:
    """Raise it."""
    raise error


async def test_work_that_ends_by_itself_has_its_own_result_or_error() -> None:
    """Whoever watched goes on."""
    watch = Watch()
    watch.start(forever())
    assert await under_watch(asyncio.wait_for(answer(), 1), watch.failed) == 42
    with pytest.raises(KeyError):
        await under_watch(fails(KeyError("x")), watch.failed)
    assert not watch.failed.done()
    await watch.end()


async def answer() -> int:
    """After a while."""
    await turn()
    return 42


async def turn() -> None:
    """Let others have theirs."""
    await asyncio.wait_for(asyncio.get_running_loop().run_in_executor(None, int), 1)


async def test_nothing_is_cut_short_by_a_cancellation_however_often_it_comes() -> None:
    """It ends first; then the caller hears that it was cancelled."""
    done: list[str] = []

    async def rollback() -> None:
        for step in ("caps", "toxics", "settings"):
            await turn()
            done.append(step)

    owner = asyncio.create_task(uninterrupted(rollback()))
    await turn()
    while not owner.done():
        owner.cancel()
        await turn()
    with pytest.raises(asyncio.CancelledError):
        await owner
    assert done == ["caps", "toxics", "settings"]


@pytest.mark.parametrize("wrap", [lambda e: e, lambda e: ExceptionGroup("g", [ExceptionGroup("h", [e])])])
def test_an_error_stands_for_the_group_around_it(wrap: Callable[[Exception], Exception]) -> None:
    """However deep."""
    error = ValueError("x")
    assert first_of(wrap(error)) is error
