"""The end of a journal whose writer was killed when nothing was left to undo, so that no watchdog wrote one."""

from pathlib import Path

from chaos.journal_end import end_journal
from chaos.ledger.jsonl import cut_torn_line, last_line
from chaos.ledger.ledger import LedgerError, read_ledger
from lab.journal.being_written import being_written
from lab.runs.folder import RunFolder

REASON = "the lab was killed; by then nothing of it was left to undo"


def end_truncated(folder: RunFolder) -> None:
    """Write the end that is missing: *interrupted*, and clean.

    A journal that someone still writes, one that has its end, one that is damaged, and one whose ledger has
    something to undo (a watchdog or ``lab recover`` does that, and ends it) stay as they are.
    """
    if not folder.journal.exists() or being_written(folder.journal) or not _nothing_to_undo(folder):
        return
    cut_torn_line(folder.journal)
    try:
        newest_s = float(last_line(folder.journal).get("t", 0.0))
    except ValueError:
        return
    end_journal(folder.journal, newest_s, REASON, (), ())


def _nothing_to_undo(folder: RunFolder) -> bool:
    """The ledger is closed, or was never more than begun."""
    ledger = folder.ledger
    if folder.host.is_file():  # a run on a lab with others: that has the ledger
        ledger = RunFolder(Path(folder.host.read_text())).ledger
    if not ledger.exists() or b"\n" not in ledger.read_bytes():
        return True
    try:
        account = read_ledger(ledger)
    except LedgerError:
        return False
    return account.closed or not (account.owned or account.states)
