"""Appends events to ``journal.jsonl``: one writer, gapless ``seq``, ``t`` of the run's clock.

``write`` returns when the kernel has the line, so that no crash of this process loses one. For a crash of the machine
decisions go to the disk (fsync) at once and observations once a second, and nothing waits for that but ``close``.
A line is either whole or, after a failed write, removed again, so that what follows can be read.
"""

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from lab.journal.disk_sync import DiskSync
from lab.journal.events import CohortProvisional, Event
from lab.journal.journal_error import JournalError, TakenOverError

EventListener = Callable[[Event], None]

SYNC_EVERY_S = 1.0
DECISIONS = frozenset(
    {
        "run.opened",
        "calibration.measured",
        "service.changed",
        "phase.entered",
        "action.changed",
        "check.decided",
        "note.written",
        "exercise.begun",
        "run.closed",
    }
)
"""Types that go to the disk at once."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class JournalWriter:
    """The one writer of a run's journal.

    Args:
        path: the file; must not exist yet.
        clock: seconds of CLOCK_MONOTONIC.
        origin_s: the whole second of that clock that is the run's 0; default: the present one.

    Raises:
        JournalError: the file exists, can't be created, or (on ``write``) can't be written.
    """

    lost: list[str]
    """Why viewers were detached."""
    ended: bool = False
    """Whether the run's last line is written."""

    def __init__(
        self, path: Path, clock: Callable[[], float] = time.monotonic, origin_s: int | None = None
    ) -> None:
        self.path = path
        self.origin_s = int(clock()) if origin_s is None else origin_s
        self._clock = clock
        self._seq = 0
        self._size = 0
        self._synced_s = self.now_s
        self.lost = []
        self._followers: list[EventListener] = []
        self._listeners: list[EventListener] = []
        self._fd: int | None = self._open()
        self._disk = DiskSync(self._fd)

    @property
    def now_s(self) -> float:
        """The present on the run's clock."""
        return self._clock() - self.origin_s

    def write(self, event: Event) -> Event:
        """Stamp an event, append it, pass it on to followers and viewers.

        A ``cohort.provisional`` is passed on only: it is written to no journal and takes no
        ``seq``.

        Returns:
            The event with its ``seq`` and ``t``.
        """
        now_s = self.now_s
        if isinstance(event, CohortProvisional):
            return self._tell(event.model_copy(update={"t": now_s}))
        stamped = event.model_copy(update={"seq": self._seq, "t": now_s})
        self._append(stamped.model_dump_json().encode() + b"\n")
        self._seq += 1
        self.ended = self.ended or event.type == "run.closed"
        if event.type in DECISIONS or now_s - self._synced_s >= SYNC_EVERY_S:
            with self._explained():
                self._disk.ask()
            self._synced_s = now_s
        return self._tell(stamped)

    def follow(self, follower: EventListener) -> None:
        """Have every further event reach a part of the measurement, before any viewer; its errors are the run's."""
        self._followers.append(follower)

    def listen(self, listener: EventListener) -> Callable[[], None]:
        """Have every further event reach a viewer; the answer ends that.

        A viewer can't end or change a measurement: one that raises anything, ``SystemExit`` included (rich does so
        when its pipe is closed), gets no further event, and why is kept in ``lost``.
        """
        self._listeners.append(listener)

        def leave() -> None:
            with contextlib.suppress(ValueError):
                self._listeners.remove(listener)

        return leave

    def close(self) -> None:
        """Have everything on the disk, and close. Idempotent; the file stays as it is."""
        if self._fd is None:
            return
        try:
            with self._explained():
                self._disk.end()
        finally:
            os.close(self._fd)
            self._fd = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self) -> int:
        with self._explained():
            fd = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return fd

    def _open_fd(self) -> int:
        if self._fd is None:
            raise JournalError(f"{self.path}: the journal is closed; nothing can be written any more")
        return self._fd

    def _append(self, line: bytes) -> None:
        fd = self._open_fd()
        self._check_alone(fd)
        done = 0
        try:
            with self._explained():
                while done < len(line):
                    done += os.write(fd, line[done:])
        except JournalError:
            with contextlib.suppress(OSError):
                os.ftruncate(fd, self._size)  # never leave half a line before the next one
            raise
        self._size += len(line)

    def _check_alone(self, fd: int) -> None:
        """A watchdog that took this process for dead has ended the journal: nothing may come after that."""
        found = os.fstat(fd).st_size
        if found != self._size:
            raise TakenOverError(
                f"{self.path}: someone else wrote here ({found} bytes instead of {self._size}): the watchdog has "
                "ended this run, as its owner did not renew the lease"
            )

    def _tell(self, event: Event) -> Event:
        for follower in self._followers:
            follower(event)
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except (Exception, SystemExit) as broken:  # noqa: BLE001 - whatever a viewer does, the run goes on
                with contextlib.suppress(ValueError):
                    self._listeners.remove(listener)
                self.lost.append(f"{type(broken).__name__}: {broken}")
        return event

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except FileExistsError as error:
            raise JournalError(
                f"{self.path}: there is a journal already; each run needs a folder of its own"
            ) from error
        except OSError as error:
            why = (
                "the disk is full; free some space and run again" if error.errno in _FULL else error.strerror
            )
            raise JournalError(f"{self.path}: the journal can't be written: {why}") from error
