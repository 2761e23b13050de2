"""What can be known before a run: an expectation that it will not be able to judge."""

from pathlib import Path

import pytest

from lab.drillfile import load_drill
from lab.session.foreseen import foreseen
from tests.checkout import ROOT

DRILL = """\
version: 1
title: Stuck or not
load:   {target: edge, rate: 100 /s}
bridge: {headroom: 1.5}
phases: {baseline: 3 s, trigger: 3 s, aftermath: 15 s, mitigation: 20 s}
method:
  - {name: hurt, during: trigger, fault: latency, target: bridge, latency: 300 ms}
expect:
  - {name: it sticks, metric: stuck, is: true}
"""


def warnings(folder: Path, old: str = "", new: str = "") -> list[str]:
    file = folder / "mine.yaml"
    file.write_text(DRILL.replace(old, new))
    return foreseen(load_drill(file))


@pytest.mark.slow
def test_a_drill_that_can_be_judged_has_no_warning(tmp_path: Path) -> None:
    """Nor has one that hurts another service, or expects nothing of the aftermath."""
    assert warnings(tmp_path) == []
    killed = "fault: kill, target: auth"
    assert warnings(tmp_path, "fault: latency, target: bridge, latency: 300 ms", killed) == []
    assert warnings(tmp_path, "metric: stuck, is: true", "metric: goodput, is: '> 0 /s'") == []


@pytest.mark.parametrize("fault", ["down", "kill"])
def test_a_trigger_that_empties_the_devices_queue_proves_nothing(tmp_path: Path, fault: str) -> None:
    """Said by its name, with what to use instead."""
    (said,) = warnings(
        tmp_path, "fault: latency, target: bridge, latency: 300 ms", f"fault: {fault}, target: bridge"
    )
    assert said.startswith(
        f"mine: it sticks can't be judged: the end of hurt ({fault} on bridge) empties the queue"
    )


@pytest.mark.parametrize(
    ("old", "new", "least"),
    [
        ("aftermath: 15 s", "aftermath: 12 s", "14.9 s"),
        ("headroom: 1.5", "headroom: 1.5, queue: 6 s", "17.5 s"),
        ("aftermath: 15 s, ", "", "14.9 s"),
    ],
)
def test_too_short_an_aftermath_is_said_with_how_long_it_must_be(
    tmp_path: Path, old: str, new: str, least: str
) -> None:
    """The device's queue and one timeout come off it first."""
    (said,) = warnings(tmp_path, old, new)
    assert f"Make that time at least {least}" in said


@pytest.mark.slow
def test_no_drill_of_the_lab_has_a_warning() -> None:
    """They are what people copy."""
    assert [said for file in (ROOT / "drills").glob("*.yaml") for said in foreseen(load_drill(file))] == []
