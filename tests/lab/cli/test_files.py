"""Files that a command is asked to write are looked at before anything starts."""

import sys
from pathlib import Path

import pytest

from lab.cli import main


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("--junit=missing/x.xml", "there is no folder"),
        ("--junit=.", "is a folder; name a file in it"),
        ("--out=full", "is not empty: name a new folder"),
        ("--out=full/file", "is not a folder"),
    ],
)
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
