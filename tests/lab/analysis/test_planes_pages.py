"""What on-call was told, how soon, and what it was told wrongly."""

import pytest

from lab.analysis.planes.detection import find_detection
from lab.analysis.planes.score import score
from lab.analysis.verdict.verdict import Plane
from tests.lab.analysis.two_planes import Sight, Watch


def ops(watch: Watch) -> Plane:
    """The ops plane's score."""
    return score(watch.timeline())["ops"]


@pytest.mark.slow
def test_detection_is_the_first_page_about_what_happened() -> None:
    """The heartbeat tells nothing, the dead-man's switch is another matter, and later pages are later."""
    watch = Watch()
    watch.page("ops", "Watchdog", 31.0)
    watch.page("ops", "DeadMansSwitch", 33.0)
    watch.page("ops", "RetryAmplification", 38.0, sent_t=37.5)
    watch.page("ops", "GoodputLow", 40.0)
    watch.page("shared", "GoodputLow", 31.5)
    plane = ops(watch)
    assert (plane.detection_time_s, plane.detected_by, plane.detect_bound_s) == (
        8.0,
        "RetryAmplification",
        12.0,
    )
    assert plane.time_to_dead_mans_switch_s == 3.0
    assert (plane.alerts_late, plane.false_alarms) == ((), 0)


@pytest.mark.slow
def test_what_began_before_the_trigger_does_not_tell_of_it() -> None:
    """An alert that fired already is sent again after the trigger: that is a false alarm, no detection."""
    watch = Watch()
    watch.page("ops", "GoodputLow", 25.0, sent_t=24.0)
    watch.page("ops", "GoodputLow", 33.0, sent_t=24.0)
    watch.page("ops", "BreakerOpen", 31.0, sent_t=29.0)
    plane = ops(watch)
    assert (plane.detection_time_s, plane.false_alarms) == (None, 1)


@pytest.mark.slow
def test_without_a_page_the_bound_is_that_of_what_did_happen() -> None:
    """The other plane's page shows what there was to tell; where no one told anything the shortest bound holds."""
    watch = Watch()
    watch.page("ops", "GoodputLow", 40.0)
    shared = score(watch.timeline())["shared"]
    assert (shared.detection_time_s, shared.detected_by, shared.detect_bound_s) == (None, None, 14.0)
    assert score(Watch().timeline())["shared"].detect_bound_s == 9.0


@pytest.mark.slow
def test_told_in_time_or_late() -> None:
    """Within the bound of the alert that told; after it; of an alert without one the shortest counts."""
    for alert, at_s, in_time, late in (
        ("RetryAmplification", 42.0, True, ()),
        ("RetryAmplification", 42.1, False, ("RetryAmplification",)),
        ("SomethingElse", 38.9, True, ()),
        ("SomethingElse", 39.1, False, ("SomethingElse",)),
    ):
        watch = Watch()
        watch.page("ops", alert, at_s)
        timeline = watch.timeline()
        assert find_detection(timeline, timeline.planes["ops"]).in_time is in_time
        assert ops(watch).alerts_late == late


@pytest.mark.slow
def test_never_told_is_late_only_once_it_was_due() -> None:
    """A run that ends before the bound has passed, or whose on-call was not heard, tells nothing."""
    for bounds, untold, in_time in (
        ({"GoodputLow": 49.0}, (), False),
        ({"GoodputLow": 51.0}, (), None),
        ({"GoodputLow": 49.0}, ("oncall",), None),
        ({}, (), None),
    ):
        timeline = Watch({"ops": Sight(configured={"bounds_s": bounds})}, untold=untold).timeline()
        assert find_detection(timeline, timeline.planes["ops"]).in_time is in_time


@pytest.mark.slow
def test_the_dead_mans_switch_tells_of_the_planes_silence() -> None:
    """From the trigger's start; one that rang before it is a false alarm."""
    watch = Watch()
    watch.page("shared", "DeadMansSwitch", 25.0)
    watch.page("shared", "DeadMansSwitch", 26.0, state="resolved")
    watch.page("shared", "DeadMansSwitch", 46.5)
    both = score(watch.timeline())
    assert (both["shared"].time_to_dead_mans_switch_s, both["shared"].false_alarms) == (16.5, 1)
    assert (both["ops"].time_to_dead_mans_switch_s, both["ops"].false_alarms) == (None, 0)


@pytest.mark.slow
def test_no_fault_no_page_no_false_alarm() -> None:
    """A quiet run: heartbeats, and nothing that wakes anyone."""
    watch = Watch(bad=None)
    for second in range(22, 80, 5):
        watch.page("ops", "Watchdog", float(second))
    plane = ops(watch)
    assert (plane.false_alarms, plane.false_resolutions, plane.alerts_lost, plane.alerts_late) == (
        0,
        0,
        (),
        (),
    )
    assert (plane.detection_time_s, plane.time_to_dead_mans_switch_s, plane.stale_s) == (None, None, 0)


@pytest.mark.slow
def test_in_a_run_without_a_trigger_every_page_is_a_false_alarm() -> None:
    """Repeats are the same page; another start is another. What began before the first phase is not the run's."""
    watch = Watch(bad=None)
    for at_s, sent_t in ((21.0, 15.0), (30.0, 29.0), (32.0, 29.0), (50.0, 48.0), (85.0, 84.0)):
        watch.page("ops", "GoodputLow", at_s, sent_t=sent_t)
    watch.page("ops", "GoodputLow", 50.0, sent_t=48.0, labels={"service": "edge"})
    assert ops(watch).false_alarms == 3


