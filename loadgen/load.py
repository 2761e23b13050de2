"""The load of this process: its settings, its arrival processes, its counters."""

import time
from collections.abc import Mapping
from typing import Any

from loadgen.arrivals import Arrivals, Send
from loadgen.load_settings import Settings
from loadgen.rate import Rate
from loadgen.tally import Tally


class Load:
    """Settings that hold for all arrival processes, and what they count together.

    Args:
        settings: What to start with.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.tally = Tally()
        self.rate = Rate.constant(settings.asked_rps)
        self.worker = 0
        self._users_in_all = 1
        self._arrivals: list[Arrivals] = []
        self._named = 0

    def begin(self, send: Send) -> Arrivals:
        """A new arrival process, named by worker and number."""
        arrivals = Arrivals(f"{self.worker}/{self._named}", self.tally, send)
        self._named += 1
        self._arrivals.append(arrivals)
        self.apply(self.settings)
        return arrivals

    def end(self, arrivals: Arrivals) -> None:
        """An arrival process has ended; requests in flight go on."""
        self._arrivals.remove(arrivals)
        if not self._arrivals:
            self._named = 0

    @property
    def ready(self) -> bool:
        """Whether there is an arrival process that could be told to run."""
        return bool(self._arrivals)

    def share_among(self, users: int) -> None:
        """So many arrival processes there are in all, in all workers."""
        self._users_in_all = max(1, users)

    def change(self, changes: Mapping[str, object]) -> Settings:
        """Change settings, or (SettingsError) none; a new rate or surge is reached after `ramp_s`."""
        settings, now_s = self.settings.change(changes), time.monotonic()
        if settings.asked_rps != self.rate.to_rps or not settings.ramp_s:
            self.rate = Rate(self.rate.at(now_s), settings.asked_rps, now_s, settings.ramp_s)
        self.apply(settings)
        return self.settings

    def apply(self, settings: Settings) -> None:
        """Swap the settings whole."""
        self.settings = settings
        now_s = time.monotonic()
        for arrivals in self._arrivals:
            arrivals.apply(settings, self.rate.scaled(1 / self._users_in_all), now_s)

    def counters(self, after: float) -> dict[str, Any]:
        """What the control port tells."""
        return self.tally.as_json(self.settings, self.rate.at(time.monotonic()), after)
