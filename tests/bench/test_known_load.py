"""What follows from a known load on a known capacity, over journals that a test wrote."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.known_load import STEPS, figures, holds, slope, with_headroom
from bench.runs import Run
from lab.campaign.catalog import read_drill


def run(folder: Path, offered_rps: float, carried_rps: float, capacity_rps: float = 100.0) -> Run:
    """Twenty seconds of a bridge that carries ``carried_rps`` and was calibrated at ``capacity_rps``, within 5 %."""
    folder.mkdir()
    lines: list[dict[str, Any]] = [{"type": "phase.entered", "phase": "baseline", "t": 10.0}]
    for second in range(21):
        queue = max(0.0, (offered_rps + 1 - carried_rps) * second)
        accepted = min(carried_rps, offered_rps + 1) * second
        sample = {"accept_queue": round(queue), "accepted_total": round(accepted)}
        lines.append({"type": "bridge.sample", "t": 10.0 + second, **sample})
    lines.append({"type": "phase.entered", "phase": "done", "t": 30.5})
    (folder / "journal.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    capacity = {
        "answered_rps": capacity_rps,
        "answered_low_rps": 0.95 * capacity_rps,
        "answered_high_rps": 1.05 * capacity_rps,
    }
    verdict = {"verdict": "pass", "capacity": capacity, "phases": [{"offered_rps": offered_rps}]}
    (folder / "verdict.json").write_text(json.dumps(verdict))
    return Run(folder, 0, 0.0)


@pytest.mark.parametrize(
    ("offered_rps", "carried_rps", "held"),
    [
        (80, 100, True),  # nothing waits
        (80, 70, False),  # it carries less than was calibrated: the queue grows
        (119, 100, True),  # grows by 20/s
        (119, 118, False),  # it carries more than was calibrated: the queue hardly grows
        (119, 80, False),  # grows by 40/s
        (100, 100, None),  # 1.01 times: nothing follows
    ],
)
def test_a_queue_says_whether_the_capacity_is_right(
    tmp_path: Path,
    offered_rps: float,
    carried_rps: float,
    held: bool | None,  # noqa: FBT001  a case's answer
) -> None:
    """Too high and too low are both found."""
    row = figures(run(tmp_path / "run", offered_rps, carried_rps))
    assert row["holds"] is held
    assert row["load"] == pytest.approx((offered_rps + 1) / 100)


def test_growth_is_taken_until_the_wait_reaches_the_timeout(tmp_path: Path) -> None:
    """After that clients give up, and the queue is worked off faster."""
    one = run(tmp_path / "run", 149, 100)
    row = figures(one)
    assert row["growth_rps"] == pytest.approx(50, rel=0.05)
    assert row["delay_p99_s"] > 1


def test_one_slow_second_is_no_slower_than_it_was(tmp_path: Path) -> None:
    """The 99th percentile of twenty seconds is no higher than the slowest of them."""
    one = run(tmp_path / "run", 80, 100)
    lines = [json.loads(line) for line in (one.folder / "journal.jsonl").read_text().splitlines()]
    lines[10]["accept_queue"] = 30
    (one.folder / "journal.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert 0 < figures(one)["delay_p99_s"] <= 30 / 81


def test_what_was_not_measured_is_null() -> None:
    """A run that was not calibrated, or whose queue can't be read, proves nothing."""
    empty = dict.fromkeys(
        ("offered_rps", "capacity_rps", "growth_rps", "delay_p99_s", "beyond_low_rps", "beyond_high_rps")
    )
    assert holds(empty) is None
    assert slope([(0.0, 0.0), (1.0, 1.0)]) is None


@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_a_drill_of_its_own(tmp_path: Path, step: float) -> None:
    """With the headroom at which the same load is so many times the capacity."""
    drill = read_drill(with_headroom(tmp_path / f"{step}.yaml", 1 / step))
    assert drill.bridge.headroom == pytest.approx(1 / step, rel=0.001)
