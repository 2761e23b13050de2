"""``lab recover`` as it is typed, and its offer before a lab is brought up."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from chaos.actions import ComposeDown
from chaos.ledger.ledger import is_closed
from lab.cli import main
from lab.cli.recover import offer_recovery
from tests.checkout import ROOT
from tests.lab.session.conftest import Dead, Sleeper

pytestmark = pytest.mark.live
OFFER = "from lab.cli.recover import offer_recovery; offer_recovery(yes=False)"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout without runs, no engine, and no one who says that this is a CI."""
    monkeypatch.setenv("LAB_HOME", str(tmp_path / ".lab"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nothing.sock")
    monkeypatch.delenv("CI", raising=False)


def recover(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Call ``lab recover`` in this process; its exit code."""
    monkeypatch.setattr(sys, "argv", ["lab", "recover", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)


def test_each_run_is_told_and_strays_are_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], dead_run: Dead, sleeper: Sleeper
) -> None:
    """What was undone; what was left alone, with how to look at it; exit code 0, as nothing of a run is left."""
    run, _ = dead_run("x")
    ours, stray = sleeper(run.mark), sleeper("who-knows-1234abcd")
    assert recover(monkeypatch) == 0
    told = capsys.readouterr().out
    assert f"x: undone: processes of {run.mark}\n" in told
    assert f"process, marked who-knows-1234abcd: look by `ps -f {stray.pid}`, remove by `kill" in told
    assert f"marked {run.mark}" not in told
    assert "nothing is left" in told
    assert ours.wait(30) < 0
    assert stray.poll() is None


def test_json_has_it_all_and_what_is_left_is_code_5(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], dead_run: Dead
) -> None:
    """For scripts: runs with what was undone and what is left, and the strays; nothing else on stdout."""
    run, ledger = dead_run("x")
    ledger.own(ComposeDown(project="lab-x", run=run.mark))
    assert recover(monkeypatch, "--json") == 5
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"runs", "strays"}
    (one,) = told["runs"]
    assert (one["run"], one["folder"], one["undone"]) == ("x", str(run.path), [f"processes of {run.mark}"])
    assert "lab-x" in one["left"][0]


@pytest.mark.parametrize("ci", [None, "true"])
def test_with_yes_or_in_a_ci_no_one_is_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], dead_run: Dead, ci: str | None
) -> None:
    """One line for each run, on stderr: stdout is for the command's own."""
    run, _ = dead_run("x")
    if ci:
        monkeypatch.setenv("CI", ci)
    offer_recovery(yes=ci is None)
    assert is_closed(run.ledger)
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", f"x: undone: processes of {run.mark}\n")
    offer_recovery(yes=True)
    assert capsys.readouterr().err == ""


def test_without_a_terminal_it_is_said_and_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], dead_run: Dead
) -> None:
    """In one line, and the command goes on; a CI that says it is none is none."""
    run, _ = dead_run("x")
    monkeypatch.setenv("CI", "false")
    offer_recovery(yes=False)
    assert (
        capsys.readouterr().err == "nothing has cleaned up after x: `lab recover` does, or the option --yes\n"
    )
    assert not is_closed(run.ledger)


@pytest.mark.parametrize(("answer", "done"), [("y", True), ("n", False), ("", False)])
def test_on_a_terminal_a_person_is_asked(dead_run: Dead, answer: str, done: bool) -> None:  # noqa: FBT001
    """Only a clear yes is one."""
    run, _ = dead_run("x")
    ours, theirs = pty.openpty()
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", OFFER], stdin=theirs, stderr=theirs, env=env) as asking:
        os.close(theirs)
        os.write(ours, f"{answer}\n".encode())
        assert asking.wait(120) == 0
    shown = os.read(ours, 4096).decode()
    os.close(ours)
    assert "Nothing has cleaned up after x. Do it now? [y/N]" in shown
    assert is_closed(run.ledger) is done
