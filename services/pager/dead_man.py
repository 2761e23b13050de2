"""The dead-man's switch: an alert that always fires must keep arriving, or the alarm is raised here.

         beat ───▶ alive ── none for limit_s ──▶ silent ── beat ──▶ alive
    start ───▶ waiting ── none for first_s ──────▲

A plane that is isolated can't say so. So each sends `Watchdog` all the time, and its silence is the alarm. A heartbeat
that comes late is none: a saturated bridge delivers it long after its sender has given it up.
"""

from dataclasses import dataclass

from services.pager.webhook import Alert

HEARTBEAT = "Watchdog"
ALARM = "DeadMansSwitch"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a plane may be silent.

    Args:
        limit_s: After a heartbeat, in seconds.
        first_s: Before the first one: a plane that still comes up is not silent.
        fresh_s: A heartbeat that was evaluated longer ago says nothing about now.
    """

    limit_s: float
    first_s: float
    fresh_s: float


def is_stale(alert: Alert, unix_s: float, patience: Patience) -> bool:
    """Whether it is a heartbeat that comes too late to be one, at a moment in seconds since 1970."""
    if alert.name != HEARTBEAT or alert.evaluated_s is None:
        return False
    return unix_s - alert.evaluated_s > patience.fresh_s


class DeadMan:
    """The switch of one plane. Time is an argument, in seconds of a clock that never goes back.

    Args:
        started_s: Since when it waits.
    """

    def __init__(self, started_s: float) -> None:
        self._started_s = started_s
        self.last_s: float | None = None
        """The latest heartbeat; None: there was none."""
        self.silent = False

    def beat(self, now_s: float) -> Alert | None:
        """A heartbeat; the end of the alarm, if there was one."""
        self.last_s = now_s
        was_silent, self.silent = self.silent, False
        return _alarm("resolved") if was_silent else None

    def due_s(self, patience: Patience) -> float | None:
        """When the alarm must be raised if nothing comes until then; None: it is raised."""
        if self.silent:
            return None
        if self.last_s is None:
            return self._started_s + patience.first_s
        return self.last_s + patience.limit_s

    def check(self, now_s: float, patience: Patience) -> Alert | None:
        """The alarm, if it is to be raised now; it is raised once."""
        due_s = self.due_s(patience)
        if due_s is None or now_s < due_s:
            return None
        self.silent = True
        return _alarm("firing")


def _alarm(state: str) -> Alert:
    return Alert(ALARM, state, {"alertname": ALARM})
