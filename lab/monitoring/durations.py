"""Durations as Prometheus and Alertmanager write them: ``500ms``, ``1m30s``, ``0``."""

import re

_UNITS_S = {"y": 31_536_000.0, "w": 604_800.0, "d": 86_400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_WHOLE = re.compile("".join(rf"(?:(?P<{unit}>\d{{1,9}}){unit})?" for unit in _UNITS_S), re.ASCII)


def duration_s(text: object) -> float:
    """A duration in seconds.

    Args:
        text: units from the longest to the shortest, each at most once; a bare 0 needs none.

    Raises:
        ValueError: it is no such duration; says how to write one.
    """
    if str(text) == "0":
        return 0.0
    found = _WHOLE.fullmatch(str(text))
    if not str(text) or found is None:
        raise ValueError(f"`{str(text)[:40]}` is no duration of Prometheus")
    return sum(int(number) * _UNITS_S[unit] for unit, number in found.groupdict(default="0").items())
