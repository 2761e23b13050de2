"""The load of this process: its settings, its arrival processes, its counters."""

import time
from collections.abc import Collection, Mapping
from typing import Any

from loadgen.arrivals import Arrivals, Send
from loadgen.load_settings import Settings
from loadgen.load_targets import check_target
from loadgen.rate import Rate
from loadgen.tally import LoadTally


class LoadProcess:
    """Settings that hold for all arrival processes, and what they count together.

    Args:
        settings: What to start with.
        targets: The names of what customers may send to, besides the host that the load was started with.
    """

    def __init__(self, settings: Settings, targets: Collection[str] = ()) -> None:
        self.settings = settings
        self._targets = targets
        self.tally = LoadTally()
        self.worker = 0
        self._rates = _constant(settings)
        self._users_in_all = 1
        self._arrivals: list[Arrivals] = []
        self._named = 0

    def begin(self, send: Send) -> Arrivals:
        """The arrival processes of a new user, named by worker and number."""
        arrivals = Arrivals(f"{self.worker}/{self._named}", self.tally, send)
        self._named += 1
        self._arrivals.append(arrivals)
        self.apply(self.settings)
        return arrivals

    def end(self, arrivals: Arrivals) -> None:
        """A user's arrivals have ended; requests in flight go on."""
        self._arrivals.remove(arrivals)
        if not self._arrivals:
            self._named = 0

    @property
    def ready(self) -> bool:
        """Whether there is an arrival process that could run."""
        return bool(self._arrivals)

    def share_among(self, users: int) -> None:
        """So many users there are in all, in all workers."""
        self._users_in_all = max(1, users)

    def rate_of(self, name: str) -> Rate:
        """A customer's rate over time."""
        return self._rates[name]

    def change(self, changes: Mapping[str, object]) -> Settings:
        """Change settings, or (SettingsError) none; a new rate or surge is reached after its ramp."""
        settings, now_s = self.settings.change(changes), time.monotonic()
        rates = {}
        for customer in settings.processes:
            check_target(customer.target, self._targets)
            before, asked_rps = self._rates.get(customer.name), settings.asked_of(customer)
            over_s = settings.ramp_of(customer.name, changes)
            if before is None:
                rates[customer.name] = Rate.constant(asked_rps)
            elif over_s is not None and (asked_rps != before.to_rps or not over_s):
                rates[customer.name] = Rate(before.at(now_s), asked_rps, now_s, over_s)
            else:
                rates[customer.name] = before
        self._rates = rates
        self.apply(settings)
        return self.settings

    def apply(self, settings: Settings) -> None:
        """Swap the settings whole."""
        self.settings = settings
        now_s = time.monotonic()
        shares = {name: rate.scaled(1 / self._users_in_all) for name, rate in self._rates.items()}
        for arrivals in self._arrivals:
            arrivals.apply(settings, shares, now_s)

    def rates_rps(self) -> dict[str, float]:
        """By customer, the sessions that are scheduled per second now."""
        now_s = time.monotonic()
        return {name: rate.at(now_s) if self.settings.running else 0.0 for name, rate in self._rates.items()}

    def counters(self, after: float) -> dict[str, Any]:
        """What the control port reports."""
        return self.tally.as_json(self.settings.patience_s, self.rates_rps(), after)


def _constant(settings: Settings) -> dict[str, Rate]:
    return {customer.name: Rate.constant(settings.asked_of(customer)) for customer in settings.processes}
