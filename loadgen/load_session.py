"""One session of a customer, from its intended start to its end: its steps over HTTP, and what they are counted as."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import gevent
from geventhttpclient.url import URL

from loadgen.arrival import Arrival
from loadgen.arrival_cohorts import StepCounts
from loadgen.connections import OneTryPool
from loadgen.customer import SessionStep
from loadgen.load_outcomes import echoes, of_error, of_status, trouble
from loadgen.load_settings import Settings
from loadgen.tally import UNSENT, LoadTally
from loadgen.traits import PRIORITY

ReportRequest = Callable[[str, str | None, float, int], None]
"""Who else wants to know: name, failure (None: good), latency in ms, bytes received."""


@dataclass(frozen=True, slots=True)
class Wire:
    """How requests are sent.

    Args:
        host: Where they go that name no target.
        targets: By name, where the others go.
        path: The path of a step that has none of its own.
        echo: Whether an answer must repeat the user asked for; else any 2xx is correct.
        source: The load's own address; None: the system chooses.
    """

    host: URL
    targets: Mapping[str, URL]
    path: str
    echo: bool
    source: str | None


@dataclass(slots=True)
class LoadSessions:
    """Runs the sessions of one Locust user.

    Args:
        wire: How requests are sent.
        tally: Where they are counted.
        settings: The load's settings as they are now.
        report: Called with each request.
    """

    wire: Wire
    tally: LoadTally
    settings: Callable[[], Settings]
    report: ReportRequest
    _number: int = 0
    _concurrency: int = 0
    _pool: OneTryPool = field(init=False)

    def __post_init__(self) -> None:
        self._connect()

    def run(self, arrival: Arrival) -> None:
        """One session; whatever happens in it is counted, and nothing is raised."""
        customer, now_s = arrival.customer, time.monotonic()
        lag_s, paused_s = now_s - arrival.intended_s, 0.0
        failure: str | None = UNSENT
        if lag_s >= customer.give_up_s:
            self.tally.late(lag_s, now_s)
        else:
            self.tally.begin(arrival.cohort, lag_s, now_s, customer.name)
            failure, paused_s = self._steps(arrival)
        latency_ms = (time.monotonic() - arrival.intended_s - paused_s) * 1000
        self.tally.end(arrival.cohort, failure, latency_ms, customer.name)

    def _steps(self, arrival: Arrival) -> tuple[str | None, float]:
        """What went wrong first (None: all steps were correct and in time), and how long it paused, in s."""
        customer, pool, paused_s = arrival.customer, self._pool_of(arrival), 0.0
        failure: str | None = None
        try:
            for step in customer.steps:
                if step.pause_s:
                    gevent.sleep(step.pause_s)
                paused_s += step.pause_s
                failure = self._step(arrival, step, pool, arrival.intended_s + paused_s)
                if failure is not None:
                    break
        finally:
            if customer.persistent:
                pool.close()
        return failure, paused_s

    def _step(self, arrival: Arrival, step: SessionStep, pool: OneTryPool, base_s: float) -> str | None:
        """Send one request, and count it; its latency is from its own start, the first one's from the intended."""
        customer = arrival.customer
        figures = self._figures(arrival, step)
        if figures is not None:
            figures.sent += 1
        self.tally.request(customer.name)
        since_s = arrival.intended_s if step is customer.steps[0] else time.monotonic()
        failure, size = self._send(arrival, step, pool, base_s)
        latency_ms = (time.monotonic() - since_s) * 1000
        if figures is not None:
            figures.end(failure, latency_ms)
        name = " ".join(filter(None, (customer.name, step.name if figures is not None else "")))
        self.report(name or step.path or self.wire.path, failure, latency_ms, size)
        return failure

    def _send(
        self, arrival: Arrival, step: SessionStep, pool: OneTryPool, base_s: float
    ) -> tuple[str | None, int]:
        """What went wrong (None: nothing) and how many bytes came; the customer's limits count from `base_s`."""
        customer = arrival.customer
        self._number += 1
        user = str(self._number)
        path = f"{step.path or self.wire.path}?user={user}"
        url = self.wire.targets.get(customer.target, self.wire.host)
        try:
            with gevent.Timeout(max(0.0, base_s + customer.give_up_s - time.monotonic())):
                client = pool.get_client(url)
                answer = client.get(path, headers={PRIORITY: str(arrival.traits.priority)})
                body = bytes(answer.read())
        except (Exception, gevent.Timeout) as error:  # noqa: BLE001  whatever it is, it is counted
            if (name := trouble(error)) is not None:
                self.tally.error(name)
            return of_error(error), 0
        correct = not self.wire.echo or echoes(body, user)
        in_time = time.monotonic() - base_s <= customer.slo_s
        return of_status(answer.get_code(), correct=correct, in_time=in_time), len(body)

    def _figures(self, arrival: Arrival, step: SessionStep) -> StepCounts | None:
        """Where a step is counted by itself: where a session has several."""
        if len(arrival.customer.steps) == 1:
            return None
        return arrival.cohort.step(arrival.customer.name, step.name)

    def _pool_of(self, arrival: Arrival) -> OneTryPool:
        """The connections of a session: those of all, or one of its own."""
        if arrival.customer.persistent:
            return OneTryPool(self.wire.source, 1, arrival.customer.give_up_s + 1, connects=1)
        if self.settings().concurrency > self._concurrency:
            self._connect()
        return self._pool

    def _connect(self) -> None:
        """Connections for an open loop at the rate that is asked for: never fewer than may be in flight."""
        settings = self.settings()
        self._concurrency = settings.concurrency
        self._pool = OneTryPool(self.wire.source, self._concurrency, timeout_s=settings.patience_s + 1)
