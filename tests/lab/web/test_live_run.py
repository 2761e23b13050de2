"""Events in, messages out: what is sent, what is sent again, and how one resumes. Tests lab.web.live_run."""

import json
from typing import Any

import pytest

from lab.analysis import Timeline
from lab.journal.events import ActionChanged, CohortProvisional, Event, NoteWritten
from lab.journal.plane_events import PlaneConfigured
from lab.report.html.system_data import system_data
from lab.web.live_run import LiveRun
from lab.web.message import Place, encoded
from tests.lab.report.conftest import make_drill, make_events


def read(message: bytes) -> tuple[str, str, Any]:
    """Id, event and data."""
    at, event, data = message.decode().strip().split("\n")
    return at.removeprefix("id: "), event.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def fed(events: list[Event]) -> LiveRun:
    """A run that has seen these, and sent them."""
    run = LiveRun("r")
    for event in events:
        run.feed(event)
    run.take()
    return run


@pytest.fixture(scope="module")
def story() -> list[Event]:
    """The first seconds of a made-up storm."""
    return make_events(make_drill(), until_s=30)


def seconds(messages: list[bytes]) -> dict[int, dict[str, Any]]:
    """All rows that some messages have."""
    found = [read(message) for message in messages]
    return {row["second"]: row for _, event, data in found if event == "seconds" for row in data["rows"]}


@pytest.mark.slow
def test_batches_come_to_what_the_report_has(story: list[Event]) -> None:
    """However the events are cut into batches: the same rows, each the newest that was sent."""
    run, sent = LiveRun("r"), dict[int, dict[str, Any]]()
    for number, event in enumerate(story):
        run.feed(event)
        if number % 7 == 0:
            sent |= seconds(run.take())
    sent |= seconds(run.take())
    whole = fed(story)
    assert sent == seconds(whole.catch_up(None))
    assert list(sent) == list(range(len(sent)))
    assert not run.take()


@pytest.mark.slow
def test_who_saw_everything_gets_little_and_who_saw_less_gets_the_rest(story: list[Event]) -> None:
    """Where one has left, and no earlier; another run's place is none."""
    run = LiveRun("r")
    half = len(story) // 2
    for number, event in enumerate(story[:half]):
        run.feed(event)
        if number % 20 == 0:
            run.take()
    run.take()
    seen = run.at
    before = seconds(run.catch_up(None))
    for event in story[half:]:
        run.feed(event)
    run.take()
    missed = seconds(run.catch_up(seen))
    everything = seconds(run.catch_up(None))
    assert 0 < len(missed) < len(everything)
    assert before | missed == everything
    assert seconds(run.catch_up(Place("another", seen.seq))) == everything


def lines(messages: list[bytes]) -> dict[int, str]:
    """All lines of the log that some messages have."""
    found = [read(message) for message in messages]
    return {one["seq"]: one["text"] for _, event, data in found if event == "log" for one in data["lines"]}


@pytest.mark.slow
def test_no_line_of_the_log_is_missed_wherever_one_is_cut_off(story: list[Event]) -> None:
    """Messages of one batch have the same place: whoever got but the first of them gets the others again."""
    run = fed(story[:-1])
    early = run.at
    run.feed(NoteWritten(seq=900, t=29.5, by="x", role="person", kind="note", text="look here"))
    between = run.at  # as what the lab is at is sent with, before the next batch
    first, *_, log = run.take()
    assert read(first)[0] == read(log)[0] == str(between)
    for seen in (early, between):
        assert lines(run.catch_up(seen))[900] == "x: look here"


