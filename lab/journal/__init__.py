"""The journal: JSON lines, one writer, typed. What is judged or shown is computed from it alone."""

from lab.journal.journal_error import JournalError, TakenOverError
from lab.journal.reader import Journal, read
from lab.journal.writer import JournalWriter

__all__ = ["Journal", "JournalError", "JournalWriter", "TakenOverError", "read"]
