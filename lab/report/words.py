"""Events in plain words: ``slow-bridge applied: latency 3000 ms on bridge (read back)``."""

from typing import Any

from lab.analysis.timeline.row import DONE
from lab.journal.events import (
    ActionChanged,
    AutomationReported,
    CalibrationMeasured,
    CheckDecided,
    Event,
    NoteWritten,
    PhaseEntered,
    RunClosed,
    ServiceChanged,
)
from lab.journal.plane_events import PageReceived, PlaneConfigured
from lab.report import headline_figures as figures
from lab.report.plane_words import plane_sentence

_UNITS = {"ms": " ms", "s": " s", "rps": "/s", "share": "", "kbps": " kB/s", "factor": ""}
"""Suffix of a parameter's name -> how its unit is written behind the value."""

_UNSAID = frozenset({"stream", "toxicity", "listener"})
"""Parameters that only the page's table shows."""


def titled(phase: str, clock: str | None) -> str:
    """A phase's name, and what a wall clock shows as it begins: ``quiet (7:30 PST)``."""
    return clean(phase if clock is None else f"{phase} ({clock})")


def clean(text: str) -> str:
    """Untrusted text on one line without control characters, so that no log line can drive the terminal."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def sentence(event: Event) -> str | None:
    """The event in one line; None where a person need not be told."""
    match event:
        case ActionChanged():
            said = _action(event)
        case PhaseEntered() | AutomationReported():
            said = _phase(event) if isinstance(event, PhaseEntered) else _automation(event)
        case ServiceChanged():
            said = _service(event)
        case CalibrationMeasured():
            said = calibration(event)
        case CheckDecided():
            said = _check(event)
        case NoteWritten(kind="abort"):
            said = f"aborting for the user: {event.text}"
        case NoteWritten():
            said = f"{event.by}: {event.text}"
        case PlaneConfigured() | PageReceived():
            said = plane_sentence(event)
        case RunClosed():
            said = _closed(event)
        case _:
            said = None
    return None if said is None else clean(said)


def effect(fault: str, params: dict[str, Any], target: str) -> str:
    """What an action does, to whom: ``latency 3000 ms on bridge``."""
    told = [
        _param(fault, key, value) for key, value in params.items() if key not in _UNSAID and value is not None
    ]
    head, rest = (told[0], told[1:]) if told and told[0].startswith(f"{fault} ") else (fault, told)
    return f"{', '.join([head, *rest])} on {target}"


def calibration(event: CalibrationMeasured) -> str:
    """What the closed loop found: ``calibrating the bridge: 152/s (146 to 158) at 12 % of a core``."""
    cap = "no cap" if event.cpu_share is None else f"{figures.share(event.cpu_share)} of a core"
    known = figures.rate(event.capacity_rps)
    if event.capacity_low_rps is not None and event.capacity_high_rps is not None:
        known += f" ({event.capacity_low_rps:.0f} to {event.capacity_high_rps:.0f})"
    said = f"calibrating the {event.target}: {known} at {cap}"
    if event.steady is not False:
        return said
    return f"{said}, not steady yet (spread {figures.share(event.spread_ratio)})"


def _param(fault: str, key: str, value: object) -> str:
    """One parameter with its unit, named unless the fault's own name says it."""
    base, _, suffix = key.rpartition("_")
    if suffix not in _UNITS or not base:
        base, suffix = key, ""
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    shown = f"{number:g}{_UNITS.get(suffix, '')}" if number is not None else str(value)
    if "share" in {suffix, key} and number is not None:
        shown = figures.share(number)
    return f"{fault} {shown}" if base in {fault, "value"} else f"{base.replace('_', ' ')} {shown}"


def _action(event: ActionChanged) -> str | None:
    readback = {True: " (read back)", False: " (NOT confirmed by the read-back)", None: ""}[event.verified]
    why = f": {event.error}" if event.error else ""
    match event.state:
        case "applied":
            return f"{event.name} applied: {effect(event.fault, event.params, event.target)}{readback}"
        case "reverted":
            return f"{event.name} undone{readback}{why}"
        case "refused":
            return f"{event.name} was refused{why}"
        case "rollback-failed":
            return f"{event.name} could NOT be undone{why}"
        case _:
            return None


def _automation(event: AutomationReported) -> str | None:
    """Its beginning and its end; the steps between are the page's."""
    match event.state:
        case "started":
            return f"{event.name} began by itself: {event.automation} of {event.service}"
        case "ended":
            stopped = f" ({event.detail})" if event.detail else ""
            return f"{event.name} ended after {event.step} of {event.steps} steps{stopped}"
        case "failed":
            return f"{event.name} failed: {event.detail}"
        case _:
            return None


def _phase(event: PhaseEntered) -> str:
    if event.phase == DONE:
        return "phases over: waiting for the last answers, rolling back"
    return f"{titled(event.phase, event.clock)} begins ({figures.seconds(event.planned_s)})"


def _service(event: ServiceChanged) -> str | None:
    match event.state:
        case "exited":
            code = "" if event.exit_code is None else f" (exit code {event.exit_code})"
            return f"{event.service} {'ended' if event.planned else 'ended UNEXPECTEDLY'}{code}"
        case "stopped":
            return f"{event.service} stopped" if event.planned else f"{event.service} stopped UNEXPECTEDLY"
        case state:
            return f"{event.service} is {state}"


def _check(event: CheckDecided) -> str | None:
    if event.role == "steady-state":
        word = {True: "holds", False: "does NOT hold", None: "was not measured"}[event.met]
        return f"steady state {word}: {event.condition}"
    if event.met is not True:
        return None
    return f"aborting: {event.condition}"


def _closed(event: RunClosed) -> str:
    left = "" if event.clean else f"; NOT rolled back: {', '.join(event.left) or 'see lab recover'}"
    reason = event.reason.removeprefix(event.outcome).lstrip(": ")
    why = f": {reason}" if reason else ""
    return f"run {event.outcome}{why}{left}"
