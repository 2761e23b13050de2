"""Conditions on a Timeline: the same registry for steady state, expect and abort-if, live and afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lab.analysis.metrics.evaluators import RUN, SERIES
from lab.analysis.metrics.url_health import URL
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.conditions import evaluate, watch
from lab.analysis.verdict.interval import wilson
from lab.drillfile.condition import Condition
from lab.drillfile.metrics import METRICS
from lab.journal.events import CohortClosed, CohortProvisional, PhaseEntered, UrlSample

if TYPE_CHECKING:
    from tests.lab.analysis.conftest import Storm


def condition(metric: str, op: str, value: float, **more: object) -> Condition:
    """A condition, its text being of no interest."""
    return Condition.model_validate(
        {"metric": metric, "op": op, "value": value, "text": f"{op} {value}", **more}
    )


def test_every_metric_of_the_registry_can_be_evaluated() -> None:
    """What a drill may ask for and what can be told are the same names, by shape."""
    assert set(SERIES) == {name for name, metric in METRICS.items() if metric.shape == "series"}
    assert set(RUN) == {name for name, metric in METRICS.items() if metric.shape == "run"}
    assert set(URL) == {name for name, metric in METRICS.items() if metric.shape == "url"}


@pytest.mark.parametrize(
    ("metric", "more", "measured"),
    [
        ("offered", {"during": "baseline"}, 100.0),
        ("goodput", {"during": "baseline", "of": "offered"}, 1.0),
        ("goodput", {"during": "aftermath"}, 0.0),
        ("goodput", {"during": "mitigation", "stat": "min"}, 0.0),
        ("goodput", {"during": "mitigation", "stat": "max", "of": "offered"}, 1.0),
        ("goodput", {"since": "recovery"}, 100.0),
        ("attempts", {"during": "trigger"}, 400.0),
        ("amplification", {"stat": "max"}, 4.0),
        ("error_ratio", {"during": "trigger"}, 1.0),
        ("latency_p50", {"during": "baseline"}, 19.15),
        ("accept_queue", {"during": "aftermath", "stat": "max"}, 400.0),
        ("accept_queue", {"during": "aftermath", "last_s": 3.0}, 400.0),
        ("queueing_delay", {"during": "aftermath"}, 400 / 130),
        ("queueing_delay", {"during": "baseline", "stat": "max"}, 0.0),
        ("wasted", {"during": "aftermath"}, 130.0),
        ("answered", {"during": "aftermath", "stat": "max"}, 0.0),
        ("bridge_utilization", {"during": "baseline"}, 0.66),
        ("queue_depth", {}, 0.0),
        ("host_cpu_idle", {}, 0.5),
        ("memory_free", {}, float(2**32)),
        ("stuck", {}, 1.0),
        ("time_to_recover", {"since": "mitigation"}, 6.75),
        ("time_to_recover", {"since": "guard-clients"}, 6.75),
        ("goodput", {"since": "slow-bridge"}, 0.0),
        ("elapsed", {}, 88.0),
        ("in_flight", {"during": "baseline"}, 2.0),
        ("open_connections", {"during": "baseline"}, 2.0),
        ("disk_free", {}, float(2**33)),
        ("latency_p99", {"during": "aftermath"}, None),
    ],
)
@pytest.mark.slow
def test_metrics_over_windows(
    storm: Storm, metric: str, more: dict[str, Any], measured: float | None
) -> None:
    """Each metric over its window, as the storm was written; None where nothing was good."""
    decision = evaluate(Timeline.fold(storm.events()), condition(metric, ">=", 0, **more))
    assert decision.measured == (None if measured is None else pytest.approx(measured, rel=0.01))
    assert decision.met is (None if measured is None else True)


@pytest.mark.slow
def test_a_window_ends_at_the_next_mitigation(storm: Storm) -> None:
    """What the clients' guard did is not what became of the storm before it."""
    timeline = Timeline.fold(storm.events())
    alone = evaluate(timeline, condition("time_to_recover", "<=", 5, since="trigger end"))
    assert (alone.measured, alone.met) == (None, False)
    assert alone.because.startswith("not back 14.8 s later")
    assert evaluate(timeline, condition("goodput", "<", 1, since="trigger end", stat="max")).measured == 0


@pytest.mark.slow
def test_the_last_seconds_of_a_phase_are_whole_ones(storm: Storm) -> None:
    """Ten seconds are ten seconds, although the phase begins and ends between two."""
    decision = evaluate(
        Timeline.fold(storm.events()), condition("goodput", "<", 5, during="aftermath", last_s=10.0)
    )
    assert decision.because == "0.0 /s from 28 s to 38 s"


