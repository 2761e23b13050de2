"""The result of a run: the models behind ``verdict.json``, and the exit code that follows from them.

Not measured is null, never 0. Times are on the run's clock, in s; durations say from when they count.
"""

from collections.abc import Mapping
from typing import Literal

from pydantic import ConfigDict, Field, model_validator

from lab.analysis.verdict.customer_verdict import CustomerFigures, CustomerInPhase
from lab.analysis.verdict.device_capacity import DeviceCapacity
from lab.drillfile.frozen import Frozen
from lab.drillfile.holds import HoldsWord
from lab.drillfile.phase import PhaseRole
from lab.journal.events import RunClosed
from lab.journal.upgrade import upgrade_verdict

SCHEMA = 2

RecordedEnd = Literal["completed", "aborted", "interrupted", "broken", "not-started", "truncated"]
"""How the run ended: as in ``run.closed``, or ``truncated`` where the journal has no such line."""

VerdictWord = Literal["pass", "fail", "inconclusive", "unsupported"]


class Judged(Frozen):
    """An expectation of the drill; ``measured`` is in ``unit``."""

    name: str
    expected: str
    measured: float | bool | str | None
    met: bool | None
    unit: str = ""
    because: str = ""


class Finding(Frozen):
    """One instrument check. ``ok`` None: not measured; inconclusive where the check is ``required``.

    ``measured`` is in ``unit``: what follows the number, as ``%`` or ``ms``; ``share``: it is 0..1.
    ``disturbance``: what became of which part of the measurement, and when, in a sentence (empty: nothing). It explains
    what other checks find, so it is the verdict's first reason.
    """

    name: str
    limit: str
    measured: float | str | None
    ok: bool | None
    required: bool = True
    detail: str = ""
    unit: str = ""
    disturbance: str = ""


class Plane(Frozen):
    """How a monitoring plane survived, from the first phase's start to the last one's end. None: unknown.

    Attributes:
        mode: how it saw main.
        scrapes_expected: what its configuration promises; ``scrapes_ok`` of them were good.
        stale_s: seconds in which it was blind when asked live (docs/definitions.md), and the longest such span.
        stale_backfilled_s: the same when it was asked again after the run, and the longest such span.
        answer_errors: query -> median distance of its answers from the truth, in the query's unit, while it answered.
        detection_time_s: from the trigger's start to its first page about what happened; ``detected_by`` names it.
        detect_bound_s: how soon it had to, by its configuration: the bound of that alert (where none came, the
            shortest of what another plane reported, or else of all).
        time_to_dead_mans_switch_s: from the trigger's start to the dead-man's switch about this plane.
        false_alarms: pages about what had not happened, before the trigger (or in a run without one).
        false_resolutions: pages that called off what went on.
        alerts_lost: that were due and never came; ``alerts_late`` after their bound.
        restarts: of its Prometheus.
        memory_bytes: the most that its Prometheus and Alertmanager took together.
    """

    mode: str
    scrapes_expected: int | None = None
    scrapes_ok: int | None = None
    stale_s: int | None = None
    longest_stale_s: int | None = None
    stale_backfilled_s: int | None = None
    longest_stale_backfilled_s: int | None = None
    answer_errors: Mapping[str, float | None] = {}
    detection_time_s: float | None = None
    detected_by: str | None = None
    detect_bound_s: float | None = None
    time_to_dead_mans_switch_s: float | None = None
    false_alarms: int | None = None
    false_resolutions: int | None = None
    alerts_lost: tuple[str, ...] = ()
    alerts_late: tuple[str, ...] = ()
    restarts: int = 0
    memory_bytes: int | None = None


class PhaseFigures(Frozen):
    """The figures of one phase, over the whole seconds inside it."""

    name: str
    planned_s: float
    start_s: float
    end_s: float | None
    offered_rps: float | None
    goodput_rps: float | None
    attempts_rps: float | None
    amplification: float | None
    latency_p50_ms: float | None
    latency_p99_ms: float | None
    role: PhaseRole | None = None
    clock: str | None = None
    customers: Mapping[str, CustomerInPhase] = {}


class SecondTrigger(Frozen):
    """The figures of the trigger when it came again, with the mitigations that were active by then.

    Attributes:
        start_s: when it was active, ``end_s`` when it was over.
        amplification_peak: of all 5 s windows since its start.
        goodput_rps: while it was active; ``goodput_after_rps`` over the last 10 s of its window.
        stuck_s: how long after its end goodput stayed under 50 %.
        time_to_recover_s: since its end; ``censored_at_s`` and ``back_from_s`` as those of the first.
        looser: protective settings that were looser after it than the drill allows, in words.
        because: why the fix holds or not, or why that isn't known.
    """

    start_s: float | None = None
    end_s: float | None = None
    amplification_peak: float | None = None
    goodput_rps: float | None = None
    goodput_after_rps: float | None = None
    stuck: bool | None = None
    stuck_s: float | None = None
    time_to_recover_s: float | None = None
    censored_at_s: float | None = None
    back_from_s: float | None = None
    looser: tuple[str, ...] = ()
    because: str = ""


