"""Files that a command is asked to write are looked at before anything starts."""

import sys
from pathlib import Path

import pytest

from lab.cli import main
from lab.cli.files import check_file


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("--junit=full/file/x.xml", "can't be made: File exists"),
        ("--junit=full/file/deeper/x.xml", "can't be made: Not a directory"),
        ("--junit=.", "is a folder; name a file in it"),
        ("--out=full", "is not empty: name a new folder"),
        ("--out=full/file", "is not a folder"),
    ],
)
@pytest.mark.slow
def test_what_cant_be_written_is_refused_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], asked: str, said: str
) -> None:
    """Bad input, exit code 3; no run folder is made."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["lab", "run", "smoke", "--runtime", "embedded", asked])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 3
    assert said in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / ".lab").exists()


def test_a_missing_folder_is_made_before_anything_starts(tmp_path: Path) -> None:
    """As CI jobs name it: build/reports/lab.xml."""
    check_file("--junit", tmp_path / "build" / "reports" / "lab.xml")
    assert list((tmp_path / "build" / "reports").iterdir()) == []
    check_file("--junit", tmp_path / "build" / "reports" / "lab.xml")


SEARCH = """\
version: 1
title: Where it tips
load: {target: edge, rate: 100 /s}
bridge: {headroom: 1.5}
phases: {baseline: 10 s, trigger: 5 s, aftermath: 15 s}
method:
  - {name: slow, during: trigger, fault: latency, target: bridge, latency: 3 s}
expect:
  - {name: served, metric: stuck, is: false}
search: {vary: trigger, from: 1 s, to: 8 s, resolution: 1 s}
"""


@pytest.mark.parametrize(
    ("asked", "option"),
    [
        (["--junit", "lab.xml"], "--junit"),
        (["--repeat", "3"], "--repeat"),
        (["--junit", "new/lab.xml", "--repeat", "2"], "--junit and --repeat"),
    ],
)
@pytest.mark.slow
def test_what_a_search_does_not_do_is_refused(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    asked: list[str],
    option: str,
) -> None:
    """Never ignored in silence; nothing is started or made."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tips.yaml").write_text(SEARCH)
    monkeypatch.setattr(sys, "argv", ["lab", "run", "./tips.yaml", "--runtime", "embedded", *asked])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 3
    said = " ".join(capsys.readouterr().err.split())
    assert option in said
    assert "search" in said
    assert [one.name for one in tmp_path.iterdir()] == ["tips.yaml"]
