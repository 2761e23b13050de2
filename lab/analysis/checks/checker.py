"""What an instrument check is, and the few sums that several of them need."""

import itertools
import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol, TypeVar

from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Finding
from lab.journal.events import ServiceSample

Checker = Callable[[Timeline], list[Finding]]
"""Pure: a timeline's findings. No finding: the check does not apply to this run."""

UNITS = frozenset({"%", "ms", "s", "x", "/s", "MB"})
EDGE_S = 0.5
"""Samples this close outside of a span still say something about it."""


class Timed(Protocol):
    """Anything that happened at a moment of the run."""

    @property
    def t(self) -> float:
        """Run time, s."""
        ...


T = TypeVar("T", bound=Timed)


def within(samples: Iterable[T], span: tuple[float, float] | None) -> list[T]:
    """The samples taken in a span of the run (with half a second's grace at its ends)."""
    if span is None:
        return []
    return [sample for sample in samples if span[0] - EDGE_S <= sample.t <= span[1] + EDGE_S]


def most_of(values: Sequence[float], share: float = 0.95) -> float | None:
    """The value that this share of all does not exceed (nearest rank).

    A process reports its p99 of each second. A machine's hiccup in one second of a minute is not a process that
    lags; one second in twenty is.
    """
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def growth(samples: Sequence[ServiceSample], read: Callable[[ServiceSample], float | None]) -> float | None:
    """By how much a service's cumulative figure grew, each boot for itself; None: not measured.

    One that fell is another's from there on: a service goes over from a library to the lab's own client and back.
    """
    known = [(sample.boot, value) for sample in samples if (value := read(sample)) is not None]
    pairs = itertools.pairwise(known)
    steps = [after - before for (boot, before), (same, after) in pairs if boot == same and after >= before]
    return sum(steps) if steps else None


def short_unit(unit: str) -> str:
    """What follows a measured number: ``% of its cap`` is ``%``; a word that only a limit needs is nothing."""
    first = unit.split(" ", maxsplit=1)[0]
    return first if first in UNITS else ""


class _Bound(NamedTuple):
    """``sign``: how a figure must compare with the limit."""

    sign: str
    limit: float
    unit: str


_COMPARED: Mapping[str, Callable[[float, float], bool]] = MappingProxyType(
    {"<": operator.lt, ">=": operator.ge, ">": operator.gt}
)


def below(name: str, limit: float, unit: str, measured: float | None, detail: str = "") -> Finding:
    """A finding whose figure must stay below a limit."""
    return _held_to(_Bound("<", limit, unit), name, measured, detail)


def at_least(name: str, limit: float, unit: str, measured: float | None, detail: str = "") -> Finding:
    """A finding whose figure must reach a limit."""
    return _held_to(_Bound(">=", limit, unit), name, measured, detail)


def above(name: str, limit: float, unit: str, measured: float | None, detail: str = "") -> Finding:
    """A finding whose figure must be more than a limit."""
    return _held_to(_Bound(">", limit, unit), name, measured, detail)


def _held_to(bound: _Bound, name: str, measured: float | None, detail: str) -> Finding:
    return Finding(
        name=name,
        limit=f"{bound.sign} {bound.limit:g} {bound.unit}".strip(),
        measured=None if measured is None else round(measured, 4),
        ok=None if measured is None else _COMPARED[bound.sign](measured, bound.limit),
        detail=detail,
        unit=short_unit(bound.unit),
    )
