"""What a plane saw: scrapes kept, seconds in which it was blind, live and when it was asked again after the run."""

import pytest

from lab.analysis import plane_rows
from lab.analysis.planes.score import score
from lab.analysis.planes.scrapes import ScrapeCount, count_scrapes
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Plane
from lab.journal.plane_events import PlaneScraped
from tests.lab.analysis.two_planes import TARGETS, Sight, Watch

STORM = (30.0, 66.0)


def judged(sight: Sight, **more: object) -> Plane:
    """The score of a shared plane that fared like this."""
    return score(Watch(planes={"shared": sight}, **more).timeline())["shared"]  # type: ignore[arg-type]


def blind_seconds(sight: Sight, **more: object) -> list[int]:
    """The seconds in which it was blind."""
    timeline = Watch(planes={"shared": sight}, **more).timeline()  # type: ignore[arg-type]
    return [row.second for row in plane_rows(timeline, "shared") if row.stale]


@pytest.mark.slow
def test_dark_through_the_storm_beside_one_that_sees() -> None:
    """Nothing was scraped from the trigger to the recovery: old at 2.5 s, and dark until the first scrape after it."""
    both = score(Watch(planes={"shared": Sight(dark=(STORM,)), "ops": Sight()}).timeline())
    shared, ops = both["shared"], both["ops"]
    assert (shared.scrapes_expected, shared.scrapes_ok) == (120, 48)
    assert (shared.stale_s, shared.longest_stale_s) == (36, 36)
    assert (shared.stale_backfilled_s, shared.longest_stale_backfilled_s) == (36, 36)
    assert (ops.scrapes_expected, ops.scrapes_ok, ops.stale_s, ops.stale_backfilled_s) == (120, 120, 0, 0)
    assert ops.mode == "same-listener"


def test_late_samples_fill_what_was_dark_live() -> None:
    """An agent that buffered: on-call saw nothing then, and who looks afterwards sees all of it."""
    plane = judged(Sight(late=(STORM,)))
    assert (plane.scrapes_ok, plane.stale_s, plane.stale_backfilled_s) == (120, 36, 0)
    assert plane.longest_stale_backfilled_s == 0


@pytest.mark.slow
def test_a_prometheus_that_was_killed_is_blind_for_just_as_long() -> None:
    """Down for four seconds: no answer, then no rate yet; told as one restart, and right everywhere else."""
    watch = Watch(planes={"shared": Sight(down=((22.0, 26.0),)), "ops": Sight()})
    watch.exited("prometheus-shared", 22.0)
    watch.exited("prometheus-shared", 5.0)
    watch.exited("prometheus-shared", 85.0)
    both = score(watch.timeline())
    assert (both["shared"].restarts, both["ops"].restarts) == (1, 0)
    assert (both["shared"].stale_s, both["shared"].longest_stale_s, both["shared"].scrapes_ok) == (5, 5, 112)
    assert both["shared"].answer_errors["goodput"] == 0.0
    assert blind_seconds(Sight(down=((22.0, 26.0),))) == [21, 22, 23, 24, 25]


@pytest.mark.slow
def test_an_answer_that_does_not_count_is_blind() -> None:
    """Garbage, none, or one that is off by more than 20 % and 10/s; truth is 100/s until 30 s, and then nothing."""
    says = {23: None, 24: 79.0, 25: 85.0, 26: 1e9, 45: 8.0, 46: 11.0}
    assert blind_seconds(Sight(says=says, error={27: "the answer is no JSON"})) == [23, 24, 26, 27, 46]
    assert blind_seconds(Sight(says={25: 100.0}, error={25: "answered with a warning"})) == [25]


def test_a_plane_that_answers_nothing_but_garbage_scores_nothing_good() -> None:
    """Not one second seen, no answer whose error could be told, and no scrape that is known of."""
    sight = Sight(error=dict.fromkeys(range(90), "no JSON"), scrape_errors=dict.fromkeys(TARGETS, "no JSON"))
    plane = judged(sight)
    assert (plane.stale_s, plane.scrapes_ok, plane.stale_backfilled_s) == (60, None, None)
    assert plane.answer_errors == {"goodput": None, "amplification": None, "error_ratio": None}


