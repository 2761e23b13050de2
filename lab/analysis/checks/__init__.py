"""The instrument checks, without which there is no pass or fail: pure, one a file, as the report orders them.

To add one: a file with a function from Timeline to findings, a line here, a test. One that raises is
reported by name and leaves the run inconclusive: a checker without an answer has not said yes.
"""

from collections.abc import Mapping

from lab.analysis.checks.calibration import check_calibration
from lab.analysis.checks.cap_changed import check_cap_changed
from lab.analysis.checks.checker import Checker
from lab.analysis.checks.clock import check_clock
from lab.analysis.checks.conservation import check_conservation
from lab.analysis.checks.crossing import check_crossing
from lab.analysis.checks.fault_effect import check_fault_effect
from lab.analysis.checks.governor import check_governor
from lab.analysis.checks.governor_alive import check_governor_alive
from lab.analysis.checks.host import check_host
from lab.analysis.checks.offered import check_offered
from lab.analysis.checks.over_cap import check_over_cap
from lab.analysis.checks.planes import check_planes
from lab.analysis.checks.processes import check_processes
from lab.analysis.checks.queue_asked import check_queue
from lab.analysis.checks.queue_changed import check_queue_changed
from lab.analysis.checks.restarts import check_restarts
from lab.analysis.checks.saturation import check_saturation
from lab.analysis.checks.settings_changed import check_settings_changed
from lab.analysis.checks.sockets import check_sockets
from lab.analysis.checks.steady import check_steady_state
from lab.analysis.checks.steps import check_steps
from lab.analysis.checks.stood_still import check_stood_still
from lab.analysis.checks.threads import check_threads
from lab.analysis.checks.toxics import check_toxics
from lab.analysis.checks.truth import check_truth
from lab.analysis.checks.undone import check_undone
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Finding

CHECKS: Mapping[str, Checker] = {
    "clock": check_clock,
    "steady state": check_steady_state,
    "offered": check_offered,
    "truth": check_truth,
    "planes": check_planes,
    "conservation": check_conservation,
    "steps": check_steps,
    "fault-effect": check_fault_effect,
    "undone": check_undone,
    "crossing": check_crossing,
    "calibration": check_calibration,
    "queue": check_queue,
    "saturation": check_saturation,
    "governor": check_governor,
    "governor at work": check_governor_alive,
    "cap as set": check_cap_changed,
    "within its cap": check_over_cap,
    "queue as set": check_queue_changed,
    "toxics as set": check_toxics,
    "settings as set": check_settings_changed,
    "processes": check_processes,
    "threads": check_threads,
    "sockets": check_sockets,
    "restarts": check_restarts,
    "stood still": check_stood_still,
    "host": check_host,
}


def run_checks(timeline: Timeline, checks: Mapping[str, Checker] = CHECKS) -> tuple[Finding, ...]:
    """The findings of all checks; one that raises becomes a finding that nothing was measured."""
    findings: list[Finding] = []
    for name, check in checks.items():
        try:
            findings += check(timeline)
        except Exception as error:  # noqa: BLE001 - whatever it is: this check says nothing, the others do
            what = f"the check itself failed: {type(error).__name__}: {error}"
            findings.append(Finding(name=name, limit="a working check", measured=None, ok=None, detail=what))
    return tuple(findings)
