"""The table of planted defects. Tests bench.defects."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from bench.asked import Found, alarms, ask
from bench.defects import DEFECTS, Altered, Defect, Live, Report, alterations
from bench.healthy import DRILLS
from bench.planted import caught
from lab.analysis.checks import CHECKS
from lab.journal.events import BridgeSample, Event, PhaseEntered, ServiceSample

Recorded = dict[tuple[str, str], tuple[Event, ...]]
IN_JOURNALS = [
    (defect, runtime)
    for defect in DEFECTS.values()
    if isinstance(defect.plant, Altered)
    for runtime in defect.runtimes
]


def test_every_check_has_a_defect_that_it_must_catch() -> None:
    """A check that is registered without one has no detection rate: add one to bench/defects/__init__.py."""
    assert set(CHECKS) == {report.check for defect in DEFECTS.values() for report in defect.reports}


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
    assert all(not of(report, alarms(before, report.check)) for report in defect.reports)
    row = {"verdict": "inconclusive", "outcome": "completed", "findings": ask(defect.plant.alter(events))}
    found = caught(defect, row, before)
    assert all(found["caught"].values()), found


def of(report: Report, names: Iterable[str]) -> list[str]:
    """Of the names of findings those that a report is about."""
    return [name for name in names if name.startswith(report.finding)]


@pytest.mark.slow
def test_what_is_done_to_a_lab_must_be_reported_by_what_a_run_has(recorded: Recorded) -> None:
    """A finding that is called otherwise by now would never be seen to catch anything."""
    live = [defect for defect in DEFECTS.values() if isinstance(defect.plant, Live)]
    found = {key: ask(events) for key, events in recorded.items()}
    unknown = [
        f"{defect.name} on {runtime}: {report}"
        for defect in live
        for runtime in defect.runtimes
        for report in defect.reports
        if not of(report, (one["name"] for one in found[defect.drill, runtime][report.check]))
    ]
    assert live
    assert unknown == []


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
    phase_s = next(event.t for event in events if isinstance(event, PhaseEntered))
    earlier = [(before, after) for before, after in zip(events, changed, strict=True) if before.t < phase_s]
    assert all(before == after for before, after in earlier)
    assert any(isinstance(before, BridgeSample) and before.accepted_total for before, _ in earlier)
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
    "sockets": [{"name": "EMFILE, ENFILE, EADDRNOTAVAIL", "ok": False, "required": True}],
    "offered": [{"name": "load's lag p99", "ok": False, "required": True}],
    "truth": [{"name": "truth samples", "ok": None, "required": True}],
    "host": [{"name": "steal", "ok": None, "required": False}],
}


@pytest.mark.parametrize(
    ("name", "is_caught"),
    [
        ("late-load", True),
        ("overflow-elsewhere", False),  # of the same check, but it is another finding
        ("lost-samples", True),  # not measured is not ok
        ("stolen-time", False),  # not measured, and not required
    ],
)
def test_only_the_finding_that_is_meant_catches(name: str, is_caught: bool) -> None:  # noqa: FBT001
    """Others are named beside it."""
    row = {"verdict": "inconclusive", "outcome": "completed", "findings": FOUND}
    found = caught(DEFECTS[name], row, {})
    (report,) = DEFECTS[name].reports
    assert found == {
        "caught": {f"{report.check}: {report.finding}": is_caught},
        "wrong": False,
        "by": ["EMFILE, ENFILE, EADDRNOTAVAIL", "load's lag p99", "truth samples"],
    }


def test_what_an_aborted_run_did_not_measure_is_no_report() -> None:
    """Only what failed is."""
    row = {"verdict": "inconclusive", "outcome": "aborted", "findings": FOUND}
    found = caught(DEFECTS["lost-samples"], row, {})
    assert (list(found["caught"].values()), found["by"]) == (
        [False],
        ["EMFILE, ENFILE, EADDRNOTAVAIL", "load's lag p99"],
    )


def test_what_failed_before_is_no_report() -> None:
    """A source that had the same finding says nothing about the defect."""
    row = {"verdict": "inconclusive", "outcome": "completed", "findings": FOUND}
    found = caught(DEFECTS["late-load"], row, FOUND)
    assert (list(found["caught"].values()), found["by"]) == ([False], [])


@pytest.mark.parametrize(
    ("name", "verdict", "is_wrong"),
    [
        ("late-load", "pass", True), ("late-load", "fail", True), ("late-load", "inconclusive", False),
        ("late-load", "none", False), ("dead-governor", "pass", False), ("dead-governor", "fail", True),
    ],
)  # fmt: skip
def test_which_verdicts_are_wrong(name: str, verdict: str, is_wrong: bool) -> None:  # noqa: FBT001
    """No verdict is not a wrong one; where the lab replaces what was lost, the true one is right."""
    row = {"verdict": verdict, "outcome": "completed", "findings": {}}
    assert caught(DEFECTS[name], row, {})["wrong"] is is_wrong