def test_a_live_decision_leaves_out_the_youngest_second(storm: Storm) -> None:
    """At the end of the baseline the last second's requests are still under way: they are no failures."""
    waiting = CohortProvisional(
        t=13.2, source="load", second=12, requests=100, sent=100, attempts=None, good=5, failed={}
    )
    young = Timeline.fold(event for event in storm.events() if event.t < 13.3)
    for second in range(4, 12):
        young.feed(waiting.model_copy(update={"second": second, "good": 100}))
    young.feed(waiting)
    healthy = condition("goodput", ">=", 0.98, during="baseline", of="offered")
    assert evaluate(young, healthy, final=False).met is True


@pytest.mark.slow
def test_a_verdict_takes_no_provisional_figures(storm: Storm) -> None:
    """The live view may say what the verdict must not."""
    timeline = Timeline.fold(event for event in storm.events() if event.type != "cohort.closed")
    for second in range(4, 14):
        timeline.feed(CohortProvisional(
            t=13.9, source="load", second=second, requests=100, sent=100, attempts=None, good=100, failed={}
        ))  # fmt: skip
    healthy = condition("goodput", ">=", 0.98, during="baseline", of="offered")
    assert evaluate(timeline, healthy, final=False).met is True
    assert evaluate(timeline, healthy, final=True).met is None


@pytest.mark.slow
def test_abort_if_wants_every_second_of_its_time(storm: Storm) -> None:
    """``for: 5 s`` is five bad seconds in a row; four are not enough; nothing known leaves it open."""
    starved = condition("host_cpu_idle", "<", 0.02, for_s=5.0)
    assert _with_idle(storm, 0.0, 4) == (False, 0.0)
    assert _with_idle(storm, 0.0, 5) == (True, 0.0)
    assert _with_idle(storm, 0.5, 5) == (False, 0.5)
    assert watch(Timeline(), starved).met is None


@pytest.mark.slow
def test_a_congested_device_can_end_a_run(storm: Storm) -> None:
    """``abort-if`` on the delay: it is over the limit in the storm, and not before."""
    congested = condition("queueing_delay", ">", 1.0, for_s=5.0)
    events = storm.events()
    for until_s, met in ((12.0, False), (28.0, True)):
        timeline = Timeline.fold(event for event in events if event.t <= until_s)
        assert watch(timeline, congested).met is met


def _with_idle(storm: Storm, idle: float, seconds: int) -> tuple[bool | None, float | None]:
    """What abort-if says after so many seconds with this share of idle time."""
    timeline, total, idled = Timeline(), 0.0, 0.0
    timeline.feed(PhaseEntered(t=0.1, phase="baseline", planned_s=30, because=""))
    sample = next(event for event in storm.events() if event.type == "host.sample")
    for second in range(20 + seconds + 1):
        timeline.feed(
            sample.model_copy(update={"t": float(second), "idle_s_total": idled, "total_s_total": total})
        )
        total, idled = total + 2, idled + 2 * (idle if second >= 20 else 0.5)
    decision = watch(timeline, condition("host_cpu_idle", "<", 0.02, for_s=5.0))
    return decision.met, decision.measured


def _short(storm: Storm, free: dict[int, int]) -> Timeline:
    """A machine before the first phase: so many bytes of memory free, by second, and no idle time at all."""
    sample = next(event for event in storm.events() if event.type == "host.sample")
    timeline = Timeline()
    for second, left in free.items():
        figures = {"memory_free_bytes": left, "idle_s_total": 0.0, "total_s_total": 2.0 * second}
        timeline.feed(sample.model_copy(update={"t": second + 0.1, **figures}))
    return timeline


def test_what_is_around_the_drill_counts_while_the_lab_comes_up() -> None:
    """A machine that runs full is no place to begin; one whose CPU is busy with the calibration is."""
    lasting = {name for name, metric in METRICS.items() if metric.lasting}
    assert lasting == {"memory_free", "disk_free", "url_failing"}


def test_the_calibration_does_not_count_for_the_drill(storm: Storm) -> None:
    """Before the first phase memory can end a run, and busy cores can't."""
    timeline = _short(storm, dict.fromkeys(range(8), 10))
    assert watch(timeline, condition("memory_free", "<", 100, for_s=3.0)).met is True
    busy = condition("host_cpu_idle", "<", 0.02)
    assert watch(timeline, busy).met is None
    timeline.feed(PhaseEntered(t=5.0, phase="baseline", planned_s=30, because=""))
    assert watch(timeline, busy).met is True


