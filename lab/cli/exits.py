"""Exit codes, as the contract has them, and the one place where an error becomes one line and a code."""

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum

from lab.cli.output import OutputLostError
from lab.drillfile import DrillError
from lab.journal import JournalError
from lab.remote.client import RollbackFailed
from lab.resources import ResourceError
from lab.runtime.base import SetupError
from lab.session import RunFolderError, UnknownRunError, Unreachable
from lab.topology import TopologyError


class Exit(IntEnum):
    """What a command's exit status means."""

    PASS = 0
    FAIL = 1
    INCONCLUSIVE = 2
    BAD_INPUT = 3
    NO_SETUP = 4
    BROKEN = 5
    INTERRUPTED = 130
    UNREAD = 141
    """Whoever read the output has closed it, as a shell says of a program that was ended by SIGPIPE."""


@contextmanager
def explained() -> Iterator[None]:
    """Turn what can be expected to go wrong into its message and its exit code; no traceback for those."""
    try:
        yield
    except (DrillError, UnknownRunError, Unreachable) as wrong:
        _leave(str(wrong), Exit.BAD_INPUT)
    except (SetupError, ResourceError, TopologyError, RunFolderError, JournalError) as unfit:
        _leave(str(unfit), Exit.NO_SETUP)
    except RollbackFailed as failed:
        _leave(
            f"{failed}. It is still active; `lab fault list` shows it, `lab down` tries again", Exit.BROKEN
        )
    except KeyboardInterrupt:
        _leave("interrupted", Exit.INTERRUPTED)
    except OutputLostError as lost:
        _leave("" if lost.closed else str(lost), Exit.UNREAD if lost.closed else Exit.NO_SETUP)
    except Exception as fault:  # noqa: BLE001 - the last place before the user
        _leave(
            f"this is a fault of the lab itself; please report it:\n{traceback.format_exc()}{fault}",
            Exit.BROKEN,
        )


def _leave(message: str, code: Exit) -> None:
    with suppress(OSError, AttributeError):  # stderr may be full, or closed
        if message:
            sys.stderr.write(f"lab: {_printable(message)}\n")
            sys.stderr.flush()
    raise SystemExit(int(code))


def _printable(message: str) -> str:
    """A message that quotes files and names without what could drive the terminal."""
    return "".join(char if char.isprintable() or char in "\n\t" else "?" for char in message)
