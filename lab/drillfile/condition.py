"""``Condition``: metric, window, comparison. The one model of steady state, expect, abort-if and until."""

import operator
from collections.abc import Callable, Mapping
from typing import Literal

from lab.drillfile.frozen import Frozen

Op = Literal[">=", "<=", ">", "<", "=="]
Stat = Literal["mean", "min", "max"]

TRIGGER_END = "trigger end"
"""The moment that ``since`` can name besides a phase: when the last fault of the trigger was gone."""

_OPS: dict[Op, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "==": operator.eq,
}


class Condition(Frozen):
    """Something measured, over a window, compared.

    ``value`` is in the metric's own unit (rps, ms, s, bytes; shares 0..1; true is 1.0), or with ``of`` a
    share of that other metric over the same window. ``during`` is a phase, ``last_s`` only its end;
    ``since`` a phase or ``trigger end``; ``for_s`` how long it must have held without a break (live
    checks). No window: the whole run, or, live, the latest second. ``text`` is the comparison as written.
    ``url`` is whose answers the metric is about, where it is about those of a URL; ``plane`` the monitoring plane
    that it is about, ``customer`` the customer of the load (``of:`` in a drill file; None: all). ``within_s`` and
    ``envelope`` are about a fix that should hold: how fast, and how loose what protects may be.
    """

    metric: str
    op: Op
    value: float
    text: str
    of: Literal["offered"] | None = None
    during: str | None = None
    last_s: float | None = None
    since: str | None = None
    for_s: float | None = None
    stat: Stat = "mean"
    url: str | None = None
    plane: str | None = None
    within_s: float | None = None
    envelope: Mapping[str, dict[str, bool | int | float | str]] = {}
    customer: str | None = None

    def holds(self, measured: float) -> bool:
        """Whether a measured value (a share of ``of``, where that is set) satisfies the comparison."""
        return _OPS[self.op](measured, self.value)

    def __str__(self) -> str:
        """As an engineer would say it: ``goodput during aftermath (last 10 s) < 5 % of offered``."""
        held = f" for {self.for_s:g} s" if self.for_s else ""
        if self.url is not None:
            return f"{self.url} {'failing' if self.value else 'healthy'}{held}"
        stat = "" if self.stat == "mean" else f"{self.stat} "
        during = f" during {self.during}" if self.during else ""
        since = f" since {self.since}" if self.since else ""
        last = f" (last {self.last_s:g} s)" if self.last_s else ""
        whose = self.plane or self.customer
        of = f" of {whose}" if whose else ""
        within = f" within {self.within_s:g} s" if self.within_s else ""
        return f"{stat}{self.metric}{of}{during}{since}{last}{within} {self.text}{held}"
