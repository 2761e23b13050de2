"""A tournament on a stand-in for a lab: each cell is run once, and a second call goes on where the first one ended."""

import shutil
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lab import resources
from lab.analysis import Timeline, judge
from lab.campaign import (
    Aborting,
    TournamentFolder,
    open_tournament,
    play,
    played_seeds,
    results,
    standing,
    tournament,
    write,
)
from lab.cli.plan_command import plan_command
from lab.drillfile import Drill, Field, Plan, PlannedCell, known, load_plan
from lab.journal import read
from lab.runner import Interrupted
from lab.session import Request, Result, RunFolder
from tests.checkout import ROOT

GOLDEN = Path(__file__).parents[2] / "data" / "stuck.jsonl"
PLAN = """\
version: 1
title: Who survives?
load: {target: edge, rate: 100 /s}
bridge: {headroom: 1.5}
phases: {baseline: 4 s, trigger: 3 s, aftermath: 15 s}
contestants:
  none:   {configuration: {storefront: {policy: none}}}
  budget: {configuration: {storefront: {policy: budget}}}
triggers:
  latency: [{name: slow, fault: latency, target: bridge, latency: 3000 ms}]
seeds: [1, 2]
quick: {seeds: [1]}
"""


class Lab:
    """Leaves the golden journal in each folder; ends by Ctrl-C before the run that it is told."""

    def __init__(self, ends_before: int = 99) -> None:
        self.ends_before = ends_before
        self.ran: list[str] = []

    async def run(self, drill: Drill, folder: RunFolder, _doing: str) -> Result:
        if len(self.ran) + 1 >= self.ends_before:
            raise Interrupted("interrupted by a signal")
        self.ran.append(folder.name)
        text = GOLDEN.read_text().replace('"seed":7', f'"seed":{drill.seed}')
        folder.journal.write_text(text)
        timeline = Timeline.fold(read(folder.journal).events)
        verdict = judge(timeline)
        folder.verdict.write_text(verdict.model_dump_json(by_alias=True))
        return Result(folder, timeline, verdict, 0)

    def ended(self, _doing: str, result: Result, left_s: float) -> Result:
        assert left_s >= 0
        return result


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """Two contestants, a trigger, two seeds."""
    (tmp_path / "who.yaml").write_text(PLAN)
    return load_plan(tmp_path / "who.yaml", known())


async def held(monkeypatch: pytest.MonkeyPatch, folder: TournamentFolder, cells: list[PlannedCell], lab: Lab,
               *, again: bool = False) -> BaseException | None:  # fmt: skip
    @asynccontextmanager
    async def stand_in(*_: Any) -> AsyncIterator[Lab]:  # noqa: ANN401
        yield lab

    monkeypatch.setattr(tournament, "one_lab", stand_in)
    return await play(asked(folder, cells), folder, cells, Aborting(), doubtful_too=again)


def asked(folder: TournamentFolder, cells: list[PlannedCell]) -> Request:
    return Request(folder.path, cells[0].drill, "embedded")


def named(cells: Iterable[PlannedCell]) -> list[str]:
    return [cell.name for cell in cells]


@pytest.mark.slow
async def test_a_finished_cell_is_never_run_twice(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, plan: Plan
) -> None:
    """Ended by Ctrl-C before the third run, it goes on with the third; a truncated run is made again."""
    cells = list(plan.cells(plan.whole))
    folder = open_tournament(tmp_path, plan, plan.whole, "embedded", fresh=False)
    first = Lab(ends_before=3)
    assert isinstance(await held(monkeypatch, folder, cells, first), Interrupted)
    assert first.ran == named(cells)[:2]
    cut = folder.begin(cells[2])
    cut.journal.write_text("\n".join(GOLDEN.read_text().splitlines()[:40]) + "\n")
    again = open_tournament(tmp_path, plan, plan.whole, "embedded", fresh=False)
    assert again == folder
    second = Lab()
    assert await held(monkeypatch, again, cells, second) is None
    assert second.ran == named(cells)[2:]
    third = Lab()
    assert await held(monkeypatch, again, cells, third) is None
    assert third.ran == []


@pytest.mark.slow
async def test_other_contestants_or_another_runtime_are_another_tournament(
    tmp_path: Path, plan: Plan
) -> None:
    """So is one that is to be fresh; more seeds are more of the same."""
    here = open_tournament(tmp_path, plan, plan.whole, "embedded", fresh=False)
    assert open_tournament(tmp_path, plan, replace(plan.whole, seeds=(1,)), "embedded", fresh=False) == here
    alone = replace(plan.whole, contestants=("none",))
    fields: list[tuple[Field, str, bool]] = [
        (alone, "embedded", False), (plan.whole, "compose", False), (plan.whole, "embedded", True),
    ]  # fmt: skip
    for field, runtime, fresh in fields:
        other = open_tournament(tmp_path, plan, field, runtime, fresh=fresh)
        assert other.path != here.path


