"""One attempt: from the leave that the policy gave to what it learns, however it ends."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
from yarl import URL

from services.client.answer import NOTHING, Answer
from services.client.connector import ATTEMPT
from services.client.outcomes import from_error, from_response, trouble
from services.client.sessions import ClientSessions
from services.client.tally import Attempt, AttemptTally
from services.kit import deadline
from services.kit.cohorts import Cohort
from services.policies import Call, Outcome, OutcomeKind, Policy

POOL = "pool"
_SHORTEST_S = 0.001  # aiohttp reads a timeout of 0 as none at all


@dataclass(frozen=True, slots=True)
class Target:
    """What every attempt of a call asks for, and the cohort that it counts in."""

    url: URL
    cohort: Cohort
    headers: Mapping[str, str] | None = None
    body: bytes | None = None


class Attempts:
    """Makes attempts. `timeout_s` is that of an attempt in seconds: waiting for a connection, request, answer together.

    Args:
        tally: Where they are counted.
        sessions: Where connections come from.
        timeout_s: To begin with.
    """

    def __init__(self, tally: AttemptTally, sessions: ClientSessions, timeout_s: float) -> None:
        self._tally = tally
        self._sessions = sessions
        self.timeout_s = timeout_s

    @property
    def timeout_s(self) -> float:
        """The timeout of an attempt."""
        return self._timeout_s

    @timeout_s.setter
    def timeout_s(self, timeout_s: float) -> None:
        self._timeout_s, self._timeout = timeout_s, _timeout(timeout_s)

    async def make(self, policy: Policy, call: Call, target: Target) -> Answer:
        """One attempt that `policy` gave leave for and `call` counts already.

        Whether it is answered, fails or is cancelled: `policy` gets exactly one `observe`, or a `release` where it
        never came to be one: no connection was free in the pool in time (rejected by "pool"), or it was cancelled
        before.
        """
        attempt = Attempt(self._tally, target.cohort, call)
        ATTEMPT.set(attempt)
        outcome, answer = NOTHING.outcome, NOTHING
        limited = False
        timeout, headers = self._limits(policy.left_s(call, time.monotonic()), target.headers)
        try:
            lease = self._sessions.borrow()
            limited = lease.limited
            try:
                async with lease.session.request(
                    call.method,
                    target.url,
                    headers=headers,
                    data=target.body,
                    timeout=timeout,
                    allow_redirects=False,
                ) as response:
                    body = await response.read()
                    outcome = from_response(response)
                    answer = Answer(outcome, body, headers=response.headers)
            finally:
                self._sessions.give_back(lease)
        except (aiohttp.ClientError, OSError, ValueError) as error:  # TimeoutError is an OSError
            outcome = from_error(error)
            answer = self._failed(attempt, outcome, _without_frames(error), limited=limited)
        finally:
            if attempt.started:
                attempt.end(outcome.kind)
            if attempt.started or answer.error is not None:
                policy.observe(call, outcome, time.monotonic())
            else:
                call.attempts -= 1
                policy.release(call)
        return answer

    def _limits(
        self, left_s: float | None, headers: Mapping[str, str] | None
    ) -> tuple[aiohttp.ClientTimeout, Mapping[str, str] | None]:
        """How long the attempt may take, and its headers: with a deadline that time is sent to the server."""
        if left_s is None:
            return self._timeout, headers
        limit_s = max(_SHORTEST_S, min(self.timeout_s, left_s))
        return _timeout(limit_s), {**(headers or {}), **deadline.to_headers(limit_s, time.time())}

    def _failed(self, attempt: Attempt, outcome: Outcome, error: Exception, *, limited: bool) -> Answer:
        if (name := trouble(error)) is not None:
            self._tally.error(name)
        if attempt.started:
            return Answer(outcome, error=error)
        if outcome.kind is OutcomeKind.TIMEOUT and limited:
            self._tally.reject(POOL)
            return Answer(Outcome(OutcomeKind.OTHER), rejected=POOL, attempted=False)
        self._tally.error("not-started")
        return Answer(outcome, error=error)


def _timeout(total_s: float) -> aiohttp.ClientTimeout:
    """Waiting for a connection, request and answer together, to the millisecond."""
    return aiohttp.ClientTimeout(total=total_s, ceil_threshold=float("inf"))


def _without_frames(error: Exception) -> Exception:
    """The error without the frames that it came through.

    They hold the answer, which holds the error: a ring that only the garbage collector frees, which the services let
    run rarely. A storm's timeouts would pile up to hundreds of megabytes.
    """
    for raised in (error, getattr(error, "os_error", None)):
        if isinstance(raised, BaseException):
            raised.__cause__ = raised.__context__ = raised.__traceback__ = None
    return error
