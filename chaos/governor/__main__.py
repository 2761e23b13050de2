"""A CPU cap without an engine or root: ``python -m chaos.governor --pid P --started-ticks T --dir DIR``.

Reads the *process's* CPU clock every 0.5 to 5 ms, stops and continues it (SIGSTOP, SIGCONT) against a token
bucket. A plain duty cycle would not do: a server that sleeps through the off time loses nothing by it.

``DIR/share`` says how much: a share of one core, ``0`` (stopped), ``none`` (no limit, also without the file).
``DIR/status.json`` is what :class:`chaos.governor.governed.Status` says. Ends when the process is gone, or on SIGTERM,
and leaves it running. Standard library only: it is small, and it starts at once.
"""

import argparse
import ctypes
import gc
import os
import select
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from chaos.governor.bucket import Bucket
from chaos.process.files import write_json
from chaos.process.identity import is_alive, started_ticks, state

SHARE_EVERY_S = 0.040
STATUS_EVERY_S = 0.5
PR_SET_TIMERSLACK = 29
TIMER_SLACK_NS = 1_000


class Governor:
    """Governs one process until that is gone or ``ended`` is set."""

    def __init__(self, pid: int, ticks: int, folder: Path) -> None:
        self._pidfd = os.pidfd_open(pid)
        if not is_alive(pid, ticks):
            raise ProcessLookupError(f"process {pid} that started at {ticks} is gone")
        self._target = (pid, ticks)
        self._clock = (~pid << 3) | 2
        self._folder = folder
        self._share: float | None = None
        self._share_seen: tuple[int, int] | None = None
        self._bucket: Bucket | None = None
        # one that died may have left the process stopped: this one continues it
        self._stopped_at_s = time.monotonic() if state(pid) in {"T", "t"} else None
        self._throttled_s = 0.0
        self._wakeups = self._stops = 0
        self._share_due_s = self._status_due_s = 0.0
        self.ended = False

    def run(self) -> None:
        """Look, decide, sleep; the process runs on when this ends, however it ends."""
        try:
            while not self.ended:
                self._wakeups += 1
                now_s = time.monotonic()
                if now_s >= self._share_due_s:
                    self._read_share(now_s)
                if now_s >= self._status_due_s:
                    self._write_status(now_s)
                if select.select([self._pidfd], [], [], self._decide(now_s))[0]:
                    return
        except OSError:  # the CPU clock went with the process
            if is_alive(*self._target):
                raise
        finally:
            self._continue(time.monotonic())

    def _decide(self, now_s: float) -> float:
        """Stop or continue the process; seconds to sleep."""
        if self._bucket is None:
            (self._continue if self._share is None else self._stop)(now_s)
            return SHARE_EVERY_S
        (self._continue if self._bucket.look(now_s, self._cpu_s()) else self._stop)(now_s)
        return min(self._bucket.sleep_s(), SHARE_EVERY_S)

    def _read_share(self, now_s: float) -> None:
        """Take over a new share, whole files only; what can't be read changes nothing."""
        self._share_due_s = now_s + SHARE_EVERY_S
        file = self._folder / "share"
        try:
            found = file.stat()
            seen = (found.st_ino, found.st_mtime_ns)
            if seen == self._share_seen:
                return
            text = file.read_text().strip()
            share = None if text == "none" else max(0.0, float(text))
        except (OSError, ValueError):
            return
        self._share_seen, self._share = seen, share
        self._bucket = Bucket(share, now_s, self._cpu_s()) if share else None
        self._decide(now_s)
        self._status_due_s = 0.0

    def _stop(self, now_s: float) -> None:
        if self._stopped_at_s is None:
            self._send(signal.SIGSTOP)
            self._stopped_at_s = now_s
            self._stops += 1

    def _continue(self, now_s: float) -> None:
        if self._stopped_at_s is not None:
            self._send(signal.SIGCONT)
            self._throttled_s += now_s - self._stopped_at_s
            self._stopped_at_s = None

    def _send(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, number)

    def _cpu_s(self) -> float:
        return time.clock_gettime(self._clock)

    def _write_status(self, now_s: float) -> None:
        self._status_due_s = now_s + STATUS_EVERY_S
        stopped_s = 0.0 if self._stopped_at_s is None else now_s - self._stopped_at_s
        pid, ticks = self._target
        status = {
            "pid": os.getpid(),
            "started_ticks": started_ticks(os.getpid()),
            "target_pid": pid,
            "target_started_ticks": ticks,
            "cpu_share": self._share,
            "cpu_s_total": self._cpu_s(),
            "throttled_s_total": self._throttled_s + stopped_s,
            "governor_cpu_s_total": time.process_time(),
            "wakeups_total": self._wakeups,
            "stops_total": self._stops,
            "stamp_s": now_s,
        }
        with suppress(FileNotFoundError):  # the run folder was removed
            write_json(self._folder / "status.json", status)


def main() -> int:
    """Parse, govern, and continue the process at the end."""
    parser = argparse.ArgumentParser(prog="chaos.governor")
    parser.add_argument("--pid", type=int, required=True)
    parser.add_argument("--started-ticks", type=int, required=True)
    parser.add_argument("--dir", type=Path, required=True)
    options = parser.parse_args()
    ctypes.CDLL(None).prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS, 0, 0, 0)
    gc.disable()
    try:
        governor = Governor(options.pid, options.started_ticks, options.dir)
    except ProcessLookupError as error:
        sys.stderr.write(f"{error}\n")
        return 1

    def end(_number: int, _frame: object) -> None:
        governor.ended = True

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    governor.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
