"""Calls to another service: a timeout for each attempt, a policy between them, all of it switchable live.

    pace ─▶ acquire ─▶ attempt (or several side by side: `hedging`) ─▶ delay ─▶ pace ─▶ ...

There are no locks: what calls share (the policy, the tally, the session) is changed in single synchronous steps, and
each attempt keeps the policy that let it through, so that the same one learns its end.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from yarl import URL

from services.client.answer import NOTHING, UNTRIED, Answer
from services.client.attempts import Attempts, Target
from services.client.client_settings import BRIDGE, RESERVE, ClientSettings
from services.client.hedging import Race
from services.client.sessions import ClientSessions
from services.client.tally import AttemptTally
from services.kit.call_log import CallLog
from services.kit.request_id import HEADER
from services.policies import Call, Policy, next_delay_s, parse
from services.policies.retryable import IDEMPOTENT


class Client:
    """The client of one service.

    A change of settings holds from the next attempt on: calls in progress go on with it, none is lost.

    Args:
        settings: What to start with.
        bridge: The proxy's URL; None: calls go directly.
        source: The address that connections come from; None: the system chooses.
        chance: Where jitter comes from.
        reserve: The URL of the device `bridge-reserve`; None: there is none.
        log: What the log calls its calls, such as storefront->auth; None: it doesn't log them.
        raw: For a proxy: bodies stay as they are, no header is added.
        pause: How it waits between two attempts of a call.
    """

    def __init__(  # noqa: PLR0913  what differs between the services that call
        self,
        settings: ClientSettings,
        bridge: str | None,
        source: str | None = None,
        chance: random.Random | None = None,
        *,
        reserve: str | None = None,
        log: str | None = None,
        raw: bool = False,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,  # noqa: TID251  a policy's back-off is seconds
    ) -> None:
        self.tally = AttemptTally()
        self._pause = pause
        self.log = None if log is None else CallLog(log, lambda: self.tally.outcomes)
        self._chance = chance
        devices = {BRIDGE: bridge} if reserve is None else {BRIDGE: bridge, RESERVE: reserve}
        self._sessions = ClientSessions(devices, source, raw=raw)
        self._attempts = Attempts(self.tally, self._sessions, settings.timeout_s)
        self._settings = settings
        self._policy: Policy = parse(settings.policy, chance)
        self._sessions.use(settings.connections, settings.pool_limit, settings.device)

    def apply(self, settings: ClientSettings) -> None:
        """Go on with these settings; a policy whose text is unchanged keeps its state."""
        policy = self._policy
        if settings.policy != self._settings.policy:
            policy = parse(settings.policy, self._chance)
        self._sessions.use(settings.connections, settings.pool_limit, settings.device)
        self._policy, self._settings = policy, settings
        self._attempts.timeout_s = settings.timeout_s

    @property
    def errors(self) -> Mapping[str, int]:
        """Trouble of the machine (EMFILE, EADDRNOTAVAIL, ...) by name."""
        return self.tally.errors

    def counters(self) -> dict[str, Any]:
        """What the control port reports: the tally, the policy as it was written, the breaker's state."""
        return {**self.tally.as_json(), "policy": self._settings.policy, "breaker": self._policy.state()}

    def cohorts(self, after: float, now_s: float) -> list[dict[str, Any]]:
        """The calls by the second of their start, for seconds later than `after`."""
        return self.tally.cohorts.as_json(after, now_s)

    async def call(  # noqa: PLR0913  what HTTP has
        self,
        method: str,
        url: URL,
        request_id: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        deadline_s: float | None = None,
    ) -> Answer:
        """One request and as many attempts as the policy allows; all of them carry its id, if it has one.

        Args:
            method: The HTTP method, in capitals.
            url: What is asked for.
            request_id: Goes along as X-Request-Id.
            headers: Go along as well.
            body: Of the request.
            deadline_s: When whoever asked for this stops waiting (CLOCK_MONOTONIC); None: no one said.
        """
        started_s = time.monotonic()
        call = Call(method, started_s, deadline_s=deadline_s)
        cohort = self.tally.cohorts.begin(started_s)
        self.tally.calls += 1
        answer = NOTHING
        try:
            sent = headers if request_id is None else {**(headers or {}), HEADER: request_id}
            answer = await self._pursue(call, Target(url, cohort, sent, body))
        finally:
            took_ms = (time.monotonic() - started_s) * 1000
            cohort.end(answer.failure, took_ms)
            if answer.failure is not None and self.log is not None:
                self.log.failed(answer.failure, request_id, call.attempts, took_ms)
        return answer

    async def close(self) -> None:
        """Close every connection."""
        await self._sessions.close()

    async def _pursue(self, call: Call, target: Target) -> Answer:
        """Attempts until the call has ended."""
        answer = UNTRIED
        while True:
            if self._policy.pace_s(call, time.monotonic()) > 0:
                await self._hold_back(call)
            policy, now_s = self._policy, time.monotonic()  # the next attempt may have another one
            rejection = policy.acquire(call, now_s)
            if rejection is not None:
                self.tally.reject(rejection.by)
                return answer.then_rejected(rejection.by)
            call.attempts += 1
            hedge_s = policy.hedge_s(call, now_s) if call.method in IDEMPOTENT else None
            latest = (
                await self._attempts.make(policy, call, target)
                if hedge_s is None
                else await self._race(call, target).run(policy, hedge_s)
            )
            if latest.rejected is not None:
                return answer.then_rejected(latest.rejected)
            answer = latest
            delay_s = next_delay_s(self._policy, call, answer.outcome, time.monotonic())
            if delay_s is None:
                return answer
            call.waited_s = delay_s
            if delay_s > 0:
                await self._pause(delay_s)

    async def _hold_back(self, call: Call) -> None:
        """Wait as long as the active policy paces the client, but never beyond the call's time."""
        while True:
            policy, now_s = self._policy, time.monotonic()
            pace_s, left_s = policy.pace_s(call, now_s), policy.left_s(call, now_s)
            if left_s is not None:
                pace_s = min(pace_s, left_s)
            if pace_s <= 0:
                return
            await asyncio.sleep(pace_s)  # noqa: TID251  the policy's pace is the thing itself

    def _race(self, call: Call, target: Target) -> Race:
        return Race(
            call,
            lambda: self._policy,
            lambda policy: self._attempts.make(policy, call, target),
            self.tally.reject,
        )
