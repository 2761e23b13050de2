"""Where runs go. Tests lab.runs.home, and what is said where it can't be written."""

import subprocess
from pathlib import Path

import pytest

from lab.runs.folder import RunFolderError, create_run_folder
from lab.runs.home import lab_home


def test_it_is_where_the_user_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked anew each time: an empty variable is none."""
    monkeypatch.setenv("LAB_HOME", "")
    monkeypatch.chdir(tmp_path)
    assert lab_home() == tmp_path / ".lab"


def test_a_variable_names_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Used instead of `.lab`, not with one inside; from the user's home, or from where the user stands."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    for named, meant in (
        ("~/runs", tmp_path / "me" / "runs"),
        ("here", tmp_path / "here"),
        ("/x", Path("/x")),
    ):
        monkeypatch.setenv("LAB_HOME", named)
        assert lab_home() == meant


@pytest.mark.slow
def test_git_does_not_see_it(tmp_path: Path) -> None:
    """A user's own repository stays as clean as it was."""
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    folder = create_run_folder(tmp_path / ".lab", "smoke")
    assert folder.path.parent == tmp_path / ".lab" / "runs"
    status = subprocess.run(
        ["git", "status", "--porcelain"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert status.stdout == ""


def test_one_that_cannot_be_written_is_named_with_a_remedy(tmp_path: Path) -> None:
    """Root may write everywhere, but not below a file."""
    (tmp_path / "file").write_text("")
    with pytest.raises(RunFolderError, match=r"file/home.*can't be written: .*LAB_HOME=FOLDER"):
        create_run_folder(tmp_path / "file" / "home", "smoke")
