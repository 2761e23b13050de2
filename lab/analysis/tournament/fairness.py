"""Unfairness between clients: 1 - Jain's index (R. Jain, D. Chiu, W. Hawe, DEC-TR-301, 1984).

J = (sum x)^2 / (n * sum x^2), 1 where all get the same, 1/n where one gets everything. ``x`` is the share of a
client's own requests that were answered in time, so that a client that asks for more is not called favoured.
"""

from collections.abc import Sequence

from lab.analysis.timeline.seconds import is_final
from lab.analysis.timeline.timeline import Timeline


def jain(shares: Sequence[float]) -> float:
    """Jain's fairness index. Where no one gets anything, all get the same: 1.

    Raises:
        ValueError: no one to be fair to.
    """
    if not shares:
        raise ValueError("Jain's index of no one: give at least one share")
    squares = sum(share**2 for share in shares)
    return sum(shares) ** 2 / (len(shares) * squares) if squares else 1.0


def unfairness(timeline: Timeline, span: range) -> float | None:
    """1 - J of the clients' good shares over these seconds.

    None under two clients, where one is unknown, and where a client was disabled for some of them: edge then turns its
    users away, and what they asked for is in no client's books.
    """
    if _disabled(timeline, span):
        return None
    asked: dict[str, int] = {}
    good: dict[str, int] = {}
    for second in span:
        for service, cohort in timeline.seconds.at(second).clients.items():
            if (
                service in timeline.roles.passing_on
            ):  # one that retries has cohorts, too, and is no client's rival
                continue
            if not is_final(cohort):
                return None
            asked[service] = asked.get(service, 0) + cohort.requests
            good[service] = good.get(service, 0) + cohort.good
    shares = [good[service] / requests for service, requests in asked.items() if requests]
    return 1 - jain(shares) if len(shares) > 1 else None


def _disabled(timeline: Timeline, span: range) -> bool:
    spans = [(a.applied_s, a.reverted_s) for a in timeline.actions.values() if a.traits.turns_away]
    return any(
        start_s is not None and start_s < span.stop and (end_s is None or end_s > span.start)
        for start_s, end_s in spans
    )