class Figures(Frozen):
    """The figures of a run.

    Attributes:
        offered_rps: scheduled arrivals over the baseline; goodput and amplification of the baseline alike.
        amplification_peak: of all 5 s windows; ``attempts_rps_peak`` alike.
        goodput_trigger_rps: while the trigger was active.
        goodput_after_trigger_rps: over the last 10 s before the mitigation (or the end).
        mitigation_s: when the first mitigation after the trigger's end was active.
        stuck_s: how long after the trigger's end goodput stayed under 50 %.
        time_to_recover_s: since the mitigation, or since the trigger's end where there is none.
        censored_at_s: where it did not recover: how long it was watched, from the same moment.
        back_from_s: where the run ended within the 10 s that make a recovery: since when service was back.
        latency_p50_ms: of good answers in the baseline; ``latency_p99_ms`` alike.
        holds: whether the fix holds when the trigger comes again; ``retrigger`` has the second trigger's figures. All
            others are about the first.
        customers: the same of each customer of the load, by name.
    """

    offered_rps: float | None = None
    goodput_baseline_rps: float | None = None
    amplification_baseline: float | None = None
    amplification_peak: float | None = None
    trigger_start_s: float | None = None
    trigger_end_s: float | None = None
    goodput_trigger_rps: float | None = None
    goodput_after_trigger_rps: float | None = None
    stuck: bool | None = None
    stuck_s: float | None = None
    mitigation_s: float | None = None
    time_to_recover_s: float | None = None
    censored_at_s: float | None = None
    back_from_s: float | None = None
    attempts_rps_peak: float | None = None
    latency_p50_ms: float | None = None
    latency_p99_ms: float | None = None
    monitoring: Mapping[str, Plane] = {}
    holds: HoldsWord | None = None
    retrigger: SecondTrigger | None = None
    customers: Mapping[str, CustomerFigures] = {}


class Verdict(Frozen):
    """``verdict.json``.

    Attributes:
        interactive: people played with the lab: nothing was expected, so nothing is judged.
        source: who counted the attempts behind a figure, the client or the bridge.
        capacity: what the bridge carried, as calibrated and while stuck; null: it was not calibrated.
        not_judged: metric -> why it could not be judged.
        rerun_of: names of the runs that this one repeats because instrument checks failed in them, oldest first; empty:
            a first attempt.
    """

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True, validate_by_alias=True)

    schema_version: int = Field(default=SCHEMA, alias="schema")
    drill: str
    runtime: str
    seed: int
    policy: str | None
    verdict: VerdictWord
    reasons: tuple[str, ...]
    outcome: RecordedEnd
    trigger: str | None = None
    mitigation: str | None = None
    expectations: tuple[Judged, ...] = ()
    instrument: tuple[Finding, ...] = ()
    metrics: Figures = Figures()
    capacity: DeviceCapacity | None = None
    source: Mapping[str, str] = {}
    not_judged: Mapping[str, str] = {}
    phases: tuple[PhaseFigures, ...] = ()
    interactive: bool = False
    rerun_of: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _of_this_schema(cls, found: object) -> object:
        """A ``verdict.json`` of an earlier lab, in the words of this one; a newer lab's is refused."""
        version = found.get("schema") if isinstance(found, dict) else None
        if isinstance(version, int) and version > SCHEMA:
            raise ValueError(f"written by a newer lab: schema {version}, this one reads up to {SCHEMA}")
        if version != 1 or not isinstance(found, dict):
            return found
        try:
            return upgrade_verdict(found)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a verdict of schema 1: {error!r}") from error


EXIT = {"pass": 0, "fail": 1, "inconclusive": 2, "unsupported": 4}
NOT_SET_UP = 4
BROKEN = 5
INTERRUPTED = 130


def exit_code(verdict: Verdict, run_closed: RunClosed | None) -> int:
    """The exit code of ``lab run`` by the contract: 5 outranks all, then 130, 4, and the verdict's own."""
    if run_closed is None or run_closed.outcome == "broken" or not run_closed.clean:
        return BROKEN
    if verdict.interactive and run_closed.outcome in {"completed", "aborted"}:
        return EXIT["pass"]
    if run_closed.outcome == "interrupted":
        return INTERRUPTED
    if run_closed.outcome == "not-started" and verdict.outcome == "not-started":
        return NOT_SET_UP
    return EXIT[verdict.verdict]
