"""What each fault must be seen to do, by the fault's name in the registry: the second half of "it did bite".

The canary makes one call a second over the bridge on a new connection, outside of the clients under test.
"""

import math
from collections.abc import Callable, Mapping

from lab.analysis.checks.capacity import capacity
from lab.analysis.checks.checker import growth
from lab.analysis.checks.effect import Effect, at_least, span_of
from lab.analysis.planes.services import is_of_a_plane, questions
from lab.analysis.timeline.row import ActionSpan
from lab.analysis.timeline.rows import ratio
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import per_second, phase_seconds, whole_seconds
from lab.journal.events import CanarySample

SEEN = 0.8
"""Of what was asked for, this much must be seen."""
SLOWER = 1.5
"""A bandwidth toxic must make the canary's median at least this much longer."""
UNLUCKY = 0.01
"""A share of runs in which chance may make a fault that bites look as if it did not."""
RAMP_END_S = 5.0
"""The last seconds of a ramp, over which it is looked at: a schedule that is random varies by a few per cent there."""


def _canaries(timeline: Timeline, start_s: float, end_s: float) -> list[CanarySample]:
    return [canary for canary in timeline.canaries if start_s <= canary.started_s <= end_s]


def _quantile(values: list[float], share: float) -> float | None:
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def latency(timeline: Timeline, fault: ActionSpan) -> Effect:
    """The median canary took 80 % of the asked latency; one that timed out later than that did, too.

    Where only a share of connections is hit, half of that share of the canaries must be; or fewer, if so few are more
    than a matter of luck: a canary a second is a small sample. At least one.
    """
    asked_ms = float(fault.params.get("latency_ms", 0)) - float(fault.params.get("jitter_ms", 0))
    wanted_ms = SEEN * asked_ms
    start_s, end_s = span_of(timeline, fault)
    during = _canaries(timeline, start_s, end_s - wanted_ms / 1000)
    hit = float(fault.params.get("toxicity", 1.0))
    slowest = sorted((canary.latency_ms for canary in during), reverse=True)
    seen_ms = slowest[_enough(len(slowest), hit) - 1] if slowest else None
    return at_least(wanted_ms, seen_ms, "ms seen by the canary")


def _enough(canaries: int, hit: float) -> int:
    """How many of so many canaries must be hit, if each is with this chance: fewer come in 1 % of all cases."""
    chances = [math.comb(canaries, n) * hit**n * (1 - hit) ** (canaries - n) for n in range(canaries + 1)]
    lucky = sum(sum(chances[: n + 1]) < UNLUCKY for n in range(canaries))
    return max(1, min(lucky, math.ceil(canaries * hit / 2)))


def bandwidth(timeline: Timeline, fault: ActionSpan) -> Effect:
    """The canary's median answer takes half as long again as before."""
    start_s, end_s = span_of(timeline, fault)
    before = _quantile([c.latency_ms for c in _canaries(timeline, 0.0, start_s - 1)], 0.5)
    during = _quantile([c.latency_ms for c in _canaries(timeline, start_s, end_s - 0.1)], 0.5)
    return at_least(SLOWER, ratio(during, before), "x the canary's median before")


def _no_answers(*outcomes: str) -> Callable[[Timeline, ActionSpan], Effect]:
    """80 % of the canaries end in one of these ways; in any but ``ok`` where none is given."""

    def effect(timeline: Timeline, fault: ActionSpan) -> Effect:
        during = _canaries(timeline, *span_of(timeline, fault))
        hit = [
            canary
            for canary in during
            if canary.outcome in outcomes or (not outcomes and canary.outcome != "ok")
        ]
        how = " or ".join(outcomes) or "no answer"
        return at_least(100 * SEEN, ratio(100 * len(hit), len(during)), f"% of canaries: {how}")

    return effect


def unavailable(timeline: Timeline, fault: ActionSpan) -> Effect:
    """The target answers the asked share of its requests with 503."""
    start_s, end_s = span_of(timeline, fault)
    samples = [s for s in timeline.services.get(fault.target, []) if start_s <= s.t <= end_s + 1]
    refused = growth(samples, lambda sample: sample.failed_total.get("503", 0))
    share = ratio(refused, growth(samples, lambda sample: sample.requests_total))
    wanted = 100 * SEEN * float(fault.params.get("share", 1.0))
    return at_least(wanted, None if share is None else 100 * share, "% answered 503")


