"""The machine's list of runs whose ledger is open."""

import shutil
from pathlib import Path

import pytest

from chaos.ledger.ledger import Ledger
from lab.runs import registry
from lab.runs.folder import RunFolder, create_run_folder
from lab.runtime.base import SetupError


def new_run(folder: Path) -> RunFolder:
    return create_run_folder(folder, "drill", folder / "x")


def test_runs_of_every_checkout_are_known_until_they_leave(tmp_path: Path) -> None:
    """Two of the same name in two places are two; entered twice is entered."""
    one, other = new_run(tmp_path / "a"), new_run(tmp_path / "b")
    for run in (one, other, one):
        registry.enter(run)
    assert {run.path for run in registry.registered()} == {one.path, other.path}
    registry.leave(one)
    registry.leave(one)
    assert registry.registered() == [other]


def test_no_place_for_the_link_is_said_with_a_remedy(tmp_path: Path) -> None:
    """A file lies where the list should be (a full disk says the same)."""
    (tmp_path / "runtime" / "retry-storm-lab").mkdir(mode=0o700)
    (tmp_path / "runtime" / "retry-storm-lab" / "runs").write_text("")
    with pytest.raises(SetupError, match="set XDG_RUNTIME_DIR"):
        registry.enter(new_run(tmp_path))


def test_what_leads_nowhere_is_forgotten(tmp_path: Path) -> None:
    """A folder that was removed, and a ledger that a watchdog closed."""
    removed, closed, begun = (new_run(tmp_path / name) for name in "abc")
    for run in (removed, closed, begun):
        registry.enter(run)
    shutil.rmtree(removed.path)
    Ledger.create(closed.ledger, closed.name, 0, (1, 1)).close("watchdog")
    assert registry.registered() == [begun]
    links = list((tmp_path / "runtime" / "retry-storm-lab" / "runs").iterdir())
    assert [link.resolve() for link in links] == [begun.path]
