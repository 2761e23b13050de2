"""What the doctor says of a drill with thousands of clients."""

from dataclasses import replace

import pytest

from lab import doctor
from lab.campaign import open_drill
from lab.doctor.herd import herd
from lab.session.herd import HerdLimits

ROOMY = HerdLimits(open_files=20_000, ports=28_232, tracked=None, memory_bytes=8 * 10**9)


def test_nothing_is_said_of_a_drill_without_such_clients() -> None:
    """Most have none."""
    assert list(herd(0, HerdLimits(0, 0, 0, 0))) == []


@pytest.mark.parametrize(
    ("limits", "state", "found", "todo"),
    [
        (ROOMY, "ok", "5,000 clients fit", ""),
        (replace(ROOMY, open_files=4_096), "warn", "embedded refuses 5,000 clients: it needs", "--runtime compose"),
        (replace(ROOMY, memory_bytes=10**9), "fail", "5,000 clients: it needs", "`thundering-herd`"),
    ],
)  # fmt: skip
def test_it_says_what_the_lab_would_refuse(limits: HerdLimits, state: str, found: str, todo: str) -> None:
    """What only embedded is short of leaves containers; what the machine is short of leaves neither."""
    (said,) = herd(5_000, limits)
    assert said.state == state
    assert said.found.startswith(found)
    assert todo in said.todo


@pytest.mark.slow
def test_the_drill_says_how_many_clients_there_are() -> None:
    """The most of its variants."""
    assert doctor.asked(open_drill("thundering-herd-5000")).clients == 5_000
    assert doctor.asked(open_drill("smoke")).clients == 0