@pytest.mark.slow
def test_what_is_older_than_a_browser_keeps_is_forgotten(
    story: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lab may live for days."""
    monkeypatch.setattr("lab.web.live_run.MOST_SECONDS", 10)
    run = LiveRun("r")
    for number, event in enumerate(story):
        run.feed(event)
        if number % 20 == 0:
            run.take()
            assert len(run._seconds) <= 10
    run.take()
    assert sorted(run._seconds) == sorted(seconds(run.catch_up(None)))
    assert len(run._seconds) == 10


@pytest.mark.slow
def test_a_second_that_can_still_change_says_so_and_is_sent_again(story: list[Event]) -> None:
    """Provisional cohorts are in no journal and have no number: who resumes gets them all the same."""
    run = fed(story)
    second = int(run.timeline.now_s) + 1
    counts: dict[str, Any] = {"requests": 50, "sent": 50, "attempts": 50, "failed": {}}
    run.feed(CohortProvisional(t=second + 1, source="load", second=second, good=10, **counts))
    first = seconds(run.take())[second]
    seen = run.at
    run.feed(CohortProvisional(t=second + 2, source="load", second=second, good=49, **counts))
    again = seconds(run.take())[second]
    assert (first["provisional"], first["good"], again["good"]) == (True, 10, 49)
    assert seconds(run.catch_up(seen))[second]["good"] == 49


@pytest.mark.slow
def test_the_system_is_what_the_report_has(story: list[Event]) -> None:
    """The map once, each second parallel to its row: from the same functions, however the events were cut."""
    run = LiveRun("r")
    sent: dict[int, Any] = {}
    for number, event in enumerate(story):
        run.feed(event)
        if number % 5 == 0 or event is story[-1]:
            for _, kind, data in map(read, run.take()):
                if kind == "seconds":
                    rows = (row["second"] for row in data["rows"])
                    sent |= dict(zip(rows, data["system"], strict=True))
    whole = system_data(Timeline.fold(story))
    assert [sent[second] for second in sorted(sent)] == whole["seconds"]
    assert run.marks()["map"] == json.loads(json.dumps(whole["map"]))


@pytest.mark.slow
def test_what_is_active_is_what_was_read_back(story: list[Event]) -> None:
    """From applied to undone, with the command that undoes it; what the lab set itself is left out."""
    run = fed(story)
    facts: dict[str, Any] = {
        "action": "07-slow", "kind": "fault", "name": "slow", "fault": "latency", "target": "bridge",
        "params": {"latency_ms": 3000}, "by": "interactive",
    }  # fmt: skip
    before = run.marks()["active"]
    run.feed(ActionChanged(seq=900, t=30.1, state="intended", **facts))
    assert run.marks()["active"] == before
    run.feed(ActionChanged(seq=901, t=30.2, state="applied", verified=True, **facts))
    messages = [read(message) for message in run.take()]
    (marks,) = [data for _, event, data in messages if event == "marks"]
    assert marks["active"][-1] == {
        "action": "07-slow", "kind": "fault", "name": "slow", "fault": "latency", "target": "bridge",
        "words": "latency 3000 ms on bridge", "verified": True, "since": "30.2 s", "trouble": "",
        "undo": "lab fault clear 07-slow",
    }  # fmt: skip
    run.feed(ActionChanged(seq=902, t=31.0, state="reverted", verified=True, **facts))
    assert run.marks()["active"] == before


@pytest.mark.slow
def test_a_page_that_was_opened_early_hears_who_watches(story: list[Event]) -> None:
    """Planes are known when all is up, and the page has a button for each."""
    run = fed(story[:1])
    assert run.marks()["eyes"] == []
    plane: dict[str, Any] = {
        "plane": "shared", "mode": "pull", "service": "prometheus", "alertmanager": "alertmanager",
        "version": None, "scrape_interval_s": 1.0, "scrape_timeout_s": 0.9, "window_s": 5.0, "targets": (),
        "bounds_s": {},
    }  # fmt: skip
    run.feed(PlaneConfigured(seq=900, t=5.0, **plane))
    (marks,) = [data for _, event, data in map(read, run.take()) if event == "marks"]
    assert marks["eyes"] == ["shared"]


@pytest.mark.slow
def test_the_charts_have_no_end_while_the_run_goes_on(story: list[Event]) -> None:
    """The axis may move on, and the phase that lasts is shaded to its planned end."""
    run = fed(story)
    marks = run.marks()
    layout = marks["figures"]["dark"]["narrow"]["traffic"]["layout"]
    assert "maxallowed" not in layout["xaxis"]
    lasting = marks["phases"][-1]
    ends = {shape["x1"] for shape in layout["shapes"] if shape["type"] == "rect"}
    assert lasting["start_s"] + lasting["planned_s"] in ends


def test_a_message_is_three_lines_whatever_it_says() -> None:
    """Nothing in it can begin another."""
    text = encoded("log", {"text": "one\nid: 7\n\ndata: x \u2028 \r"}, "r:1").decode()
    assert text.count("\n") == 4
    assert "\r" not in text
    assert read(text.encode())[2] == {"text": "one\nid: 7\n\ndata: x \u2028 \r"}


@pytest.mark.parametrize("text", ["", "r", ":3", "r:", "r:-1", "r:x", "r:99999999999999999999", "r:²"])
def test_a_place_that_we_have_not_sent_is_none(text: str) -> None:
    """Whoever sends it begins anew."""
    assert Place.parse(text) is None


def test_a_place_is_read_as_it_was_sent() -> None:
    """Colons in a run's name too."""
    assert Place.parse(str(Place("a:b", 12))) == Place("a:b", 12)
