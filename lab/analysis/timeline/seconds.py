"""Everything that was observed, filed by the run's second it belongs to."""

from dataclasses import dataclass, field

from lab.analysis.timeline.attempts import AtBridge
from lab.analysis.timeline.deltas import GAP_S, Counter
from lab.journal.entry import Counts
from lab.journal.events import (
    BridgeSample,
    CohortClosed,
    CohortProvisional,
    Event,
    HostSample,
    LoadSample,
    RunOpened,
    SampleMissed,
    ServiceSample,
    UrlSample,
)
from lab.journal.passed_on import PassedOn
from lab.journal.upgrade import ROLES
from lab.topology.roles import Roles

Cohort = CohortClosed | CohortProvisional

WINDOW_S = 5
"""Width of the sliding windows (docs/definitions.md)."""

ANSWERED = ("ok", "4xx", "5xx")
GIVEN_UP = ("timeout", "reset", "other")
"""How an attempt ended, as clients count it; one that was refused or rejected is neither."""
ENDED = frozenset({*ANSWERED, *GIVEN_UP, "refused"})
"""Every end of an attempt. What else clients count as an outcome was rejected by a guard of theirs, and never sent."""


@dataclass(slots=True)
class Seen:
    """What was observed in one second: cohorts by start, the newest sample of everything else."""

    load: Cohort | None = None
    clients: dict[str, Cohort] = field(default_factory=dict)
    in_flight: int | None = None
    in_flight_of: dict[str, int] = field(default_factory=dict)
    bridge: BridgeSample | None = None
    host: HostSample | None = None
    queues: dict[str, int] = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)
    breakers: dict[str, str] = field(default_factory=dict)
    urls: dict[str, UrlSample] = field(default_factory=dict)
    missed: int = 0


