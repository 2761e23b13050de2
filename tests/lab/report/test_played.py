"""A lab that people play with: while they do, and what it comes to. Tests lab.analysis.verdict.played, too."""

import io

import pytest
from rich.console import Console

from lab.analysis import judge, summarise
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import exit_code
from lab.journal import events as ev
from lab.report.html import PageContent, render
from lab.report.junit import junit
from lab.report.played import deeds
from lab.report.terminal import LiveView, PlainView, verdict_text
from tests.lab.report.conftest import make_drill, make_events


def game(until_s: float = 999.0, *, clean: bool = True, outcome: str = "completed") -> list[ev.Event]:
    """The made-up run as it would be without phases, and with someone at the keyboard."""
    kept: list[ev.Event] = []
    for event in make_events(make_drill(), until_s):
        match event:
            case ev.RunOpened():
                kept.append(event.model_copy(update={"interactive": True}))
            case ev.PhaseEntered() | ev.CheckDecided():
                continue
            case ev.RunClosed():
                left = () if clean else ("02-slow",)
                kept.append(event.model_copy(update={"clean": clean, "left": left, "outcome": outcome}))
            case _:
                kept.append(event)
    return kept


@pytest.mark.slow
def test_a_game_is_no_failed_drill() -> None:
    """Neither expectations nor checks nor dashes: what was done and when, exit code 0."""
    timeline = Timeline.fold(game())
    verdict = judge(timeline)
    assert (verdict.interactive, verdict.expectations, verdict.instrument) == (True, (), ())
    assert exit_code(verdict, timeline.closed) == 0
    said = verdict_text(verdict, summarise(verdict, timeline), "report.html", done=deeds(timeline))
    assert said.startswith("INTERACTIVE  retry-storm: people played with this lab")
    assert "19.3 s to " in said
    assert "latency 3000 ms on bridge" in said
    assert "not measured" not in said
    assert "Why" not in said


@pytest.mark.slow
def test_a_game_whose_rollback_failed_says_so() -> None:
    """That is the one thing that counts against it: exit code 5."""
    timeline = Timeline.fold(game(clean=False))
    verdict = judge(timeline)
    assert exit_code(verdict, timeline.closed) == 5
    assert "Why:\n  - not rolled back: 02-slow" in verdict_text(verdict, (), "report.html")


@pytest.mark.slow
def test_the_page_of_a_game_lists_what_was_done_and_keeps_the_charts() -> None:
    """No expectations, no instrument checks, no headline figures."""
    events = game()
    timeline = Timeline.fold(events)
    page = render(PageContent(make_drill(), timeline, judge(timeline), {}, tuple(events)))
    assert "▶ INTERACTIVE" in page
    assert "What was done, and when" in page
    assert 'data-chart="traffic"' in page
    for gone in ('<dl class="cards">', "Can the figures be trusted?", 'aria-label="Expectations"'):
        assert gone not in page


@pytest.mark.slow
def test_junit_of_a_game_is_one_skipped_case() -> None:
    """CI neither fails nor passes because someone played."""
    root = junit(judge(Timeline.fold(game())))
    assert (root.get("tests"), root.get("skipped"), root.get("errors")) == ("1", "1", "0")


@pytest.mark.parametrize("width", [80, 120])
def test_the_live_view_of_a_game_shows_the_storm(width: int) -> None:
    """Figures as soon as the load runs, and what is active; no phase ever begins."""
    console = Console(file=io.StringIO(), width=width, height=24, force_terminal=True)
    view = LiveView(console, make_drill(), "embedded, interactive")
    events = game(25.0)
    for event in events:
        view.feed(event)
    with console.capture() as capture:
        console.print(view.render(Timeline.fold(events), 25.0))
    said = capture.get()
    assert "Bringing up" not in said
    assert "goodput" in said
    assert "latency 3000 ms on bridge" in said.partition("what happened")[0]
    assert len(said.splitlines()) <= 24


def test_plain_lines_of_a_game_have_its_figures() -> None:
    """In a pipe, or on a small terminal."""
    view = PlainView(Console(file=io.StringIO()), make_drill(), "embedded", "run")
    said = view.line(Timeline.fold(game(25.0)), 25.0)
    assert said.startswith("t=25s interactive  offered")
