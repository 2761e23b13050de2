"""What a fault must be seen to do, by the figure that its traits name: the second half of "fault effect: NAME".

A fault says which of these figures it moves and how far (``chaos.traits``). The canary makes one call a second
over the bridge on a new connection, outside of the clients under test.
"""

import math
from collections.abc import Callable, Mapping

from chaos.traits import ExpectedEffect, LoadChange
from lab.analysis.checks.cap_used import cap_used
from lab.analysis.checks.checker import growth
from lab.analysis.checks.effect import Effect, at_least, hit_span_of, span_of
from lab.analysis.planes.services import is_of_a_plane, questions
from lab.analysis.timeline.of_customer import of_customer
from lab.analysis.timeline.row import ActionSpan
from lab.analysis.timeline.rows import ratio
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import per_second, role_seconds, whole_seconds
from lab.journal.events import CanarySample

Measure = Callable[[Timeline, ActionSpan, ExpectedEffect], Effect]
"""What was seen of a figure while a fault was active, against what it must reach."""

DEAD_PERCENT = 80.0
"""So many % of the canaries must end without an answer where only they can show that a device is silent."""
UNLUCKY = 0.01
"""A share of runs in which chance may make a fault that has an effect look as if it had none."""
RAMP_END_S = 5.0
"""The last seconds of a ramp, over which it is looked at: a schedule that is random varies by a few per cent there."""


def _canaries(timeline: Timeline, start_s: float, end_s: float) -> list[CanarySample]:
    return [canary for canary in timeline.canaries if start_s <= canary.started_s <= end_s]


def _quantile(values: list[float], share: float) -> float | None:
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def canary_latency(timeline: Timeline, fault: ActionSpan, asked: ExpectedEffect) -> Effect:
    """The median canary took so many ms; one that timed out later than that did, too.

    Where only a share of connections is hit, half of that share of the canaries must be; or fewer, if so few are more
    than a matter of luck: a canary a second is a small sample. At least one.
    """
    start_s, end_s = span_of(timeline, fault)
    during = _canaries(timeline, start_s, end_s - asked.at_least / 1000)
    slowest = sorted((canary.latency_ms for canary in during), reverse=True)
    seen_ms = slowest[_enough(len(slowest), asked.hits) - 1] if slowest else None
    return at_least(asked.at_least, seen_ms, "ms seen by the canary")


def _enough(canaries: int, hit: float) -> int:
    """How many of so many canaries must be hit, if each is with this chance: fewer come in 1 % of all cases."""
    chances = [math.comb(canaries, n) * hit**n * (1 - hit) ** (canaries - n) for n in range(canaries + 1)]
    lucky = sum(sum(chances[: n + 1]) < UNLUCKY for n in range(canaries))
    return max(1, min(lucky, math.ceil(canaries * hit / 2)))


def canary_slowdown(timeline: Timeline, fault: ActionSpan, asked: ExpectedEffect) -> Effect:
    """The canary's median answer takes so many times as long as before."""
    start_s, end_s = span_of(timeline, fault)
    before = _quantile([c.latency_ms for c in _canaries(timeline, 0.0, start_s - 1)], 0.5)
    during = _quantile([c.latency_ms for c in _canaries(timeline, start_s, end_s - 0.1)], 0.5)
    return at_least(asked.at_least, ratio(during, before), "x the canary's median before")


def canary_outcomes(timeline: Timeline, fault: ActionSpan, asked: ExpectedEffect) -> Effect:
    """So many % of the canaries end in one of the asked ways; in any but ``ok`` where none is given."""
    during = _canaries(timeline, *hit_span_of(timeline, fault))
    hit = [
        canary
        for canary in during
        if canary.outcome in asked.outcomes or (not asked.outcomes and canary.outcome != "ok")
    ]
    how = " or ".join(asked.outcomes) or "no answer"
    return at_least(asked.at_least, ratio(100 * len(hit), len(during)), f"% of canaries: {how}")


def answered_503(timeline: Timeline, fault: ActionSpan, asked: ExpectedEffect) -> Effect:
    """The target answers so many % of its requests with 503, from its first sample in the fault to the last.

    What it answers afterwards is left out: sessions that ended at the first refusal go on then, and ask more often.
    """
    start_s, end_s = span_of(timeline, fault)
    samples = [s for s in timeline.services.get(fault.target, []) if start_s <= s.t <= end_s]
    refused = growth(samples, lambda sample: sample.failed_total.get("503", 0))
    share = ratio(refused, growth(samples, lambda sample: sample.requests_total))
    return at_least(asked.at_least, None if share is None else 100 * share, "% answered 503")


