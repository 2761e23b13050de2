"""Client-side throttling: refuse so much oneself that the server is asked about K times what it accepts.

    p = max(0, (requests - K * accepts) / (requests + 1))        over the last `period`

First attempts are refused with probability p like any others. Requests are all that were asked for, also those
refused here; accepts are those that the server took on: good answers and 4xx, but no 429. What was cancelled counts as
neither. Source: Google's SRE book, ch. 21 ("Client-Side Throttling"): K = 2, two minutes.
Defaults: k 2, period 120 s.
"""

import random

from services.policies.in_flight_costs import InFlightCosts
from services.policies.noop import NoopPolicy
from services.policies.parameters import Parameter, PolicySpec
from services.policies.policy import Call, Outcome, OutcomeKind, Rejection
from services.policies.retryable import TOO_MANY_REQUESTS
from services.policies.rolling_sum import RollingSum

_REQUESTS, _ACCEPTS = 0, 1


class SreThrottle(NoopPolicy):
    """Refuse at random, the more the server refuses.

    Args:
        k: Requests sent for each that is accepted; larger: more are tried.
        period_s: What is remembered, in seconds.
        chance: Decides whom it hits.
    """

    def __init__(self, k: float, period_s: float, chance: random.Random) -> None:
        self._k = k
        self._counts = RollingSum(period_s, width=2)
        self._chance = chance
        self._ledger = InFlightCosts[float]()

    def refusal_share(self, now_s: float) -> float:
        """p: the probability that an attempt is refused now."""
        requests, accepts = self._counts.at(now_s)
        return max(0.0, (requests - self._k * accepts) / (requests + 1))

    def acquire(self, call: Call, now_s: float) -> Rejection | None:
        """Refused with probability p; counts as a request either way."""
        refused = self._chance.random() < self.refusal_share(now_s)
        self._counts.add(_REQUESTS, 1, now_s)
        if refused:
            return Rejection("sre-throttle")
        self._ledger.enter(call, now_s)
        return None

    def release(self, call: Call) -> None:
        """It wasn't asked for after all."""
        self._forget(self._ledger.undo(call))

    def observe(self, call: Call, outcome: Outcome, now_s: float) -> None:
        """Count what was accepted."""
        asked_s = self._ledger.end(call)
        if outcome.kind is OutcomeKind.OTHER:
            self._forget(asked_s)
        elif asked_s is not None and accepted(outcome):
            self._counts.add(_ACCEPTS, 1, now_s)

    def _forget(self, asked_s: float | None) -> None:
        if asked_s is not None:
            self._counts.add(_REQUESTS, -1, asked_s)


def accepted(outcome: Outcome) -> bool:
    """Whether the server took the request on."""
    return outcome.kind is OutcomeKind.OK or (
        outcome.kind is OutcomeKind.CLIENT_ERROR and outcome.status != TOO_MANY_REQUESTS
    )


SPEC = PolicySpec(
    "sre-throttle",
    "guard",
    parameters={
        "k": Parameter("factor", default=2, least=1, most=100, looser="more"),
        "period": Parameter("duration", default=120, least=0.1, most=600),
    },
    build=lambda given, chance: SreThrottle(given["k"], given["period"], chance),
)
