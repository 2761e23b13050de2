"""The folder of a run."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chaos.ledger.ledger import Ledger
from lab.runs.folder import KEPT, RunFolderError, create_run_folder, find_run, list_runs, prune


def test_a_run_folder_is_private_and_latest_points_to_it(tmp_path: Path) -> None:
    """The token inside is readable for a container's user, the folder around it only for the owner."""
    folder = create_run_folder(tmp_path, "smoke")
    assert folder.path.stat().st_mode & 0o777 == 0o700
    assert len(folder.token.read_text()) >= 32
    assert (tmp_path / ".lab/runs/latest").resolve() == folder.path


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


def test_the_last_twenty_are_kept_and_living_ones_never_go(tmp_path: Path) -> None:
    """Old runs make room; one whose ledger is open stays: it lives, or waits for ``lab recover``."""
    runs = tmp_path / ".lab" / "runs"
    for number in range(KEPT + 5):
        (runs / f"20260101T0000{number:02d}-smoke").mkdir(parents=True)
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
