"""What a condition may say: by where it stands, and by what its metric is about."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from lab.drillfile.metrics import METRICS, PLANES, Metric
from lab.drillfile.source import Value
from lab.drillfile.values import Reader
from lab.units import near, quote


@dataclass(frozen=True, slots=True)
class ConditionContext:
    """Where a condition stands, which decides what it may say."""

    keys: Collection[str]
    run_metrics: bool
    during: str | None = None
    urls: bool = False


STEADY_STATE = ConditionContext(keys=("stat", "of"), run_metrics=False, during="baseline")
EXPECT = ConditionContext(
    keys=("during", "last", "since", "stat", "plane", "of", "within", "envelope"), run_metrics=True
)
ABORT_IF = ConditionContext(keys=("for", "of"), run_metrics=False, urls=True)


def check_place(reader: Reader, found: Mapping[str, Value], metric: Metric, place: ConditionContext) -> None:
    """Refuse a metric where it can't stand."""
    said = quote(metric.name)
    if (metric.whole_run or metric.of_plane) and not place.run_metrics:
        reader.fail(found["metric"], f"{said} is known only after the run; it can stand under `expect`")
    if metric.shape == "url":
        reader.fail(found["metric"], f"{said} is written `{{url: ..., for: 3 s}}`, under `abort-if`")


def check_window(reader: Reader, found: Mapping[str, Value], metric: Metric) -> None:
    """Refuse a window that the metric can't have, and two at once."""
    if "during" in found and "since" in found:
        reader.fail(found["since"], "`during` and `since` exclude each other; keep one")
    if "last" in found and "during" not in found:
        reader.fail(found["last"], "`last` is the end of a phase; say which with `during`")
    for key in ("during", "last", "stat"):
        if metric.whole_run and key in found:
            reader.fail(found[key], f"`{metric.name}` is one figure of the whole run; leave `{key}` out")
    if metric.shape == "plane" and "stat" in found:
        reader.fail(found["stat"], f"`{metric.name}` is counted over its whole window; leave `stat` out")
    counted_from = "trigger's start" if metric.shape == "plane-run" else "trigger's end"
    if "since" in found and (metric.name == "stuck" or metric.shape == "plane-run"):
        reader.fail(found["since"], f"`{metric.name}` is always since the {counted_from}; leave `since` out")
    if "since" in found and metric.name == "hysteresis":
        reader.fail(found["since"], "`hysteresis` is about both ramps of the load; leave `since` out")


def check_fix(reader: Reader, found: Mapping[str, Value], metric: Metric) -> None:
    """Refuse what is only about a fix that should hold, and a window that it can't have."""
    for key in ("within", "envelope"):
        if key in found and metric.name != "holds":
            reader.fail(found[key], f"`{key}` is for `holds`; leave it out with `{metric.name}`")
    if "since" in found and metric.name == "holds":
        reader.fail(found["since"], "`holds` is always since the second trigger's end; leave `since` out")


def read_plane(reader: Reader, condition: Value, found: Mapping[str, Value], metric: Metric) -> str | None:
    """The plane that a condition is about: named where its metric is about one, and only there."""
    if "plane" in found and not metric.of_plane:
        reader.fail(found["plane"], f"`{metric.name}` is not about a monitoring plane; leave `plane` out")
        return None
    if "plane" in found:
        return reader.choice(found["plane"], PLANES, "plane")
    written = condition.content if isinstance(condition.content, dict) else {}
    if metric.of_plane and not any(near(key, ("plane",)) for key in written):
        which = " or ".join(f"`plane: {plane}`" for plane in PLANES)
        reader.fail(condition, f"key is missing: `plane`; `{metric.name}` is about one, say {which}")
    return None


def read_customer(reader: Reader, found: Mapping[str, Value], metric: Metric) -> str | None:
    """The customer that a condition is about, where its metric can be; that there is one is checked with the load."""
    if "of" not in found:
        return None
    if not metric.of_customer:
        theirs = ", ".join(name for name, one in METRICS.items() if one.of_customer)
        reader.fail(found["of"], f"`{metric.name}` is of the whole lab; leave `of` out, or ask for {theirs}")
        return None
    return reader.text(found["of"]) or None
