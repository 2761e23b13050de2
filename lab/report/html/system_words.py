"""What stands in the living picture: its figures as text, and shares of a whole. A script only places them.

An arrow:   100/s + 300/s retries          The bar of a device's work, against what it carries as calibrated:
            20/s refused                   [ answered ████ | wasted ▒▒▒▒▒▒▒▒▒▒ | free ░ ]
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from lab.analysis.system import SystemMap, SystemSecond
from lab.analysis.system.arrow_second import ArrowSecond
from lab.analysis.system.device_second import DeviceSecond
from lab.report import headline_figures as figures

_LEAST = 0.05
"""A rate below this would read as 0."""

_NICE = (1, 2, 5)
_UNITS_SHOWN = 5
"""A band grows to so many units, and no further."""
_MARKS_PER_UNIT = 5
_FALLBACK_RPS = 100.0


def map_words(found: SystemMap) -> dict[str, Any]:
    """The scale that bands and marks have throughout a run, and what the legend says of it."""
    known = found.capacity.answered_rps if found.capacity else None
    unit = _nice(known or _FALLBACK_RPS)
    return {
        "scale": {"unit_rps": unit, "most_rps": _UNITS_SHOWN * unit, "mark_rps": unit / _MARKS_PER_UNIT},
        "said": {
            "unit": figures.rate(unit),
            "most": figures.rate(_UNITS_SHOWN * unit),
            "mark": _attempts(unit / _MARKS_PER_UNIT),
            "capacity": _capacity(found),
            "useless": figures.seconds(found.useless_from_s),
        },
    }


def second_words(found: SystemMap, second: SystemSecond) -> dict[str, Any]:
    """The texts of a second, parallel to what they are about; and a device's work as shares of what it carries."""
    devices = second.devices.items()
    return {
        "arrows": [_arrow(arrow) for arrow in second.arrows],
        "devices": {name: _device(found, device) for name, device in devices},
        "work": {name: _work(found, device) for name, device in devices if name == found.device},
    }


def wall_clock(started_utc: str | None, second: int) -> str:
    """What a clock on the wall showed at a second of the run: ``19:13:42 UTC``; empty where that is not known."""
    try:
        began = datetime.fromisoformat(started_utc or "")
    except ValueError:
        return ""
    return f"{(began + timedelta(seconds=second)).astimezone(UTC):%H:%M:%S} UTC"


def _arrow(arrow: ArrowSecond | None) -> dict[str, str]:
    """What is nothing is not said, but for first attempts."""
    if arrow is None:
        return {"first": figures.NONE, "retries": "", "refused": ""}
    return {
        "first": figures.rate(arrow.first_rps),
        "retries": _some(arrow.retries_rps),
        "refused": _some(arrow.refused_rps),
    }


def _some(rate_rps: float | None) -> str:
    return figures.rate(rate_rps) if rate_rps is not None and rate_rps >= _LEAST else ""


def _device(found: SystemMap, device: DeviceSecond) -> dict[str, str]:
    limit = device.queue_limit or found.queue_limit
    work = _work(found, device)
    return {
        "answered": figures.rate(device.answered_rps),
        "wasted": figures.rate(device.wasted_rps),
        "free": figures.NONE if work is None else figures.busy(work["free"]),
        "waiting": figures.count(device.accept_queue),
        "limit": "" if limit is None else f"of {figures.count(limit)}",
        "delay": figures.wait(device.queueing_delay_s),
        "cap": "" if device.cap_share is None else f"{figures.share(device.cap_share)} of a core",
    }


def _work(found: SystemMap, device: DeviceSecond) -> dict[str, float] | None:
    """Shares of what it carries; None: unknown. A connection whose client has given up costs less than one answered."""
    capacity = found.capacity
    if (
        capacity is None
        or not capacity.answered_rps
        or device.answered_rps is None
        or device.wasted_rps is None
    ):
        return None
    answered = device.answered_rps / capacity.answered_rps
    wasted = device.wasted_rps / (capacity.given_up_rps or capacity.answered_rps)
    over = max(1.0, answered + wasted)
    answered, wasted = answered / over, wasted / over
    return {
        "answered": round(answered, 3),
        "wasted": round(wasted, 3),
        "free": max(0.0, round(1 - answered - wasted, 3)),
    }


def _capacity(found: SystemMap) -> str:
    """``160/s (141 to 163)``."""
    known = found.capacity
    if known is None or known.answered_rps is None:
        return figures.NONE
    if known.low_rps is None or known.high_rps is None:
        return figures.rate(known.answered_rps)
    return f"{figures.rate(known.answered_rps)} ({figures.number(known.low_rps)} to {figures.number(known.high_rps)})"


def _attempts(count: float) -> str:
    return "1 attempt" if count == 1 else f"{figures.number(count)} attempts"


def _nice(value: float) -> float:
    """The greatest of 1, 2, 5, 10, 20, ... that is no greater."""
    power = 1.0
    while power * 10 <= value:
        power *= 10
    while power > value:
        power /= 10
    return max(step * power for step in _NICE if step * power <= value)
