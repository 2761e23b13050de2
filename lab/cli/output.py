"""What a command prints, and what becomes of it where that can't be written: a closed pipe, a full disk, ASCII only.

reads   `lab list | head -1`: the rest of what it would print is of no use, so it ends (141, as the shell has it)
acts    `lab run X | head -1`: what it does goes on, what it prints is dropped, and its exit code is its own
"""

import codecs
import errno
import functools
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import IO, Any, ParamSpec, TextIO, cast

ERRORS = "lab-ascii"
"""Name of the error handler that writes what an encoding lacks in characters that it has."""

_ASCII = {
    "×": "x", "…": "...", "✓": "+", "✗": "x", "–": "-", "—": "-", "±": "+-", "·": ".", "→": "->", "▶": ">",  # noqa: RUF001 - typed on purpose
    "─": "-", "━": "=", "│": "|", "█": "#", "░": ".", "▒": ":", "•": "*", "\u00a0": " ", "≥": ">=", "≤": "<=", "µ": "u",
}  # fmt: skip

Parameters = ParamSpec("Parameters")


class OutputLostError(Exception):
    """What a command prints can't be written any more. ``closed``: whoever read it has seen enough."""

    def __init__(self, error: OSError) -> None:
        super().__init__(f"what this command prints can't be written: {error.strerror or error}")
        self.closed = error.errno == errno.EPIPE


class Outlet:
    """A text stream that says by ``OutputLostError`` that it can't be written, or, ``quiet``, drops what comes."""

    def __init__(self, stream: TextIO, *, quiet: bool = False) -> None:
        self._stream = stream
        self._quiet = quiet
        self.lost: OutputLostError | None = None

    def write(self, text: str) -> int:
        """Write it, or lose it."""
        return int(self._try(lambda: self._stream.write(text), len(text)))

    def flush(self) -> None:
        """Have everything written."""
        self._try(self._stream.flush, None)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the stream has
        if name == "buffer":  # click would write there, past us
            raise AttributeError(name)
        return getattr(self._stream, name)

    def _try(self, do: Callable[[], Any], otherwise: Any) -> Any:  # noqa: ANN401 - what a stream answers
        if self.lost is not None:
            return self._gone(otherwise)
        try:
            return do()
        except OSError as error:
            self.lost = OutputLostError(error)
            _to_nowhere(self._stream)
            return self._gone(otherwise)

    def _gone(self, otherwise: Any) -> Any:  # noqa: ANN401 - what a stream answers
        if self.lost is not None and not self._quiet:
            raise self.lost
        return otherwise


@contextmanager
def printable() -> Iterator[None]:
    """For a whole command: its output is writable in any encoding, and a loss of it is an ``OutputLostError``."""
    codecs.register_error(ERRORS, _in_ascii)
    with _through(quiet=False) as outlets:
        try:
            yield
        finally:
            for outlet in outlets:
                outlet.flush()


def acts(command: Callable[Parameters, None]) -> Callable[Parameters, None]:
    """A command whose work and exit code don't depend on whether anyone reads what it prints."""

    @functools.wraps(command)
    def quiet(*args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
        with _through(quiet=True) as outlets:
            try:
                command(*args, **kwargs)
            finally:
                for outlet in outlets:
                    outlet.flush()
                out, err = outlets
                if out.lost is not None and not out.lost.closed:
                    err.write(f"lab: {out.lost}\n")
                    err.flush()

    return quiet


@contextmanager
def _through(*, quiet: bool) -> Iterator[tuple[Outlet, Outlet]]:
    """Both outputs, each through an outlet, while the context is open."""
    out, err = (Outlet(_stream(one), quiet=quiet) for one in (sys.stdout, sys.stderr))
    with redirect_stdout(cast("IO[str]", out)), redirect_stderr(cast("IO[str]", err)):
        yield out, err


def _stream(stream: TextIO | Outlet | None) -> TextIO:
    """The stream itself, able to write every character; one that was closed before we came writes nowhere."""
    if isinstance(stream, Outlet):
        return stream._stream  # noqa: SLF001 - our own
    if stream is None:
        return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - for as long as the process lives
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors=ERRORS)
    return stream


def _to_nowhere(stream: TextIO) -> None:
    """What Python still flushes at its end goes nowhere."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except (OSError, ValueError):  # no file behind it
        return


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(_ASCII.get(char, "?") for char in text), error.end
