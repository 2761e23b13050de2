"""Google SRE: at most `attempts` a request, and no retry unless retries are less than `ratio` of the client's requests.

    retry n (from 0) allowed if  n < attempts - 1  and  retries / requests < ratio  over the last `period`
    wait U(0, min(cap, base * 2^n))

Requests are all attempts sent, retries among them. Sources: Google's SRE book, ch. 21 (3 attempts per request, 10 % a
client: 1.1 times the load at most, against 3 times without) and ch. 22 (randomised exponential back-off). The book
names neither period (here 2 min, that of its client-side throttling) nor base and cap (here those of full-jitter).
Defaults: attempts 3, ratio 10%, period 120 s, base 100 ms, cap 2 s.
"""

import random

from services.policies.backoff import backoff_s
from services.policies.in_flight_costs import InFlightCosts
from services.policies.noop import NoopPolicy
from services.policies.parameters import Parameter, PolicySpec, in_order
from services.policies.policy import Call, Outcome, Rejection
from services.policies.rolling_sum import RollingSum

_REQUESTS, _RETRIES = 0, 1


class GoogleSre(NoopPolicy):
    """Few attempts per request, few retries a client.

    Args:
        attempts: Attempts of a request in all.
        ratio: Retries among all attempts must be below this for another (0.1: 10 %).
        period_s: The time that the ratio is taken over, in seconds.
        wait_s: Base and cap of the back-off, in seconds.
        chance: Where the jitter comes from.
    """

    def __init__(
        self, attempts: int, ratio: float, period_s: float, wait_s: tuple[float, float], chance: random.Random
    ) -> None:
        self._attempts = attempts
        self._ratio = ratio
        self._wait_s = wait_s
        self._chance = chance
        self._sent = RollingSum(period_s, width=2)
        self._ledger = InFlightCosts[tuple[float, float]]()

    def delay_s(self, call: Call, now_s: float) -> float | None:  # noqa: ARG002  Policy's signature
        """U(0, min(cap, base * 2^n)) seconds, or None when all attempts are made."""
        if call.attempts >= self._attempts:
            return None
        return self._chance.uniform(0.0, backoff_s(*self._wait_s, call))

    def acquire(self, call: Call, now_s: float) -> Rejection | None:
        """A retry is refused while retries are `ratio` of the requests or more."""
        retry = 1.0 if call.attempts > 0 else 0.0
        requests, retries = self._sent.at(now_s)
        if retry and retries >= self._ratio * requests:
            return Rejection("google-sre")
        self._sent.add(_REQUESTS, 1, now_s)
        self._sent.add(_RETRIES, retry, now_s)
        self._ledger.enter(call, (now_s, retry))
        return None

    def release(self, call: Call) -> None:
        """It wasn't sent."""
        taken = self._ledger.undo(call)
        if taken is not None:
            self._sent.add(_REQUESTS, -1, taken[0])
            self._sent.add(_RETRIES, -taken[1], taken[0])

    def observe(self, call: Call, outcome: Outcome, now_s: float) -> None:  # noqa: ARG002  Policy's signature
        """What was sent stays counted."""
        self._ledger.end(call)


SPEC = PolicySpec(
    "google-sre",
    "schedule",
    parameters={
        "attempts": Parameter("count", default=3, least=1, most=100),
        "ratio": Parameter("share", default=0.1, least=0, most=1, looser="more"),
        "period": Parameter("duration", default=120, least=0.1, most=600),
        "base": Parameter("duration", default=0.1, least=0.001, most=60),
        "cap": Parameter("duration", default=2, least=0.001, most=600),
    },
    build=lambda given, chance: GoogleSre(
        int(given["attempts"]), given["ratio"], given["period"], (given["base"], given["cap"]), chance
    ),
    refuses=True,
    checks=(in_order("base", "cap"),),
)
