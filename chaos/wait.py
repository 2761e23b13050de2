"""Waiting for a condition, with a deadline: the only place of the lab that sleeps."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

from chaos.errors import DeadlineError

T = TypeVar("T")

_NEVER_ASKED = "never got an answer"


class WaitTimeoutError(DeadlineError):
    """The condition did not come true in time; ``last`` is what it said last, value or error."""

    def __init__(self, what: str, waited_s: float, last: object) -> None:
        super().__init__(f"waited {waited_s:.2f} s for {what}; last: {last!r}")
        self.what = what
        self.waited_s = waited_s
        self.last = last


@overload
async def wait_until(
    condition: Callable[[], Awaitable[T]], deadline_s: float, what: str, *, every_s: float = 0.05
) -> T: ...
@overload
async def wait_until(
    condition: Callable[[], T], deadline_s: float, what: str, *, every_s: float = 0.05
) -> T: ...
async def wait_until(
    condition: Callable[[], Any], deadline_s: float, what: str, *, every_s: float = 0.05
) -> Any:
    """Ask ``condition`` until it says something true, and return that.

    A condition that raises or hangs counts as not true yet. It is asked at least once.

    Args:
        condition: a function, or a coroutine function; is asked again ``every_s`` after each answer.
        deadline_s: seconds from now until the wait is given up; ``math.inf`` waits for ever.
        what: what is waited for, in words that complete "waited 3 s for ...".
        every_s: seconds between two questions.

    Raises:
        WaitTimeoutError: with what, the time waited, and the last value or error.
    """
    start = time.monotonic()
    last: object = _NEVER_ASKED
    try:
        async with asyncio.timeout(deadline_s if deadline_s != float("inf") else None):
            while True:
                try:
                    value = await _ask(condition)
                except Exception as error:  # noqa: BLE001 - reported when the deadline passes
                    last = error
                else:
                    if value:
                        return value
                    last = value
                await asyncio.sleep(every_s)  # noqa: TID251 - here, and nowhere else
    except TimeoutError:
        raise WaitTimeoutError(what, time.monotonic() - start, last) from None


async def _ask(condition: Callable[[], Any]) -> Any:  # noqa: ANN401
    answer = condition()
    return await answer if inspect.isawaitable(answer) else answer
