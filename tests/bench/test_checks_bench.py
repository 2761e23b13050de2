"""``python -m bench checks`` with runs that were recorded. Tests bench.checks, bench.healthy and bench.planted."""

import asyncio
import json
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bench import checks as bench_checks
from bench import healthy as bench_healthy
from bench import planted as bench_planted
from bench.checks import AskedFor, checks
from bench.defects import DEFECTS, Defect, Live
from bench.defects.defect import in_phase
from bench.living import Living
from bench.rows import Row, Rows
from bench.runs import Run
from lab.analysis.checks import calibration
from lab.analysis.metrics.stuck import LEAST_JUDGED_S, direct_effects_s
from lab.drillfile import load_drill
from tests.bench.conftest import write_run

ENTERED = '{"seq":1,"type":"phase.entered","phase":"aftermath"}\n'


@dataclass
class Recorder:
    """Stands for ``run_drill``: leaves a recorded run in the folder."""

    verdict: str = "pass"
    ran: list[str] = field(default_factory=list)

    def __call__(self, drill: str, folder: Path, runtime: str, *options: str) -> Run:
        self.ran.append(f"{folder.name} {' '.join(options)}")
        shutil.rmtree(folder, ignore_errors=True)
        write_run(folder, Path(drill).stem, runtime, self.verdict)
        return Run(folder, 0, 0.0)


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    return Rows(tmp_path / "rows.jsonl", tmp_path / "runs")


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    found = Recorder()
    monkeypatch.setattr(bench_healthy, "run_drill", found)
    monkeypatch.setattr(bench_planted, "run_drill", found)
    return found


@pytest.mark.slow
def test_the_drill_is_short_and_long_enough() -> None:
    """Under a minute, and what is judged after the trigger is enough to call the lab stuck."""
    drill = load_drill(bench_healthy.DRILLS / "checks.yaml")
    planned = {phase.name: phase.planned_s for phase in drill.phases}
    assert sum(planned.values()) <= 45
    assert planned["aftermath"] >= direct_effects_s(drill) + LEAST_JUDGED_S


@pytest.mark.slow
def test_rows_accumulate_over_sittings(rows: Rows, recorder: Recorder, tmp_path: Path) -> None:
    """A run that has a row isn't made again, and the page is there after each sitting."""
    page = tmp_path / "checks.md"
    for most in (1, 3):
        checks(rows, AskedFor(["embedded"], ["quiet"], most=most), page)
        assert f"0 of {most} (95 %" in page.read_text()
    assert recorder.ran == [f"checks-quiet-embedded-{seed} --seed {seed}" for seed in (1, 2, 3)]
    first, *_ = rows.of(what="check-healthy", condition="quiet")
    assert (first["verdict"], first["exit_code"]) == ("pass", 0)
    assert first["wall_s"] >= 0
    assert {"name", "limit", "measured", "ok", "unit", "required"} == set(first["findings"]["offered"][0])


@pytest.mark.slow
def test_all_is_asked_for_where_nothing_is(
    monkeypatch: pytest.MonkeyPatch, rows: Rows, tmp_path: Path
) -> None:
    """Every condition with its number of runs, each defect three times where it can occur; else only what is named."""
    asked: list[tuple[str, str, int]] = []

    def of_healthy(_: Rows, runtime: str, condition: str, seeds: list[int]) -> None:
        asked.extend((runtime, condition, seed) for seed in seeds)

    def of_planted(_: Rows, runtime: str, defect: Defect, seeds: list[int]) -> None:
        asked.extend((runtime, defect.name, seed) for seed in seeds)

    monkeypatch.setattr(bench_checks, "healthy", of_healthy)
    monkeypatch.setattr(bench_checks, "planted", of_planted)
    checks(rows, AskedFor(["compose"]), tmp_path / "page.md")
    names = [name for _, name, _ in asked]
    assert [names.count(name) for name in ("quiet", "core", "disk", "late-load", "dead-governor")] == [
        20,
        20,
        5,
        3,
        0,
    ]
    asked.clear()
    checks(rows, AskedFor(["embedded"], defects=["dead-governor"], most=2), tmp_path / "page.md")
    assert asked == [("embedded", "dead-governor", 1), ("embedded", "dead-governor", 2)]


@pytest.mark.slow
def test_a_journal_is_altered_and_judged_again(rows: Rows, recorder: Recorder) -> None:
    """It is that of the healthy run which is kept, where there is one; the row says that it was the journal."""
    write_run(rows.folder / "checks-quiet-embedded-1", "checks", "embedded")
    bench_planted.planted(rows, "embedded", DEFECTS["other-capacity"], [1, 2])
    assert recorder.ran == ["unaltered-checks-embedded-2 --seed 2"]
    for row in rows.of(what="check-planted"):
        assert row["caught"] == {"calibration: capacity = headroom x rate": True}
        assert (row["planted"], row["by"]) == ("journal", ["capacity = headroom x rate"])
        assert (row["verdict"], row["wrong"]) == ("inconclusive", False)


