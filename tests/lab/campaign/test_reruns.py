"""A run in which an instrument check failed is repeated, and no other. Tests lab.campaign.reruns and runs_alone."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lab import aio
from lab.analysis import Timeline
from lab.analysis.checks import CHECKS, run_checks
from lab.analysis.verdict import judge
from lab.analysis.verdict.verdict import BROKEN, INTERRUPTED, NOT_SET_UP, Finding
from lab.campaign import (
    Aborting,
    Ran,
    Report,
    RunBegins,
    RunsAgain,
    checked_reruns,
    open_drill,
    run_often,
    run_until_judged,
    runs_alone,
    why_again,
)
from lab.cli.ended_early import together
from lab.cli.showing import in_words
from lab.drillfile import Drill, DrillError
from lab.journal import read
from lab.session import Request, Result, RunFolder, Stop
from tests.lab.report.conftest import make_verdict
from tests.lab.session.stub_lab import StubLab, stub_lab

LATE = Finding(
    name="loop lag p99", limit="< 50 ms", measured=81.0, ok=False, unit="ms", detail="most in the lab"
)
UNSEEN = Finding(name="steal", limit="< 2 %", measured=None, ok=None)
UNSTEADY = Finding(name="steady state: goodput", limit=">= 95 % of offered", measured=0.7, ok=False)
PASSED: dict[str, Any] = {"verdict": "pass", "instrument": (), "reasons": ()}
ON_STUBS = ("steps", "crossing", "calibration", "processes", "host")
"""Checks whose figures a lab of stubs has; it has none for the others, which therefore doubt it."""


def finished(folder: Path, code: int = 2, **more: Any) -> Result:  # noqa: ANN401
    """A run with a check that failed, or what is said of it."""
    wanted = {"verdict": "inconclusive", "instrument": (LATE,), "reasons": ("loop lag",)} | more
    return Result(RunFolder(folder), Timeline(), make_verdict().model_copy(update=wanted), code)


def test_a_failed_check_is_a_reason_to_run_again(tmp_path: Path) -> None:
    """Measured or not; what a check did not need is none."""
    idle = UNSEEN.model_copy(update={"required": False})
    assert why_again(finished(tmp_path, instrument=(LATE, UNSEEN, idle))) == (LATE, UNSEEN)


@pytest.mark.parametrize(
    ("code", "more"),
    [
        (0, {"verdict": "pass", "instrument": ()}),
        (1, {"verdict": "fail", "instrument": ()}),
        (2, {"outcome": "aborted"}),
        (INTERRUPTED, {"outcome": "interrupted"}),
        (NOT_SET_UP, {"outcome": "not-started"}),
        (BROKEN, {"outcome": "broken"}),
        (BROKEN, {}),
        (5, {"outcome": "truncated"}),
        (2, {"instrument": (LATE, UNSTEADY)}),
        (2, {"instrument": (), "reasons": ("removing the fault reset the bridge's accept queue",)}),
    ],
)
def test_nothing_else_is_a_reason(tmp_path: Path, code: int, more: dict[str, Any]) -> None:
    """A judged run, an end that was asked for, a lab that broke, a rollback in doubt, a system that was not steady."""
    assert why_again(finished(tmp_path, code, **more)) == ()


@pytest.mark.parametrize("late", [False, True])
def test_a_run_whose_end_was_asked_for_is_not_repeated(tmp_path: Path, *, late: bool) -> None:
    """In time or too late to change it."""
    assert why_again(replace(finished(tmp_path), aborted=not late, last=late)) == ()


@pytest.mark.parametrize("wrong", [-1, 6, 99, 0.5])
async def test_what_is_out_of_range_is_refused_before_anything_starts(wrong: float) -> None:
    """By the library as by the command, with what is valid."""
    with pytest.raises(DrillError, match=rf"reruns {wrong}: valid is a whole number from 0 to 5"):
        await aio.run("smoke", reruns=wrong)  # type: ignore[arg-type]
    assert [checked_reruns(0), checked_reruns(5)] == [0, 5]


def stand_in(monkeypatch: pytest.MonkeyPatch, *codes: int, interrupted: int | None = None) -> list[Request]:
    """Runs that end with these exit codes, 2: a check failed; the requests they were made for.

    ``interrupted``: during the rollback of this one a signal comes, too late to change it.
    """
    made: list[Request] = []

    async def run(request: Request, folder: RunFolder, _: Timeline, stop: Stop, *__: object) -> Result:
        made.append(request)
        if len(made) == interrupted:
            stop.ending = True
            assert not stop.ask()
        code = codes[len(made) - 1]
        passed = {} if code else PASSED
        found = finished(folder.path, code, seed=request.drill.seed, **passed)
        known = found.verdict.model_copy(update={"rerun_of": request.rerun_of, "drill": request.drill.name})
        return replace(found, verdict=known)

    monkeypatch.setattr(runs_alone, "run_once", run)
    return made


@pytest.mark.slow
async def test_each_seed_is_repeated_for_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As often as is asked for and no longer than needed; the last attempts decide the exit code."""
    made = stand_in(monkeypatch, 2, 2, 0, 0)
    ran = await run_often(Request(tmp_path, open_drill("smoke"), "embedded"), 2, Aborting(), reruns=5)
    names = [result.folder.name for result in ran.results]
    assert [request.drill.seed for request in made] == [7, 7, 7, 8]
    assert [list(request.rerun_of) for request in made] == [[], names[:1], names[:2], []]
    assert together(ran.results) == 0
    assert together(ran.results[:2]) == 2


