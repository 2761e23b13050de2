"""The figures of a verdict, from final cohorts only. See docs/definitions.md."""

from lab.analysis.metrics.evaluators import SERIES
from lab.analysis.metrics.holds import holds_for
from lab.analysis.metrics.recovery import default_since_s, find_recovery
from lab.analysis.metrics.stuck import find_stuck
from lab.analysis.planes.score import score
from lab.analysis.timeline.moments import helping_s
from lab.analysis.timeline.rows import amplification
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import (
    first_seconds,
    peak,
    per_second,
    phase_seconds,
    role_seconds,
)
from lab.analysis.verdict.customers import customers_in, make_customers
from lab.analysis.verdict.figure_spans import aftermath, trigger_seconds
from lab.analysis.verdict.rounding import short
from lab.analysis.verdict.second_trigger import second_trigger
from lab.analysis.verdict.verdict import Figures, PhaseFigures


def make_figures(timeline: Timeline) -> Figures:
    """Every figure that could be measured; the others stay null."""
    baseline, judged = role_seconds(timeline, "baseline"), first_seconds(timeline)
    stuck = find_stuck(timeline)
    recovery = find_recovery(timeline, default_since_s(timeline))
    holds = holds_for(timeline, None)
    return Figures(
        offered_rps=short(per_second(timeline, baseline, "offered")),
        goodput_baseline_rps=short(per_second(timeline, baseline, "good")),
        amplification_baseline=short(amplification(timeline.seconds, baseline, final=True)),
        amplification_peak=peak(judged, lambda span: amplification(timeline.seconds, span, final=True)),
        trigger_start_s=short(timeline.trigger_start_s),
        trigger_end_s=short(timeline.trigger_end_s),
        goodput_trigger_rps=short(per_second(timeline, trigger_seconds(timeline), "good")),
        goodput_after_trigger_rps=short(per_second(timeline, aftermath(timeline), "good")),
        stuck=stuck.value,
        stuck_s=short(stuck.stuck_s),
        mitigation_s=short(helping_s(timeline)),
        time_to_recover_s=short(recovery.time_s),
        censored_at_s=short(recovery.censored_at_s),
        back_from_s=short(recovery.pending_s),
        attempts_rps_peak=peak(judged, lambda span: per_second(timeline, span, "attempts")),
        latency_p50_ms=short(SERIES["latency_p50"](timeline, baseline, final=True)),
        latency_p99_ms=short(SERIES["latency_p99"](timeline, baseline, final=True)),
        monitoring=score(timeline),
        holds=holds.value,
        retrigger=second_trigger(timeline, holds),
        customers=make_customers(timeline),
    )


def make_phases(timeline: Timeline) -> tuple[PhaseFigures, ...]:
    """The figures of each phase that began."""
    phases = []
    for span in timeline.phases:
        seconds = phase_seconds(timeline, span.name)
        measured = {name: short(read(timeline, seconds, final=True)) for name, read in SERIES.items()}
        phases.append(
            PhaseFigures(
                name=span.name,
                planned_s=span.planned_s,
                start_s=short(span.start_s) or 0.0,
                end_s=short(span.end_s),
                offered_rps=measured["offered"],
                goodput_rps=measured["goodput"],
                attempts_rps=measured["attempts"],
                amplification=measured["amplification"],
                latency_p50_ms=measured["latency_p50"],
                latency_p99_ms=measured["latency_p99"],
                role=span.role,
                clock=span.clock,
                customers=customers_in(timeline, seconds),
            )
        )
    return tuple(phases)
