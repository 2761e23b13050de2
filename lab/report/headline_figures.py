"""Figures as text, the same in terminal, page and XML. ``-`` is what was not measured, never 0."""

import re
from datetime import UTC, datetime

from lab.analysis.verdict.measured import measured_text
from lab.analysis.verdict.verdict import Finding, Judged

NONE = "-"
"""Stands for a figure that was not measured."""

UNKNOWN = "not measured"
"""The same, in a sentence."""

_SMALL = 10
"""Figures below this get a decimal."""

_FULL = 1.05
"""A cap is kept to 5 %."""

_MANY = 1000.0
"""From here on ms are written as s, and decimals say nothing."""

_UNIT = re.compile(r"(?<=\d) (?=(?:%|s|ms|x)\b|%)")


def count(value: float | None) -> str:
    """A whole number with thousands separated: ``1,204``."""
    return NONE if value is None else f"{value:,.0f}"


def number(value: float | None) -> str:
    """A number as short as it may be: ``100``, ``3.4``, ``0``."""
    if value is None:
        return NONE
    return f"{value:.1f}".removesuffix(".0") if abs(value) < _SMALL else f"{value:,.0f}"


def rate(value: float | None) -> str:
    """Requests or attempts a second: ``100/s``."""
    return NONE if value is None else f"{number(value)}/s"


def ratio(value: float | None) -> str:
    """Attempts per request: ``4.0``; two decimals where 1.05 and 1.00 must differ."""
    if value is None:
        return NONE
    return f"{value:.1f}" if value >= 2 or value == 1 else f"{value:.2f}"  # noqa: PLR2004 - two attempts per request


def millis(value: float | None) -> str:
    """A latency: ``38 ms``, ``3.0 s``."""
    if value is None:
        return NONE
    if value >= _MANY:
        return f"{value / _MANY:.1f} s"
    return f"{value:.1f} ms" if value < _SMALL else f"{value:.0f} ms"


def wait(value_s: float | None) -> str:
    """A wait that may be much shorter than a second: ``38 ms``, ``2.3 s``, ``0 ms``."""
    return "0 ms" if value_s == 0 else millis(None if value_s is None else 1000 * value_s)


def seconds(value: float | None) -> str:
    """A duration or a time of the run: ``14.2 s``, ``8 s``."""
    return NONE if value is None else f"{value:.1f}".removesuffix(".0") + " s"


def clock(value: float | None) -> str:
    """A time of the run that stands in a column: ``12.0 s``."""
    return NONE if value is None else f"{value:.1f} s"


def moment(text: str) -> str:
    """A date in ISO 8601 as people write it: ``30 November 2026, 01:45 UTC``; anything else as it is."""
    try:
        at = datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return text
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def share(value: float | None) -> str:
    """A share as percent: ``98.5 %``."""
    return NONE if value is None else f"{100 * value:.1f}".removesuffix(".0") + " %"


def busy(value: float | None) -> str:
    """Utilization as whole percent. Over 100 % is a second in which the cap was changed: more says nothing."""
    if value is None:
        return NONE
    return f"{100 * value:.0f} %" if value <= _FULL else "> 100 %"


def truth(*, value: bool | None) -> str:
    """Yes, no, or not measured."""
    return {True: "yes", False: "no", None: NONE}[value]


def size(value: float | None) -> str:
    """Bytes in MB."""
    return NONE if value is None else f"{value / 1e6:,.0f} MB"


def unbroken(text: str) -> str:
    """Text in which no line ends between a number and its unit."""
    return _UNIT.sub("\u00a0", text)


_BY_UNIT = {
    "/s": rate,
    "x": lambda value: ratio(value) + (" x" if value is not None else ""),
    "ms": millis,
    "s": seconds,
    "share": share,
    "count": count,
    "bytes": size,
}


def measured(judged: Judged) -> str:
    """What an expectation measured, in its unit (a share where it was compared with the offered rate)."""
    if judged.measured is None:
        return UNKNOWN
    if isinstance(judged.measured, bool) or judged.unit == "true/false":
        return truth(value=bool(judged.measured))
    if isinstance(judged.measured, str):
        return judged.measured
    if judged.unit == "of offered":
        return f"{share(judged.measured)} of offered"
    write = _BY_UNIT.get(judged.unit)
    return write(judged.measured) if write else f"{number(judged.measured)} {judged.unit}".strip()


def found(measured_as: str) -> str:
    """``measured 4.0``, or ``not measured``."""
    return measured_as if measured_as == UNKNOWN else f"measured {measured_as}"


def remark(judged: Judged) -> str:
    """Why an expectation was judged so, where that says more than the figure."""
    return "" if judged.because.startswith("measured ") else judged.because


def finding(found: Finding) -> str:
    """What an instrument check measured, in its unit; its own words where it has some."""
    return measured_text(found)
