"""``lab runs list`` and ``lab report``, on run folders of every kind."""

import json
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from chaos.actions import StopProcesses
from chaos.ledger.ledger import Ledger
from lab.analysis.verdict.verdict import SCHEMA, Verdict
from lab.cli import main
from lab.runs.folder import create_run_folder
from tests.lab.report.conftest import make_verdict


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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_reruns_stand_beside_what_they_repeat(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Judged, or not yet; a first attempt names no other run, and without reruns there is no such column."""
    first = create_run_folder(home, "smoke")
    first.journal.write_text("{}\n")
    first.verdict.write_text(make_verdict(verdict="inconclusive").model_dump_json())
    assert lab(monkeypatch, "runs", "list") == 0
    assert "rerun of" not in capsys.readouterr().out
    second, third = create_run_folder(home, "smoke"), create_run_folder(home, "smoke")
    second.journal.write_text("{}\n")
    second.verdict.write_text(make_verdict(rerun_of=[first.name]).model_dump_json())
    opened = {"drill": {"name": "smoke"}, "runtime": "embedded", "rerun_of": [first.name, second.name]}
    third.journal.write_text(json.dumps(opened) + "\n")
    assert lab(monkeypatch, "runs", "list") == 0
    lines = {line.split()[0]: line.split()[-1] for line in capsys.readouterr().out.splitlines()}
    assert lines == {"run": "of", first.name: "embedded", second.name: first.name, third.name: second.name}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "unreadable: `lab report"),
        (b"{}", "unreadable: `lab report"),
        (b'{"schema": 1}', "unreadable: `lab report"),
        (b'{"schema": 1, "outcome": [], "metrics": 7}', "unreadable: `lab report"),
        (b"\xff\xfe\x00", "unreadable: `lab report"),
        (b"[]", "unreadable: `lab report"),
        (
            b'{"schema": 99, "verdict": "splendid"}',
            "unreadable: written by a newer lab: schema 99, this one reads up to 2",
        ),
    ],
)
@pytest.mark.slow
def test_a_verdict_that_can_not_be_read_is_one_row(
    content: bytes,
    says: str,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Empty after a full disk, of a newer lab, damaged: the other runs are listed all the same."""
    wrong, good = create_run_folder(home, "smoke"), create_run_folder(home, "smoke")
    for run in (wrong, good):
        run.journal.write_text(json.dumps({"drill": {"name": "smoke"}, "runtime": "embedded"}) + "\n")
    wrong.verdict.write_bytes(content)
    good.verdict.write_text(make_verdict().model_dump_json(by_alias=True))
    assert lab(monkeypatch, "runs", "list") == 0
    rows = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert says in rows[wrong.name]
    assert "embedded" in rows[wrong.name]
    assert " pass " in rows[good.name]


def test_a_newer_lab_s_verdict_is_refused_even_if_it_has_all_that_this_one_knows() -> None:
    """Its words may mean something else."""
    told = json.loads(make_verdict().model_dump_json(by_alias=True)) | {"schema": SCHEMA + 1}
    with pytest.raises(ValidationError, match="newer lab"):
        Verdict.model_validate(told)


@pytest.mark.parametrize(
    ("wrong", "valid"),
    [("-1", "greater than or equal to 0"), ("99", "less than or equal to 5"), ("x", "integer")],
)
def test_what_reruns_can_be_is_said(
    wrong: str, valid: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bad input, and nothing is begun."""
    assert lab(monkeypatch, "run", "smoke", "--reruns", wrong) == 3
    said = capsys.readouterr().err
    assert "--reruns" in said
    assert valid in said
    assert not home.exists()