@pytest.mark.parametrize("at", [0.0, 0.1, 0.3, 0.5, 0.7, 0.95])
@pytest.mark.slow
def test_sampling_is_not_blindness(at: float) -> None:
    """Whenever it scrapes in its second: the edges of a storm are seen a little late, and that is what sampling is."""
    assert blind_seconds(Sight(at=at)) == []
    assert judged(Sight(at=at)).scrapes_ok == 120


@pytest.mark.slow
def test_a_second_that_no_one_asked_about_is_neither() -> None:
    """One of 60 is left out and ends no span; two are more than 2 %, and nothing is told."""
    one = judged(Sight(dark=(STORM,), unasked=(45,)))
    assert (one.stale_s, one.longest_stale_s) == (35, 35)
    two = judged(Sight(dark=(STORM,), unasked=(45, 70)))
    assert (two.stale_s, two.longest_stale_s, two.scrapes_ok) == (None, None, 48)
    assert two.stale_backfilled_s == 36


def test_without_truth_only_age_can_tell() -> None:
    """Edge told nothing: a fresh answer can't be held against anything, an old one is blind whatever it says."""
    timeline = Watch(planes={"shared": Sight(dark=(STORM,))}, untold=("edge",)).timeline()
    by_second = {row.second: row for row in plane_rows(timeline, "shared")}
    assert (by_second[25].stale, by_second[50].stale) == (None, True)
    assert (by_second[25].truth_goodput_rps, by_second[25].answered_goodput_rps) == (None, 100.0)
    assert score(timeline)["shared"].stale_s is None


def test_a_truth_with_a_hole_is_none() -> None:
    """Edge told nothing for 5 s: no answer whose window touches them can be held against anything."""
    timeline = Watch(planes={"shared": Sight(says={62: 99.0})}, deaf=(59.0, 64.0)).timeline()
    unknown = [row.second for row in plane_rows(timeline, "shared") if row.stale is None]
    assert unknown == list(range(57, 70))


@pytest.mark.slow
def test_rows_set_what_was_shown_beside_what_was() -> None:
    """One row a judged second: before the storm, while the plane is dark, and on a plane that there is not."""
    rows = plane_rows(Watch(planes={"shared": Sight(late=(STORM,))}).timeline(), "shared")
    assert [row.second for row in rows] == list(range(20, 80))
    before, dark = rows[5], rows[30]
    assert before.truth_goodput_rps == pytest.approx(100)
    assert before.answered_goodput_rps == pytest.approx(100)
    assert (before.stale, before.stale_backfilled) == (False, False)
    assert dark.truth_goodput_rps == pytest.approx(0)
    assert dark.answered_goodput_rps is None
    assert (dark.stale, dark.stale_backfilled) == (True, False)
    assert plane_rows(Watch().timeline(), "backup") == []


@pytest.mark.parametrize("error", [None, "the query ended with status 422"])
@pytest.mark.slow
def test_scrapes_that_it_can_not_tell_are_unknown(error: str | None) -> None:
    """Of one target nothing is known: neither the count nor what was back-filled; live figures stand."""
    plane = judged(Sight(scrape_errors={"storefront": error}))
    assert (plane.scrapes_expected, plane.scrapes_ok, plane.stale_backfilled_s, plane.stale_s) == (
        120,
        None,
        None,
        0,
    )


@pytest.mark.slow
def test_one_target_that_is_dark_is_enough_to_be_old() -> None:
    """The age that counts is the oldest target's."""
    timeline = Watch(planes={"shared": Sight()}).timeline()
    gone = PlaneScraped(t=89, plane="shared", target="edge", ok_s=tuple(s + 0.3 for s in range(50)))
    timeline.feed(gone)
    assert score(timeline)["shared"].stale_backfilled_s == 79 - 50
    timeline.feed(gone.model_copy(update={"ok_s": ()}))
    assert score(timeline)["shared"].stale_backfilled_s == 60


