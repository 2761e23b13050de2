"""Clean up after labs that were killed together with their watchdog, from their ledgers alone."""

from collections.abc import Callable
from pathlib import Path

from chaos.ledger import LedgerError, read_ledger
from chaos.process import is_alive
from chaos.watchdog import Watchdog, watchdog_alive
from lab.session.runfolder import RunFolder, list_runs


def abandoned(root: Path) -> list[RunFolder]:
    """Runs whose ledger is not closed, whose owner is gone, and that no watchdog looks after."""
    return [run for run in list_runs(root) if (run.path / "ledger.jsonl").exists() and _is_abandoned(run)]


def _is_abandoned(run: RunFolder) -> bool:
    try:
        account = read_ledger(run.path / "ledger.jsonl")
    except LedgerError:
        return False
    owned = is_alive(account.header.owner_pid, account.header.owner_started_ticks)
    return not account.closed and not owned and not watchdog_alive(run.path)


async def recover(root: Path, say: Callable[[str], None]) -> int:
    """Undo what is left of every abandoned run; the number of runs of which something could not be undone."""
    failed = 0
    for run in abandoned(root):
        left = await Watchdog(run.path).watch()
        failed += bool(left)
        say(f"{run.name}: {'something is left; see its ledger.jsonl' if left else 'cleaned up'}")
    return failed
