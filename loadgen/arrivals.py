"""The arrivals of one Locust user: starts each arrival of each schedule on time, in a greenlet of its own."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import gevent
from gevent.event import Event

from loadgen.arrival import Arrival
from loadgen.customer import Customer
from loadgen.load_settings import Settings
from loadgen.rate import Rate
from loadgen.schedule import Schedule
from loadgen.tally import LoadTally
from loadgen.traits import TraitSource

Send = Callable[[Arrival], None]


@dataclass(slots=True)
class _Process:
    """One customer's schedule in this user."""

    customer: Customer
    schedule: Schedule
    traits: TraitSource


class Arrivals:
    """The arrivals of one Locust user; each customer's rate is shared among all users.

    A customer's schedule is seeded by the run's seed, this user's name and the customer's own: another customer beside
    it changes nothing of it.

    Args:
        name: Tells this user from the others: part of its seeds.
        tally: Where arrivals are counted.
        send: Runs one session.
    """

    def __init__(self, name: str, tally: LoadTally, send: Send) -> None:
        self._name = name
        self._tally = tally
        self._send = send
        self._processes: dict[str, _Process] = {}
        self._seed: int | None = None
        self._changed = Event()

    def apply(self, settings: Settings, rates: Mapping[str, Rate], now_s: float) -> None:
        """Go on with these settings from `now_s` on.

        Args:
            settings: The load's settings.
            rates: By customer, this user's share of its rate.
            now_s: When they took effect.
        """
        self._start_due(now_s)
        known = self._processes if settings.seed == self._seed else {}
        self._processes = {}
        for customer in settings.processes if settings.running else ():
            process, rate = known.get(customer.name), rates[customer.name]
            if process is None:
                seed = "/".join(filter(None, (str(settings.seed), self._name, customer.name)))
                process = _Process(customer, Schedule(seed, rate, now_s), TraitSource(seed))
            else:
                process.customer = customer
                process.schedule.change(rate, now_s)
            self._processes[customer.name] = process
        self._seed = settings.seed
        self._changed.set()

    def run(self) -> None:
        """Start what is due, wait for the next, until killed."""
        while True:
            self._start_due(time.monotonic())
            next_s = min((process.schedule.next_s for process in self._processes.values()), default=None)
            self._changed.wait(None if next_s is None else max(0.0, next_s - time.monotonic()))
            self._changed.clear()

    def _start_due(self, now_s: float) -> None:
        for process in self._processes.values():
            for intended_s in process.schedule.due(now_s):
                cohort = self._tally.intend(intended_s, process.customer.name)
                gevent.spawn(self._send, Arrival(intended_s, process.customer, cohort, process.traits.next()))
