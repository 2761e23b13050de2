"""Whether this machine goes to sleep: what sleeps in a run was measured as if it had been busy."""

from collections.abc import Callable

from lab.doctor.diagnosis import Diagnosis
from lab.probes.host_probe import suspended_s

NAME = "Sleep"
SHORTEST_S = 1.0
TODO = "Keep it awake while it measures (lid open; systemd-inhibit --what=sleep lab run DRILL)"
MINUTE_S, HOUR_S = 60.0, 3600.0


def sleeping(slept_s: Callable[[], float | None] = suspended_s) -> Diagnosis:
    """A machine that has slept since its boot will do so again."""
    slept = slept_s()
    if slept is None:
        return Diagnosis(NAME, "ok", "not said by this system")
    if slept < SHORTEST_S:
        return Diagnosis(NAME, "ok", "it has not slept since its boot")
    found = f"it has slept for {_long(slept)} since its boot: a run in which it sleeps is inconclusive"
    return Diagnosis(NAME, "warn", found, TODO)


def _long(seconds: float) -> str:
    """In the unit that a person would take."""
    if seconds < 2 * MINUTE_S:
        return f"{seconds:.0f} s"
    return f"{seconds / MINUTE_S:.0f} min" if seconds < 2 * HOUR_S else f"{seconds / HOUR_S:.1f} h"
