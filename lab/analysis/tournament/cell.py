"""One run of a tournament: a contestant under a trigger, with one seed, and what it came to. Unmeasured is None."""

import hashlib
from collections.abc import Mapping

from lab.analysis.metrics.evaluators import RUN, SERIES
from lab.analysis.metrics.stuck import emptied_queue
from lab.analysis.timeline.moments import until_s
from lab.analysis.timeline.rows import amplification, ratio
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import good_share, role_seconds, total, whole_seconds
from lab.analysis.tournament.fairness import unfairness
from lab.analysis.tournament.outlasted import outlasted
from lab.analysis.tournament.wasted_attempts import count_attempts
from lab.analysis.tournament.work import abandoned_work_share
from lab.analysis.verdict.verdict import Verdict, VerdictWord
from lab.drillfile.frozen import Frozen
from lab.drillfile.holds import HoldsWord
from lab.drillfile.model import Drill

NAMES = frozenset({"name", "title", "description", "tags", "text", "seed"})
"""What a drill is called, and how its chance begins; all else is what it does."""


class Cell(Frozen):
    """The figures of one run. They count since the trigger's start where nothing else is said.

    Attributes:
        contestant: what differs between the runs of a tournament: a policy, a fix, a library.
        run: name of the run folder.
        verdict: the run's word; ``reasons`` are the verdict's.
        valid: every instrument check passed; figures of other runs are discarded.
        capacity_rps: of the bridge that the run was made on.
        trigger_s: how long the trigger lasted; ``mitigated_at_s``: when a mitigation was active, since its start.
        stuck: the storm went on although its trigger was gone. ``outlasted``: the storm was still there at the
            end of what was to end it: the mitigation, where one came (last 10 s of the run), else the trigger.
        amplification: attempts per request; ``amplification_peak`` in the worst 5 s window of the whole run;
            ``amplification_aftermath`` from the trigger's end to the mitigation (or the end), as a whole.
        lost_requests: offered - good, summed over the judged seconds; ``lost_share`` is its share of offered.
        served_mitigation: good / offered while the mitigation was active (its phase); ``served_recovery``: in the
            phase with the role recovery: when it was taken away, or after the trigger came again. None without one.
        holds: whether the change held when the trigger came again; None: it did not come, or that isn't known.
        time_to_recover_s: as in the verdict; ``censored_at_s``: not back, and watched for so long;
            ``back_from_s``: back since then, but not watched long enough to say that it stayed so.
        latency_p99_ms: of the correct answers.
        rejected: attempts that a policy forbade (including requests refused outright), ``rejected_by`` which one;
            ``rejected_share`` of the attempts that were wanted.
        wasted_attempts: that ended without a correct answer; ``wasted_attempts_share`` of those that ended.
        abandoned_work_share: of the answers that auth had ready, those whose client was gone by then.
        drill: a hash of what its drill does: two contestants with the same are one and the same.
        unfairness: 1 - Jain's index of the clients' good shares; 0: all alike. None with a single client.
    """

    contestant: str
    trigger: str
    seed: int
    run: str
    verdict: VerdictWord
    valid: bool
    reasons: tuple[str, ...] = ()
    capacity_rps: float | None = None
    trigger_s: float | None = None
    mitigated_at_s: float | None = None
    stuck: bool | None = None
    outlasted: bool | None = None
    amplification: float | None = None
    amplification_peak: float | None = None
    amplification_aftermath: float | None = None
    lost_requests: int | None = None
    lost_share: float | None = None
    served_mitigation: float | None = None
    served_recovery: float | None = None
    holds: HoldsWord | None = None
    time_to_recover_s: float | None = None
    censored_at_s: float | None = None
    back_from_s: float | None = None
    latency_p99_ms: float | None = None
    rejected: float | None = None
    rejected_share: float | None = None
    rejected_by: Mapping[str, float] = {}
    wasted_attempts: float | None = None
    wasted_attempts_share: float | None = None
    abandoned_work_share: float | None = None
    unfairness: float | None = None
    drill: str | None = None