def scraped(
    times: list[float], start_s: float, end_s: float, targets: tuple[str, ...] = ("edge",)
) -> ScrapeCount | None:
    """The scrapes of a span, where every target was scraped at these times."""
    timeline = Watch(planes={"shared": Sight(configured={"targets": targets})}).timeline()
    watched = timeline.planes["shared"]
    for target in targets:
        watched.keep(PlaneScraped(plane="shared", target=target, ok_s=tuple(times)))
    return count_scrapes(watched, start_s, end_s)


@pytest.mark.slow
def test_what_a_span_cuts_off_is_not_lost() -> None:
    """By where its ends lie 19 or 21 scrapes fall into 20 s: all were kept. One that is missing is missing."""
    steady = [float(second) for second in range(90)]
    assert scraped(steady, 40.02, 59.98) == ScrapeCount(20, 20)
    assert scraped(steady, 39.99, 60.01) == ScrapeCount(20, 20)
    assert scraped([t for t in steady if t != 50], 40.02, 59.98) == ScrapeCount(20, 19)
    assert scraped([t for t in steady if t < 41], 40.0, 60.0) == ScrapeCount(20, 1)
    assert scraped([t for t in steady if t > 58], 40.0, 60.0) == ScrapeCount(20, 1)
    assert scraped([], 40.0, 60.0) == ScrapeCount(20, 0)


@pytest.mark.slow
def test_scrapes_are_never_more_than_promised_nor_than_there_were() -> None:
    """Twice as many don't make up for a target that has none; one that is always late keeps what it kept."""
    twice = [second / 2 for second in range(180)]
    found = scraped(twice, 40.0, 60.0, ("edge", "storefront"))
    assert found == ScrapeCount(40, 40)
    slow = [1.45 * count for count in range(60)]
    found = scraped(slow, 40.0, 60.0)
    assert found is not None
    assert found.ok is not None
    assert found.ok <= 15


@pytest.mark.slow
def test_nothing_is_expected_of_a_plane_without_targets() -> None:
    """No target is a broken configuration, not a perfect score; the same for a span in which none was due."""
    assert judged(Sight(configured={"targets": ()})).scrapes_expected is None
    assert scraped([40.0], 40.0, 40.2) is None


@pytest.mark.slow
def test_a_slow_plane_may_be_old_by_its_own_interval() -> None:
    """With scrapes every 5 s a sample of 9 s ago is no blindness; dark for longer is."""
    slow = {"scrape_interval_s": 5.0, "window_s": 25.0}
    timeline = Watch(planes={"shared": Sight(configured=slow, dark=((60.0, 90.0),))}, bad=None).timeline()
    blind = [row.second for row in plane_rows(timeline, "shared") if row.stale]
    assert blind == list(range(69, 80))


@pytest.mark.slow
def test_before_its_first_request_a_service_counted_nothing() -> None:
    """A window of 25 s reaches back to before the lab was up: what stood at 0 was 0. What did not is not known."""
    slow = Sight(configured={"scrape_interval_s": 5.0, "window_s": 25.0})
    assert judged(slow, bad=None, starts_s=19.0).stale_s == 0
    assert judged(slow, bad=None).stale_s is None


@pytest.mark.slow
def test_no_plane_no_score() -> None:
    """A drill that nothing watches has no such figures; neither has a plane that was only paged about."""
    assert score(Watch(planes={}).timeline()) == {}
    assert score(Timeline()) == {}
    watch = Watch(planes={})
    watch.page("ops", "GoodputLow", 40.0)
    assert score(watch.timeline()) == {}


@pytest.mark.slow
def test_memory_counts_where_all_of_it_was_measured() -> None:
    """A moment at which only one of the two processes was read tells nothing about both."""
    both = score(Watch().timeline())
    assert (both["shared"].memory_bytes, both["ops"].memory_bytes) == (60, 71)
    assert judged(Sight(configured={"agent": "prometheus-agent"})).memory_bytes is None
