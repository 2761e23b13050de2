"""Triage by logs alone: since when, until when, how many; and lines that are none."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.analysis.logs.log_line import LONGEST_LINE, read_log_line
from lab.analysis.logs.log_order import in_time_order
from lab.analysis.logs.triage import Triage, triage
from lab.analysis.logs.trouble import ErrorEpisode

BEGAN_S = 1638891000.0  # 2021-12-07T15:30:00Z


def stamp(second: float) -> str:
    """UTC of a second after 15:30:00, as a log writes it."""
    return f"2021-12-07T15:{30 + int(second // 60):02}:{second % 60:09.6f}Z"


def calls(second: float, state: str = "trouble", call: str = "storefront->auth", **outcomes: int) -> str:
    """The summary of a second."""
    return json.dumps(
        {"event": "calls", "call": call, "state": state, "second_utc": stamp(second), "span_s": 1.0,
         "outcomes": outcomes, "level": "warning", "timestamp": stamp(second + 1.0005), "service": "storefront"}
    )  # fmt: skip


def failed(second: float, request_id: str, **more: Any) -> str:  # noqa: ANN401  JSON
    """One call that ended badly."""
    said = {"event": "failed", "call": "storefront->auth", "outcome": "timeout", "request_id": request_id}
    return json.dumps({**said, "attempts": 4, "took_ms": 4000.0, "timestamp": stamp(second), **more})


def only(found: Triage) -> ErrorEpisode:
    """The one bad outcome."""
    ((episode,),) = [trouble.errors for trouble in found.troubles]
    return episode


def test_trouble_that_goes_on() -> None:
    """Counted over all, with a rate of the latest 5 s, since its first second; the last example names a request."""
    lines = [calls(second, ok=90, timeout=10) for second in range(10)]
    found = triage({"storefront": [failed(0.2, "a-1"), *lines, failed(9.9, "a-2")]}, now_s=BEGAN_S + 10.3)
    assert only(found) == ErrorEpisode("timeout", 100, 10.0, BEGAN_S, BEGAN_S + 10, "going on", "a-2")
    assert found.troubles[0].good_per_s == 90.0
    assert found.end_s == BEGAN_S + 10


def test_trouble_that_is_over() -> None:
    """The log has said that all is well: the end is the end of the last bad second."""
    lines = [calls(0, timeout=10), calls(1, ok=50, timeout=50), calls(2, "well", ok=100)]
    episode = only(triage({"storefront": lines}, now_s=BEGAN_S + 60))
    assert (episode.count, episode.per_s, episode.state) == (60, 0.0, "over")
    assert (episode.since_s, episode.until_s) == (BEGAN_S, BEGAN_S + 2)


def test_one_outcome_may_be_over_while_another_goes_on() -> None:
    """Timeouts gave way to a breaker's rejections; what hurts now comes first."""
    lines = [calls(second, timeout=400) for second in range(3)]
    lines += [calls(second, breaker=30, ok=1) for second in range(3, 12)]
    (trouble,) = triage({"storefront": lines}, now_s=BEGAN_S + 12).troubles
    told = [(episode.outcome, episode.count, episode.per_s, episode.state) for episode in trouble.errors]
    assert told == [("breaker", 270, 30.0, "going on"), ("timeout", 1200, 0.0, "over")]


def test_a_trouble_that_ended_long_before_is_not_the_beginning_of_this_one() -> None:
    """All was well for more than 10 s in between: since when, and how many, are said of the latest; a flap is one."""
    flap = [calls(0, timeout=5), calls(1, "well", ok=9), calls(4, timeout=2), calls(5, "well", ok=9)]
    episode = only(triage({"storefront": [*flap, calls(30, timeout=7)]}, now_s=BEGAN_S + 31))
    assert (episode.since_s, episode.count) == (BEGAN_S + 30, 7)
    assert (episode.earlier, episode.state) == (7, "going on")
    episode = only(triage({"storefront": flap}, now_s=BEGAN_S + 31))
    assert (episode.since_s, episode.until_s, episode.count, episode.earlier) == (BEGAN_S, BEGAN_S + 5, 7, 0)


def test_silence_in_the_middle_of_trouble_is_not_its_end() -> None:
    """Nothing was said for a minute, and it was not said that all is well: no rate is known, and it isn't 0."""
    episode = only(triage({"storefront": [calls(0, timeout=10)]}, now_s=BEGAN_S + 60))
    assert (episode.state, episode.per_s) == ("unknown (log ends)", None)


def test_a_finished_run_ends_with_its_last_line() -> None:
    """There is no present for it but its own end."""
    logs = {"storefront": [calls(second, timeout=7) for second in range(6)]}
    found = triage(logs)
    assert (found.end_s, only(found).state, only(found).per_s) == (BEGAN_S + 6.0005, "going on", 7.0)


def test_what_hurts_most_comes_first() -> None:
    """By what happens now, then by whether it goes on, then by all that happened."""
    logs = {
        "a": [calls(1, call="over->x", timeout=9000), calls(2, "well", call="over->x", ok=1)],
        "b": [calls(second, call="few->x", timeout=1) for second in range(30, 40)],
        "c": [calls(second, call="many->x", timeout=80) for second in range(30, 40)],
    }
    assert [t.call for t in triage(logs, now_s=BEGAN_S + 40).troubles] == ["many->x", "few->x", "over->x"]


