"""Journals and verdicts of schema 1 as those of schema 2: the only table of old names, traits and roles.

A field, a metric or a state had another name, a check another title. And a journal of schema 2 carries the traits of
each action (``chaos.traits``); one of schema 1 has the name and the parameters of the fault. What followed from them
then stands here, so that it is judged as it was, whatever a fault is today.
"""

from collections.abc import Callable, Mapping
from typing import Any

from chaos.traits import NONE, ExpectedEffect, LoadChange, Traits
from lab.drillfile.metrics import RENAMED as METRICS
from lab.journal.events import ActionChanged, Event, RunOpened
from lab.topology.roles import Role, Roles

FIELDS: Mapping[str, Mapping[str, str]] = {
    "bridge.sample": {"backlog": "accept_queue"},
    "service.sample": {"wasted_total": "abandoned_work_total"},
}
"""Of a line of the journal, by its type: old -> new."""

STATES: Mapping[str, str] = {"stuck": "rollback-failed"}
"""Of an action: a storm is stuck, an undo fails."""

OUTCOMES: Mapping[str, str] = {"cut-off": "truncated"}
"""Of a verdict: a run whose journal has no end."""

PLANE_FIELDS: Mapping[str, str] = {
    "blind_s": "stale_s",
    "longest_blind_s": "longest_stale_s",
    "blind_backfilled_s": "stale_backfilled_s",
    "longest_blind_backfilled_s": "longest_stale_backfilled_s",
    "time_to_detect_s": "detection_time_s",
    "time_to_silence_alarm_s": "time_to_dead_mans_switch_s",
}
"""Of ``verdict.json``, under ``metrics.monitoring.PLANE``."""

SHARE = "streaming_share"
"""Of a load in a drill: what the second client had of it."""

CUSTOMERS: Mapping[str, str] = {"/": "main", "/streaming": "streaming"}
"""The path that a client of the load asked for -> the customer that a drill of today calls it."""

CHECKS: Mapping[str, str] = {
    "bridge busy while stuck": "bridge utilization while stuck",
    "pages told": "pages received",
}
"""Of the instrument; the checks of faults apart, which have the fault's name in theirs.

A check that the lab makes no more keeps its name in the verdicts that have it (bridge utilization while stuck).
"""

_BITE = " did bite"


def upgrade_line(line: dict[str, Any]) -> dict[str, Any]:
    """A line of a journal of schema 1, as schema 2 has it."""
    match line.get("type"):
        case "run.opened":
            return {**line, "schema_version": 2, "drill": _drill(line["drill"])}
        case "action.changed":
            return {**line, "state": STATES.get(line["state"], line["state"])}
        case "cohort.closed" if "by_client" in line:
            return _of_customers(line)
        case str(kind) if kind in FIELDS:
            return _renamed(line, FIELDS[kind])
        case _:
            return line


def upgrade_verdict(verdict: dict[str, Any]) -> dict[str, Any]:
    """A ``verdict.json`` of schema 1, as schema 2 has it."""
    figures = verdict.get("metrics", {})
    planes = {plane: _renamed(score, PLANE_FIELDS) for plane, score in figures.get("monitoring", {}).items()}
    checks = [{**one, "name": check_name(one["name"])} for one in verdict.get("instrument", ())]
    outcome = OUTCOMES.get(verdict["outcome"], verdict["outcome"])
    return {
        **verdict,
        "schema": 2,
        "outcome": outcome,
        "metrics": {**figures, "monitoring": planes},
        "instrument": checks,
    }


def check_name(name: str) -> str:
    """What a check of the instrument is called now."""
    return f"fault effect: {name.removesuffix(_BITE)}" if name.endswith(_BITE) else CHECKS.get(name, name)


def _drill(drill: dict[str, Any]) -> dict[str, Any]:
    """A resolved drill whose conditions name metrics, those of its variants and its steady state included."""
    found = {key: _conditions(part) for key, part in drill.items()}
    if isinstance(load := found.get("load"), dict):
        found["load"] = _load_of_customers(load)
    if isinstance(variants := found.get("variants"), list):
        found["variants"] = [_drill(variant) for variant in variants]
    return found


def _load_of_customers(load: dict[str, Any]) -> dict[str, Any]:
    """A load whose second client's share is a customer, and what is left of it another one."""
    plain = {key: value for key, value in load.items() if key != SHARE}
    share = float(load.get(SHARE, 0.0))
    if not share:
        return plain
    parts = {"/": 1 - share, "/streaming": share}
    same = {key: load[key] for key in ("target", "give_up_s", "slo_s") if key in load}
    customers = [
        {
            **same,
            "name": CUSTOMERS[path],
            "rate_rps": load["rate_rps"] * part,
            "steps": [{"name": "request", "path": path}],
        }
        for path, part in parts.items()
    ]
    return {**plain, "customers": customers}


def _of_customers(line: dict[str, Any]) -> dict[str, Any]:
    """A cohort of the load with the figures of its customers; those of one alone are the cohort's own."""
    by_path = line["by_client"]
    plain = {key: value for key, value in line.items() if key != "by_client"}
    customers = {CUSTOMERS[path]: figures for path, figures in by_path.items() if path in CUSTOMERS}
    return {**plain, "customers": customers} if set(by_path) - {"/"} else plain


def _conditions(part: object) -> object:
    if isinstance(part, list):
        return [_conditions(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {
        key: METRICS.get(value, value) if key == "metric" and isinstance(value, str) else _conditions(value)
        for key, value in part.items()
    }


def _renamed(found: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {names.get(key, key): value for key, value in found.items()}


Params = Mapping[str, Any]


def upgraded(event: Event) -> Event:
    """An event of any version as one of today."""
    if isinstance(event, RunOpened) and event.topology is None:
        return event.model_copy(update={"topology": dict(ROLES)})
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
        effect=ExpectedEffect(figure="silence"),
        called="downtime",
        silences=True,
        loses_requests=True,
        ends_process=True,
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

ROLES = Roles(
    {
        "edge": Role(service="edge", kind="server", calls=("storefront", "streaming"), watched=True),
        "storefront": Role(service="storefront", kind="client", calls=("auth",), watched=True),
        "canary": Role(service="canary", kind="instrument", calls=("auth",), watched=True),
        "bridge": Role(service="bridge", kind="device", calls=("router",)),
        "router": Role(service="router", kind="server", calls=("auth", "updates"), watched=True),
        "auth": Role(service="auth", kind="server", watched=True),
        "fleet": Role(service="fleet", kind="client", calls=("updates",), when="configured"),
        "updates": Role(service="updates", kind="server", when="configured"),
        "load": Role(service="load", kind="load", calls=("edge",)),
        "oncall": Role(service="oncall", kind="monitor", when="monitoring"),
        **{
            name: Role(service=name, kind="monitor", calls=calls, when="monitoring", plane=plane)
            for name, calls, plane in (
                ("prometheus-shared", ("alertmanager-shared",), "shared"),
                ("alertmanager-shared", ("oncall",), "shared"),
                ("prometheus-ops", ("alertmanager-ops",), "ops"),
                ("alertmanager-ops", ("oncall",), "ops"),
                ("path-monitoring", (), None),
                ("prometheus-agent", ("prometheus-shared",), "shared"),
            )
        },
        "bridge-reserve": Role(service="bridge-reserve", kind="device", calls=("router",), when="reserve"),
        "streaming": Role(service="streaming", kind="client", calls=("auth",), when="load"),
    }
)
"""The topology of every run whose journal is of version 1."""
