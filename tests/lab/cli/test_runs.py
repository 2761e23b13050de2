"""``lab runs list`` and ``lab report``, on run folders of every kind."""

import json
import sys
from pathlib import Path

import pytest

from chaos.actions import StopProcesses
from chaos.ledger.ledger import Ledger
from lab.cli import main
from lab.runs.folder import create_run_folder


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs and registry of the test's own."""
    (tmp_path / "runtime").mkdir(mode=0o700)
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path / "home"


def lab(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["lab", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)


def test_a_run_that_was_killed_says_what_to_do(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its first line it still has a drill and a runtime; one that owns something waits for `lab recover`."""
    killed, dead = create_run_folder(home, "smoke"), create_run_folder(home, "other")
    opened = {"type": "run.opened", "drill": {"name": "smoke"}, "runtime": "embedded"}
    for run in (killed, dead):
        run.journal.write_text(json.dumps(opened) + "\n")
    ledger = Ledger.create(dead.ledger, dead.name, 0, (2**30, 1))
    ledger.own(StopProcesses(run=dead.mark))
    assert lab(monkeypatch, "runs", "list") == 0
    first, second = (
        line.split()
        for line in sorted(capsys.readouterr().out.splitlines()[1:], key=lambda one: "other" in one)
    )
    assert first == [killed.name, "not", "judged:", "`lab", "report", f"{killed.name}`", "smoke", "embedded"]
    assert second == [dead.name, "waits", "for", "`lab", "recover`", "smoke", "embedded"]


def test_status_and_down_name_what_waits_for_recovery(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`no lab is up` alone would be a lie while a load generator still runs."""
    dead = create_run_folder(home, "other")
    dead.journal.write_text("{}\n")
    Ledger.create(dead.ledger, dead.name, 0, (2**30, 1)).own(StopProcesses(run=dead.mark))
    said = f"What was killed and waits for `lab recover`: {dead.name}."
    assert lab(monkeypatch, "status") == 3
    assert said in capsys.readouterr().err
    assert lab(monkeypatch, "down") == 0
    assert f"No lab is up. {said}" in capsys.readouterr().out
