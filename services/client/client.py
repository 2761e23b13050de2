"""Calls over the bridge: a timeout for each attempt, a policy between them, all of it switchable live."""

import asyncio
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

from services.client.outcomes import from_error, from_response, trouble
from services.client.sessions import Sessions
from services.client.settings import ClientSettings
from services.client.tally import Attempt, Tally
from services.kit.call_log import CallLog
from services.kit.cohorts import Cohort
from services.kit.request_id import HEADER
from services.policies import Call, Kind, Outcome, Policy, next_delay_s, parse


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a call.

    Args:
        outcome: The end of its last attempt.
        body: The body of the last answer.
        rejected: The policy that refused a further attempt; with no attempt made, `outcome` is `other`.
        attempted: Whether any attempt was made.
    """

    outcome: Outcome
    body: bytes = b""
    rejected: str | None = None
    attempted: bool = True

    @property
    def failure(self) -> str | None:
        """The kind of the last attempt, or who refused the first one; None: the call was good."""
        if not self.attempted:
            return self.rejected
        return None if self.outcome.kind is Kind.OK else self.outcome.kind.value


_NOTHING = Answer(Outcome(Kind.OTHER))


@dataclass(frozen=True, slots=True)
class _Target:
    """What every attempt of a call asks for."""

    url: URL
    headers: Mapping[str, str] | None


class Client:
    """The client of one service.

    A change of settings holds from the next attempt on: calls in progress go on with it, none is lost.

    Args:
        settings: What to start with.
        bridge: The proxy's URL; None: calls go directly.
        source: The address that connections come from; None: the system chooses.
        chance: Where jitter comes from.
        log: What the log calls its calls, such as storefront->auth; None: it doesn't tell them.
    """

    def __init__(
        self,
        settings: ClientSettings,
        bridge: str | None,
        source: str | None = None,
        chance: random.Random | None = None,
        *,
        log: str | None = None,
    ) -> None:
        self.tally = Tally()
        self.log = None if log is None else CallLog(log, lambda: self.tally.outcomes)
        self._chance = chance
        self._sessions = Sessions(bridge, source)
        self._settings = settings
        self._policy: Policy = parse(settings.policy, chance)
        self._sessions.use(settings.connections)

    def apply(self, settings: ClientSettings) -> None:
        """Go on with these settings; a policy whose text is unchanged keeps its state."""
        if settings.policy != self._settings.policy:
            self._policy = parse(settings.policy, self._chance)
        self._settings = settings
        self._sessions.use(settings.connections)

    @property
    def errors(self) -> Mapping[str, int]:
        """Trouble of the machine (EMFILE, EADDRNOTAVAIL, ...) by name."""
        return self.tally.errors

    def counters(self) -> dict[str, Any]:
        """What the control port tells: the tally, the policy as it was written, the breaker's state."""
        return {**self.tally.as_json(), "policy": self._settings.policy, "breaker": self._policy.state()}

    def cohorts(self, after: float, now_s: float) -> list[dict[str, Any]]:
        """The calls by the second of their start, for seconds later than `after`."""
        return self.tally.cohorts.as_json(after, now_s)

    async def call(self, method: str, url: URL, request_id: str | None = None) -> Answer:
        """One request and as many attempts as the policy allows; all of them carry its id, if it has one."""
        started_s = time.monotonic()
        call = Call(method, started_s)
        cohort = self.tally.cohorts.begin(started_s)
        self.tally.calls += 1
        answer = _NOTHING
        try:
            target = _Target(url, None if request_id is None else {HEADER: request_id})
            answer = await self._attempts(call, target, cohort)
        finally:
            took_ms = (time.monotonic() - started_s) * 1000
            cohort.end(answer.failure, took_ms)
            if answer.failure is not None and self.log is not None:
                self.log.failed(answer.failure, request_id, call.attempts, took_ms)
        return answer

    async def close(self) -> None:
        """Close every connection."""
        await self._sessions.close()

    async def _attempts(self, call: Call, target: _Target, cohort: Cohort) -> Answer:
        answer = Answer(Outcome(Kind.OTHER), attempted=False)
        while True:
            policy = (
                self._policy
            )  # the one that lets an attempt through learns its end; the next may be another
            rejection = policy.acquire(call, time.monotonic())
            if rejection is not None:
                self.tally.reject(rejection.by)
                return Answer(answer.outcome, answer.body, rejection.by, answer.attempted)
            answer = await self._attempt(policy, call, target, Attempt(self.tally, cohort))
            delay_s = next_delay_s(self._policy, call, answer.outcome, time.monotonic())
            if delay_s is None:
                return answer
            call.waited_s = delay_s
            if delay_s > 0:
                await asyncio.sleep(delay_s)  # noqa: TID251  the policy's back-off is the thing itself

    async def _attempt(self, policy: Policy, call: Call, target: _Target, attempt: Attempt) -> Answer:
        call.attempts += 1
        outcome, body = Outcome(Kind.OTHER), b""
        limit = aiohttp.ClientTimeout(total=self._settings.timeout_s, ceil_threshold=float("inf"))
        try:
            with self._sessions.borrow() as session:
                async with session.request(
                    call.method,
                    target.url,
                    headers=target.headers,
                    timeout=limit,
                    allow_redirects=False,
                    trace_request_ctx=attempt,
                ) as response:
                    body = await response.read()
                    outcome = from_response(response)
        except (aiohttp.ClientError, OSError, ValueError) as error:  # TimeoutError is an OSError
            outcome = from_error(error)
            if (name := trouble(error)) is not None:
                self.tally.error(name)
        finally:
            attempt.end(outcome.kind)
            policy.observe(call, outcome, time.monotonic())
        return Answer(outcome, body)
