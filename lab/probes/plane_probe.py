"""Asks each monitoring plane every second what on-call would ask, and once more when the run is over.

    second s ── s + 1.5 s: asked about that instant ── at most 1 s later: an answer, or none

Questions go straight to a plane's own query API, never over the bridge: what is measured is what the plane knows,
not whether the lab can reach it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar, get_args

from lab.journal.events import Event
from lab.journal.plane_events import PlaneBackfilled, PlaneConfigured, PlaneSample, PlaneScraped, Query
from lab.probes.prometheus import Points, Prometheus, PrometheusError, QueriedSeries
from lab.probes.run_clock import RunClock
from lab.probes.scrapes import SELECTOR, ScrapeCounter
from lab.probes.ticker import Ticker

ASKED_AFTER_S = 1.5
DEADLINE_S = 1.0
AFTERWARDS_DEADLINE_S = 5.0
LOOKS_BACK_S = 120.0
"""Scrapes that a plane learns of later than this are counted only when the run is over."""

QUERY_NAMES: tuple[Query, ...] = get_args(Query)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PlaneAnswer(Generic[T]):
    """What came back, how long it took, and why nothing did."""

    value: T | None
    took_ms: float | None
    error: str | None


async def asked(question: Awaitable[T]) -> PlaneAnswer[T]:
    """A plane's answer, or why there is none."""
    begun_s = time.monotonic()
    try:
        value = await question
    except PrometheusError as error:
        return PlaneAnswer(None, None, str(error))
    return PlaneAnswer(value, round(1000 * (time.monotonic() - begun_s), 3), None)


async def watch_planes(probes: Sequence["PlaneProbe"], ticker: Ticker) -> None:
    """Ask every plane about every second, for as long as this is awaited; a slow answer delays no question."""
    async with asyncio.TaskGroup() as asking:
        async for tick in ticker.ticks():
            await ticker.until(tick.second - 1 + ASKED_AFTER_S)
            for probe in probes:
                asking.create_task(probe.sample(tick.second - 1))


@dataclass(slots=True)
class PlaneProbe:
    """Asks one plane.

    Args:
        plane: as configured.
        prometheus: its query API.
        texts: query -> PromQL.
        clock: the run's.
        write: journals an event.
    """

    plane: PlaneConfigured
    prometheus: Prometheus
    texts: Mapping[Query, str]
    clock: RunClock
    write: Callable[[Event], None]
    _begun_s: float | None = None
    _last: int = -1
    _scrapes: ScrapeCounter = field(init=False)

    def __post_init__(self) -> None:
        self._scrapes = ScrapeCounter(self.plane.targets, since=self.clock.unix_s(self.clock.now_s))

    async def sample(self, second: int) -> None:
        """Ask about a second: its scrapes, then each query, all within the deadline."""
        asked_s = second + ASKED_AFTER_S
        if self._begun_s is None:
            self._begun_s = asked_s
        at = self.clock.unix_s(asked_s)
        values = (asked(self.prometheus.value(self.texts[query], at, DEADLINE_S)) for query in QUERY_NAMES)
        scrapes, answers = await asyncio.gather(
            asked(self.prometheus.raw(SELECTOR, LOOKS_BACK_S, at, DEADLINE_S)), asyncio.gather(*values)
        )
        known = None if scrapes.value is None else self._scrapes.count(scrapes.value)
        newest_age_s = None if scrapes.value is None else self._scrapes.newest_age_s(scrapes.value, at)
        for query, answer in zip(QUERY_NAMES, answers, strict=True):
            self.write(
                PlaneSample(
                    plane=self.plane.plane,
                    second=second,
                    query=query,
                    value=answer.value,
                    asked_s=asked_s,
                    newest_age_s=newest_age_s,
                    answered_ms=answer.took_ms,
                    scrapes_ok_total=known,
                    scrapes_expected_total=self._expected(asked_s),
                    error=answer.error or scrapes.error,
                )
            )
        self._last = max(self._last, second)

    async def backfill(self) -> None:
        """Ask again about all seconds so far: late samples may have filled gaps."""
        if self._begun_s is None:
            return
        start, end = self.clock.unix_s(self._begun_s), self.clock.unix_s(self._last + ASKED_AFTER_S)
        now = self.clock.unix_s(self.clock.now_s)
        values = (
            asked(self.prometheus.values(self.texts[query], start, end, AFTERWARDS_DEADLINE_S))
            for query in QUERY_NAMES
        )
        scrapes, answers = await asyncio.gather(
            asked(self.prometheus.raw(SELECTOR, now - start + LOOKS_BACK_S, now, AFTERWARDS_DEADLINE_S)),
            asyncio.gather(*values),
        )
        for query, answer in zip(QUERY_NAMES, answers, strict=True):
            self.write(
                PlaneBackfilled(
                    plane=self.plane.plane,
                    query=query,
                    values=self._by_second(answer.value or (), start),
                    error=answer.error,
                )
            )
        for target in self.plane.targets:
            self.write(self._scraped(target, scrapes))

    def _by_second(self, points: Points, start: float) -> dict[str, float]:
        first = round((self._begun_s or 0.0) - ASKED_AFTER_S)
        return {str(first + round(at - start)): value for at, value in points}

    def _scraped(self, target: str, scrapes: PlaneAnswer[list[QueriedSeries]]) -> PlaneScraped:
        """All scrapes of one target since the run's zero."""
        points = [
            (round(self.clock.run_s(at), 3), value)
            for one in scrapes.value or ()
            if one.labels.get("service") == target
            for at, value in one.points
        ]
        return PlaneScraped(
            plane=self.plane.plane,
            target=target,
            ok_s=tuple(at for at, value in sorted(points) if value == 1 and at >= 0),
            failed_s=tuple(at for at, value in sorted(points) if value != 1 and at >= 0),
            error=scrapes.error,
        )

    def _expected(self, asked_s: float) -> int:
        watched_s = asked_s - (self._begun_s or 0.0) + ASKED_AFTER_S
        return int(len(self.plane.targets) * watched_s / self.plane.scrape_interval_s)
