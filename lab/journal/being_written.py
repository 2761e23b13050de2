"""Whether a journal's writer lives: it holds a lock on the file for as long, which a kill -9 gives back, too."""

import fcntl
from pathlib import Path


def being_written(journal: Path) -> bool:
    """Whether someone holds the writer's lock. A journal that is not there, or not for us to read, has no writer."""
    try:
        with journal.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