def silence(timeline: Timeline, fault: ActionSpan, asked: ExpectedEffect) -> Effect:
    """The target answers nothing: none of its roles reports counters, or a plane's Prometheus answers no query."""
    start_s, end_s = span_of(timeline, fault)
    gone = [c for c in timeline.changes if c.service == fault.target and c.state in {"exited", "unhealthy"}]
    asked_of = [role for role in timeline.roles.named_by(fault.target) if role in timeline.services]
    if asked_of:
        told = sum(start_s + 1 < s.t < end_s - 0.1 for role in asked_of for s in timeline.services[role])
        missed = sum(m.source in asked_of and start_s <= m.t <= end_s + 1 for m in timeline.missed)
    elif is_of_a_plane(timeline, fault.target):
        put = list(questions(timeline, fault.target, start_s + 1, end_s - 0.1))
        missed = sum(sample.error is not None for sample in put)
        told = len(put) - missed
    else:
        no_answer = asked.model_copy(update={"at_least": DEAD_PERCENT, "outcomes": ()})
        return canary_outcomes(timeline, fault, no_answer)
    ok = None if not told and not missed and not gone else not told
    return Effect("no answer from the target", float(told), ok)


def offered_growth(timeline: Timeline, fault: ActionSpan, asked: ExpectedEffect) -> Effect:
    """The schedule's arrivals have grown by so many % of what was asked."""
    seen_by = _whose(timeline, fault)
    during = per_second(seen_by, whole_seconds(*span_of(timeline, fault)), "offered", final=False)
    before = _usual_rps(timeline, fault)
    factor = _load_of(fault).factor
    seen = ratio(during, before)
    grown = None if seen is None or factor == 1 else (seen - 1) / (factor - 1)
    return at_least(asked.at_least, None if grown is None else 100 * grown, "% of the asked surge")


def offered_ramp(timeline: Timeline, fault: ActionSpan, asked: ExpectedEffect) -> Effect:
    """The schedule's arrivals are where the ramp was to lead them, to so many %.

    What is looked at are its last 5 s, or those before another change of the load took over: what was offered there,
    against where the line was in their middle.
    """
    start_s, end_s = span_of(timeline, fault)
    load = _load_of(fault)
    changes = _changes_of_load(timeline, load.of)
    others = [a.applied_s for a in changes if (a.applied_s or 0.0) > start_s]
    until_s = min([start_s + load.over_s, end_s, *(t for t in others if t is not None)])
    seen_by = _whose(timeline, fault)
    last = per_second(seen_by, whole_seconds(until_s - RAMP_END_S, until_s), "offered", final=False)
    seen = ratio(last, _usual_rps(timeline, fault))
    came_from = _factor_before(timeline, fault)
    done = ratio(until_s - RAMP_END_S / 2 - start_s, load.over_s)
    if seen is None or done is None:
        return at_least(asked.at_least, None, "% of the asked ramp")
    wanted = came_from + min(1.0, done) * (load.factor - came_from)
    return at_least(asked.at_least, 100 * (min(seen, wanted) / max(seen, wanted)), "% of the asked ramp")


def _factor_before(timeline: Timeline, fault: ActionSpan) -> float:
    """The factor on the same load that the change before this one asked for; 1 where it is the first."""
    changes = _changes_of_load(timeline, _load_of(fault).of)
    earlier = [a for a in changes if (a.applied_s or 0.0) < (fault.applied_s or 0.0)]
    newest = max(earlier, key=lambda a: a.applied_s or 0.0, default=None)
    return 1.0 if newest is None else _load_of(newest).factor


def _changes_of_load(timeline: Timeline, of: str | None) -> list[ActionSpan]:
    """The changes of the same load: of all customers together, or of one."""
    loads = [(fault, fault.traits.load) for fault in timeline.faults]
    return [fault for fault, load in loads if load is not None and load.of == of]


def _usual_rps(timeline: Timeline, fault: ActionSpan) -> float | None:
    """What was offered before: in the baseline, or a customer's own rate, since a few seconds of it vary too much."""
    of = _load_of(fault).of
    customer = timeline.drill.load.customer(of) if of is not None and timeline.drill else None
    if customer is not None:
        return customer.rate_rps
    return per_second(timeline, role_seconds(timeline, "baseline"), "offered", final=False)


def _whose(timeline: Timeline, fault: ActionSpan) -> Timeline:
    """The run with the figures of those whose arrivals a fault changes."""
    of = _load_of(fault).of
    return timeline if of is None else of_customer(timeline, of)


def _load_of(fault: ActionSpan) -> LoadChange:
    return fault.traits.load or LoadChange(factor=1.0)


def automation_steps(timeline: Timeline, fault: ActionSpan, asked: ExpectedEffect) -> Effect:
    """The role reported so many steps; none counts where it failed before it was stopped."""
    del timeline
    return at_least(asked.at_least, 0.0 if fault.failed is not None else float(fault.steps), "steps reported")


FIGURES: Mapping[str, Measure] = {
    "automation steps": automation_steps,
    "canary latency": canary_latency,
    "canary slowdown": canary_slowdown,
    "canary outcomes": canary_outcomes,
    "cap used": cap_used,
    "answered 503": answered_503,
    "silence": silence,
    "offered growth": offered_growth,
    "offered ramp": offered_ramp,
}
"""Every figure that a fault's traits may name; a test holds the faults to it."""
