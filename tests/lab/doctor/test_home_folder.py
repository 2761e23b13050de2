"""Whether runs can be written where they would go."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.doctor.home_folder import home_folder
from lab.runs.folder import create_run_folder
from tests.lab.runs.nobody import as_nobody


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """One that every user may enter: pytest's own are private."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    monkeypatch.setenv("LAB_HOME", str(folder / "home"))
    yield folder / "home"
    shutil.rmtree(folder)


def test_a_home_that_the_first_run_will_make_is_fine(home: Path) -> None:
    """And none is made by looking."""
    assert home_folder().state == "ok"
    assert not home.exists()


def test_after_one_sudo_it_says_whose_it_is_and_what_to_do(home: Path) -> None:
    """A folder of root's can't be written by anyone else; runs of root's in one's own folder are only a warning."""
    create_run_folder(home, "smoke")
    with as_nobody():
        found = home_folder()
    assert (found.state, "belongs to root" in found.found, "chown" in found.todo) == ("fail", True, True)
    for folder in (home, home / "runs"):
        folder.chmod(0o777)
    with as_nobody():
        found = home_folder()
    assert (found.state, found.found.startswith("1 runs in")) == ("warn", True)
