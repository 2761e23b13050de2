"""Ctrl-C and SIGTERM: the first one cancels the drill, further ones say that the rollback is under way."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def interruptible(say: Callable[[str], None]) -> Iterator[None]:
    """Cancel the current task at the first SIGINT or SIGTERM; it rolls back while it unwinds.

    A second signal doesn't cut the rollback short: that would leave the faults in force.
    """
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    seen: list[str] = []

    def on_signal(name: str) -> None:
        seen.append(name)
        if len(seen) == 1 and task is not None:
            say(f"{name}: stopping; rolling back every fault, then taking the lab down")
            task.cancel()
        else:
            say(f"{name}: still rolling back; this ends by itself (each step has a deadline)")

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal, signal.Signals(number).name)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