@pytest.mark.parametrize(
    ("alert", "at_s", "false"),
    [
        ("GoodputLow", 50.0, 1),
        ("RetryAmplification", 50.0, 1),
        ("ErrorBudgetBurn", 35.0, 1),
        ("GoodputLow", 68.0, 0),
        ("RetryAmplification", 66.0, 0),
        ("GoodputLow", 25.0, 0),
        ("GoodputLow", 85.0, 0),
        ("ScrapeLost", 50.0, 0),
        ("BridgeSaturated", 50.0, 0),
        ("SeriesAbsent", 50.0, 0),
        ("BreakerOpen", 50.0, 0),
        ("Watchdog", 50.0, 0),
        ("DeadMansSwitch", 50.0, 0),
    ],
)
@pytest.mark.slow
def test_calling_off_what_goes_on_is_false(alert: str, at_s: float, false: int) -> None:
    """In the storm it is; when service is coming back it is not; other things may end while it lasts."""
    watch = Watch()
    watch.page("ops", alert, at_s, state="resolved")
    assert ops(watch).false_resolutions == false


@pytest.mark.slow
def test_retries_may_end_before_service_is_back() -> None:
    """The clients were guarded at 60 s and the queue drains until 75 s: amplification is over, goodput is not."""
    watch = Watch(calm_s=60.0, bad=(30.0, 75.0))
    watch.page("ops", "RetryAmplification", 63.0, state="resolved")
    assert ops(watch).false_resolutions == 0
    watch.page("ops", "GoodputLow", 64.0, state="resolved")
    assert ops(watch).false_resolutions == 1


@pytest.mark.slow
def test_a_resolution_is_unknown_where_truth_is() -> None:
    """Edge told nothing: no one can say whether the storm went on."""
    watch = Watch(untold=("edge",))
    assert ops(watch).false_resolutions == 0
    watch.page("ops", "GoodputLow", 50.0, state="resolved")
    assert ops(watch).false_resolutions is None


@pytest.mark.slow
def test_without_on_call_no_page_is_no_answer() -> None:
    """A receiver that told nothing: no page is not the same as no alarm."""
    plane = ops(Watch(untold=("oncall",)))
    assert (plane.false_alarms, plane.false_resolutions) == (None, None)


@pytest.mark.slow
def test_what_the_other_plane_told_is_due_here() -> None:
    """Lost when it never came, late when it came after the bound; too young to be due at the end is neither."""
    watch = Watch()
    for alert, at_s in (("RetryAmplification", 38.0), ("GoodputLow", 40.0), ("BreakerOpen", 72.0)):
        watch.page("ops", alert, at_s)
    watch.page("ops", "Unbounded", 41.0)
    watch.page("ops", "Watchdog", 31.0)
    watch.page("ops", "BridgeSaturated", 39.0)
    watch.page("shared", "BridgeSaturated", 39.5)
    watch.page("shared", "GoodputLow", 54.5)
    both = score(watch.timeline())
    assert both["shared"].alerts_lost == ("RetryAmplification",)
    assert both["shared"].alerts_late == ("GoodputLow",)
    assert (both["ops"].alerts_lost, both["ops"].alerts_late) == ((), ())


@pytest.mark.slow
def test_a_planes_own_trouble_is_not_due_on_the_other() -> None:
    """The shared plane lost its scrapes and says so when it can; the ops plane lost none."""
    watch = Watch()
    watch.page("shared", "ScrapeLost", 40.0, labels={"about": "monitoring"})
    both = score(watch.timeline())
    assert (both["ops"].alerts_lost, both["ops"].detect_bound_s) == ((), 9.0)
    assert (both["shared"].detected_by, both["shared"].detection_time_s) == ("ScrapeLost", 10.0)


@pytest.mark.slow
def test_a_ticket_wakes_no_one() -> None:
    """It is read in the morning: no detection, no false alarm, nothing that gets lost."""
    watch = Watch()
    watch.page("ops", "BreakerOpen", 25.0, labels={"severity": "ticket"})
    watch.page("ops", "BreakerOpen", 32.0, labels={"severity": "ticket", "service": "x"})
    watch.page("ops", "GoodputLow", 41.0, labels={"severity": "page"})
    plane = ops(watch)
    assert (plane.false_alarms, plane.detected_by) == (0, "GoodputLow")
    assert score(watch.timeline())["shared"].alerts_lost == ("GoodputLow",)


@pytest.mark.slow
def test_an_alert_whose_cause_came_later_is_not_late() -> None:
    """The breaker opens at the mitigation, half a minute after the trigger: the bound counts from its cause."""
    watch = Watch()
    watch.page("ops", "RetryAmplification", 38.0)
    watch.page("ops", "BreakerOpen", 64.0)
    watch.page("shared", "BreakerOpen", 66.0)
    watch.page("shared", "RetryAmplification", 40.0)
    both = score(watch.timeline())
    assert (both["ops"].alerts_late, both["shared"].alerts_late) == ((), ())
