"""Hedging: attempts side by side, each begun when those before it take too long; the first good answer wins.

    t=0 ── attempt 1 ─────────────────────────────x cancelled: observed as `other`
    t=h ──────────── attempt 2 ──────────── ok    │
                                            └─────┴─▶ the answer

An answer that no retry may follow (a 4xx, say) ends the race as well. Where all under way have failed, the last failure
is that of the race, and the schedule decides whether there is another. Source: gRFC A6, "Hedging policy".
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

from services.client.answer import UNTRIED, Answer
from services.policies import Call, Kind, Policy, Rejection, retryable

Make = Callable[[Policy], Coroutine[Any, Any, Answer]]


class Race:
    """The attempts under way for one call.

    Args:
        call: The call; every attempt counts in it.
        policy: Gives the policy in force: a hedge asks the one that is there when its time has come.
        make: Makes one attempt that a policy gave leave for.
        refused: Told who refused a hedge.
    """

    def __init__(
        self, call: Call, policy: Callable[[], Policy], make: Make, refused: Callable[[str], None]
    ) -> None:
        self._call = call
        self._policy = policy
        self._make = make
        self._refused = refused
        self._running: set[asyncio.Task[Answer]] = set()
        self._hedge_at_s: float | None = None
        self._failed = UNTRIED

    async def run(self, first: Policy, hedge_s: float) -> Answer:
        """Begin with an attempt that `first` gave leave for; the next may begin `hedge_s` seconds from now.

        When it returns or is cancelled, every attempt has ended and was observed.
        """
        self._begin(first)
        self._hedge_at_s = time.monotonic() + hedge_s
        try:
            while self._running:
                ended, self._running = await asyncio.wait(
                    self._running, timeout=self._wait_s(), return_when=asyncio.FIRST_COMPLETED
                )
                if (answer := self._best([task.result() for task in ended])) is not None:
                    return answer
                if not ended:
                    self._hedge()
            return self._failed
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    def _begin(self, policy: Policy) -> None:
        self._running.add(asyncio.get_running_loop().create_task(self._make(policy)))

    def _wait_s(self) -> float | None:
        return None if self._hedge_at_s is None else max(0.0, self._hedge_at_s - time.monotonic())

    def _best(self, answers: list[Answer]) -> Answer | None:
        """The answer that ends the race, if there is one among these."""
        final: Answer | None = None
        for answer in answers:
            if answer.outcome.kind is Kind.OK:
                return answer
            if answer.rejected is None and not retryable(self._call.method, answer.outcome):
                final = answer
            elif answer.attempted or not self._failed.attempted:
                self._failed = answer
        return final

    def _hedge(self) -> None:
        """Its time has come: another attempt, if the policy in force still wants one and gives leave for it."""
        policy, now_s = self._policy(), time.monotonic()
        self._hedge_at_s = None
        if policy.hedge_s(self._call, now_s) is None:
            return
        if (pace_s := policy.pace_s(self._call, now_s)) > 0:
            self._hedge_at_s = now_s + pace_s
            return
        rejection: Rejection | None = policy.acquire(self._call, now_s)
        if rejection is not None:
            self._refused(rejection.by)  # whoever throttles retries throttles hedges: this race gets no more
            return
        self._call.attempts += 1
        self._begin(policy)
        next_s = policy.hedge_s(self._call, now_s)
        self._hedge_at_s = None if next_s is None else now_s + next_s