@pytest.mark.slow
async def test_other_sources_are_another_lab(
    tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One table of runs with two clients would compare what can't be compared."""
    monkeypatch.setattr(resources, "folder", lambda name: tmp_path / name)
    (tmp_path / "services").mkdir()
    (tmp_path / "services" / "client.py").write_text("retries = 3\n")
    here = open_tournament(tmp_path, plan, plan.whole, "embedded", fresh=False)
    assert open_tournament(tmp_path, plan, plan.whole, "embedded", fresh=False) == here
    (tmp_path / "services" / "client.py").write_text("retries = 2\n")
    assert open_tournament(tmp_path, plan, plan.whole, "embedded", fresh=False) != here


@pytest.mark.slow
def test_a_plan_is_found_again_whatever_is_in_its_name(tmp_path: Path) -> None:
    """Brackets are no pattern."""
    (tmp_path / "who[1].yaml").write_text(PLAN)
    plan = load_plan(tmp_path / "who[1].yaml", known())
    here = open_tournament(tmp_path, plan, plan.whole, "embedded", fresh=False)
    assert open_tournament(tmp_path, plan, plan.whole, "embedded", fresh=False) == here


@pytest.mark.slow
async def test_all_results_stand_in_table_page_and_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, plan: Plan
) -> None:
    """Those that there are, under their names; what is missing is not run, and nothing is made up for it."""
    cells = list(plan.cells(plan.whole))
    folder = open_tournament(tmp_path, plan, plan.whole, "embedded", fresh=False)
    await held(monkeypatch, folder, cells, Lab())
    shutil.rmtree(folder.path / "cells" / cells[-1].name)
    found = results(folder, cells)
    stands = standing(plan, plan.whole, found, "lab compare who")
    write(folder, stands, found)
    assert [(cell.contestant, cell.seed) for cell in stands.cells] == [
        ("none", 1),
        ("budget", 1),
        ("none", 2),
    ]
    assert stands.score("budget", "latency").runs == 1
    assert len(folder.csv.read_text().splitlines()) == 4
    assert "Who survives?" in folder.page.read_text()
    assert type(stands).model_validate_json(folder.json.read_text()) == stands


@pytest.mark.slow
async def test_an_invalid_run_is_made_again_only_if_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, plan: Plan
) -> None:
    """An inconclusive run is a result; `--again` gives it another chance."""
    cells = list(plan.cells(plan.quick))
    folder = open_tournament(tmp_path, plan, plan.quick, "embedded", fresh=False)
    await held(monkeypatch, folder, cells, Lab())
    doubted = RunFolder(folder.path / "cells" / cells[0].name).journal
    doubted.write_text(doubted.read_text().replace('"requests":100', '"requests":90'))  # others were sent
    lazy, eager = Lab(), Lab()
    await held(monkeypatch, folder, cells, lazy)
    await held(monkeypatch, folder, cells, eager, again=True)
    assert (lazy.ran, eager.ran) == ([], [cells[0].name])


@pytest.mark.slow
async def test_what_counts_is_not_run_again_though_its_verdict_is_inconclusive(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, plan: Plan
) -> None:
    """Where a trigger's end emptied the queue no run can pass, and each counts: `--again` would never end."""
    cells = list(plan.cells(plan.quick))
    folder = open_tournament(tmp_path, plan, plan.quick, "embedded", fresh=False)
    await held(monkeypatch, folder, cells, Lab())
    monkeypatch.setattr(tournament, "is_valid", lambda _timeline, verdict: verdict.seed == 1)
    eager = Lab()
    assert await held(monkeypatch, folder, cells, eager, again=True) is None
    assert eager.ran == []


@pytest.mark.slow
async def test_what_another_command_has_finished_meanwhile_is_left(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, plan: Plan
) -> None:
    """Two of the same tournament wait for one machine: the second one does what the first has left to do."""
    cells = list(plan.cells(plan.quick))
    folder = open_tournament(tmp_path, plan, plan.quick, "embedded", fresh=False)
    late = Lab()

    @asynccontextmanager
    async def waits(*_: object) -> AsyncIterator[Lab]:
        await Lab().run(cells[0].drill, folder.begin(cells[0]), "")
        yield late

    monkeypatch.setattr(tournament, "one_lab", waits)
    await play(asked(folder, cells), folder, cells, Aborting())
    assert late.ran == named(cells)[1:]


@pytest.mark.slow
async def test_fewer_seeds_than_were_played_before_hide_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, plan: Plan
) -> None:
    """The files of a tournament are of all its runs, and its command is that of all."""
    cells = list(plan.cells(plan.whole))
    folder = open_tournament(tmp_path, plan, plan.whole, "embedded", fresh=False)
    await held(monkeypatch, folder, cells, Lab())
    found = results(folder, cells)
    whole = played_seeds(plan, replace(plan.whole, seeds=(1,)), found)
    stands = standing(plan, whole, found, plan_command(plan, whole, "embedded"))
    assert (len(stands.cells), stands.command.count("--seeds")) == (4, 0)


def test_the_checkout_is_where_tournaments_lie() -> None:
    """Beside the runs, out of git's sight."""
    assert ".lab" in (ROOT / ".gitignore").read_text()
