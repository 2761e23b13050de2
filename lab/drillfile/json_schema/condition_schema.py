"""Conditions: one branch for the metrics of a unit and shape, so that editors offer the comparisons that fit."""

from collections.abc import Collection, Iterable
from itertools import groupby

from lab import units
from lab.drillfile.condition_context import ABORT_IF, EXPECT, STEADY_STATE, ConditionContext
from lab.drillfile.conditions import EXAMPLES, QUANTITIES
from lab.drillfile.envelope import MOST_QUEUE, QUEUE, protective
from lab.drillfile.holds import HOLDS_WORDS
from lab.drillfile.metrics import METRICS, PLANES, Metric, Unit
from lab.drillfile.scalar_schema import (
    NAME,
    TEXT,
    Schema,
    amount,
    integer_schema,
    mapping_schema,
    quantity_schema,
    words_schema,
)
from lab.drillfile.setting_kinds import setting_keys
from lab.drillfile.setting_rules import all_rules
from lab.drillfile.urls import METRIC as URL_METRIC

_WINDOW = {
    "during": "The phase that the figure is of.",
    "since": "A phase, a role, a step or `trigger end`: from then to the next mitigation.",
}
_DURATIONS = {
    "last": "Only the end of the phase that `during` names.",
    "for": "How long it must have held without a break.",
    "within": "How fast service must be back after the second trigger.",
}
_STAT = {
    "mean": "over the window (default)",
    "min": "the least of its seconds",
    "max": "the most of its seconds",
}


def steady_state_probe() -> Schema:
    """A probe of the steady state: about the baseline."""
    return _condition(STEADY_STATE)


def expectation() -> Schema:
    """A claim about the system, with a name."""
    return _condition(EXPECT)


def abort_condition() -> Schema:
    """What ends a drill at once: a figure, or a URL that is not healthy."""
    url = mapping_schema(
        {"url": TEXT, "for": quantity_schema(units.DURATION_S)},
        ("url",),
        "A URL of yours that must stay healthy.",
    )
    return {"anyOf": [*_condition(ABORT_IF)["anyOf"], url]}


def comparison(unit: Unit) -> Schema:
    """What ``is`` may say about a metric of this unit."""
    example = EXAMPLES[unit].replace("`", "")
    if unit is Unit.BOOL:
        return {
            "anyOf": [{"type": "boolean"}, {"type": "string", "pattern": "^(true|false)$"}],
            "description": example,
        }
    if unit is Unit.WORD:
        words = {"enum": list(HOLDS_WORDS), "description": example}
        return {"anyOf": [words, {"type": "boolean", "description": "yes or no, as YAML 1.1 reads them."}]}
    quantity = QUANTITIES.get(unit)
    written = amount(quantity) if quantity else r"(?:\d+(?:\.\d*)?|\.\d+)"
    if unit is Unit.RPS:
        written = rf"(?:{written}|{amount(units.PERCENT)}\s+of\s+offered)"
    return {
        "type": "string",
        "pattern": rf"^\s*(?:>=|<=|==|>|<)\s*{written}\s*$",
        "description": f"A comparison, like {example}.",
    }


def _condition(context: ConditionContext) -> Schema:
    metrics = [
        metric
        for metric in METRICS.values()
        if metric.name != URL_METRIC and (context.run_metrics or not _late(metric))
    ]
    kinds = sorted(metrics, key=_kind)
    return {"anyOf": [_branch(context, list(group)) for _, group in groupby(kinds, key=_kind)]}


def _late(metric: Metric) -> bool:
    return metric.whole_run or metric.of_plane


def _kind(metric: Metric) -> tuple[str, bool, bool]:
    return metric.unit.value, metric.of_plane, metric.of_customer


def _branch(context: ConditionContext, metrics: list[Metric]) -> Schema:
    """Metrics of one unit, all about a plane or none, all of customers or none."""
    named = ("name",) if context is EXPECT else ()
    properties: dict[str, Schema] = dict.fromkeys(named, NAME)
    properties["metric"] = words_schema(
        {metric.name: f"{metric.sentence} ({metric.unit.value})" for metric in metrics}
    )
    properties |= {key: _key(key) for key in _keys(context.keys, metrics)}
    properties["is"] = comparison(metrics[0].unit)
    needed = (*named, "metric", *(("plane",) if metrics[0].of_plane else ()), "is")
    return mapping_schema(properties, needed)


def _keys(keys: Collection[str], metrics: list[Metric]) -> Iterable[str]:
    fits = {"plane": metrics[0].of_plane, "of": metrics[0].of_customer}
    return (key for key in sorted(keys) if fits.get(key, True))


def _key(key: str) -> Schema:
    if key in _DURATIONS:
        return quantity_schema(units.DURATION_S) | {"description": _DURATIONS[key]}
    if key == "stat":
        return words_schema(_STAT)
    if key == "plane":
        return {"enum": list(PLANES), "description": "The monitoring plane that it is about."}
    if key == "envelope":
        return envelope_schema()
    if key == "of":
        return NAME | {"description": "The customer of the load that it is of; default: all."}
    return NAME | {"description": _WINDOW[key]}


def envelope_schema() -> Schema:
    """How loose what protects may be made: protective settings, by service."""
    known = protective(setting_keys(all_rules()))
    settings: dict[str, Schema] = {key: setting.kind.schema for key, setting in known.items()}
    settings[QUEUE] = integer_schema(1, MOST_QUEUE)
    return {
        "type": "object",
        "additionalProperties": mapping_schema(settings),
        "description": "How loose a fix may make what protects, by service; else no looser than in the baseline.",
    }