@pytest.mark.slow
def test_the_checks_of_today_are_asked_about_kept_runs(
    rows: Rows, recorder: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a run whose folder is gone, and of a defect that is none any more, the row stays."""
    bench_healthy.healthy(rows, "embedded", "quiet", [1, 2])
    bench_planted.planted(rows, "embedded", DEFECTS["other-capacity"], [1])
    shutil.rmtree(rows.folder / "checks-quiet-embedded-2")
    rows.add({"what": "check-planted", "defect": "old", "folder": "checks-quiet-embedded-1"})
    before = rows.of()
    for limit in ("PERCENT", "FAR_PERCENT"):  # of a recorded run, and of what was written into it
        monkeypatch.setattr(calibration, limit, 50.0)
    bench_checks.ask_again(rows, tmp_path / "page.md")
    first, gone, altered, old = rows.of()
    assert [gone, old] == before[1::2]
    (found,) = (one for one in first["findings"]["calibration"] if one["limit"] == "within 50 %")
    assert found["ok"] is True
    assert first["asked_on"]
    assert (first["seed"], first["wall_s"], first["verdict"]) == (1, before[0]["wall_s"], "pass")
    assert (altered["caught"], altered["wrong"]) == ({"calibration: capacity = headroom x rate": False}, True)
    assert "(checks of " in (tmp_path / "page.md").read_text()


@pytest.mark.parametrize("verdict", ["inconclusive", "fail"])
def test_a_run_that_did_not_pass_is_no_source(rows: Rows, recorder: Recorder, verdict: str) -> None:
    """No row: the next sitting tries again."""
    recorder.verdict = verdict
    bench_planted.planted(rows, "embedded", DEFECTS["other-capacity"], [1])
    assert rows.of() == []


def waiting_run(acted: threading.Event, phase: str = ENTERED) -> Callable[..., Run]:
    """A run that enters a phase and lasts until something was done to it; without a phase it ends at once."""

    def run(_: str, folder: Path, runtime: str, *options: str) -> Run:
        folder.mkdir(parents=True)
        (folder / "journal.jsonl").write_text(phase)
        (folder / "verdict.json").write_text(json.dumps({"verdict": "inconclusive", "reasons": [runtime]}))
        assert not phase or acted.wait(20)
        return Run(folder, 2, 0.0)

    return run


@pytest.mark.slow
def test_a_live_defect_is_planted_at_its_moment(monkeypatch: pytest.MonkeyPatch, rows: Rows) -> None:
    """While the run lasts, some time after the phase began, with the lab of that folder."""
    acted, seen = threading.Event(), list[Living]()

    async def act(lab: Living, over: asyncio.Event) -> None:
        assert not over.is_set()
        seen.append(lab)
        acted.set()
        await over.wait()

    monkeypatch.setattr(bench_planted, "run_drill", waiting_run(acted))
    bench_planted.planted(rows, "compose", defect(act), [1])
    (row,) = rows.of(what="check-planted")
    assert seen == [Living(rows.folder / "planted-toy-compose-1", "compose")]
    assert (row["planted"], row["wrong"], row["verdict"], row["reasons"]) == (
        "live", False, "none", [])  # fmt: skip


@pytest.mark.parametrize("why", ["too late", "gone"])
@pytest.mark.slow
def test_what_could_not_be_planted_has_no_row(
    monkeypatch: pytest.MonkeyPatch, rows: Rows, capsys: pytest.CaptureFixture[str], why: str
) -> None:
    """Its moment never came, or what it is done to is gone: it is said, and the next sitting tries again."""
    acted = threading.Event()

    async def act(_lab: Living, _over: asyncio.Event) -> None:
        acted.set()
        raise LookupError("the governor is gone")

    monkeypatch.setattr(bench_planted, "run_drill", waiting_run(acted, ENTERED if why == "gone" else ""))
    older = rows.folder / "planted-toy-embedded-1"  # its moment is not this run's
    older.mkdir(parents=True)
    (older / "journal.jsonl").write_text(ENTERED)
    bench_planted.planted(rows, "embedded", defect(act), [1])
    assert rows.of() == []
    expected = {"too late": "the run ended before its moment", "gone": "the governor is gone"}
    assert expected[why] in capsys.readouterr().out


def defect(act: Callable[[Living, asyncio.Event], object]) -> Defect:
    return Defect("toy", "nothing", (), Live(in_phase("aftermath", 0.01), act))  # type: ignore[arg-type]


def test_rows_say_on_which_commit(rows: Rows) -> None:
    """With the load average of the machine then."""
    row: Row = {"what": "check-healthy"}
    rows.add(row)
    (kept,) = rows.of()
    assert {"commit", "load_average"} <= set(kept)
