"""One arrival process: starts every arrival of its schedule in a greenlet of its own, on time."""

import time
from collections.abc import Callable

import gevent
from gevent.event import Event

from loadgen.arrival_cohorts import Cohort
from loadgen.load_settings import Settings
from loadgen.rate import Rate
from loadgen.schedule import Schedule
from loadgen.tally import Tally
from loadgen.traits import Traits, TraitSource

Send = Callable[[float, Cohort, Traits], None]


class Arrivals:
    """The arrivals of one Locust user; the load's rate is shared among all of them.

    Args:
        name: Tells this process from the others: part of its seed.
        tally: Where arrivals are counted.
        send: Sends one request, given its intended start, its cohort and its traits.
    """

    def __init__(self, name: str, tally: Tally, send: Send) -> None:
        self._name = name
        self._tally = tally
        self._send = send
        self._schedule: Schedule | None = None
        self._traits = TraitSource("")
        self._streaming_share = 0.0
        self._seed: int | None = None
        self._changed = Event()

    def apply(self, settings: Settings, rate: Rate, now_s: float) -> None:
        """Go on with these settings from `now_s` on.

        Args:
            settings: The load's settings.
            rate: This process's share of the load's rate.
            now_s: When they took effect.
        """
        self._start_due(now_s)
        if not settings.running:
            self._schedule = None
        elif self._schedule is None or settings.seed != self._seed:
            seed = f"{settings.seed}/{self._name}"
            self._schedule, self._traits = Schedule(seed, rate, now_s), TraitSource(seed)
        else:
            self._schedule.change(rate, now_s)
        self._seed, self._streaming_share = settings.seed, settings.streaming_share
        self._changed.set()

    def run(self) -> None:
        """Start what is due, wait for the next, until killed."""
        while True:
            now_s = time.monotonic()
            self._start_due(now_s)
            wait_s = None if self._schedule is None else max(0.0, self._schedule.next_s - time.monotonic())
            self._changed.wait(wait_s)
            self._changed.clear()

    def _start_due(self, now_s: float) -> None:
        for intended_s in self._schedule.due(now_s) if self._schedule else ():
            traits = self._traits.next(self._streaming_share)
            gevent.spawn(self._send, intended_s, self._tally.intend(intended_s, traits.client), traits)
