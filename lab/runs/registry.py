"""The runs on this machine whose ledger is open, of every checkout and every ``--out``: one link for each.

A run is entered before its ledger is begun and leaves when that is closed, so none that `lab recover` might have to
clean up after is missing. A watchdog closes ledgers, too, and folders are removed: what a link leads to counts,
and one that leads nowhere, or to a closed ledger, is forgotten by whoever finds it.
"""

from pathlib import Path

from chaos.ledger.ledger import is_closed
from lab.runs.folder import RunFolder
from lab.runtime.base import SetupError
from lab.runtime.slots import runtime_folder


def enter(run: RunFolder) -> None:
    """Make the run known to the machine; entered twice is entered.

    Raises:
        SetupError: there is no place for the link; says where and what to do.
    """
    link = _link(run)
    try:
        link.symlink_to(run.path.resolve())
    except FileExistsError:
        return
    except OSError as error:
        raise _no_place(link, error) from error


def leave(run: RunFolder) -> None:
    """Nothing of the run is left."""
    _link(run).unlink(missing_ok=True)


def registered() -> list[RunFolder]:
    """The runs whose ledger is open, or about to be begun, by name."""
    found = []
    for link in sorted(_folder().iterdir()):
        run = RunFolder(link.resolve())
        try:
            over = not run.path.is_dir() or (run.ledger.exists() and is_closed(run.ledger))
        except OSError:  # it lies where this user may not look any more: it stays, and nothing is said of it
            continue
        if over:
            link.unlink(missing_ok=True)
        else:
            found.append(run)
    return found


def _link(run: RunFolder) -> Path:
    return _folder() / run.mark


def _folder() -> Path:
    folder = runtime_folder() / "runs"
    try:
        folder.mkdir(exist_ok=True, mode=0o700)
    except OSError as error:
        raise _no_place(folder, error) from error
    return folder


def _no_place(path: Path, error: OSError) -> SetupError:
    """What is said when the list can't be written."""
    remedy = "Free some space there, remove what is in the way, or set XDG_RUNTIME_DIR"
    return SetupError(f"the list of runs {path} can't be written: {error.strerror}. {remedy}")
