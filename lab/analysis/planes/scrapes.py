"""How many of the scrapes that a plane's configuration promises were good.

A target is scraped at moments of its own, an interval apart: in a span of 10 s there are 10 such moments, or by where
the span's ends happen to lie 9 or 11. So what is counted is what is missing: the moments without a good scrape, between
good ones, before the first and after the last. Never more is kept than what was good in the span, and one for its ends.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lab.analysis.planes.staleness import knows_scrapes
from lab.analysis.timeline.rows import ratio
from lab.analysis.timeline.watched import Watched


@dataclass(frozen=True, slots=True)
class ScrapeCount:
    """Over a span and all targets in main. ``ok`` None: the plane did not know (or the run was truncated before)."""

    expected: int
    ok: int | None

    @property
    def share(self) -> float | None:
        """Kept of what was promised, 0..1."""
        return ratio(self.ok, self.expected)


def count_scrapes(watched: Watched, start_s: float, end_s: float) -> ScrapeCount | None:
    """The scrapes of a span; None: no plane, no targets, or no time in which one was due."""
    configured = watched.configured
    if configured is None:
        return None
    promised = round((end_s - start_s) / configured.scrape_interval_s)
    if not configured.targets or promised <= 0:
        return None
    expected = promised * len(configured.targets)
    if not knows_scrapes(watched):
        return ScrapeCount(expected, None)
    ok = 0
    for target in configured.targets:
        times = sorted(watched.scraped[target].ok_s)
        good = sum(start_s <= time < end_s for time in times)
        missing = sum(
            start_s <= time < end_s for time in _missing(times, configured.scrape_interval_s, start_s, end_s)
        )
        ok += max(0, min(promised - missing, good + 1)) if times else 0
    return ScrapeCount(expected, ok)


def _missing(times: Sequence[float], interval_s: float, start_s: float, end_s: float) -> Iterator[float]:
    """The moments at which a scrape was due and none was good."""
    if not times:
        return
    for before, after in pairwise(times):
        steps = round((after - before) / interval_s)
        for step in range(1, steps):
            yield before + step * (after - before) / steps
    for step in range(1, int(max(0.0, times[0] - start_s) / interval_s) + 1):
        yield times[0] - step * interval_s
    for step in range(1, int(max(0.0, end_s - times[-1]) / interval_s) + 1):
        yield times[-1] + step * interval_s
