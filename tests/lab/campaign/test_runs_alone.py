"""Repetitions and variants, each on its own lab, until one can't be made. Tests lab.campaign.runs_alone and ran."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from lab.analysis import Timeline, Verdict
from lab.analysis.verdict.verdict import BROKEN, INTERRUPTED, NOT_SET_UP
from lab.campaign import Aborting, Ran, Report, RunBegins, RunEnds, open_drill, run_often, runs_alone
from lab.drillfile import Drill
from lab.session import Request, Result, RunFolder

Made = Callable[[Request], Result]


@pytest.fixture
def request_of(tmp_path: Path) -> Callable[[Drill], Request]:
    return lambda drill: Request(tmp_path, drill, "embedded")


def stand_in(monkeypatch: pytest.MonkeyPatch, codes: Sequence[int], **more: Any) -> list[Request]:  # noqa: ANN401
    """Runs that end with these exit codes, one after the other; the requests that they were made for."""
    asked: list[Request] = []

    async def run(request: Request, folder: RunFolder, timeline: Timeline, *_: object) -> Result:
        asked.append(request)
        verdict = Verdict(
            drill=request.drill.name, runtime="embedded", seed=request.drill.seed, policy=None, verdict="pass",
            reasons=(), outcome="completed",
        )  # fmt: skip
        return Result(folder, timeline, verdict, codes[len(asked) - 1], **more)

    monkeypatch.setattr(runs_alone, "run_once", run)
    return asked


async def test_seeds_count_up(
    monkeypatch: pytest.MonkeyPatch, request_of: Callable[[Drill], Request]
) -> None:
    """A failed run is a result like any other; each begins and ends in the reports."""
    asked = stand_in(monkeypatch, [0, 1, 2])
    reports: list[Report] = []
    ran = await run_often(request_of(open_drill("smoke")), 3, Aborting(), reports.append)
    assert [request.drill.seed for request in asked] == [7, 8, 9]
    assert [result.exit_code for result in ran.results] == [0, 1, 2]
    assert ran.early is None
    assert [type(report) for report in reports] == [RunBegins, RunEnds] * 3
    assert all(report.alone for report in reports if isinstance(report, RunBegins))


@pytest.mark.parametrize("code", [BROKEN, INTERRUPTED, NOT_SET_UP])
async def test_after_a_run_that_could_not_be_made_no_other_is_begun(
    monkeypatch: pytest.MonkeyPatch, request_of: Callable[[Drill], Request], code: int
) -> None:
    """It would end alike, or no one wants it any more."""
    asked = stand_in(monkeypatch, [0, code, 0])
    ran = await run_often(request_of(open_drill("smoke")), 3, Aborting())
    assert len(asked) == len(ran.results) == 2
    assert ran.over


async def test_a_run_that_a_person_aborted_is_the_last(
    monkeypatch: pytest.MonkeyPatch, request_of: Callable[[Drill], Request]
) -> None:
    """Whatever its verdict is."""
    stand_in(monkeypatch, [2, 0], aborted=True)
    assert len((await run_often(request_of(open_drill("smoke")), 2, Aborting())).results) == 1


async def test_variants_that_need_labs_of_their_own_get_them(
    monkeypatch: pytest.MonkeyPatch, request_of: Callable[[Drill], Request]
) -> None:
    """Others share one lab."""
    shared: list[tuple[Drill, ...]] = []

    async def on_one(_: Request, variants: tuple[Drill, ...], *__: object) -> Ran:
        shared.append(variants)
        return Ran(())

    asked = stand_in(monkeypatch, [0, 0])
    monkeypatch.setattr(runs_alone, "run_variants", on_one)
    drill = open_drill("slow-not-down")
    await run_often(request_of(drill), 1, Aborting())
    assert (shared, asked) == ([drill.variants], [])
    first, second = drill.variants
    other = second.model_copy(update={"bridge": second.bridge.model_copy(update={"headroom": 9.0})})
    await run_often(request_of(drill.model_copy(update={"variants": (first, other)})), 1, Aborting())
    assert [request.drill.name for request in asked] == [first.name, second.name]
