"""The lines of several logs in the order of time, as far as they have it."""

import heapq
from collections.abc import Iterable, Iterator, Mapping

from lab.analysis.logs.log_line import read_log_line

_Placed = tuple[float, str, str]


def in_time_order(logs: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str]]:
    """Service and line, earliest first.

    A line without a time belongs to the one before it; the order within a service stays, also where its clock jumps.
    """
    placed = (_placed(service, lines) for service, lines in sorted(logs.items()))
    for _, service, line in heapq.merge(*placed, key=lambda place: place[0]):
        yield service, line


def _placed(service: str, lines: Iterable[str]) -> Iterator[_Placed]:
    latest_s = float("-inf")
    for line in lines:
        at_s = read_log_line(line).at_s
        latest_s = latest_s if at_s is None else max(latest_s, at_s)
        yield latest_s, service, line
