"""What the journal can hold: one frozen model per line; ``type`` says which.

Four rules: counters are cumulative (``*_total``), never rates; observations and decisions are recorded,
judgements never; units stand in the names; what was not measured is null or a ``sample.missed``, never 0.

``t`` is in seconds of the run's clock: CLOCK_MONOTONIC minus an *integer* second chosen at the start, so that
second ``n`` of the run is exactly one whole second of the clock that every service counts its cohorts by.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from chaos.traits import Traits
from lab.drillfile.phase import PhaseRole
from lab.journal.customer_figures import CustomerCohort, CustomerTotals
from lab.journal.entry import Buckets, Counts, Entry, Moment, RunTime, Second
from lab.journal.exercise_events import ExerciseBegun
from lab.journal.passed_on import PassedOn
from lab.journal.plane_events import PageReceived, PlaneBackfilled, PlaneConfigured, PlaneSample, PlaneScraped
from lab.topology.roles import Role

SCHEMA = 2

GovernorState = Literal["running", "stopped", "gone"]


class RunOpened(Entry):
    """The first line: what runs, with what, on which machine.

    ``interactive``: people play with this lab; nothing is expected of it.
    ``rerun_of``: the runs that this one repeats because instrument checks failed, oldest first (none: a first attempt).
    ``topology``: every role of the topology, and what it is for (None: written before the journal had it; reading puts
    in what it was then).
    """

    type: Literal["run.opened"] = "run.opened"
    schema_version: int = SCHEMA
    run: str
    drill: dict[str, Any]
    runtime: str
    isolation: str
    seed: int
    started_utc: str
    interactive: bool = False
    rerun_of: tuple[str, ...] = ()
    versions: dict[str, str]
    machine: dict[str, Any]
    topology: dict[str, Role] | None = None
    latency_growth: float
    latency_first_ms: float


class CalibrationMeasured(Entry):
    """The bridge's capacity as a closed loop found it, with its 95 % interval.

    Attributes:
        windows_rps: connections per second of each window under the last cap.
        capacity_rps, capacity_low_rps, capacity_high_rps: answered connections per second, and the interval of it.
        given_up_rps: connections per second of clients that are gone, accepted while the queue was not empty; null: not
            measured.
        queue_empty_ratio: share of the readings that found the accept queue empty.
        delivered_ratio: CPU that the bridge used / what its share allows, over those windows.
        spread_ratio, steady: (max - min) / median of the windows, and whether it was small; where there is no interval.
    """

    type: Literal["calibration.measured"] = "calibration.measured"
    target: str
    windows_rps: tuple[float, ...]
    capacity_rps: float | None
    capacity_low_rps: float | None = None
    capacity_high_rps: float | None = None
    given_up_rps: float | None = None
    queue_empty_ratio: float | None = None
    delivered_ratio: float | None = None
    spread_ratio: float | None = None
    steady: bool | None = None
    in_flight: int
    headroom: float
    asked_rps: float
    cpu_share: float | None
    cost_ms: float | None
    listen_queue: int | None
    listen_queue_asked: int | None
    took_ms: float


class ServiceChanged(Entry):
    """A service started, became healthy, stopped or died."""

    type: Literal["service.changed"] = "service.changed"
    service: str
    state: Literal["starting", "healthy", "unhealthy", "exited", "stopped"]
    boot: str | None = None
    addresses: dict[str, str] = {}
    exit_code: int | None = None
    planned: bool = True
    log_tail: tuple[str, ...] = ()


class PhaseEntered(Entry):
    """A phase of the drill began; ``planned_s`` is how long it should last. ``done`` ends the last one.

    ``role`` is the part that it plays (None: none, or a journal of before there were roles), ``clock`` what a wall
    clock shows then.
    """

    type: Literal["phase.entered"] = "phase.entered"
    phase: str
    planned_s: float
    because: str
    role: PhaseRole | None = None
    clock: str | None = None


class ActionChanged(Entry):
    """Something changed the world, or tried to. ``params`` are the fault's, with units in the names.

    ``traits`` is what follows from it, as its class declares (None: written before the journal had them; reading
    puts them in). ``rebuilt_listener``: the target's listener is a new one, with an empty queue.
    """

    type: Literal["action.changed"] = "action.changed"
    action: str
    kind: Literal["fault", "mitigation", "load", "automation", "setting"]
    name: str
    fault: str
    target: str
    params: dict[str, Any]
    state: Literal["intended", "applied", "refused", "reverted", "rollback-failed"]
    by: str
    traits: Traits | None = None
    verified: bool | None = None
    readback: dict[str, Any] | None = None
    took_ms: float | None = None
    lease_until_s: RunTime | None = None
    rebuilt_listener: bool = False
    error: str | None = None


class CheckDecided(Entry):
    """A condition that steers the run (steady state, abort-if) was decided on these figures."""

    type: Literal["check.decided"] = "check.decided"
    name: str
    role: Literal["steady-state", "abort-if"]
    condition: str
    measured: float | None
    met: bool | None
    because: str


class LoadSample(Entry):
    """The load's cumulative counts, as the load itself has them: of sessions, but for ``requests_total``.

    ``requests_total`` went over the wire, one for each step of a session (null: as many as sessions were sent).
    ``customers``: the same of each, where the load has named ones.
    """

    type: Literal["load.sample"] = "load.sample"
    intended_total: int
    sent_total: int
    ok_total: int
    failed_total: Counts
    lag_p99_ms: float | None
    in_flight: int
    rate_rps: float
    cpu_s_total: float | None = None
    requests_total: int | None = None
    customers: dict[str, CustomerTotals] = {}


class ServiceSample(Entry):
    """A service's cumulative counts. ``source`` says who counts the attempts: the client or, they are null, the bridge.

    Where it is the bridge, ``connects_total`` are the connections that the client began to open (null: unknown),
    ``outcomes_total`` the ends of calls, ``calls_in_flight`` the calls under way (else: what a library
    before it has left), and ``calls_queued`` those that wait for a thread. ``shed_total`` were refused or dropped
    instead of being done, by reason; ``abandoned_work_total`` were done for a client that was gone.
    ``first_attempts_total``: of the attempts, those that were the first of their call. ``upstream``: what a front door
    or a proxy passed on, by its name for whom it calls (empty: for all of them). Older journals have neither.
    """

    type: Literal["service.sample"] = "service.sample"
    service: str
    boot: str
    source: Literal["client", "bridge"] = "client"
    requests_total: int
    served_total: int
    abandoned_total: int
    abandoned_work_total: int | None = None
    failed_total: Counts = {}
    shed_total: Counts = {}
    connections_total: int | None = None
    queue_depth: int | None = None
    in_flight: int
    calls_total: int | None = None
    attempts_total: int | None = None
    first_attempts_total: int | None = None
    outcomes_total: Counts = {}
    attempts_in_flight: int | None = None
    connects_total: int | None = None
    calls_in_flight: int | None = None
    calls_queued: int | None = None
    policy: str | None = None
    breaker: str | None = None
    upstream: dict[str, PassedOn] = {}
    loop_lag_p99_ms: float | None = None
    cpu_s_total: float | None = None
    errors_total: Counts = {}


class CohortClosed(Entry):
    """All requests whose start (the intended one, for the load) lies in this second of the run, final.

    ``good`` are correct 2xx within the load's ``slo`` (for a service: correct 2xx); ``latency`` holds those
    answered with a 2xx, ``latency_all`` every one. ``customers``: of the load, where it has named ones, the figures of
    each. Provisional cohorts are written to no journal.
    """

    type: Literal["cohort.closed"] = "cohort.closed"
    source: str
    second: Second
    requests: int
    sent: int
    attempts: int | None
    good: int
    failed: Counts
    latency: Buckets = {}
    latency_all: Buckets = {}
    customers: dict[str, CustomerCohort] = {}


class CohortProvisional(Entry):
    """A cohort that can still change: in the live view only, marked; verdicts never read it."""

    type: Literal["cohort.provisional"] = "cohort.provisional"
    source: str
    second: Second
    requests: int
    sent: int
    attempts: int | None
    good: int
    failed: Counts
    latency: Buckets = {}
    customers: dict[str, CustomerCohort] = {}


class CanarySample(Entry):
    """One call per second on a new connection, outside of the clients under test: does a fault have an effect?

    ``outcome`` as for attempts; ``started_s`` on the run's clock; ``latency_ms`` until the outcome.
    """

    type: Literal["canary.sample"] = "canary.sample"
    started_s: Moment
    outcome: str
    latency_ms: float


class AutomationReported(Entry):
    """What an automation of a role reported at ``at_s``: ``name`` is the drill's step, ``step`` how many are done."""

    type: Literal["automation.reported"] = "automation.reported"
    service: str
    automation: str
    name: str
    state: Literal["started", "step", "ended", "failed"]
    at_s: Moment
    step: int
    steps: int
    detail: str = ""


