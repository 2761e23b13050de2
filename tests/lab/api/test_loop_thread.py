"""A loop in a thread of its own, and Ctrl-C while its caller waits. Tests lab.api.loop_thread."""

import asyncio
import signal
import threading
from collections.abc import Iterator

import pytest

from lab.api.loop_thread import LoopThread


@pytest.fixture
def thread() -> Iterator[LoopThread]:
    with LoopThread() as made:
        yield made


def test_the_result_and_the_error_are_the_works_own(thread: LoopThread) -> None:
    """In another thread than the caller's, which may have a loop that runs."""

    async def where() -> str:
        return threading.current_thread().name

    async def fails() -> None:
        raise ValueError("so it is")

    assert thread.call(where(), lambda: None) == "lab"
    with pytest.raises(ValueError, match="so it is"):
        thread.call(fails(), lambda: None)


async def test_it_works_where_a_loop_runs_already(thread: LoopThread) -> None:
    """As in a notebook."""

    async def four() -> int:
        return 4

    assert thread.call(four(), lambda: None) == 4


def ctrl_c() -> None:
    """As a terminal does it: the main thread gets the signal."""
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


@pytest.mark.slow
def test_ctrl_c_interrupts_waits_for_the_rollback_and_is_raised_again(thread: LoopThread) -> None:
    """A second one does not cut the rollback short."""
    steps: list[str] = []
    asked = asyncio.Event()
    rolled_back = threading.Event()

    async def work() -> None:
        threading.Timer(0.1, ctrl_c).start()
        await asked.wait()
        steps.append("rolls back")
        threading.Timer(0.1, ctrl_c).start()
        threading.Timer(0.4, rolled_back.set).start()
        await asyncio.to_thread(rolled_back.wait, 5)
        steps.append("rolled back")

    with pytest.raises(KeyboardInterrupt):
        thread.call(work(), asked.set)
    assert steps == ["rolls back", "rolled back"]


def test_closed_it_is_closed_for_good() -> None:
    """Twice is once."""
    thread = LoopThread()
    thread.close()
    thread.close()
    assert thread.closed
