"""The living picture's data, as the report embeds it and a live page streams it: the analysis' figures, and words.

A map is sent once, a second for each second; what a script draws of them are positions, never figures.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from lab.analysis.system import SystemMap, SystemSecond, eye_second, system_map, system_second
from lab.analysis.system.active_actions import ActiveAction
from lab.analysis.system.arrow_second import ArrowSecond
from lab.analysis.system.service_second import ServiceSecond, ServiceState
from lab.analysis.timeline.timeline import Timeline
from lab.report.html.eye_words import eye_words
from lab.report.html.system_words import map_words, second_words, wall_clock
from lab.report.plane_view import ORDER
from lab.report.words import clean, effect

STATES: Mapping[ServiceState, str] = {
    "healthy": "healthy",
    "degraded": "degraded",
    "breaker-open": "breaker open",
    "paused": "paused",
    "stopped": "stopped",
    "unknown": "unknown",
    "idle": "idle",
}
"""What a person reads."""

_RATE_DIGITS, _DIGITS = 1, 3
"""Digits behind the point that a picture can use, of a rate per second and of all else."""


def system_data(timeline: Timeline) -> dict[str, Any]:
    """A whole run: ``{"map": ..., "seconds": [...], "eyes": {plane: [...]}}``, a second for each row."""
    found, seconds = system_map(timeline), [row.second for row in timeline.rows]
    began = None if timeline.run is None else timeline.run.started_utc
    return {
        "map": map_data(found),
        "seconds": [second_data(system_second(timeline, second, found), found, began) for second in seconds],
        "eyes": {
            plane: [eye_data(timeline, plane, second) for second in seconds] for plane in eyes(timeline)
        },
    }


def eyes(timeline: Timeline) -> list[str]:
    """The planes that watch, the shared one first; none where none does."""
    watching = [name for name, watched in timeline.planes.items() if watched.configured is not None]
    return sorted(watching, key=lambda name: (name not in ORDER, name != ORDER[0], name))


def eye_data(timeline: Timeline, plane: str, second: int) -> dict[str, Any] | None:
    """What a plane knew of a second; null: it was not asked."""
    told = eye_second(timeline, plane, second)
    return None if told is None else _short(asdict(told)) | eye_words(timeline.roles, plane, told)


def map_data(found: SystemMap) -> dict[str, Any]:
    """What stands where."""
    arrows = [{"from": one.source, "to": one.target, "over": one.over} for one in found.arrows]
    return _short(asdict(found)) | {"arrows": arrows} | map_words(found)


def second_data(second: SystemSecond, found: SystemMap, started_utc: str | None = None) -> dict[str, Any]:
    """What each part did in a second; null is what was not measured. ``started_utc``: when the run did."""
    return {
        "second": second.second,
        "clock": wall_clock(started_utc, second.second),
        "provisional": second.provisional,
        "arrows": [None if arrow is None else _arrow(arrow) for arrow in second.arrows],
        "devices": {name: _short(asdict(device)) for name, device in second.devices.items()},
        "services": {name: _service(service) for name, service in second.services.items()},
        "active": [_active(action) for action in second.active],
        "said": second_words(found, second),
    }


def _arrow(arrow: ArrowSecond) -> dict[str, Any]:
    """``over`` only where the caller was routed over another device than on the map."""
    told = _short(asdict(arrow))
    return told if arrow.over is not None else {key: value for key, value in told.items() if key != "over"}


def _service(service: ServiceSecond) -> dict[str, Any]:
    """Half-open is a breaker that lets a few calls through to see whether it may close."""
    half_open = service.state == "breaker-open" and service.breaker == "half-open"
    word = "breaker half-open" if half_open else STATES[service.state]
    policy = None if service.policy is None else clean(service.policy)
    return {
        "state": service.state,
        "word": word,
        "policy": policy,
        "queue_depth": service.queue_depth,
    }


def _active(action: ActiveAction) -> dict[str, Any]:
    said = ("action", "kind", "name", "fault", "target", "verified")
    words = clean(effect(action.fault, action.params, action.target))
    return {key: getattr(action, key) for key in said} | {"words": words}


def _short(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The same with as many digits as a picture can use."""
    return {key: _rounded(key, value) for key, value in figures.items()}


def _rounded(key: str, value: object) -> Any:  # noqa: ANN401  JSON
    match value:
        case float():
            return round(value, _RATE_DIGITS if key.endswith("_rps") else _DIGITS)
        case dict():
            return _short(value)
        case list() | tuple():
            return [_rounded(key, one) for one in value]
        case _:
            return value
