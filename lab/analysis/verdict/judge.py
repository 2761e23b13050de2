"""Timeline -> Verdict. What counts most is said first: broken > inconclusive > fail > pass."""

from lab.analysis.checks import run_checks
from lab.analysis.checks.clock import suspended
from lab.analysis.metrics.stuck import emptied_queue, find_stuck
from lab.analysis.timeline.attempts import source_of
from lab.analysis.timeline.row import ActionSpan
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.blast import find_affected
from lab.analysis.verdict.conditions import evaluate
from lab.analysis.verdict.device_capacity import device_capacity
from lab.analysis.verdict.figures import make_figures, make_phases
from lab.analysis.verdict.measured import doubt_text
from lab.analysis.verdict.outcome import outcome_of, unsteady
from lab.analysis.verdict.played import played
from lab.analysis.verdict.trigger_words import called
from lab.analysis.verdict.verdict import Finding, Judged, Verdict, VerdictWord
from lab.drillfile.holds import word_of
from lab.drillfile.metrics import METRICS, Unit

UNSUPPORTED = "unsupported"
"""With this word the reason of a run begins that was not started because the runtime lacks an ability."""

NO_END = "interrupted: the journal has no end: the lab still runs, or was killed; then `lab recover` ends it"

ATTEMPT_FIGURES = ("amplification_baseline", "amplification_peak", "attempts_rps_peak")


def judge(timeline: Timeline) -> Verdict:
    """The verdict of a run, from its timeline alone."""
    run, drill = timeline.run, timeline.drill
    if run is not None and run.interactive:
        return played(timeline)
    expectations = (*_expectations(timeline), *_blast_radius(timeline))
    instrument = run_checks(timeline)
    word, reasons = _decide(timeline, expectations, instrument)
    source = source_of([sample for samples in timeline.services.values() for sample in samples])
    return Verdict(
        drill=drill.name if drill else "",
        runtime=run.runtime if run else "",
        seed=run.seed if run else 0,
        policy=_policy(timeline),
        verdict=word,
        reasons=reasons,
        outcome=outcome_of(timeline),
        trigger=_described(list(timeline.trigger.actions)),
        mitigation=_described(
            [a for a in timeline.actions.values() if a.kind == "mitigation" and a.applied_s]
        ),
        expectations=expectations,
        instrument=instrument,
        metrics=make_figures(timeline),
        capacity=device_capacity(timeline),
        not_judged=_not_judged(timeline),
        source=dict.fromkeys(ATTEMPT_FIGURES, source) if source else {},
        phases=make_phases(timeline),
        rerun_of=run.rerun_of if run else (),
    )


def _not_judged(timeline: Timeline) -> dict[str, str]:
    """Why the headline figures that are missing are."""
    stuck = find_stuck(timeline)
    return {"stuck": stuck.because} if stuck.value is None else {}


def _decide(
    timeline: Timeline, expectations: tuple[Judged, ...], instrument: tuple[Finding, ...]
) -> tuple[VerdictWord, tuple[str, ...]]:
    """The one word, and every reason for it."""
    closed, outcome = timeline.closed, outcome_of(timeline)
    reason = closed.reason if closed else NO_END
    if outcome == "not-started" and reason.lower().startswith(UNSUPPORTED):
        return "unsupported", (reason,)
    broken = (
        () if closed is None or closed.clean else (f"not rolled back: {', '.join(closed.left) or 'unknown'}",)
    )
    if outcome != "completed":
        not_steady = tuple(f"steady state not met: {what}" for what in unsteady(timeline))
        told = reason if reason.startswith(outcome) else f"{outcome}: {reason}"
        first = [*suspended(timeline), *(doubt_text(f) for f in instrument if f.disturbance)]
        asked = outcome in {"interrupted", "truncated"}  # then nothing else has ended the run
        words = (told, *not_steady, *first) if asked else (*first, told, *not_steady)
        return "inconclusive", (*broken, *words)
    doubts = (*broken, *_doubts(timeline, expectations, instrument))
    if doubts:
        return "inconclusive", doubts
    failed = tuple(f"{e.name}: expected {e.expected}, {e.because}" for e in expectations if not e.met)
    return ("fail", failed) if failed else ("pass", ())


def _doubts(
    timeline: Timeline, expectations: tuple[Judged, ...], instrument: tuple[Finding, ...]
) -> list[str]:
    """Why the measurement is invalid."""
    wrong = [f for f in instrument if f.ok is False or (f.ok is None and f.required)]
    wrong.sort(key=lambda finding: (not finding.disturbance, finding.ok is None))
    doubts = [doubt_text(finding) for finding in wrong]
    if emptied_queue(timeline):
        doubts.append(
            "removing the fault reset the bridge's accept queue, so whether a storm outlives it cannot be assessed"
        )
    return doubts + [f"{e.name}: {e.because}" for e in expectations if e.met is None]


def _expectations(timeline: Timeline) -> list[Judged]:
    judged = []
    for expectation in timeline.drill.expect if timeline.drill else ():
        condition = expectation.condition
        decision = evaluate(timeline, condition)
        unit = METRICS[condition.metric].unit
        measured = None if decision.measured is None else round(decision.measured, 4)
        judged.append(
            Judged(
                name=expectation.name,
                expected=str(condition),
                measured=_in_unit(measured, unit),
                met=decision.met,
                unit="of offered" if condition.of else str(unit),
                because=decision.because
                if decision.met is None
                else _because(decision.because, decision.measured),
            )
        )
    return judged


def _in_unit(measured: float | None, unit: Unit) -> float | bool | str | None:
    """A measured value as the verdict has it: true or false, or a word, where the unit has such."""
    if measured is None or unit not in {Unit.BOOL, Unit.WORD}:
        return measured
    return word_of(measured) if unit is Unit.WORD else bool(measured)


def _because(because: str, measured: float | None) -> str:
    return because if measured is None else f"measured {because}"


def _blast_radius(timeline: Timeline) -> list[Judged]:
    """Affecting anything outside of the drill's blast radius is a failed expectation."""
    radius = timeline.drill.blast_radius if timeline.drill else ()
    if not radius:
        return []
    outside = {service: how for service, how in find_affected(timeline).items() if service not in radius}
    told = ", ".join(f"{service} ({how})" for service, how in outside.items())
    return [
        Judged(
            name="blast radius",
            expected=f"only {', '.join(radius)} affected",
            measured=float(len(outside)),
            met=not outside,
            unit="services outside",
            because=f"also affected: {told}" if outside else "nothing else was affected",
        )
    ]


def _policy(timeline: Timeline) -> str | None:
    """The clients' retry policy from the start: the drill's, else the first that was seen."""
    for settings in timeline.drill.configuration.values() if timeline.drill else ():
        if "policy" in settings:
            return str(settings["policy"])
    seen = (
        s.policy
        for name, samples in timeline.services.items()
        for s in samples
        if name not in timeline.roles.aside
    )
    return next((policy for policy in seen if policy is not None), None)


def _described(actions: list[ActionSpan]) -> str | None:
    """``latency on bridge``; several joined by ``and``."""
    return " and ".join(dict.fromkeys(called(action) for action in actions)) or None
