"""The steady state held in the baseline, decided once more on final figures."""

from lab.analysis.checks.checker import short_unit
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.conditions import evaluate
from lab.analysis.verdict.verdict import Finding
from lab.drillfile.condition import Condition
from lab.drillfile.metrics import METRICS, Unit

STEADY_STATE = "steady state"
"""With this the names of its findings begin: they are about the system, where all others are about the instrument."""


def check_steady_state(timeline: Timeline) -> list[Finding]:
    """One finding a probe."""
    steady = timeline.drill.steady_state if timeline.drill else None
    findings = []
    for probe in steady.probes if steady else ():
        decision = evaluate(timeline, probe)
        findings.append(
            Finding(
                name=f"{STEADY_STATE}: {probe.metric}",
                limit=probe.text,
                measured=None if decision.measured is None else round(decision.measured, 4),
                ok=decision.met,
                unit=_unit(probe),
                detail=decision.because,
            )
        )
    return findings


def _unit(probe: Condition) -> str:
    """Of what was measured: a share where it is compared with another figure."""
    unit = METRICS[probe.metric].unit
    return "share" if probe.of is not None or unit is Unit.SHARE else short_unit(str(unit))
