"""What can go wrong with a journal."""

from chaos.lab_error import LabError


class JournalError(LabError):
    """The journal can't be written or read; the message has the cause, the file and the remedy."""


class TakenOverError(JournalError):
    """The watchdog took the writer for dead and has ended the journal; its last line says how the run ended."""
