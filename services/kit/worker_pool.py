"""Waiting for a worker: the asyncio half of `services.admission`, whose `Gate` makes the decisions.

One future for each request that waits, one timer for the next wait that ends. Nothing here waits while it holds
something that others need: every decision is one synchronous step.
"""

import asyncio
import time
from math import inf

from aiohttp import web

from services.admission import Gate, Work, WorkState, parse
from services.admission.gate import EXPIRED
from services.kit import deadline, priority
from services.kit.request_id import request_id
from services.kit.shed import ShedError


class Admission:
    """At most `workers` at work, at most `queue_limit` waiting, the rest as the text says; all switchable live."""

    def __init__(self) -> None:
        self._text = "fifo"
        self._gate = Gate(parse(self._text), workers=1, queue_limit=0)
        self._turns: dict[Work, asyncio.Future[None]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._timer_s = inf

    @property
    def depth(self) -> int:
        """How many wait."""
        return self._gate.crowd.waiting

    def use(self, text: str, workers: int, queue_limit: int, *, drop_expired: bool = False) -> None:
        """Go on like this; who already waits keeps waiting, and layers whose text is unchanged keep their state."""
        if text != self._text:
            self._text, self._gate.layers = text, parse(text)
        self._gate.workers, self._gate.queue_limit = workers, queue_limit
        self._gate.drop_expired = drop_expired
        self._advance()

    def worker(self, request: web.BaseRequest) -> "Turn":
        """Hold a worker, after waiting for it; raises ShedError when the request is refused or dropped instead."""
        now_s = time.monotonic()
        rank = priority.priority(request.headers, request_id(request))
        return Turn(self, Work(now_s, rank, deadline.from_headers(request.headers, now_s, time.time())))

    def turn(self, work: Work) -> "Turn":
        """As `worker`, for work that is known already."""
        return Turn(self, work)

    async def begin(self, work: Work) -> None:
        """Give it a worker, after waiting for one; raises ShedError when it is refused or dropped instead."""
        if self._gate.arrive(work, time.monotonic()) is WorkState.WAITING:
            await self._wait(work)
        if work.state is not WorkState.WORKING:
            raise ShedError(work.why, status=504 if work.why == EXPIRED else 503)

    def end(self, work: Work, *, done: bool) -> None:
        """Its worker is free again, whether or not the work was done."""
        try:
            (self._gate.end if done else self._gate.leave)(work, time.monotonic())
        finally:
            self._advance()

    def close(self) -> None:
        """Leave no timer behind."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._timer_s = None, inf

    async def _wait(self, work: Work) -> None:
        turn = self._turns[work] = asyncio.get_running_loop().create_future()
        self._arm()
        try:
            await turn
        except asyncio.CancelledError:
            self._gate.leave(
                work, time.monotonic()
            )  # also when the worker came together with the cancellation
            self._advance()
            raise
        finally:
            self._turns.pop(work, None)

    def _advance(self) -> None:
        """Wake whose turn it is, and those who have waited enough."""
        for work in self._gate.advance(time.monotonic()):
            turn = self._turns.get(work)
            if turn is None or turn.done():  # cancelled a moment ago: the next one gets the worker
                self._gate.leave(work, time.monotonic())
            else:
                turn.set_result(None)
        self._arm()

    def _arm(self) -> None:
        """A timer for the next wait that ends, unless the one that runs comes soon enough."""
        due_s = self._gate.next_expiry_s
        if due_s >= self._timer_s or due_s == inf:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_s = due_s
        self._timer = asyncio.get_running_loop().call_later(max(0.0, due_s - time.monotonic()), self._tick)

    def _tick(self) -> None:
        self._timer, self._timer_s = None, inf
        self._advance()


class Turn:
    """A worker for one piece of work, as an async context manager.

    A class and no generator: of those the event loop keeps a list, which was a quarter of what an answer of auth cost.

    Args:
        admission: Whose worker.
        work: What for.
    """

    __slots__ = ("_admission", "_work")

    def __init__(self, admission: Admission, work: Work) -> None:
        self._admission = admission
        self._work = work

    async def __aenter__(self) -> None:
        await self._admission.begin(self._work)

    async def __aexit__(self, kind: object, *_: object) -> None:
        self._admission.end(self._work, done=kind is None)