def silence(timeline: Timeline, fault: ActionSpan) -> Effect:
    """The target answers nobody: it does not tell its counters, or a plane's Prometheus no query."""
    start_s, end_s = span_of(timeline, fault)
    gone = [c for c in timeline.changes if c.service == fault.target and c.state in {"exited", "unhealthy"}]
    if fault.target in timeline.services:
        told = sum(start_s + 1 < s.t < end_s - 0.1 for s in timeline.services[fault.target])
        missed = sum(m.source == fault.target and start_s <= m.t <= end_s + 1 for m in timeline.missed)
    elif is_of_a_plane(timeline, fault.target):
        asked = list(questions(timeline, fault.target, start_s + 1, end_s - 0.1))
        missed = sum(sample.error is not None for sample in asked)
        told = len(asked) - missed
    else:
        return _no_answers()(timeline, fault)
    ok = None if not told and not missed and not gone else not told
    return Effect("no answer from the target", float(told), ok)


def surge(timeline: Timeline, fault: ActionSpan) -> Effect:
    """The schedule's arrivals are multiplied."""
    during = per_second(timeline, whole_seconds(*span_of(timeline, fault)), "offered", final=False)
    before = per_second(timeline, phase_seconds(timeline, "baseline"), "offered", final=False)
    factor = float(fault.params.get("factor", 1.0))
    seen = ratio(during, before)
    grown = None if seen is None or factor == 1 else (seen - 1) / (factor - 1)
    return at_least(100 * SEEN, None if grown is None else 100 * grown, "% of the asked surge")


def ramp(timeline: Timeline, fault: ActionSpan) -> Effect:
    """The schedule's arrivals are where the ramp was to lead them, within 20 %.

    What is looked at are its last 5 s, or those before another change of the load took over: what was offered there,
    against where the line was in their middle.
    """
    start_s, end_s = span_of(timeline, fault)
    over_s = float(fault.params.get("over_s", 0.0))
    others = [a.applied_s for a in timeline.faults if a.kind == "load" and (a.applied_s or 0.0) > start_s]
    until_s = min([start_s + over_s, end_s, *(t for t in others if t is not None)])
    last = per_second(timeline, whole_seconds(until_s - RAMP_END_S, until_s), "offered", final=False)
    before = per_second(timeline, phase_seconds(timeline, "baseline"), "offered", final=False)
    seen = ratio(last, before)
    came_from = _factor_before(timeline, fault)
    done = ratio(until_s - RAMP_END_S / 2 - start_s, over_s)
    if seen is None or done is None:
        return at_least(100 * SEEN, None, "% of the asked ramp")
    wanted = came_from + min(1.0, done) * (float(fault.params.get("factor", 1.0)) - came_from)
    return at_least(100 * SEEN, 100 * (min(seen, wanted) / max(seen, wanted)), "% of the asked ramp")


def _factor_before(timeline: Timeline, fault: ActionSpan) -> float:
    """The factor on the load that the change before this one asked for; 1 where it is the first."""
    earlier = [
        a for a in timeline.faults if a.kind == "load" and (a.applied_s or 0.0) < (fault.applied_s or 0.0)
    ]
    newest = max(earlier, key=lambda a: a.applied_s or 0.0, default=None)
    return 1.0 if newest is None else float(newest.params.get("factor", 1.0))


EFFECTS: Mapping[str, Callable[[Timeline, ActionSpan], Effect]] = {
    "latency": latency,
    "bandwidth": bandwidth,
    "black-hole": _no_answers(),
    "reset": _no_answers("reset", "refused"),
    "down": _no_answers("refused", "reset"),
    "capacity": capacity,
    "unavailable": unavailable,
    "pause": silence,
    "kill": silence,
    "surge": surge,
    "ramp": ramp,
}
"""One for each fault of the registry; a test compares."""
