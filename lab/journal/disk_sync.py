"""Has a file on the disk without having its writer wait: an fsync beside a busy disk takes seconds.

The session samples, decides and renews its lease in one thread; an fsync of 3.9 s there was a hole of 3.9 s in the
measurement. What a crash of the process must not lose is written already: fsync is for a crash of the machine.
"""

import os
from concurrent.futures import Future, ThreadPoolExecutor


class DiskSync:
    """Syncs one open file, in a thread of its own, as often as it is asked to."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal sync")
        self._last: Future[None] | None = None
        self._failed: OSError | None = None

    def ask(self) -> None:
        """Have all that is written by now on the disk soon. One that is under way may have begun too early for it.

        Raises:
            OSError: an earlier one failed; said once.
        """
        self._say_failure()
        if self._last is None or self._last.done() or self._last.running():
            self._last = self._thread.submit(self._sync)

    def end(self) -> None:
        """Have all of it on the disk before this returns, and ask no more.

        Raises:
            OSError: it could not be had there.
        """
        try:
            self.ask()
        finally:
            self._thread.shutdown()
        self._say_failure()

    def _sync(self) -> None:
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            self._failed = error

    def _say_failure(self) -> None:
        failed, self._failed = self._failed, None
        if failed is not None:
            raise failed