def test_how_far_a_log_may_be_trusted() -> None:
    """Missing ones, also those that only a call names; dropped and unreadable lines; a clock that went back."""
    storefront = [
        calls(4, timeout=1), failed(5.5, "a", dropped_before=40), "Traceback (most recent call last):",
        failed(3.0, "b", dropped_before=2), calls(6, timeout=1)[:60], calls(7, timeout=1),
    ]  # fmt: skip
    found = triage({"storefront": storefront, "edge": []}, expected=["edge", "router"])
    told = {
        name: (log.missing, log.lines, log.unreadable, log.dropped, log.backwards)
        for name, log in found.logs.items()
    }
    assert told == {
        "auth": (True, 0, 0, 0, 0),
        "edge": (False, 0, 0, 0, 0),
        "router": (True, 0, 0, 0, 0),
        "storefront": (False, 6, 2, 42, 1),
    }
    assert only(found).count == 2


def test_nothing_wrong_and_nothing_there() -> None:
    """A log without a line is a good one; no log at all is no time."""
    assert triage({"storefront": []}).troubles == ()
    assert triage({}).end_s is None


SPOILT = [
    "", " ", "null", "[]", "7", "\x00\x01\ufffd", "{" * 100_000, "9" * 5000, '{"event": "calls"',
    "x" * (LONGEST_LINE + 1),
    '{"timestamp": "yesterday"}', '{"dropped_before": -1}', '{"dropped_before": "many"}', '{"dropped_before": true}',
]  # fmt: skip
SPOILT_CALLS: list[dict[str, object]] = [
    {"call": None}, {"call": ""}, {"call": "x" * 101}, {"call": "a\x1b[2J"}, {"state": []}, {"state": "so-so"},
    {"second_utc": 7}, {"second_utc": "later"}, {"span_s": None}, {"span_s": -1}, {"span_s": float("nan")},
    {"span_s": float("inf")}, {"span_s": 1e9}, {"span_s": 10**400}, {"outcomes": []}, {"outcomes": None},
    {"outcomes": {"timeout": -1}}, {"outcomes": {"timeout": 1.5}}, {"outcomes": {"timeout": True}},
    {"outcomes": {"timeout": 10**12}}, {"outcomes": {"": 1}},
]  # fmt: skip


@pytest.mark.parametrize(
    "line", [*SPOILT, *(json.dumps({**json.loads(calls(0, timeout=1)), **spoilt}) for spoilt in SPOILT_CALLS)]
)
def test_a_spoilt_line_is_counted_and_left_out(line: str) -> None:
    """Cut off, binary, huge, no JSON, JSON of another shape: the lines around it count as ever."""
    found = triage({"storefront": [calls(0, timeout=1), line, calls(1, timeout=1)]})
    assert found.logs["storefront"].unreadable == 1
    assert only(found).count == 2


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
_KEYS = (
    "event",
    "call",
    "state",
    "second_utc",
    "span_s",
    "outcomes",
    "outcome",
    "request_id",
    "timestamp",
    "dropped_before",
)


@given(
    st.lists(
        st.text()
        | st.fixed_dictionaries({}, optional=dict.fromkeys(_KEYS, _ANY)).map(
            lambda change: json.dumps({**json.loads(calls(0, timeout=1)), **change})
        ),
        max_size=6,
    ),
    st.none() | st.floats(0, 4e9),
)
def test_no_lines_break_it(lines: list[str], now_s: float | None) -> None:
    """Whatever is in a log, something is said about it."""
    found = triage({"storefront": lines}, now_s)
    assert found.logs["storefront"].lines == len(lines)
    assert list(in_time_order({"storefront": lines})) == [("storefront", line) for line in lines]


def test_logs_are_merged_by_their_own_times() -> None:
    """A line without a time stays with the one before it, and none overtakes another of the same service."""
    logs = {
        "edge": ["started", failed(1, "e1"), "  at line 7", failed(4, "e4")],
        "auth": [failed(2, "a2"), failed(0, "a0, its clock went back"), failed(3, "a3")],
    }
    merged = list(in_time_order(logs))
    assert merged == [
        ("edge", logs["edge"][0]), ("edge", logs["edge"][1]), ("edge", logs["edge"][2]),
        ("auth", logs["auth"][0]), ("auth", logs["auth"][1]), ("auth", logs["auth"][2]), ("edge", logs["edge"][3]),
    ]  # fmt: skip


def test_a_line_of_another_program_has_no_time() -> None:
    """JSON of someone else is readable; its time is taken if it is one of ours."""
    assert read_log_line('{"level": "info"}').at_s is None
    assert read_log_line('{"timestamp": 7}').at_s is None
    assert read_log_line(json.dumps({"timestamp": stamp(1)})).at_s == BEGAN_S + 1
    assert read_log_line(json.dumps({"timestamp": "2021-12-07T15:30:01"})).at_s == BEGAN_S + 1


def test_roles_that_share_a_process_share_its_log() -> None:
    """What the calls name is looked for in the log of the process that plays it."""
    line = calls(1, call="shop->stock", timeout=3)
    near = {"shop": "near", "stock": "near"}
    found = triage({"near": [line]}, process_of=lambda name: near.get(name, name))
    assert [trouble.call for trouble in found.troubles] == ["shop->stock"]
    assert {service: log.missing for service, log in found.logs.items()} == {"near": False}
    assert triage({"near": [line]}).logs["stock"].missing
