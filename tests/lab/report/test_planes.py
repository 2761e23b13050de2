"""Planes in words and in the table: what a dark plane showed is told, and what is not known isn't claimed."""

import pytest

from lab.analysis.planes import PlaneRow
from lab.analysis.timeline.timeline import Timeline
from lab.journal import events as ev
from lab.journal.plane_events import PageReceived, PlaneConfigured
from lab.report import headline_figures as figures
from lab.report.plane_view import Span, page_name, spans, watches
from lab.report.reading import reading
from lab.report.survival import facts
from lab.report.words import sentence
from tests.lab.report.conftest import TRIGGER, make_drill, make_events
from tests.lab.report.watched import DARK, watched, watched_events, watched_verdict

NASTY = "\x1b[31m[bold]evil[/]\x07"


@pytest.mark.slow
def test_the_shared_plane_comes_first_and_what_watched_nothing_is_left_out() -> None:
    """A page about a plane that no one configured makes no plane."""
    timeline, verdict = watched()
    timeline.feed(PageReceived(t=99, plane="ghost", alert="x", state="firing", received_s=99, sent_t=None))
    assert [watch.name for watch in watches(timeline, verdict)] == ["shared", "ops"]
    assert watches(Timeline.fold(make_events(make_drill()))) == ()


@pytest.mark.slow
def test_blind_spans_are_the_dark_seconds_and_tell_what_was_filled_in_later() -> None:
    """Each second by what it was live and afterwards; a second that no one judged is neither."""
    late = range(30, 40)
    shared, ops = watches(*watched(late=late))
    told = {span.sight: (span.start_s, span.end_s) for span in spans(shared.rows)}
    assert told["filled"] == (late.start, late.stop)
    assert spans(shared.rows)[-1] == Span(late.stop, DARK.stop, "blind")
    assert spans(ops.rows) == []
    rows = [PlaneRow(7, 9, 9, None, None), PlaneRow(8, 9, 9, stale=True, stale_backfilled=None)]
    assert spans(rows) == [Span(7, 8, "unknown"), Span(8, 9, "blind")]


@pytest.mark.slow
def test_a_sentence_says_how_each_plane_fared() -> None:
    """Made of the figures of the score."""
    timeline, verdict = watched()
    shared, ops = (reading(watch, timeline) for watch in watches(timeline, verdict))
    score = verdict.metrics.monitoring["shared"]
    assert score.scrapes_ok is not None
    assert score.scrapes_expected is not None
    share = figures.share(score.scrapes_ok / score.scrapes_expected)
    assert shared == (
        f"The shared plane kept {share} of its scrapes and was blind for {score.stale_s} s, 22 of them after "
        "the trigger was gone; it paged on-call 34 s after the trigger, too late (ScrapeLost, bound 9 s), and "
        "the dead-man's switch reported its silence 22 s after the trigger."
    )
    assert ops == (
        "The ops plane kept 100 % of its scrapes and was never blind; it paged on-call 6.1 s after the trigger "
        "(GoodputLow, bound 9 s)."
    )


@pytest.mark.slow
def test_what_is_not_known_of_a_plane_is_not_claimed() -> None:
    """No scrapes, no answers, no word from on-call: never a good score."""
    timeline = Timeline.fold(
        event for event in watched_events(make_drill(), TRIGGER) if not isinstance(event, ev.ServiceSample)
    )
    verdict = watched_verdict(timeline)
    shared = watches(timeline, verdict)[0]
    assert reading(shared, timeline) == (
        "The shared plane kept an unknown share of its scrapes and was blind for an unknown time; whom it paged "
        "is not known."
    )
    assert reading(watches(timeline)[0], timeline) == "How the shared plane survived was not measured."
    unscored = {fact.texts for fact in facts(watches(timeline))}
    assert unscored == {("-", "-")}


@pytest.mark.slow
def test_the_table_has_every_field_of_the_score() -> None:
    """What the two planes differ in stands side by side."""
    told = {fact.name: fact.texts for fact in facts(watches(*watched()))}
    assert told["Scrape success ratio"][1] == "100 %: 225 of 225"
    assert told["Blind, asked live"] == ("31 s", "0 s")
    assert told["Alerts lost"] == ("GoodputLow, RetryAmplification", "none")
    assert told["First page"][1] == "6.1 s, GoodputLow, bound 9 s"
    assert told["Dead man's switch"] == ("22 s", "-")
    assert told["Memory"] == ("-", "-")


@pytest.mark.parametrize(
    ("alert", "state", "said"),
    [
        ("GoodputLow", "firing", "on-call paged by ops: GoodputLow of edge"),
        ("GoodputLow", "resolved", "on-call paged by ops: GoodputLow of edge is over"),
        ("DeadMansSwitch", "firing", "dead-man's switch: the ops plane has fallen silent"),
        ("DeadMansSwitch", "resolved", "dead-man's switch: the ops plane is heard again"),
        ("Watchdog", "firing", None),
    ],
)
def test_a_page_is_said_in_one_line(alert: str, state: str, said: str | None) -> None:
    """Who told on-call of what; the heartbeat is no news."""
    page = PageReceived.model_validate(
        {"plane": "ops", "alert": alert, "state": state, "received_s": 9, "sent_t": None,
         "labels": {"service": "edge"}}
    )  # fmt: skip
    assert sentence(page) == said


@pytest.mark.slow
def test_planes_are_announced_and_their_samples_are_silent() -> None:
    """A line a plane, once."""
    said = [text for event in watched_events(make_drill()) if (text := sentence(event))]
    assert [text for text in said if "plane" in text and "dead-man" not in text] == [
        "shared plane: Prometheus 2.42.0, 3 targets in main every 1 s (same-listener)",
        "ops plane: Prometheus 2.42.0, 3 targets in main every 1 s (its own path)",
    ]
    unknown = next(e for e in watched_events(make_drill()) if isinstance(e, PlaneConfigured))
    assert "of unknown version" in (sentence(unknown.model_copy(update={"version": None})) or "")


def test_a_long_alert_is_cut_and_a_hostile_one_is_harmless() -> None:
    """Names come from rules files that users edit."""
    assert len(page_name("x" * 90, "firing")) == 28
    assert "\x1b" not in page_name(NASTY, "resolved")
