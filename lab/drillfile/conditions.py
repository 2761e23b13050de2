"""Conditions as written -> ``Condition``: ``{metric: goodput, during: baseline, is: ">= 90 /s"}``."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, cast, get_args

from lab import units
from lab.drillfile.condition import TRIGGER_END, Condition, Op, Stat
from lab.drillfile.metrics import METRICS, Metric, Unit
from lab.drillfile.reader import Reader, kind
from lab.drillfile.source import Value
from lab.drillfile.urls import is_about_url, read_url_condition
from lab.units import Quantity, UnitError, quote, suggest

_COMPARISON = re.compile(r"(?P<op>>=|<=|==|>|<)\s*(?P<amount>[^<>=\s].*)")
_OF_OFFERED = re.compile(r"(?P<share>.*%)\s+of\s+(?P<base>.+)")
_NUMBER = re.compile(r"\d+(\.\d*)?|\.\d+", re.ASCII)
_MOST = 1e9
_DIGITS = 20

QUANTITIES: dict[Unit, Quantity] = {
    Unit.RPS: units.RATE_RPS,
    Unit.MS: units.DURATION_MS,
    Unit.SECONDS: units.DURATION_S,
    Unit.SHARE: units.SHARE,
    Unit.BYTES: units.SIZE_BYTES,
}

EXAMPLES = {
    Unit.RPS: "`>= 98 % of offered` or `>= 90 /s`",
    Unit.RATIO: "`>= 3.5`",
    Unit.MS: "`<= 250 ms`",
    Unit.SECONDS: "`<= 30 s`",
    Unit.SHARE: "`< 2 %`",
    Unit.COUNT: "`< 10`",
    Unit.BYTES: "`< 200 MB`",
    Unit.BOOL: "`true` or `false`",
}


Of = Literal["offered"] | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a condition stands, which decides what it may say."""

    keys: Collection[str]
    run_metrics: bool
    during: str | None = None
    urls: bool = False


STEADY_STATE = Place(keys=("stat",), run_metrics=False, during="baseline")
EXPECT = Place(keys=("during", "last", "since", "stat"), run_metrics=True)
ABORT_IF = Place(keys=("for",), run_metrics=False, urls=True)


def read_condition(reader: Reader, value: Value, place: Place, phases: Collection[str]) -> Condition:
    """Read one condition; ``phases`` are those of the drill. A ``name`` beside it is the caller's."""
    if place.urls and is_about_url(value):
        return read_url_condition(reader, value)
    named = ("name",) if place is EXPECT else ()
    found = reader.keys(value, required=(*named, "metric", "is"), optional=place.keys)
    name = reader.choice(found["metric"], METRICS, "metric") if "metric" in found else ""
    metric = METRICS.get(name, METRICS["elapsed"])
    if metric.shape == "run" and not place.run_metrics:
        reader.fail(
            found["metric"], f"{quote(name)} is known only after the run; it can stand under `expect`"
        )
    if metric.shape == "url":
        reader.fail(found["metric"], f"{quote(name)} is written `{{url: ..., for: 3 s}}`, under `abort-if`")
    op, amount, of, text = (
        _comparison(reader, found["is"], metric) if "is" in found and name in METRICS else _NONE
    )
    _check_window(reader, found, metric)
    during = reader.choice(found["during"], phases, "phase") if "during" in found else place.during
    since = reader.choice(found["since"], (*phases, TRIGGER_END), "moment") if "since" in found else None
    stat = reader.choice(found["stat"], get_args(Stat), "stat") if "stat" in found else "mean"
    return Condition.model_construct(
        metric=name,
        op=op,
        value=amount,
        text=text,
        of=of,
        during=during,
        since=since,
        stat=cast("Stat", stat),
        last_s=_duration(reader, found.get("last")),
        for_s=_duration(reader, found.get("for")),
    )


_NONE: tuple[Op, float, Of, str] = ("==", 0.0, None, "")


def _duration(reader: Reader, value: Value | None) -> float | None:
    return reader.quantity(value, units.DURATION_S, above_zero=True) if value else None


def _check_window(reader: Reader, found: dict[str, Value], metric: Metric) -> None:
    if "during" in found and "since" in found:
        reader.fail(found["since"], "`during` and `since` exclude each other; keep one")
    if "last" in found and "during" not in found:
        reader.fail(found["last"], "`last` is the end of a phase; say which with `during`")
    for key in ("during", "last", "stat"):
        if metric.shape == "run" and key in found:
            reader.fail(found[key], f"`{metric.name}` is one figure of the whole run; leave `{key}` out")
    if metric.name == "stuck" and "since" in found:
        reader.fail(found["since"], "`stuck` is always since the trigger's end; leave `since` out")


def _comparison(reader: Reader, value: Value, metric: Metric) -> tuple[Op, float, Of, str]:
    """Read ``is``, in the unit of the metric."""
    text = str(value.content).lower() if isinstance(value.content, bool) else value.content
    if metric.unit is Unit.BOOL:
        if isinstance(text, str) and text in {"true", "false"}:
            return "==", float(text == "true"), None, str(text)
        reader.fail(value, f"{metric.name} is true or false; this is {kind(value)}")
        return _NONE
    match = _COMPARISON.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        what = f"must be a comparison with {metric.name}, like {EXAMPLES[metric.unit]} (>=, <=, >, <, ==)"
        reader.fail(value, f"{what}; this is {kind(value)}")
        return _NONE
    try:
        amount, of = _amount(match["amount"].strip(), metric)
    except UnitError as error:
        reader.fail(value, f"{error}; {metric.name} is compared like {EXAMPLES[metric.unit]}")
        return _NONE
    return cast("Op", match["op"]), amount, of, " ".join(str(text).split())


def _amount(text: str, metric: Metric) -> tuple[float, Of]:
    share = _OF_OFFERED.fullmatch(text)
    if share is not None and metric.unit is Unit.RPS:
        if share["base"] != "offered":
            raise UnitError(
                f"a share can't be of {quote(share['base'])}{suggest(share['base'], ['offered'])}"
            )
        return units.parse(share["share"], units.PERCENT), "offered"
    quantity = QUANTITIES.get(metric.unit)
    if quantity is not None:
        return units.parse(text, quantity), None
    if _NUMBER.fullmatch(text) is None or len(text) > _DIGITS or float(text) > _MOST:
        raise UnitError(f"{quote(text)} is not a plain number of at most {_MOST:g}")
    return float(text), None
