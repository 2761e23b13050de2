"""The runs on this machine whose ledger is open, of every checkout and every ``--out``: one link for each.

A run is entered before its ledger is begun and leaves when that is closed, so none that `lab recover` might have to
clean up after is missing. A watchdog closes ledgers, too, and folders are removed: what a link leads to counts,
and one that leads nowhere, or to a closed ledger, is forgotten by whoever finds it.
"""

from pathlib import Path

from chaos.ledger import is_closed
from lab.runtime.slots import runtime_folder
from lab.session.runfolder import RunFolder


def enter(run: RunFolder) -> None:
    """Make the run known to the machine; entered twice is entered.

    Raises:
        SetupError: the user's folder for locks and links can't be had.
    """
    link = _link(run)
    if not link.is_symlink():
        link.symlink_to(run.path.resolve())


def leave(run: RunFolder) -> None:
    """Nothing of the run is left."""
    _link(run).unlink(missing_ok=True)


def registered() -> list[RunFolder]:
    """The runs whose ledger is open, or about to be begun, by name."""
    found = []
    for link in sorted(_folder().iterdir()):
        run = RunFolder(link.resolve())
        if not run.path.is_dir() or (run.ledger.exists() and is_closed(run.ledger)):
            link.unlink(missing_ok=True)
        else:
            found.append(run)
    return found


def _link(run: RunFolder) -> Path:
    return _folder() / run.mark


def _folder() -> Path:
    folder = runtime_folder() / "runs"
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder
