"""The AWS blog's experiment: clients that write the same row under optimistic concurrency, and back off on conflict.

    read the row ──▶ network ──▶ write ──▶ network ──▶ done, or conflict: back off and read again

A write conflicts if the row has changed since it was read; of N clients that start together one wins a round. Counted
are the calls until all have written. Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015, and its
simulator: network delays normal(10 ms, 2 ms), base 5 ms, cap 2 s.
"""

import heapq
import random
import statistics

import pytest

from services.policies import Call, Outcome, OutcomeKind, parse

CLIENTS, SEEDS = 100, 30
CONFLICT = Outcome(OutcomeKind.SERVER_ERROR, 503)
WAITS = "(base=5 ms, cap=2 s, retries=100)"
RUNAWAY = 100_000


def calls_until_all_have_written(text: str, seed: int) -> int:
    """One run: reads and writes that the server saw."""
    chance = random.Random(seed)  # noqa: S311  no secret
    policy = parse(text, chance)

    def travel_s() -> float:
        return max(0.0, chance.gauss(0.010, 0.002))

    version, calls = 0, 0
    due = [
        (travel_s(), n, Call(), -1) for n in range(CLIENTS)
    ]  # arrives, client, call, version read (-1: reads now)
    heapq.heapify(due)
    while due and calls < RUNAWAY:
        now_s, n, call, read = heapq.heappop(due)
        calls += 1
        if read < 0:
            heapq.heappush(due, (now_s + travel_s() + travel_s(), n, call, version))
        elif read == version:
            version += 1
        else:
            call.attempts = min(call.attempts + 1, 100)  # the blog's clients never give up
            delay_s = policy.delay_s(call, now_s)
            assert delay_s is not None
            call.waited_s = delay_s
            heapq.heappush(due, (now_s + travel_s() + delay_s + travel_s(), n, call, -1))
    assert version == CLIENTS
    return calls


@pytest.mark.slow
def test_calls_under_contention_are_ordered_as_published() -> None:
    """None > exponential > decorrelated > equal and full, in means over 30 seeds of 100 clients; jitter halves it.

    The blog's None backs off not at all: it is our `immediate`.
    """
    names = ("exponential", "decorrelated-jitter", "equal-jitter", "full-jitter")
    none, exponential, decorrelated, equal, full = (
        statistics.mean(calls_until_all_have_written(text, seed) for seed in range(SEEDS))
        for text in ("immediate(retries=100)", *(name + WAITS for name in names))
    )
    assert none > exponential > decorrelated > max(equal, full)
    assert full < exponential / 2
