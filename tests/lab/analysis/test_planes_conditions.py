"""What a drill may expect of the planes, decided."""

from typing import Any

import pytest

from lab.analysis.planes.plane_metrics import PLANE, PLANE_RUN
from lab.analysis.verdict.conditions import evaluate
from lab.drillfile.condition import Condition
from lab.drillfile.metrics import METRICS
from tests.lab.analysis.two_planes import Sight, Watch

STORM = (30.0, 66.0)


def condition(metric: str, op: str, value: float, plane: str, **more: object) -> Condition:
    """A condition, its text being of no interest."""
    return Condition.model_validate(
        {"metric": metric, "op": op, "value": value, "text": f"{op} {value}", "plane": plane, **more}
    )


def stormy() -> Watch:
    """The shared plane dark; on-call told by the ops plane, and by the dead-man's switch."""
    watch = Watch(planes={"shared": Sight(dark=(STORM,)), "ops": Sight()})
    watch.page("ops", "RetryAmplification", 38.0)
    watch.page("ops", "RetryAmplification", 40.0)
    watch.page("ops", "GoodputLow", 41.0)
    watch.page("ops", "RetryAmplification", 50.0, state="resolved")
    watch.page("ops", "Watchdog", 42.0)
    watch.page("shared", "DeadMansSwitch", 46.5)
    return watch


def test_every_metric_about_planes_can_be_evaluated() -> None:
    """What a drill may ask for and what can be told are the same names, by shape."""
    assert set(PLANE) == {name for name, metric in METRICS.items() if metric.shape == "plane"}
    assert set(PLANE_RUN) == {name for name, metric in METRICS.items() if metric.shape == "plane-run"}


@pytest.mark.parametrize(
    ("metric", "plane", "more", "measured"),
    [
        ("scrape_success_ratio", "shared", {"during": "aftermath"}, 0.0),
        ("scrape_success_ratio", "shared", {"during": "mitigation"}, 0.7),
        ("scrape_success_ratio", "shared", {"during": "mitigation", "last_s": 10.0}, 1.0),
        ("scrape_success_ratio", "shared", {}, 0.4),
        ("scrape_success_ratio", "ops", {"since": "trigger"}, 1.0),
        ("stale_seconds", "shared", {"during": "aftermath"}, 20.0),
        ("stale_seconds", "shared", {"during": "baseline"}, 0.0),
        ("stale_seconds", "ops", {}, 0.0),
        ("pages", "ops", {}, 2.0),
        ("pages", "ops", {"during": "aftermath"}, 1.0),
        ("pages", "shared", {}, 1.0),
        ("false_resolutions", "ops", {}, 1.0),
        ("false_resolutions", "ops", {"during": "trigger"}, 0.0),
        ("detection_time", "ops", {}, 8.0),
        ("detected_within_bound", "ops", {}, 1.0),
        ("detected_within_bound", "shared", {}, 0.0),
        ("time_to_dead_mans_switch", "shared", {}, 16.5),
    ],
)
def test_metrics_of_planes(metric: str, plane: str, more: dict[str, Any], measured: float) -> None:
    """Each over its window, or over the run."""
    decision = evaluate(stormy().timeline(), condition(metric, ">=", 0, plane, **more))
    assert decision.measured == pytest.approx(measured)
    assert decision.met is True


@pytest.mark.parametrize(
    ("metric", "op", "limit", "met"),
    [
        ("detection_time", "<=", 20.0, False),
        ("detection_time", ">", 20.0, True),
        ("detection_time", "<=", 51.0, None),
        ("time_to_dead_mans_switch", "<=", 30.0, False),
        ("time_to_dead_mans_switch", "<=", 60.0, None),
    ],
)
@pytest.mark.slow
def test_what_never_came_is_decided_once_it_was_waited_for(
    metric: str, op: str, limit: float, *, met: bool | None
) -> None:
    """No figure, but an answer: 50 s after the trigger nothing had come. A longer limit is undetermined."""
    plane = "shared" if metric == "detection_time" else "ops"
    decision = evaluate(stormy().timeline(), condition(metric, op, limit, plane))
    assert (decision.measured, decision.met) == (None, met)
    assert "came within 50.0 s" in decision.because


@pytest.mark.slow
def test_what_is_not_known_is_not_met() -> None:
    """No such plane, no trigger, an on-call that told nothing, scrapes that no one could tell."""
    quick = condition("detection_time", "<=", 20.0, "ops")
    no_oncall = Watch(untold=("oncall",))
    no_trigger = Watch(bad=None)
    untold = Watch({"ops": Sight(scrape_errors={"edge": None})})
    kept = condition("scrape_success_ratio", ">=", 0.99, "ops", during="aftermath")
    for watch, asked, because in (
        (Watch({"shared": Sight()}), quick, "no plane ops watched this run"),
        (no_trigger, quick, "nothing was done that could be detected"),
        (no_oncall, quick, "what on-call received is unknown"),
        (no_oncall, condition("pages", "==", 0, "ops"), "pages was not measured"),
        (untold, kept, "scrape_success_ratio was not measured (from 40 s to 60 s)"),
        (Watch(), condition("scrape_success_ratio", ">=", 0.99, "ops", during="recovery"), "no such seconds"),
        (Watch(), condition("pages", "<", 1, "ops", during="recovery"), "no such seconds"),
    ):
        decision = evaluate(watch.timeline(), asked)
        assert (decision.measured, decision.met) == (None, None)
        assert because in decision.because
