"""What the command line says, and with which code it leaves."""

import sys
from pathlib import Path

import pytest

from lab.analysis import Timeline
from lab.cli import app as command_line
from lab.cli.ended_early import together
from lab.session import Result, RunFolder
from tests.checkout import ROOT
from tests.lab.report.conftest import make_verdict

SPOILT = """\
version: 1
title: Spoilt
lod: {target: edge, rate: 100 /s}
bridge: {headroom: 1.5}
phases: {baseline: -10 s}
expect: []
"""


def lab(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Call ``lab`` in this process; its exit code."""
    monkeypatch.setattr(sys, "argv", ["lab", *arguments])
    with pytest.raises(SystemExit) as left:
        command_line.main()
    return int(left.value.code or 0)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("run", "retry-strom"), 3, "did you mean `retry-storm`?"),
        (("run", "no-such-file.yaml"), 3, "no such drill file"),
        (("run", "smoke", "--rate", "-5"), 3, "--rate"),
        (("run", "smoke", "--seed", "-1"), 3, "--seed"),
        (("run", "smoke", "--runtime", "kubernetes"), 3, "embedded"),
        (("frobnicate",), 3, "No such command"),
        (("report", "no-such-run"), 3, "no run 'no-such-run'"),
        (
            ("fault", "clear"),
            3,
            "`lab fault clear ID` (the ids: `lab fault list`) or `lab fault clear --all`",
        ),
        (("fault", "clear", "01-slow", "--all"), 3, "lab fault clear --all"),
        (("abort", "--run", "no-such-run"), 3, "no run 'no-such-run'"),
        (("status", "--run", "no-such-run"), 3, "no run 'no-such-run'"),
        (("show", "smok"), 3, "did you mean `smoke`?"),
    ],
)
def test_bad_input_is_one_sentence_and_code_3(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    """Nothing is started, and no traceback is shown."""
    assert lab(monkeypatch, *arguments) == code
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told


@pytest.mark.slow
def test_a_spoilt_drill_is_told_with_file_line_and_key(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Every problem at once."""
    file = tmp_path / "spoilt.yaml"
    file.write_text(SPOILT)
    assert lab(monkeypatch, "validate", str(file)) == 3
    told = capsys.readouterr().err
    assert f"{file}:3: lod" in told
    assert "did you mean `load`" in told
    assert f"{file}:5" in told


@pytest.mark.slow
def test_a_run_folder_that_cant_be_written_is_code_4(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The cause, the place, the remedy."""
    (tmp_path / "file").write_text("")
    out = str(tmp_path / "file" / "run")
    assert lab(monkeypatch, "run", "smoke", "--runtime", "embedded", "--out", out) == 4
    assert "--out DIR" in capsys.readouterr().err


def test_a_fault_of_the_lab_itself_is_code_5(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only there a traceback is shown: it is for us."""

    def broken(*, standalone_mode: bool) -> None:
        raise ZeroDivisionError(f"broken {standalone_mode}")

    monkeypatch.setattr(command_line, "app", broken)
    assert lab(monkeypatch, "list") == 5
    assert "ZeroDivisionError" in capsys.readouterr().err


@pytest.mark.slow
def test_the_drills_of_the_repository_are_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the benchmarks and the plans of tournaments as well."""
    folders = [
        ROOT / "drills",
        ROOT / "drills" / "tournaments",
        ROOT / "bench" / "drills",
        ROOT / "bench" / "plans",
    ]
    for file in (file for folder in folders for file in folder.glob("*.yaml")):
        assert lab(monkeypatch, "validate", str(file)) == 0


@pytest.mark.slow
def test_a_spoilt_plan_is_told_as_a_plan(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Its own keys are no mistake; what is one is told with its line."""
    plan = (ROOT / "drills" / "tournaments" / "shared-bridge.yaml").read_text()
    file = tmp_path / "mine.yaml"
    file.write_text(plan.replace("seeds: [", "sedes: ["))
    assert lab(monkeypatch, "validate", str(file)) == 3
    told = capsys.readouterr().err
    assert f"{file}:" in told
    assert "did you mean `seeds`" in told
    assert "contestants" not in told.split("valid:")[0]


@pytest.mark.parametrize(
    ("codes", "whole"), [((0, 0), 0), ((0, 1), 1), ((1, 2), 2), ((0, 130, 5), 5), ((4, 130), 130)]
)
def test_of_several_runs_the_gravest_code_counts(codes: tuple[int, ...], whole: int) -> None:
    """Five outranks every other."""
    runs = [Result(RunFolder(Path()), Timeline(), make_verdict(), code) for code in codes]
    assert together(runs) == whole
