"""How far a measured value is from its check's limit, in the unit of both: above 0 it keeps the limit."""

import re
from collections.abc import Callable, Mapping

_NUMBER = r"(\d+(?:\.\d+)?(?:e[+-]?\d+)?)"
_LIMIT = re.compile(rf"(?:windows )?(<=|>=|<|>|within|at most|all)\s*{_NUMBER}")

_EXACTLY = re.compile(r"([\d,]+) connections")
"""A limit on both sides."""

_FROM: Mapping[str, Callable[[float, float], float]] = {
    "<": lambda limit, measured: limit - measured,
    "<=": lambda limit, measured: limit - measured,
    "at most": lambda limit, measured: limit - measured,
    ">": lambda limit, measured: measured - limit,
    ">=": lambda limit, measured: measured - limit,
    "all": lambda limit, measured: measured - limit,
    "within": lambda limit, measured: limit - abs(measured),
}
NOTHING = {"none", "0"}
"""Limits that allow nothing at all."""


def margin(limit: str, measured: object) -> float | None:
    """By how much a value keeps a limit as a finding words it; None: not numbers that can be compared.

    A share of a figure (``>= 98 % of offered``, measured as 0..1) counts in percent.
    """
    if isinstance(measured, bool) or not isinstance(measured, int | float):
        return None
    if limit in NOTHING:
        return 0.0 - measured
    if exactly := _EXACTLY.fullmatch(limit):
        return 0.0 - abs(measured - int(exactly[1].replace(",", "")))
    found = _LIMIT.match(limit)
    if found is None:
        return None
    scaled = 100 * measured if limit.endswith("% of offered") else float(measured)
    return _FROM[found[1]](float(found[2]), scaled)