@pytest.mark.slow
def test_a_machine_too_busy_to_be_sampled_is_still_watched(storm: Storm) -> None:
    """Every other second is lost; what is known says the same all the time, so that is decided."""
    short = condition("memory_free", "<", 100, for_s=5.0)
    assert watch(_short(storm, dict.fromkeys(range(0, 12, 2), 10)), short).met is True
    assert watch(_short(storm, dict.fromkeys(range(0, 12, 4), 10)), short).met is None
    assert watch(_short(storm, {0: 10, 2: 10, 4: 10, 6: 10**9, 8: 10, 10: 10}), short).met is False


def test_requests_still_under_way_are_no_failures(storm: Storm) -> None:
    """An answer counts as good within the slo (2 s): until then no one can say that there is none."""
    floor = condition("goodput", "<", 0.5, of="offered")
    waiting = CohortProvisional(
        t=13.2, source="load", second=12, requests=100, sent=100, attempts=None, good=0, failed={}
    )
    early = Timeline.fold(event for event in storm.events() if event.t < 13.1)
    for second in range(4, 11):
        early.feed(waiting.model_copy(update={"second": second, "good": 100}))
    for second in (11, 12, 13):
        early.feed(waiting.model_copy(update={"second": second}))
    decision = watch(early, floor)
    assert (decision.met, decision.because) == (False, "100.0 % of offered at 10 s")
    early.feed(waiting.model_copy(update={"t": 14.2, "second": 11}))
    assert watch(early, floor).met is True


@pytest.mark.slow
def test_the_goodput_floor_holds_through_a_storm_and_its_tail(storm: Storm) -> None:
    """Met in the trigger, not before it, and still decided when the phases are over."""
    floor = condition("goodput", "<", 0.5, of="offered", for_s=3.0)
    events = storm.events()
    provisional = [
        event.model_copy(update={"t": event.second + 1.1})
        for event in events
        if isinstance(event, CohortClosed) and event.source == "load"
    ]
    both = sorted([*events, *provisional], key=lambda event: event.t)
    met = {t: watch(Timeline.fold(e for e in both if e.t < t), floor).met for t in (12.5, 17.5, 40.0, 86.0)}
    assert met == {12.5: False, 17.5: False, 40.0: True, 86.0: False}


def test_a_url_is_failing_once_it_has_failed_for_its_time() -> None:
    """Three bad answers in a row, whatever was bad about them; one good one begins it anew."""
    failing = condition("url_failing", "==", 1.0, url=SHOP, for_s=3.0)
    assert str(failing) == f"{SHOP} failing for 3 s"
    assert watch(_answers([None, None, "answered 503"]), failing).met is False
    assert watch(_answers(["answered 503", None, "answered 503", "answered 503"]), failing).met is False
    worst = watch(_answers([None, "answered 500", "answered 302", "no answer within 1 s"]), failing)
    assert (worst.met, worst.because) == (True, "no answer within 1 s at 3 s")
    assert watch(Timeline(), failing).met is None


SHOP = "http://127.0.0.1:8080/health"


def _answers(errors: list[str | None]) -> Timeline:
    """One answer a second, told once it is there; another URL that is always well."""
    timeline = Timeline()
    for second, error in enumerate(errors):
        known = UrlSample(t=second + 0.9, url=SHOP, second=second, status=None, took_ms=900, error=error)
        timeline.feed(known)
        timeline.feed(known.model_copy(update={"url": "http://127.0.0.2/", "error": None}))
    return timeline


@pytest.mark.slow
def test_elapsed_counts_from_the_first_phase(storm: Storm) -> None:
    """Bring-up is not the drill's time."""
    events = storm.events()
    early = Timeline.fold(event for event in events if event.t < 3)
    assert watch(early, condition("elapsed", ">", 1)).met is None
    late = Timeline.fold(event for event in events if event.t < 50)
    assert watch(late, condition("elapsed", ">", 40)).met is True


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(10, 10, 0.7225, 1.0), (0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (0, 0, 0.0, 1.0)],
)
def test_wilson_intervals(k: int, n: int, low: float, high: float) -> None:
    """Published values of the 95 % score interval; ten of ten is not always."""
    found = wilson(k, n)
    assert found.low == pytest.approx(low, abs=1e-4)
    assert found.high == pytest.approx(high, abs=1e-4)


def test_impossible_proportions_are_refused() -> None:
    """More successes than runs is a bug of the caller."""
    with pytest.raises(ValueError, match="11 of 10"):
        wilson(11, 10)
