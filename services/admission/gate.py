"""So many workers, a queue before them, and the layers that say who may come in, who is next and who has waited enough.

    NEW ─▶ REFUSED                          expired | queue-full | a layer's name
     ├──▶ WORKING ─▶ SERVED | GONE
     └──▶ WAITING ─▶ WORKING | GONE | DROPPED   a layer's name | expired

Never more than `workers` are at work nor more than `queue_limit` waiting (who already was when a limit shrank stays),
and every arrival ends in exactly one of SERVED, REFUSED, DROPPED, GONE. Pure: time is an argument.
"""

import heapq
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from itertools import count
from math import inf

from services.admission.admission import Crowd, Layer, Work, WorkState

EXPIRED = "expired"
QUEUE_FULL = "queue-full"


class Gate:
    """The decisions. After `arrive`, `end`, `leave` and `resize`, and when `next_expiry_s` has come: `advance`.

    Args:
        layers: Asked in this order.
        workers: At most so much work at a time.
        queue_limit: At most so much waiting.
        drop_expired: Refuse and drop work whose deadline has passed.
    """

    def __init__(
        self, layers: Sequence[Layer], workers: int, queue_limit: int, *, drop_expired: bool = False
    ) -> None:
        self.layers = tuple(layers)
        self.workers = workers
        self.queue_limit = queue_limit
        self.drop_expired = drop_expired
        self.crowd = Crowd()
        self._queue: OrderedDict[Work, None] = OrderedDict()
        self._expiries: list[tuple[float, int, Work]] = []
        self._numbers = count()

    def arrive(self, work: Work, now_s: float) -> WorkState:
        """Work has come: it is WORKING, WAITING or REFUSED from now on."""
        free = self.crowd.working < self.workers and not self._queue
        if not self._queue:
            self.crowd.empty_s = now_s
        why = self._refusal(work, now_s, free=free)
        if why is not None:
            work.state, work.why = WorkState.REFUSED, why
        elif free:
            self._begin(work)
            self._told_wait(work, now_s)
        else:
            self._wait(work, now_s)
        return work.state

    def advance(self, now_s: float) -> Iterator[Work]:
        """Drop whose wait is over, let in who is next; gives those whose state has changed."""
        while self._expiries and (self._expiries[0][0] <= now_s or not self._waits(self._expiries[0][2])):
            work = heapq.heappop(self._expiries)[2]
            if self._waits(work):
                self._take(work, now_s)
                work.state, work.why = WorkState.DROPPED, work.expires_by
                yield work
        while self._queue and self.crowd.working < self.workers:
            work = next(reversed(self._queue)) if self._newest_first(now_s) else next(iter(self._queue))
            self._take(work, now_s)
            if self._late(work, now_s):
                work.state, work.why = WorkState.DROPPED, EXPIRED
            else:
                self._begin(work)
            yield work

    def end(self, work: Work, now_s: float) -> None:
        """Work was done."""
        for layer in self.layers:
            layer.ended(work, self.crowd, now_s)
        self.crowd.working -= 1
        work.state = WorkState.SERVED

    def leave(self, work: Work, now_s: float) -> None:
        """Work is not wanted any more, whether it waits or is being worked on."""
        if work.state is WorkState.WAITING:
            self._take(work, now_s)
        elif work.state is WorkState.WORKING:
            self.crowd.working -= 1
        else:
            return
        work.state = WorkState.GONE

    @property
    def next_expiry_s(self) -> float:
        """When someone has waited enough; infinite: no one ever."""
        while self._expiries and not self._waits(self._expiries[0][2]):
            heapq.heappop(self._expiries)
        return self._expiries[0][0] if self._expiries else inf

    def _refusal(self, work: Work, now_s: float, *, free: bool) -> str | None:
        if self._late(work, now_s):
            return EXPIRED
        if not free and len(self._queue) >= self.queue_limit:
            return QUEUE_FULL
        return next((layer.name for layer in self.layers if layer.refuse(work, self.crowd, now_s)), None)

    def _begin(self, work: Work) -> None:
        work.state = WorkState.WORKING
        self.crowd.working += 1

    def _wait(self, work: Work, now_s: float) -> None:
        for layer in self.layers:
            until_s = now_s + layer.patience_s(self.crowd, now_s)
            if until_s < work.expires_s:
                work.expires_s, work.expires_by = until_s, layer.name
        if self.drop_expired and work.deadline_s is not None and work.deadline_s < work.expires_s:
            work.expires_s, work.expires_by = work.deadline_s, EXPIRED
        work.state = WorkState.WAITING
        self._queue[work] = None
        self.crowd.waiting += 1
        if work.expires_s < inf:
            heapq.heappush(self._expiries, (work.expires_s, next(self._numbers), work))

    def _take(self, work: Work, now_s: float) -> None:
        """Out of the queue."""
        del self._queue[work]
        self.crowd.waiting -= 1
        if not self._queue:
            self.crowd.empty_s = now_s
        self._told_wait(work, now_s)

    def _told_wait(self, work: Work, now_s: float) -> None:
        for layer in self.layers:
            layer.waited(work, now_s)

    def _late(self, work: Work, now_s: float) -> bool:
        return self.drop_expired and work.deadline_s is not None and work.deadline_s <= now_s

    def _newest_first(self, now_s: float) -> bool:
        said = (layer.newest_first(self.crowd, now_s) for layer in self.layers)
        return next((answer for answer in said if answer is not None), False)

    @staticmethod
    def _waits(work: Work) -> bool:
        return work.state is WorkState.WAITING