class SettingsRead(Entry):
    """A service's live settings as it has them, read when they have changed and every few seconds.

    Of a device: ``listen_queue``, how many connections may wait to be accepted.
    """

    type: Literal["settings.read"] = "settings.read"
    service: str
    values: dict[str, bool | int | float | str | None]


class ToxicSeen(BaseModel):
    """A toxic as the device has it. ``ours``: it has the name that this run gives to one of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    name: str
    type: str
    stream: str
    toxicity: float
    attributes: dict[str, int | float] = {}
    ours: bool


class BridgeSample(Entry):
    """The bridge from outside: sockets and CPU as the kernel counts them, the cap as it is active.

    ``accepted_total`` and ``requests_total`` are what came out of it, as router counts connections and requests.
    ``listen_queue``: how many connections may wait. ``governor``: the state of the process that enforces the cap, by
    /proc, and how old its own last word is (null: there is none, a quota is the kernel's). ``cpu``: the number of the
    CPU that it ran on last. ``toxics`` are the faults
    that the lab has active on it; ``listening`` and ``toxics_seen`` what the device itself says (null: no answer in
    time, or a journal of before it was asked).
    """

    type: Literal["bridge.sample"] = "bridge.sample"
    device: str
    accepted_total: int | None
    requests_total: int | None = None
    open_connections: int | None
    accept_queue: int | None
    cpu_s_total: float | None
    throttled_s_total: float | None
    cpu_share: float | None
    toxics: tuple[str, ...] = ()
    listen_queue: int | None = None
    governor: GovernorState | None = None
    governor_age_s: float | None = None
    cpu: int | None = None
    listening: bool | None = None
    toxics_seen: tuple[ToxicSeen, ...] | None = None


class GovernorChanged(Entry):
    """The process that enforces a device's CPU cap died; was replaced, ``away_s`` after that; or could not be."""

    type: Literal["governor.changed"] = "governor.changed"
    device: str
    state: Literal["died", "replaced", "not-replaced"]
    cpu_share: float | None
    away_s: float | None = None
    error: str | None = None


class HostSample(Entry):
    """The machine under the lab. Free memory is what the lab's own control groups leave, where they leave less.

    ``cpu_limit_cores``: the tightest CPU limit of the lab's own control groups (null: none), and
    ``limited_cpu_s_total`` the CPU that all in that group used. The kernel grants it in periods: in
    ``cpu_held_total`` of ``cpu_periods_total`` some process of the group was held back.
    ``suspended_s_total``: how long the machine has slept since its boot.
    ``wall_clock_s``: how far its wall clock is ahead of the clock that never jumps.
    """

    type: Literal["host.sample"] = "host.sample"
    idle_s_total: float
    steal_s_total: float
    total_s_total: float
    memory_free_bytes: int
    disk_free_bytes: int
    lab_cpu_s_total: float
    loop_lag_ms: float
    governor_cpu_s_total: float | None = None
    listen_overflows_total: int | None = None
    bridge_listen_overflows_total: int | None = None
    memory_bytes: dict[str, int] = {}
    cpu_limit_cores: float | None = None
    limited_cpu_s_total: float | None = None
    cpu_periods_total: int | None = None
    cpu_held_total: int | None = None
    suspended_s_total: float | None = None
    wall_clock_s: float | None = None


class UrlSample(Entry):
    """A URL of the user's that must stay healthy, asked in this second of the run.

    ``status`` is null where no answer came; ``error`` says why there is none that counts.
    """

    type: Literal["url.sample"] = "url.sample"
    url: str
    second: Second
    status: int | None
    took_ms: float
    error: str | None = None


class SampleMissed(Entry):
    """A figure that should have been read this second and was not."""

    type: Literal["sample.missed"] = "sample.missed"
    source: str
    error: str
    waited_ms: float


WAITING = "waiting"
"""The kind of the note that a run waits for its turn, before anything of it is started."""


class NoteWritten(Entry):
    """Words of a person or of the lab, kept beside the figures."""

    type: Literal["note.written"] = "note.written"
    by: str
    role: str
    kind: str
    text: str


class RunClosed(Entry):
    """The last line. ``clean``: every rollback was read back; ``left`` names what was not."""

    type: Literal["run.closed"] = "run.closed"
    outcome: Literal["completed", "aborted", "interrupted", "broken", "not-started"]
    reason: str
    clean: bool
    left: tuple[str, ...] = ()


Event = Annotated[
    RunOpened
    | CalibrationMeasured
    | ServiceChanged
    | PhaseEntered
    | ActionChanged
    | CheckDecided
    | LoadSample
    | ServiceSample
    | CohortClosed
    | CohortProvisional
    | CanarySample
    | AutomationReported
    | SettingsRead
    | BridgeSample
    | GovernorChanged
    | HostSample
    | UrlSample
    | PlaneConfigured
    | PlaneSample
    | PlaneScraped
    | PlaneBackfilled
    | PageReceived
    | SampleMissed
    | NoteWritten
    | ExerciseBegun
    | RunClosed,
    Field(discriminator="type"),
]

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
"""Parses and dumps one line of the journal."""
