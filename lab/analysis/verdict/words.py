"""Measured values as a person reads them."""

from lab.drillfile.condition import Condition
from lab.drillfile.holds import word_of
from lab.drillfile.metrics import METRICS, Unit

NOT_MEASURED = "not measured"

_FORMS = {
    Unit.SHARE: (100.0, "{:.1f} %"),
    Unit.BYTES: (1e-6, "{:,.0f} MB"),
    Unit.COUNT: (1.0, "{:.0f}"),
    Unit.RATIO: (1.0, "{:.2f}"),
    Unit.MS: (1.0, "{:.0f} ms"),
    Unit.SECONDS: (1.0, "{:.1f} s"),
    Unit.RPS: (1.0, "{:.1f} /s"),
}


def show(value: float | None, unit: Unit) -> str:
    """A value with its unit: ``0.98`` as a share is ``98.0 %``."""
    if value is None:
        return NOT_MEASURED
    if unit is Unit.BOOL:
        return "true" if value else "false"
    if unit is Unit.WORD:
        return word_of(value) or NOT_MEASURED
    factor, form = _FORMS[unit]
    return form.format(factor * value)


def show_for(condition: Condition, value: float | None) -> str:
    """A value as the condition's own comparison is written."""
    if condition.of is not None and value is not None:
        return f"{show(value, Unit.SHARE)} of {condition.of}"
    return show(value, METRICS[condition.metric].unit)
