"""What a policy costs a client: all calls to it for one attempt, in microseconds."""

import random
import statistics
import time
from collections.abc import Iterator, Sequence

from bench.cells import row
from bench.rows import Rows
from services.policies import REGISTRY, Call, Outcome, OutcomeKind, next_delay_s, parse

GOAL_US = 20.0
COMPOSED = ("budget + breaker + full-jitter", "deadline + breaker + sre-throttle + budget + aws-adaptive")
CALLS = 20_000
RATE_RPS = 100.0
FAILING = 0.5

_OUTCOMES = (
    Outcome(OutcomeKind.SERVER_ERROR, 503),
    Outcome(OutcomeKind.OK, 200),
    Outcome(OutcomeKind.CLIENT_ERROR, 429, 0.1),
)


def policies(rows: Rows, _runtime: str, seeds: Sequence[int]) -> None:
    """Each policy by itself, and two compositions, unless there is a row already; they need no runtime."""
    for text in (*REGISTRY, *COMPOSED):
        if not rows.of(what="policy-cost", policy=text):
            rows.add({"what": "policy-cost", "policy": text, **cost_us(text, seeds[0])})


def cost_us(text: str, seed: int) -> dict[str, float]:
    """Median and 99th percentile of one attempt, in microseconds.

    Half of the attempts fail and some are throttled, 100 calls/s of the policy's own clock, retries included.
    Attempts that were refused cost less and aren't counted. The clock's own cost (two reads) is in it.
    """
    chance = random.Random(seed)  # noqa: S311  no secret
    policy = parse(text, chance)
    took_ns: list[int] = []
    for n in range(CALLS):
        now_s, call, again = n / RATE_RPS, Call(started_s=n / RATE_RPS), True
        while again:
            good, throttled = chance.random() >= FAILING, chance.random() < FAILING / 10
            outcome = _OUTCOMES[2 if throttled else good]
            begun_ns = time.perf_counter_ns()
            policy.pace_s(call, now_s)
            policy.left_s(call, now_s)
            again = False
            if policy.acquire(call, now_s) is None:
                call.attempts += 1
                policy.hedge_s(call, now_s)
                policy.observe(call, outcome, now_s)
                delay_s = next_delay_s(policy, call, outcome, now_s)
                again = delay_s is not None
                call.waited_s = delay_s or 0.0
                took_ns.append(time.perf_counter_ns() - begun_ns)
    return {
        "median_us": round(statistics.median(took_ns) / 1000, 2),
        "p99_us": round(statistics.quantiles(took_ns, n=100)[98] / 1000, 2),
        "attempts": len(took_ns),
    }


def costs(rows: Rows) -> Iterator[str]:
    """The page's section."""
    measured = rows.of(what="policy-cost")
    if not measured:
        return
    yield "\n## What a policy costs (`python -m bench policies`)\n"
    yield f"All calls to it for one attempt, in the client's thread; the goal is < {GOAL_US:g} us in the"
    yield "median. Half of the attempts fail.\n"
    yield row(("policy", "median, us", "p99, us", "attempts measured"))
    yield row(("---",) * 4)
    for one in measured:
        yield row((f"`{one['policy']}`", one["median_us"], one["p99_us"], one["attempts"]))
