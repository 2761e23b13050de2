"""The made-up storm as two planes saw it: the shared one dark with the bridge, the ops one sighted, pages from both."""

from collections.abc import Iterator

from lab.analysis.planes.score import score
from lab.analysis.planes.truth import TRUTH
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Verdict
from lab.drillfile.model import Drill
from lab.journal import events as ev
from lab.journal.plane_events import (
    PageReceived,
    PlaneBackfilled,
    PlaneConfigured,
    PlaneSample,
    PlaneScraped,
    Query,
)
from tests.lab.report.conftest import END, MITIGATION, START, TRIGGER, make_drill, make_events, make_verdict

TARGETS = ("canary", "edge", "storefront")
DARK = range(int(TRIGGER) + 1, int(MITIGATION) + 8)
"""Seconds in which no scrape of the shared plane crossed the bridge."""

QUERIES: tuple[Query, ...] = ("goodput", "amplification", "error_ratio")
BOUNDS_S = {"GoodputLow": 9.0, "RetryAmplification": 9.0}


def watched_events(drill: Drill, until_s: float = 999.0, *, late: range = range(0)) -> list[ev.Event]:
    """The made-up run with planes, up to a time; the seconds in ``late`` came to the shared plane afterwards."""
    told: list[ev.Event] = [event for event in make_events(drill) if not isinstance(event, ev.ServiceSample)]
    told += _counters(Timeline.fold(told))
    truth = Timeline.fold(told)
    told += [*_configured(), *_asked(truth), *_backfilled(truth, late), *_pages()]
    seen = sorted((event for event in told if event.t <= until_s), key=lambda event: event.t)
    return [event.model_copy(update={"seq": seq}) for seq, event in enumerate(seen)]


def watched_verdict(timeline: Timeline) -> Verdict:
    """The made-up verdict, with the real score of both planes."""
    metrics = make_verdict().metrics.model_copy(update={"monitoring": score(timeline)})
    return make_verdict().model_copy(update={"metrics": metrics})


def watched(late: range = range(0)) -> tuple[Timeline, Verdict]:
    """The made-up run with its planes, judged."""
    timeline = Timeline.fold(watched_events(make_drill(), late=late))
    return timeline, watched_verdict(timeline)


def _counters(timeline: Timeline) -> Iterator[ev.Event]:
    """Edge's and storefront's own counts, of the same requests as the cohorts."""
    requests = served = attempts = 0
    for row in timeline.rows:
        requests, served = requests + (row.offered or 0), served + (row.good or 0)
        attempts += row.attempts or 0
        breaker = "open" if 0 < row.second - MITIGATION < 4 else "closed" if row.second > MITIGATION else None
        policy = "budget + breaker" if row.second >= MITIGATION else "immediate(retries=3)"
        for service, total in (("edge", requests), ("oncall", 0)):
            yield ev.ServiceSample(
                t=row.second + 1.0, service=service, boot="b", requests_total=total,
                served_total=served if total else 0, abandoned_total=0, in_flight=0,
            )  # fmt: skip
        yield ev.ServiceSample(
            t=row.second + 1.0, service="storefront", boot="b", requests_total=requests, served_total=served,
            abandoned_total=0, in_flight=0, calls_total=requests, attempts_total=attempts, policy=policy,
            breaker=breaker,
        )  # fmt: skip


def _configured() -> Iterator[ev.Event]:
    for plane in ("shared", "ops"):
        yield PlaneConfigured(
            t=0.1, plane=plane, mode="same-listener", service=f"prometheus-{plane}",
            alertmanager=f"alertmanager-{plane}", version="2.42.0", scrape_interval_s=1.0, scrape_timeout_s=1.0,
            window_s=5.0, targets=TARGETS, bounds_s=BOUNDS_S,
        )  # fmt: skip


def _asked(truth: Timeline) -> Iterator[ev.Event]:
    """What each plane answered; the dark one goes on from its last samples for a moment, then has no such series."""
    for second in range(int(START) + 1, int(END) + 1):
        for plane in ("shared", "ops"):
            dark = plane == "shared" and second in DARK
            lasts = not dark or second < DARK.start + 2
            for query in QUERIES:
                yield PlaneSample(
                    t=second + 1.6, plane=plane, second=second, query=query, asked_s=second + 1.5,
                    value=_answer(truth, query, DARK.start - 1 if dark else second) if lasts else None,
                    newest_age_s=0.7 + (second - DARK.start + 1 if dark else 0), answered_ms=4.0,
                    scrapes_ok_total=None, scrapes_expected_total=(second - int(START)) * len(TARGETS),
                )  # fmt: skip


def _backfilled(truth: Timeline, late: range) -> Iterator[ev.Event]:
    for plane in ("shared", "ops"):
        known = [s for s in range(2, int(END) + 2) if plane == "ops" or s not in DARK or s in late]
        for query in QUERIES:
            found = {str(second): _answer(truth, query, second) for second in known}
            values = {second: value for second, value in found.items() if value is not None}
            yield PlaneBackfilled(t=END + 6, plane=plane, query=query, values=values)
        for target in TARGETS:
            yield PlaneScraped(t=END + 6, plane=plane, target=target, ok_s=tuple(s + 0.8 for s in known))


def _answer(truth: Timeline, query: Query, second: int) -> float | None:
    return TRUTH[query](truth, second - 3.5, second + 1.5)


def _pages() -> Iterator[ev.Event]:
    told: tuple[tuple[str, str, str, float, dict[str, str]], ...] = (
        ("ops", "GoodputLow", "firing", TRIGGER + 6.2, {"service": "edge"}),
        ("ops", "RetryAmplification", "firing", TRIGGER + 7.1, {"service": "storefront"}),
        ("shared", "DeadMansSwitch", "firing", TRIGGER + 22.1, {}),
        ("shared", "ScrapeLost", "firing", DARK.stop + 1.3, {"service": "edge"}),
        ("shared", "DeadMansSwitch", "resolved", DARK.stop + 2.5, {}),
        ("ops", "RetryAmplification", "resolved", MITIGATION + 7.4, {"service": "storefront"}),
        ("ops", "GoodputLow", "resolved", MITIGATION + 18.9, {"service": "edge"}),
    )
    for plane, alert, state, received_s, labels in told:
        yield PageReceived(
            t=received_s + 0.4, plane=plane, alert=alert, state="firing" if state == "firing" else "resolved",
            received_s=received_s, sent_t=received_s - 1.2, labels=labels,
        )  # fmt: skip
