"""What journals of version 1 do not say, by what they do say: the only table of traits by the name of a fault.

A journal of today carries the traits of each action (``chaos.traits``). One of version 1 has the fault's name and its
parameters; what followed from them then stands here, so that it is judged as it was, whatever a fault is today.
"""

from collections.abc import Callable, Mapping
from typing import Any

from chaos.traits import NONE, ExpectedEffect, LoadChange, Traits
from lab.journal.events import ActionChanged, Event

Params = Mapping[str, Any]


def upgraded(event: Event) -> Event:
    """An event of any version as one of today."""
    if isinstance(event, ActionChanged) and event.traits is None:
        return event.model_copy(update={"traits": traits_by_name(event.kind, event.fault, event.params)})
    return event


def traits_by_name(kind: str, fault: str, params: Params) -> Traits:
    """What followed from an action of version 1; nothing, where it was a setting."""
    table = _MITIGATIONS if kind == "mitigation" else _FAULTS if kind in {"fault", "load"} else {}
    return table[fault](params) if fault in table else NONE


def _outcomes(*outcomes: str) -> ExpectedEffect:
    return ExpectedEffect(figure="canary outcomes", at_least=80, outcomes=outcomes)


def _load(figure: str, params: Params) -> Traits:
    change = LoadChange(factor=float(params.get("factor", 1.0)), over_s=float(params.get("over_s", 0.0)))
    return Traits(effect=ExpectedEffect(figure=figure, at_least=80), load=change)


def _latency(params: Params) -> Traits:
    asked_ms = float(params.get("latency_ms", 0)) - float(params.get("jitter_ms", 0))
    hits = float(params.get("toxicity", 1.0))
    return Traits(effect=ExpectedEffect(figure="canary latency", at_least=0.8 * asked_ms, hits=hits))


def _unavailable(params: Params) -> Traits:
    wanted = 80 * float(params.get("share", 1.0))
    return Traits(effect=ExpectedEffect(figure="answered 503", at_least=wanted), called="refusals")


_FAULTS: Mapping[str, Callable[[Params], Traits]] = {
    "latency": _latency,
    "bandwidth": lambda _: Traits(effect=ExpectedEffect(figure="canary slowdown", at_least=1.5)),
    "black-hole": lambda _: Traits(effect=_outcomes(), loses_requests=True),
    "reset": lambda _: Traits(effect=_outcomes("reset", "refused"), called="resets", loses_requests=True),
    "down": lambda _: Traits(
        effect=_outcomes("refused", "reset"), called="a closed port", loses_requests=True
    ),
    "capacity": lambda _: Traits(
        effect=ExpectedEffect(figure="cap used", at_least=90), called="less capacity"
    ),
    "pause": lambda _: Traits(effect=ExpectedEffect(figure="silence"), silences=True, loses_requests=True),
    "kill": lambda _: Traits(
        effect=ExpectedEffect(figure="silence"), silences=True, loses_requests=True, ends_process=True
    ),
    "unavailable": _unavailable,
    "surge": lambda params: _load("offered growth", params),
    "ramp": lambda params: _load("offered ramp", params),
}

_MITIGATIONS: Mapping[str, Callable[[Params], Traits]] = {
    "policy": lambda params: Traits(called=str(params.get("policy", ""))),
    "shed": lambda _: Traits(refuses=True),
    "disable": lambda params: Traits(refuses=True, turns_away=(str(params.get("service", "")),)),
    "drain": lambda _: Traits(refuses=True),
}
