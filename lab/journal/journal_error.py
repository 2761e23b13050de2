"""What can go wrong with a journal."""


class JournalError(Exception):
    """The journal can't be written or read; the message has the cause, the file and the remedy."""
