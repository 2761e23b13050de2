"""``lab run``: what it prints of several attempts at a run, and its exit code. Tests lab.cli.run."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from lab.analysis import Timeline
from lab.campaign import Ran
from lab.cli import main
from lab.cli import run as command
from lab.session import Result, RunFolder
from tests.lab.report.conftest import make_verdict

pytestmark = pytest.mark.slow


@pytest.fixture
def attempts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Result]:
    """Two seeds; the first is in doubt, and passes when it is repeated. The command gets them without running."""
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    doubted = Result(
        RunFolder(tmp_path / "first"), Timeline(), make_verdict(verdict="inconclusive", reasons=["late"]), 2
    )
    passed = replace(doubted, verdict=make_verdict(), exit_code=0)
    found = [doubted, replace(passed, verdict=make_verdict(rerun_of=["first"])), passed]

    async def run_often(_: object, times: int, *__: object, reruns: int) -> Ran:
        assert reruns == 1
        return Ran(tuple(found[: times + 1]))

    monkeypatch.setattr(command, "run_often", run_often)
    return found


def lab(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["lab", "run", "smoke", "--runtime", "embedded", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)


@pytest.mark.usefixtures("attempts")
def test_the_last_attempt_is_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its verdict and its exit code; it says what it repeats, as text and as JSON."""
    assert lab(monkeypatch, "--reruns", "1", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["verdict"], said["rerun_of"]) == ("pass", ["first"])
    assert lab(monkeypatch, "--reruns", "1") == 0
    text = capsys.readouterr().out
    assert "Rerun 1: instrument checks failed in first." in text
    assert "INCONCLUSIVE" not in text


@pytest.mark.usefixtures("attempts")
def test_of_many_runs_first_attempts_are_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One of two, and the rerun apart from them; no attempt is left out of the JSON."""
    assert lab(monkeypatch, "--reruns", "1", "--repeat", "2") == 0
    assert "smoke passed 1 of 2" in (text := capsys.readouterr().out)
    assert "at the first attempt; 1 of 1 reruns passed" in text
    assert lab(monkeypatch, "--reruns", "1", "--repeat", "2", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["asked"], said["runs"], said["passed"], said["reruns"], said["passed_in_rerun"]) == (
        2,
        2,
        1,
        1,
        1,
    )
    assert [one["rerun_of"] for one in said["verdicts"]] == [[], ["first"], []]


def test_a_rerun_that_is_in_doubt_too_decides_as_well(
    attempts: list[Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run is inconclusive."""
    attempts[1] = replace(attempts[1], exit_code=2)
    assert lab(monkeypatch, "--reruns", "1", "--json") == 2
