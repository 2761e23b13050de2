"""The table of planted defects. Tests bench.defects."""

from pathlib import Path

import pytest

from bench.asked import Found, alarms, ask
from bench.defects import DEFECTS, Altered, Defect, alterations
from bench.healthy import DRILLS
from bench.planted import caught
from lab.analysis.checks import CHECKS
from lab.journal.events import BridgeSample, Event, ServiceSample

Recorded = dict[tuple[str, str], tuple[Event, ...]]
IN_JOURNALS = [
    (defect, runtime)
    for defect in DEFECTS.values()
    if isinstance(defect.plant, Altered)
    for runtime in defect.runtimes
]


def test_every_check_has_a_defect_that_it_must_catch() -> None:
    """A check that is registered without one has no detection rate: add one to bench/defects/__init__.py."""
    assert set(CHECKS) == {defect.check for defect in DEFECTS.values()} - {None}


def test_every_defect_is_planted_in_a_drill_of_the_bench() -> None:
    """Its name is a file of bench/drills."""
    assert {defect.drill for defect in DEFECTS.values()} <= {
        file.stem for file in Path(DRILLS).glob("*.yaml")
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("defect", "runtime"), IN_JOURNALS, ids=[f"{defect.name}-{runtime}" for defect, runtime in IN_JOURNALS]
)
def test_what_is_written_into_a_journal_is_caught(defect: Defect, runtime: str, recorded: Recorded) -> None:
    """By the check that it is meant for, which has nothing to say about the same run as it was."""
    assert isinstance(defect.plant, Altered)
    events = recorded[defect.drill, runtime]
    before = ask(events)
    assert not [name for name in alarms(before, defect.check) if name.startswith(defect.finding)]
    found = caught(
        defect,
        {"verdict": "inconclusive", "outcome": "completed", "findings": ask(defect.plant.alter(events))},
        before,
    )
    assert found["caught"], found


@pytest.mark.slow
def test_a_figure_grows_from_the_first_phase_on(recorded: Recorded) -> None:
    """Before it, and of others, nothing changes; of each boot it goes on from where it was."""
    events = recorded["checks", "embedded"]
    changed = alterations.grown(BridgeSample, "accepted_total", 2)(events)
    pairs = [
        (before.accepted_total or 0, after.accepted_total or 0)
        for before, after in zip(events, changed, strict=True)
        if isinstance(before, BridgeSample) and isinstance(after, BridgeSample)
    ]
    apart = [after - before for before, after in pairs]
    assert apart[0] == 0
    assert apart == sorted(apart)
    assert apart[-1] > 0.9 * (pairs[-1][0] - pairs[0][0]) / 2
    assert [e for e in events if not isinstance(e, BridgeSample)] == [
        e for e in changed if not isinstance(e, BridgeSample)
    ]


@pytest.mark.slow
def test_one_sample_in_twenty_is_lost(recorded: Recorded) -> None:
    """Of the samples only, and not before the first phase."""
    events = recorded["checks", "embedded"]
    left = alterations.lost_samples(20)(events)
    kept = set(map(id, left))
    gone = [event for event in events if id(event) not in kept]
    services = sum(isinstance(event, ServiceSample) for event in events)
    assert {type(event) for event in gone} <= set(alterations.SAMPLES)
    assert 0.03 * services < len(gone) < 0.1 * services


FOUND: dict[str, list[Found]] = {
    "offered": [{"name": "load's lag p99", "ok": False, "required": True}],
    "truth": [{"name": "truth samples", "ok": None, "required": True}],
    "host": [{"name": "steal", "ok": None, "required": False}],
}


@pytest.mark.parametrize(
    ("name", "verdict", "is_caught"),
    [
        ("late-load", "inconclusive", True),
        ("stopped-load", "inconclusive", False),  # of the same check, but it is another finding
        ("silent-service", "inconclusive", True),  # not measured is not ok
        ("stolen-time", "inconclusive", False),  # not measured, and not required
    ],
)
def test_only_the_finding_that_is_meant_catches(name: str, verdict: str, is_caught: bool) -> None:  # noqa: FBT001
    """Others are named beside it."""
    found = caught(DEFECTS[name], {"verdict": verdict, "outcome": "completed", "findings": FOUND}, {})
    assert found == {"caught": is_caught, "by": ["load's lag p99", "truth samples"]}


def test_what_an_aborted_run_did_not_measure_is_no_report() -> None:
    """Only what failed is."""
    row = {"verdict": "inconclusive", "outcome": "aborted", "findings": FOUND}
    assert caught(DEFECTS["silent-service"], row, {}) == {"caught": False, "by": ["load's lag p99"]}


def test_what_failed_before_is_no_report() -> None:
    """A source that had the same finding says nothing about the defect."""
    found = caught(
        DEFECTS["late-load"], {"verdict": "inconclusive", "outcome": "completed", "findings": FOUND}, FOUND
    )
    assert found == {"caught": False, "by": []}


@pytest.mark.parametrize(("verdict", "is_caught"), [("inconclusive", True), ("none", True), ("fail", False)])
def test_without_a_check_only_the_verdict_counts(verdict: str, is_caught: bool) -> None:  # noqa: FBT001
    """No verdict is not a wrong one."""
    defect = Defect("x", "x", None, "", DEFECTS["late-load"].plant)
    assert (
        caught(defect, {"verdict": verdict, "outcome": "completed", "findings": {}}, {})["caught"]
        is is_caught
    )