def cell_of(timeline: Timeline, verdict: Verdict, *, contestant: str, trigger: str) -> Cell:
    """The cell of a run that was judged."""
    span = since_trigger(timeline)
    offered, good = total(timeline, span, "offered"), total(timeline, span, "good")
    lost = None if offered is None or good is None else offered - good
    attempts = count_attempts(timeline)
    return Cell(
        contestant=contestant,
        trigger=trigger,
        seed=verdict.seed,
        run=timeline.run.run if timeline.run else "",
        verdict=verdict.verdict,
        valid=is_valid(timeline, verdict),
        reasons=verdict.reasons,
        capacity_rps=capacity_rps(timeline),
        trigger_s=_since_start(timeline, timeline.trigger_end_s),
        mitigated_at_s=_since_start(timeline, timeline.mitigation_s),
        stuck=verdict.metrics.stuck,
        outlasted=outlasted(timeline, verdict),
        amplification=amplification(timeline.seconds, span, final=True),
        amplification_peak=verdict.metrics.amplification_peak,
        amplification_aftermath=amplification(timeline.seconds, aftermath(timeline), final=True),
        lost_requests=lost,
        lost_share=ratio(lost, offered),
        served_mitigation=good_share(timeline, role_seconds(timeline, "mitigation")),
        served_recovery=good_share(timeline, role_seconds(timeline, "recovery")),
        holds=verdict.metrics.holds,
        time_to_recover_s=verdict.metrics.time_to_recover_s,
        censored_at_s=verdict.metrics.censored_at_s,
        back_from_s=verdict.metrics.back_from_s,
        latency_p99_ms=SERIES["latency_p99"](timeline, span, final=True) if len(span) else None,
        rejected=attempts.rejected,
        rejected_share=attempts.rejected_share,
        rejected_by=attempts.rejected_by,
        wasted_attempts=attempts.wasted_attempts,
        wasted_attempts_share=attempts.wasted_attempts_share,
        abandoned_work_share=abandoned_work_share(timeline),
        unfairness=unfairness(timeline, span),
        drill=None if timeline.drill is None else _mark(timeline.drill),
    )


def _mark(drill: Drill) -> str:
    done = drill.model_dump_json(exclude=set(NAMES))
    return hashlib.sha256(done.encode()).hexdigest()[:16]


def capacity_rps(timeline: Timeline) -> float | None:
    """What the bridge of a run could carry, as it was calibrated last, in connections a second; None: unknown."""
    return timeline.calibrations[-1].capacity_rps if timeline.calibrations else None


def _since_start(timeline: Timeline, at_s: float | None) -> float | None:
    """A moment of the run, counted from the trigger's start."""
    if at_s is None or timeline.trigger_start_s is None:
        return None
    return round(at_s - timeline.trigger_start_s, 3)


def since_trigger(timeline: Timeline) -> range:
    """The whole judged seconds since the trigger's start, until it comes again; none without a trigger."""
    if timeline.first_s is None or timeline.trigger_start_s is None:
        return range(0)
    return whole_seconds(timeline.trigger_start_s, timeline.first_s[1])


def aftermath(timeline: Timeline) -> range:
    """The whole seconds from the trigger's end to the mitigation, or to the end where there is none."""
    since_s = timeline.trigger_end_s
    end_s = None if since_s is None else until_s(timeline, since_s)
    return range(0) if since_s is None or end_s is None else whole_seconds(since_s, end_s)


def is_valid(timeline: Timeline, verdict: Verdict) -> bool:
    """Whether the figures count.

    A pass or a fail, or a run in which nothing else was in doubt than what the trigger's end made impossible to
    tell: it emptied the bridge's queue, so that stuck and recovery stay unknown. All else was measured as ever.
    """
    if verdict.verdict in {"pass", "fail"}:
        return True
    if verdict.outcome != "completed" or timeline.closed is None or not timeline.closed.clean:
        return False
    doubted = any(f.ok is False or (f.ok is None and f.required) for f in verdict.instrument)
    expected = timeline.drill.expect if timeline.drill else ()
    excused = {one.name for one in expected if one.condition.metric in RUN}
    untold = {one.name for one in verdict.expectations if one.met is None}
    return emptied_queue(timeline) and not doubted and untold <= excused