class Seconds:
    """Files events; remembers which seconds changed, so that a row need be made again only then.

    ``roles``: who is what in this run. The device is the one that everything crosses; what a device beside it does is
    no row's business.
    """

    def __init__(self) -> None:
        self.roles = ROLES
        self.changed: set[int] = set()
        self._seen: dict[int, Seen] = {}
        self._counters: dict[tuple[str, str], Counter] = {}
        self._at_bridge = AtBridge()

    @property
    def newest(self) -> int:
        """The last second that anything is filed under; -1 before."""
        return max(self._seen, default=-1)

    def at(self, second: int) -> Seen:
        """What was observed in a second; empty where nothing was."""
        return self._seen.get(second) or Seen()

    def counted(self, source: str, what: str, second: int) -> float | None:
        """By how much a cumulative figure grew in a second; None where it was not measured."""
        counter = self._counters.get((source, what))
        return counter.per_second.get(second) if counter else None

    def of_callers(self, what: str, second: int) -> float:
        """By how much a figure of those who call over the device grew in a second, as far as it was measured."""
        return sum(self.counted(name, what, second) or 0.0 for name in self.roles.callers)

    def attempts(self, second: int) -> float | None:
        """The clients' attempts: as they count them (by the second in which the call began), or else as in `attempts`.

        None: not measured, or no client called.
        """
        clients = self.at(second).clients
        counted = [cohort.attempts for cohort in clients.values() if cohort.attempts is not None]
        silent = [name for name, cohort in clients.items() if cohort.attempts is None]
        if not silent:
            return float(sum(counted)) if counted else None
        parts = [self.counted(name, "connects", second) for name in silent]
        parts.append(self.counted(self.roles.device, "reused", second))
        known = [part for part in parts if part is not None]
        return sum(counted) + sum(known) if len(known) == len(parts) else self._at_bridge_at_least(second)

    def _at_bridge_at_least(self, second: int) -> float | None:
        """What arrived at the device, without the canary's; None: not measured."""
        arrived = self.counted(self.roles.device, "attempts", second)
        canary = self.counted(self.roles.canary, "attempts", second)
        return None if arrived is None else max(0.0, arrived - (canary or 0.0))

    def outcomes(self, second: int) -> dict[str, float]:
        """Attempts and rejections that ended in a second, by kind, over all client services."""
        total: dict[str, float] = {}
        for (_, what), counter in self._counters.items():
            if what.startswith("outcome ") and second in counter.per_second:
                name = what.removeprefix("outcome ")
                total[name] = total.get(name, 0.0) + counter.per_second[second]
        return total

    def feed(self, event: Event) -> None:
        """File an event under the seconds it touches."""
        match event:
            case RunOpened(topology=topology) if topology is not None:
                self.roles = Roles(topology)
            case CohortClosed() | CohortProvisional():
                self._cohort(event)
            case LoadSample():
                seen = self._touch(event.t)
                seen.in_flight = event.in_flight
                seen.in_flight_of = {name: totals.in_flight for name, totals in event.customers.items()}
                self._load(event)
            case ServiceSample():
                self._service(event)
            case BridgeSample(device=device) if device == self.roles.device:
                self._touch(event.t).bridge = event
                self._count(device, event.t, cpu=event.cpu_s_total, accepted=event.accepted_total)
                self._at_bridge.feed(event)
                self._count(device, event.t, attempts=self._at_bridge.attempts, reused=self._at_bridge.reused)
            case HostSample():
                self._touch(event.t).host = event
                self._count("host", event.t, idle=event.idle_s_total, total=event.total_s_total)
                self._count("host", event.t, limited=event.limited_cpu_s_total)
            case UrlSample():
                self._touch(event.second).urls[event.url] = event
            case SampleMissed():
                self._touch(event.t).missed += 1
            case _:
                pass

    def _touch(self, t: float) -> Seen:
        """What is filed under the second that holds ``t``, which is about to change."""
        second = int(t)
        self.changed.add(second)
        return self._seen.setdefault(second, Seen())

    def _cohort(self, event: Cohort) -> None:
        of_load = event.source == self.roles.load
        if event.source in self.roles.aside and not of_load:
            return
        seen = self._touch(event.second)
        old = seen.load if of_load else seen.clients.get(event.source)
        if is_final(old) and not is_final(event):
            return
        if of_load:
            seen.load = event
        else:
            seen.clients[event.source] = event

    def _service(self, event: ServiceSample) -> None:
        seen = self._touch(event.t)
        if event.queue_depth is not None:
            seen.queues[event.service] = event.queue_depth
        self._count(
            event.service,
            event.t,
            event.boot,
            requests=event.requests_total,
            served=event.served_total,
            failed=sum(event.failed_total.values()),
            abandoned=event.abandoned_total,
            connections=event.connections_total,
        )
        for name, passed in event.upstream.items():
            self._passed_on(event, name, passed)
        # a client counts for itself: when another one makes the calls (a library), the figures begin anew
        client = f"{event.boot} {event.source}"
        self._count(
            event.service,
            event.t,
            client,
            calls=event.calls_total,
            attempts=event.attempts_total,
            connects=event.connects_total,
            **{"first attempts": event.first_attempts_total},
        )
        if event.service in self.roles.callers and event.outcomes_total:
            ended = event.outcomes_total
            answered, given_up = (sum(ended.get(kind, 0) for kind in kinds) for kinds in (ANSWERED, GIVEN_UP))
            self._count(event.service, event.t, client, **{"answered": answered, "given up": given_up})
            others = {"refused": ended.get("refused", 0), "rejected": _rejected(ended)}
            self._count(event.service, event.t, client, **others)
        if event.calls_total is None or event.service in self.roles.aside:
            return
        if event.policy is not None:
            seen.policies[event.service] = event.policy
        if event.breaker is not None:
            seen.breakers[event.service] = event.breaker
        totals = {f"outcome {kind}": float(total) for kind, total in event.outcomes_total.items()}
        self._count(event.service, event.t, client, **totals)

    def _load(self, event: LoadSample) -> None:
        """What the load sent, in all and by customer (sessions, in journals that don't count their requests)."""
        sent = event.sent_total if event.requests_total is None else event.requests_total
        failed = sum(event.failed_total.values())
        self._count(self.roles.load, event.t, requests=sent, ok=event.ok_total, failed=failed)
        of_each = {f"requests of {name}": totals.requests_total for name, totals in event.customers.items()}
        self._count(self.roles.load, event.t, **of_each)

    def _passed_on(self, event: ServiceSample, name: str, passed: PassedOn) -> None:
        """What a service passed on to one upstream."""
        counted = {
            f"attempts to {name}": passed.attempts_total,
            f"first attempts to {name}": passed.first_attempts_total,
            f"rejected to {name}": _rejected(passed.outcomes_total),
        }
        self._count(event.service, event.t, event.boot, **counted)

    def _count(self, source: str, t: float, epoch: str = "", /, **totals: float | None) -> None:
        """File cumulative figures; they settle the seconds since the sample before."""
        for what, total in totals.items():
            if total is not None:
                self._counters.setdefault((source, what), Counter()).feed(t, total, epoch)
        self.changed.update(range(max(0, int(t - GAP_S) - 1), int(t) + 1))


def _rejected(outcomes: Counts) -> int:
    """Attempts that a guard refused, so that they were never sent."""
    return sum(count for kind, count in outcomes.items() if kind not in ENDED)


def is_final(cohort: Cohort | None) -> bool:
    """Whether a cohort can't change any more."""
    return isinstance(cohort, CohortClosed)
