"""What stands in the living picture, as text and as shares of a whole. Tests lab.report.html.system_words."""

from typing import Any

import pytest

from lab.analysis.system import SystemMap, SystemSecond
from lab.analysis.system.arrow_second import ArrowSecond
from lab.analysis.system.device_second import DeviceSecond
from lab.analysis.system.system_map import Arrow, Capacity, Node
from lab.report.html.system_words import map_words, second_words, wall_clock

NODES = (
    Node("shop", "client", "main"),
    Node("gate", "device", "device"),
    Node("tills", "server", "internal"),
)


def a_map(capacity: Capacity | None = None) -> SystemMap:
    """A shop whose calls cross a gate."""
    return SystemMap(
        nodes=NODES, arrows=(Arrow("shop", "tills", "gate"),), device="gate", reserve=(), behind="tills",
        useless_from_s=1.0, capacity=capacity, queue_limit=512,
    )  # fmt: skip


def words(
    device: DeviceSecond, arrow: ArrowSecond | None = None, capacity: Capacity | None = None
) -> dict[str, Any]:
    """What is said of one second."""
    second = SystemSecond(
        3, provisional=False, arrows=(arrow,), devices={"gate": device}, services={}, active=()
    )
    return second_words(a_map(capacity), second)


def test_first_attempts_retries_and_refusals_are_said_apart() -> None:
    """What is nothing is not said, but for first attempts; what was not measured is a dash."""
    (said,) = words(DeviceSecond(), ArrowSecond(100.2, 299.7, 20.0))["arrows"]
    assert said == {"first": "100/s", "retries": "300/s", "refused": "20/s"}
    (said,) = words(DeviceSecond(), ArrowSecond(0.0, 0.0, None))["arrows"]
    assert said == {"first": "0/s", "retries": "", "refused": ""}
    (said,) = words(DeviceSecond())["arrows"]
    assert said["first"] == "-"


def test_work_is_shared_out_against_what_each_kind_of_connection_costs() -> None:
    """Half of the answered connections that it carries, a quarter of the others: a quarter is free."""
    capacity = Capacity(answered_rps=100, low_rps=90, high_rps=110, given_up_rps=200)
    found = words(DeviceSecond(answered_rps=50, wasted_rps=50), capacity=capacity)
    assert found["work"]["gate"] == {"answered": 0.5, "wasted": 0.25, "free": 0.25}
    assert found["devices"]["gate"]["free"] == "25 %"


def test_work_beyond_the_capacity_leaves_nothing_free() -> None:
    """An older calibration knows only one capacity: the shares are those of the work, and never over the whole."""
    capacity = Capacity(answered_rps=100, low_rps=None, high_rps=None, given_up_rps=None)
    found = words(DeviceSecond(answered_rps=50, wasted_rps=150), capacity=capacity)
    assert found["work"]["gate"] == {"answered": 0.25, "wasted": 0.75, "free": 0}
    assert found["devices"]["gate"]["free"] == "0 %"


@pytest.mark.parametrize("device", [DeviceSecond(), DeviceSecond(answered_rps=5)])
def test_work_that_was_not_measured_is_no_share(device: DeviceSecond) -> None:
    """Neither is it one of a device whose capacity is unknown."""
    known = Capacity(answered_rps=100, low_rps=None, high_rps=None, given_up_rps=None)
    assert words(device, capacity=known)["work"]["gate"] is None
    whole = DeviceSecond(answered_rps=50, wasted_rps=50)
    assert words(whole)["devices"]["gate"]["free"] == "-"


def test_the_queue_is_said_with_its_limit_and_the_wait() -> None:
    """412 of 512, 2.2 s each; the limit is the calibrated one where a second has none."""
    found = words(DeviceSecond(accept_queue=412, queueing_delay_s=2.2))["devices"]["gate"]
    assert (found["waiting"], found["limit"], found["delay"]) == ("412", "of 512", "2.2 s")


@pytest.mark.parametrize(("capacity_rps", "unit"), [(160, 100), (90, 50), (480, 200), (7, 5), (0.5, 0.5)])
def test_the_scale_is_a_round_number_near_the_capacity(capacity_rps: float, unit: float) -> None:
    """It is stated in the legend, so that it has to be read at a glance."""
    found = map_words(a_map(Capacity(capacity_rps, None, None, None)))
    assert found["scale"] == {"unit_rps": unit, "most_rps": 5 * unit, "mark_rps": unit / 5}


def test_a_map_without_a_calibration_has_a_scale_and_no_capacity() -> None:
    """As a lab that comes up."""
    found = map_words(a_map())
    assert found["scale"]["unit_rps"] == 100
    assert found["said"]["capacity"] == "-"


def test_a_moment_has_the_time_of_the_wall_clock() -> None:
    """That of the run's start and the second; nothing where the start is unknown."""
    assert wall_clock("2026-11-30T23:59:50+00:00", 15) == "00:00:05 UTC"
    assert wall_clock("2026-11-30T23:59:50+02:00", 0) == "21:59:50 UTC"
    assert wall_clock(None, 3) == wall_clock("yesterday", 3) == ""