@pytest.mark.slow
async def test_after_a_late_interrupt_no_rerun_and_no_other_seed_is_begun(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The run stands as it was measured."""
    made = stand_in(monkeypatch, 2, 0, interrupted=1)
    ran = await run_often(Request(tmp_path, open_drill("smoke"), "embedded"), 2, Aborting(), reruns=1)
    assert len(made) == len(ran.results) == 1
    assert (ran.over, together(ran.results)) == (True, 2)


@pytest.mark.parametrize(("interrupted", "order"), [(None, ["a", "a", "b"]), (1, ["b", "a", "a"])])
@pytest.mark.slow
async def test_a_variant_of_a_shared_lab_is_repeated_on_a_lab_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, interrupted: int | None, order: list[str]
) -> None:
    """Attempts at one variant stand side by side; what should be the end stands last."""
    drill = open_drill("slow-not-down")
    first, second = drill.variants

    async def on_one(_: Request, variants: tuple[Drill, ...], *__: object) -> Ran:
        doubted = finished(tmp_path / "1", drill=variants[0].name)
        return Ran((doubted, finished(tmp_path / "2", 0, drill=variants[1].name, **PASSED)))

    monkeypatch.setattr(runs_alone, "run_variants", on_one)
    made = stand_in(monkeypatch, 0, interrupted=interrupted)
    ran = await run_often(Request(tmp_path, drill, "embedded"), 1, Aborting(), reruns=1)
    assert [(request.drill, request.rerun_of) for request in made] == [(first, ("1",))]
    assert [result.verdict.drill for result in ran.results] == [
        {"a": first, "b": second}[one].name for one in order
    ]
    assert together(ran.results) == 0


@pytest.fixture
async def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[StubLab]:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    some = {name: CHECKS[name] for name in ON_STUBS}
    monkeypatch.setattr(judge, "run_checks", lambda timeline: run_checks(timeline, some))
    async with stub_lab(tmp_path, monkeypatch) as made:
        yield made


def asked(lab: StubLab, more: str = "") -> Request:
    """With run folders of the test's own."""
    return replace(lab.request(lab.drill("doubted", more)), home=lab.path / "home")


@pytest.mark.live
async def test_a_doubt_costs_one_rerun(lab: StubLab) -> None:
    """Said while it happens; both runs are kept whole, and the later one names the earlier everywhere."""
    lab.loop_lags_ms = [81.0]
    reports: list[Report] = []
    first, second = await run_until_judged(asked(lab), 1, Aborting(), reports.append)
    assert [first.verdict.verdict, second.verdict.verdict] == ["inconclusive", "pass"], second.verdict.reasons
    said = [in_words(report) for report in reports if isinstance(report, RunsAgain)]
    assert said == [
        "doubted: instrument check failed: loop lag p99: 81 ms (limit < 50 ms) most in the lab; it runs again, 1 of 1"
    ]
    for result, rerun_of in ((first, ()), (second, (first.folder.name,))):
        folder = result.folder
        opened = read(folder.journal).opened
        assert opened is not None
        assert opened.rerun_of == rerun_of
        assert tuple(json.loads(folder.verdict.read_text())["rerun_of"]) == rerun_of
        assert (first.folder.name in folder.junit.read_text()) == bool(rerun_of)
        assert (
            f"rerun 1: instrument checks failed in {first.folder.name}" in folder.report.read_text()
        ) == bool(rerun_of)
        assert folder.ledger.is_file()
    assert first.folder.name != second.folder.name


@pytest.mark.live
async def test_a_doubt_that_stays_is_inconclusive(lab: StubLab) -> None:
    """After as many reruns as were asked for; all are kept."""
    lab.loop_lags_ms = [81.0, 82.0]
    attempts = await run_until_judged(asked(lab), 1, Aborting())
    assert [attempt.exit_code for attempt in attempts] == [2, 2]
    assert all(attempt.folder.report.is_file() for attempt in attempts)
    assert not lab.loop_lags_ms


@pytest.mark.live
async def test_a_run_that_was_aborted_is_not_repeated(lab: StubLab) -> None:
    """Though a check failed in it as well."""
    lab.loop_lags_ms = [81.0, 81.0]
    request = asked(lab, 'abort-if: [{metric: goodput, is: "> 40 /s"}]')
    (only,) = await run_until_judged(request, 1, Aborting())
    assert (only.verdict.outcome, only.exit_code) == ("aborted", 2)


@pytest.mark.live
async def test_an_interrupt_during_a_rerun_ends_all(lab: StubLab) -> None:
    """130, rolled back; what it repeats is kept, and no third run is begun."""
    lab.loop_lags_ms = [81.0, 81.0, 81.0]
    stops, begun = Aborting(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def listen(report: Report) -> None:
        if isinstance(report, RunBegins):
            if begun.is_set():
                loop.call_later(2, stops.ask)
            begun.set()

    attempts = await run_until_judged(asked(lab), 5, stops, listen)
    assert [attempt.exit_code for attempt in attempts] == [2, INTERRUPTED]
    closed = read(attempts[-1].folder.journal).closed
    assert closed is not None
    assert (closed.outcome, closed.clean) == ("interrupted", True)
