"""Hedging: attempts side by side, each begun when those before it take too long; the first good answer wins.

    t=0 ── attempt 1 ─────────────────────────────x cancelled: observed as `other`
    t=h ──────────── attempt 2 ── 503             │
                               └─ attempt 3 ── ok │     at once; one more would follow h later
                                               └──┴─▶ the answer

An attempt that fails brings the next one forward to now, or to the end of what its Retry-After asks for; those after it
are as far apart as ever. An answer that no retry may follow (a 4xx, say) ends the race. Where all under way have
failed, the last failure is that of the race, and the schedule decides whether there is another.
Source: gRFC A6, "Hedging policy" and "Pushback".
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from services.client.answer import UNTRIED, Answer
from services.policies import Call, OutcomeKind, Policy, Rejection, retryable
from services.policies.retryable import LONGEST_RETRY_AFTER_S

Make = Callable[[Policy], Coroutine[Any, Any, Answer]]


class Race:
    """The attempts under way for one call.

    Args:
        call: The call; every attempt counts in it.
        policy: Gives the active policy: a hedge asks the one that is there when its time has come.
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
        self._not_before_s = 0.0
        self._failed = UNTRIED

    async def run(self, first: Policy, hedge_s: float) -> Answer:
        """Begin with an attempt that `first` gave leave for; the next may begin `hedge_s` seconds from now.

        When it returns or is cancelled, every attempt has ended and was observed. A failure has as its Retry-After
        what is left to be waited for, whichever of the attempts was answered so.
        """
        self._begin(first)
        self._hedge_at_s = time.monotonic() + hedge_s
        try:
            while self._running:
                ended, self._running = await asyncio.wait(
                    self._running, timeout=self._wait_s(), return_when=asyncio.FIRST_COMPLETED
                )
                answers = [task.result() for task in ended]
                if (answer := self._best(answers)) is not None:
                    return answer
                for failed in answers:
                    self._bring_forward(failed)
                    self._hedge_if_due()
                self._hedge_if_due()
            return self._pushed_back(self._failed)
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
            if answer.outcome.kind is OutcomeKind.OK:
                return answer
            if answer.rejected is None and not retryable(self._call.method, answer.outcome):
                final = answer
            elif answer.attempted or not self._failed.attempted:
                self._failed = answer
        return final

    def _bring_forward(self, failed: Answer) -> None:
        """The next hedge, if there is to be one, begins now or when the server wants to be asked again."""
        if failed.rejected is not None:
            return
        wait_s, now_s = failed.outcome.retry_after_s or 0.0, time.monotonic()
        self._not_before_s = max(self._not_before_s, now_s + wait_s)
        if self._hedge_at_s is not None:
            self._hedge_at_s = None if wait_s > LONGEST_RETRY_AFTER_S else self._not_before_s

    def _pushed_back(self, failed: Answer) -> Answer:
        left_s = self._not_before_s - time.monotonic()
        if left_s <= 0:
            return failed
        return replace(failed, outcome=replace(failed.outcome, retry_after_s=left_s))

    def _hedge_if_due(self) -> None:
        """Another attempt, if its time has come and the active policy still wants one and gives leave for it."""
        now_s = time.monotonic()
        if not self._running or self._hedge_at_s is None or now_s < self._hedge_at_s:
            return
        policy, self._hedge_at_s = self._policy(), None
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
