"""Conditions as written -> ``Condition``: ``{metric: goodput, during: baseline, is: ">= 90 /s"}``."""

import re
from typing import Literal, cast, get_args

from lab import units
from lab.drillfile.condition import Condition, Op, Stat
from lab.drillfile.condition_context import (
    EXPECT,
    ConditionContext,
    check_fix,
    check_place,
    check_window,
    read_customer,
    read_plane,
)
from lab.drillfile.envelope import read_envelope
from lab.drillfile.holds import HOLDS_WORDS, number_of
from lab.drillfile.metrics import METRICS, RENAMED, Metric, Unit
from lab.drillfile.read_phases import Moments, read_phase_name
from lab.drillfile.registries import Known
from lab.drillfile.source import Value
from lab.drillfile.urls import is_about_url, read_url_condition
from lab.drillfile.values import Reader, kind
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
    Unit.WORD: "`yes`, `no` or `unsafe`",
}


Of = Literal["offered"] | None


def read_condition(
    reader: Reader, value: Value, place: ConditionContext, moments: Moments, using: Known
) -> Condition:
    """Read one condition of a drill with these moments; a ``name`` beside it is the caller's."""
    if place.urls and is_about_url(value):
        return read_url_condition(reader, value)
    named = ("name",) if place is EXPECT else ()
    found = reader.keys(value, required=(*named, "metric", "is"), optional=place.keys)
    name = _metric(reader, found["metric"]) if "metric" in found else ""
    metric = METRICS.get(name, METRICS["elapsed"])
    check_place(reader, found, metric, place)
    op, amount, of, text = (
        _comparison(reader, found["is"], metric) if "is" in found and name in METRICS else _NONE
    )
    check_window(reader, found, metric)
    check_fix(reader, found, metric)
    during = (
        read_phase_name(reader, found["during"], moments.phases, "phase")
        if "during" in found
        else place.during
    )
    since = reader.choice(found["since"], moments.all, "moment") if "since" in found else None
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
        plane=read_plane(reader, value, found, metric) if name in METRICS else None,
        within_s=_duration(reader, found.get("within")),
        envelope=read_envelope(reader, found["envelope"], using) if "envelope" in found else {},
        customer=read_customer(reader, found, metric) if name in METRICS else None,
    )


def _metric(reader: Reader, value: Value) -> str:
    """The metric's name; one that it had before is read, with a note."""
    written = value.content
    if isinstance(written, str) and (name := RENAMED.get(written.strip())):
        reader.note(value, f"`{written.strip()}` is now called `{name}`; the old name is still read")
        return name
    return reader.choice(value, METRICS, "metric")


_NONE: tuple[Op, float, Of, str] = ("==", 0.0, None, "")


def _duration(reader: Reader, value: Value | None) -> float | None:
    return reader.quantity(value, units.DURATION_S, above_zero=True) if value else None


def _comparison(reader: Reader, value: Value, metric: Metric) -> tuple[Op, float, Of, str]:
    """Read ``is``, in the unit of the metric."""
    text = str(value.content).lower() if isinstance(value.content, bool) else value.content
    if metric.unit is Unit.BOOL:
        if isinstance(text, str) and text in {"true", "false"}:
            return "==", float(text == "true"), None, str(text)
        reader.fail(value, f"{metric.name} is true or false; this is {kind(value)}")
        return _NONE
    if metric.unit is Unit.WORD:
        return _word(reader, value)
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


def _word(reader: Reader, value: Value) -> tuple[Op, float, Of, str]:
    """``yes``, ``no`` or ``unsafe``; true and false are yes and no to an editor with YAML 1.1."""
    if isinstance(value.content, bool):
        word = "yes" if value.content else "no"
    else:
        word = reader.choice(value, HOLDS_WORDS, "answer")
    return "==", number_of(word) or 0.0, None, word


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
