"""The folder of a run."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chaos.ledger.ledger import Ledger
from lab.journal import JournalWriter
from lab.runs.folder import (
    KEPT,
    RunFolder,
    RunFolderError,
    UnknownRunError,
    create_run_folder,
    find_run,
    list_runs,
    prune,
    runs_folder,
    unreadable_runs,
)
from tests.lab.runs.nobody import as_nobody


def kept(path: Path) -> RunFolder:
    """A run as it is kept: its journal has no writer any more."""
    path.mkdir(parents=True)
    run = RunFolder(path)
    run.journal.write_text("")
    return run


def test_a_run_folder_is_private_and_latest_points_to_it(tmp_path: Path) -> None:
    """The token inside is readable for a container's user, the folder around it only for the owner."""
    folder = create_run_folder(tmp_path, "smoke")
    assert folder.path.stat().st_mode & 0o777 == 0o700
    assert len(folder.token.read_text()) >= 32
    assert (tmp_path / "runs/latest").resolve() == folder.path


def test_two_runs_in_the_same_second_get_two_folders(tmp_path: Path) -> None:
    """A name that is taken gets a number; also when eight ask for the same ``--out`` at once."""
    with ThreadPoolExecutor(max_workers=8) as pool:
        made = list(pool.map(lambda _: create_run_folder(tmp_path, "smoke", tmp_path / "out"), range(8)))
    assert len({folder.path for folder in made}) == 8
    assert len({folder.mark for folder in made}) == 8


def test_a_place_that_is_no_folder_is_refused_with_a_remedy(tmp_path: Path) -> None:
    """Root may write everywhere, but not below a file."""
    (tmp_path / "file").write_text("")
    with pytest.raises(RunFolderError, match=r"can't be written.*--out"):
        create_run_folder(tmp_path, "smoke", tmp_path / "file" / "run")


@pytest.mark.slow
def test_the_last_twenty_are_kept_and_living_ones_never_go(tmp_path: Path) -> None:
    """Old runs make room; one whose ledger is open stays: it lives, or waits for ``lab recover``."""
    runs = tmp_path / "runs"
    for number in range(KEPT + 5):
        kept(runs / f"20260101T0000{number:02d}-smoke")
    Ledger.create(runs / "20260101T000000-smoke" / "ledger.jsonl", "a-run", 0, (1, 1))
    Ledger.create(runs / "20260101T000001-smoke" / "ledger.jsonl", "a-run", 0, (1, 1)).close("me")
    removed = prune(tmp_path)
    assert "20260101T000000-smoke" not in removed
    assert "20260101T000001-smoke" in removed
    assert len(removed) == 4
    assert len(list_runs(tmp_path)) == KEPT + 1


def test_an_unknown_run_names_the_newest(tmp_path: Path) -> None:
    """The error helps to find the one that was meant."""
    folder = create_run_folder(tmp_path, "smoke")
    folder.journal.write_text("")
    assert find_run(tmp_path, "latest").path == folder.path
    with pytest.raises(RunFolderError, match=folder.name):
        find_run(tmp_path, "lates")


def test_a_run_that_waits_for_its_turn_is_not_pruned(tmp_path: Path) -> None:
    """It has a journal, and no ledger yet; neither has one that was begun a moment ago."""
    waiting, begun = create_run_folder(tmp_path, "smoke"), create_run_folder(tmp_path, "smoke")
    with JournalWriter(waiting.journal):
        assert prune(tmp_path, keep=0) == []
    assert prune(tmp_path, keep=0) == [waiting.name]
    assert list_runs(tmp_path) == [begun]


def test_what_is_newer_than_a_drill_that_runs_stays(tmp_path: Path) -> None:
    """A finished variant of it is judged once more at the end; an interactive lab keeps nothing from being pruned."""
    runs = runs_folder(tmp_path)
    old, host, variant = (kept(runs / f"2026010{day}T000000-x") for day in (1, 2, 3))
    host.journal.unlink()
    with JournalWriter(host.journal):
        assert prune(tmp_path, keep=0) == [old.name]
        host.asked.write_text("{}")
        assert prune(tmp_path, keep=0) == [variant.name]


def test_latest_leads_to_a_run_that_is_there(tmp_path: Path) -> None:
    """Also when the run that it led to was pruned, or all were."""
    runs = runs_folder(tmp_path)
    first, last = kept(runs / "20260101T000000-x"), kept(runs / "20260102T000000-x")
    (runs / "latest").symlink_to(last.name)
    last.ledger.write_text("")
    prune(tmp_path, keep=0)  # the first goes; the last has an open ledger
    assert find_run(tmp_path, "latest") == last
    last.ledger.unlink()
    kept(first.path)
    prune(tmp_path, keep=0)
    assert not (runs / "latest").is_symlink()


def test_an_empty_folder_is_used_as_it_is(tmp_path: Path) -> None:
    """CI makes the folder first, and collects that one; what has something in it is left alone."""
    (tmp_path / "out").mkdir(mode=0o755)
    assert create_run_folder(tmp_path, "smoke", tmp_path / "out").path == tmp_path / "out"
    assert create_run_folder(tmp_path, "smoke", tmp_path / "out").path == tmp_path / "out-2"


def test_runs_of_another_user_are_passed_over(open_folder: Path) -> None:
    """After one `sudo lab run` in a checkout every command still works for oneself, and says whose it is."""
    theirs = create_run_folder(open_folder, "smoke")
    theirs.journal.write_text("")
    with as_nobody():
        assert list_runs(open_folder) == []
        assert unreadable_runs(open_folder) == [RunFolder(runs_folder(open_folder) / theirs.name)]
        assert prune(open_folder, keep=0) == []
        with pytest.raises(UnknownRunError, match=r"belongs to .*chown"):
            find_run(open_folder, theirs.name)
        with pytest.raises(RunFolderError, match=r"belongs to .*chown.*--out"):
            create_run_folder(open_folder, "smoke")
