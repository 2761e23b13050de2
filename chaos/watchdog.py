"""Undoes what a run did when its owner can't: ``python -m chaos.watchdog --run-dir DIR``.

One host process in its own session, started before the first action, the same for every runtime. It reads
two files, the ledger and the lease. While the lease is renewed it does nothing. When it is not (the owner is
dead, or hangs):

1. take the lease, so that an owner that wakes up knows that it lost
2. cut a torn last line off ledger and journal
3. undo what is open, CPU caps first
4. take down what the run owns (processes, containers)
5. undo again what was stuck: much of that went with its process
6. write the journal's end, close the ledger, end

It ends as well when its owner has closed the ledger. It keeps no connection to anything.
"""

import argparse
import asyncio
import math
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from chaos.carry import undo
from chaos.change import Change
from chaos.errors import UnguardedError
from chaos.files import read_json, write_json
from chaos.journal_end import end_journal
from chaos.lease import take, why_expired
from chaos.ledger import Ledger, LedgerError, read_ledger
from chaos.lines import cut_torn_line
from chaos.process import is_running, send, started_ticks
from chaos.rollback import Rollback
from chaos.spawn import Spec, own_module, read_record, spawn
from chaos.wait import wait_until

LOOK_EVERY_S = 0.1
RECORD, LEDGER, LEASE, JOURNAL = "watchdog.json", "ledger.jsonl", "lease", "journal.jsonl"
BY = "watchdog"


async def start_watchdog(run_dir: Path, deadline_s: float = 10.0) -> None:
    """Start the watchdog of a run that has a ledger and a lease; returns when it says that it watches.

    One that was started before and doesn't run (it is stopped) is killed first: there is never more than one.

    Raises:
        UnguardedError: it ended at once; the message has the end of its log.
        DeadlineError: it says nothing; its log is ``logs/watchdog.log`` of the run folder.
    """
    if (before := read_record(run_dir / RECORD)) is not None:
        send(before.pid, before.started_ticks, signal.SIGKILL)
    spec = _spec(run_dir)
    started = spawn(spec)
    what = f"the watchdog to watch {run_dir} (log: {spec.log})"
    await wait_until(lambda: watchdog_alive(run_dir) or not started.alive, deadline_s, what, every_s=0.02)
    if not started.alive:
        raise UnguardedError(f"the watchdog ended at once: {spec.log.read_text()[-500:].strip()}")


def _spec(run_dir: Path) -> Spec:
    """Its command; forgets the record of an earlier one."""
    log = run_dir / "logs" / "watchdog.log"
    log.parent.mkdir(exist_ok=True)
    (run_dir / RECORD).unlink(missing_ok=True)
    return own_module("chaos.watchdog", "--run-dir", str(run_dir.resolve()), log=log.resolve())


def watchdog_alive(run_dir: Path) -> bool:
    """Whether the run's watchdog runs: not gone, not stopped."""
    record = read_json(run_dir / RECORD)
    return record is not None and is_running(record["pid"], record["started_ticks"])


@dataclass(slots=True)
class Watchdog:
    """``run_dir`` is the run folder."""

    run_dir: Path
    changes: list[Change] = field(default_factory=list)
    _epoch_s: int = 0

    async def watch(self) -> int:
        """Wait for the end of the run or of its owner; the exit code."""
        pid = os.getpid()
        self._epoch_s = read_ledger(self.run_dir / LEDGER).header.epoch_s
        write_json(self.run_dir / RECORD, {"pid": pid, "started_ticks": started_ticks(pid)})
        reason = await wait_until(self._why_now, math.inf, "the end of the run", every_s=LOOK_EVERY_S) or ""
        if reason == "closed":
            return 0
        say(f"taking over: {reason}")
        take(self.run_dir / LEASE)
        try:
            left = await self._clean_up()
            Ledger.open(self.run_dir / LEDGER).close(BY)
        except Exception as error:  # noqa: BLE001 - whatever it is, the journal gets its end
            left = [f"the watchdog broke: {error!r}"]
        t = time.monotonic() - self._epoch_s
        end_journal(self.run_dir / JOURNAL, t, reason, self.changes, left)
        say(f"done; left: {', '.join(left) or 'nothing'}")
        return 1 if left else 0

    def _why_now(self) -> str | None:
        """``closed``, or why the owner can't be trusted any more; the ledger is read only then."""
        reason = why_expired(self.run_dir / LEASE)
        return "closed" if self._closed() else reason

    def _closed(self) -> bool:
        """Closed by the owner; a ledger that was removed has nothing to undo, either."""
        try:
            with (self.run_dir / LEDGER).open("rb") as file:
                file.seek(max(file.seek(0, os.SEEK_END) - 200, 0))
                return b'{"type":"closed"' in file.read()
        except FileNotFoundError:
            return True

    async def _clean_up(self) -> list[str]:
        """Steps 2 to 5; what could not be undone or taken down."""
        cut_torn_line(self.run_dir / LEDGER)
        ledger = Ledger.open(self.run_dir / LEDGER)
        rollback = Rollback(ledger, BY, self.changes.append)
        stuck = await rollback.everything()
        left = []
        for action in reversed(ledger.account.owned):
            undone = await undo(action)
            say(f"{action!r}: {undone}")
            if not undone.done:
                left.append(f"{action!r}: {undone.error}")
        if stuck:
            stuck = await rollback.everything()
        return [*stuck, *left]


def say(text: str) -> None:
    """To the log."""
    sys.stderr.write(f"{text}\n")


def main() -> int:
    """Watch until the end; a Ctrl-C is for the owner."""
    parser = argparse.ArgumentParser(prog="chaos.watchdog")
    parser.add_argument("--run-dir", type=Path, required=True)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        return asyncio.run(Watchdog(parser.parse_args().run_dir).watch())
    except LedgerError as error:
        say(str(error))
        return 2


if __name__ == "__main__":
    sys.exit(main())
