"""Ctrl-C and SIGTERM: the first one ends the drill, further ones say that the rollback is under way."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lab.session import Stop


@contextmanager
def interruptible(say: Callable[[str], None]) -> Iterator[Stop]:
    """End what runs at the first SIGINT or SIGTERM; it rolls back while it unwinds.

    A signal during a rollback, whatever that was begun by, doesn't cut it short: faults would stay active.
    """
    loop = asyncio.get_running_loop()
    stop = Stop()

    def on_signal(name: str) -> None:
        if stop.ask():
            say(f"{name}: stopping; rolling back every fault, then taking the lab down")
        else:
            say(f"{name}: still rolling back; this ends by itself (each step has a deadline)")

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal, signal.Signals(number).name)
    try:
        yield stop
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
