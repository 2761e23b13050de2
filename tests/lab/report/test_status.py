"""What `lab status` and `lab logs` say. Tests lab.report.terminal.status and lab.report.terminal.log_text."""

import json

import pytest

from lab.report.terminal.log_text import log_text
from lab.report.terminal.status import status_line


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("bridge_utilization", 0.9143897180442846, "bridge utilization    91 %"),
        ("bridge_utilization", 3.66, "bridge utilization    > 100 %"),
        ("amplification", 3.372549019607843, "amplification         3.4 x"),
        ("queueing_delay_s", 0.0234, "queueing delay        23 ms"),
        ("queueing_delay_s", 2.31, "queueing delay        2.3 s"),
        ("useless_from_s", 1.0, "of no use from        1 s"),
        ("wasted_rps", 171.6, "wasted                172/s"),
        ("policy", None, "policy                -"),
        ("goodput_rps", 99.6, "goodput               100/s"),
        ("uptime_s", 61.2, "up for                61.2 s"),
        ("bridge_accept_queue", 510, "bridge accept queue   510"),
        ("active", [], "active                nothing"),
        ("state", "up\x1b[31m", "state                 up [31m"),
    ],
)
def test_figures_are_rounded_and_have_their_unit(key: str, value: object, said: str) -> None:
    """What is not known is a dash; no text drives the terminal."""
    assert status_line(key, value).plain == said


def test_what_is_active_stands_one_below_the_other() -> None:
    """Each with the id to undo it by."""
    lines = status_line(
        "active", ["01-latency: latency on bridge", "02-shed: shed on edge"]
    ).plain.splitlines()
    assert [line.strip() for line in lines] == [
        "active                01-latency: latency on bridge",
        "02-shed: shed on edge",
    ]


def test_a_log_line_is_readable() -> None:
    """Time, event, the rest as words; what is no JSON as it is, without control characters."""
    line = {
        "event": "failed",
        "call": "a->b",
        "took_ms": 12.34567,
        "level": "warning",
        "timestamp": "2021-12-07T15:30:02.120000Z",
    }
    assert log_text(json.dumps(line)) == "15:30:02.120 WARNING failed call=a->b took_ms=12.35"
    assert log_text("plain \x1b[31mred") == "plain [31mred"
