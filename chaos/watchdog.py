"""Undoes what a run did when its owner can't: ``python -m chaos.watchdog --run-dir DIR``.

One host process in its own session, started before the first action, the same for every runtime. It reads
two files, the ledger and the lease. While the lease is renewed it does nothing. When it is not (the owner is
dead, or hangs):

1. take the lease, so that an owner that wakes up knows that it lost
2. cut a torn last line off ledger and journal
3. undo what is open, CPU caps first
4. take down what the run owns (processes, containers)
5. undo again what was stuck: much of that went with its process; all of it once more when an engine that did not
   answer (someone restarts it) is back
6. write the journal's end, close the ledger, unless something is left, end

`lab recover` does the same for a run whose watchdog was killed as well. It ends, too, when its owner has closed
the ledger. It keeps no connection to anything.
"""

import argparse
import asyncio
import math
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from chaos.change import Change
from chaos.engine import with_engine
from chaos.errors import UnguardedError
from chaos.journal_end import end_journal
from chaos.lease import take, why_expired
from chaos.ledger.jsonl import cut_torn_line
from chaos.ledger.ledger import Ledger, LedgerError, is_closed, read_ledger
from chaos.process.files import read_json, write_json
from chaos.process.identity import is_running, send, started_ticks
from chaos.process.spawn import ProcessSpec, own_module, read_record, spawn
from chaos.undo.rollback import Rollback
from chaos.wait import WaitTimeoutError, wait_until

LOOK_EVERY_S = 0.1
ENGINE_BACK_S = 90.0
"""So long a container engine that is gone may take to come back, before what it keeps is left to `lab recover`."""

ENGINE_ASK_S = 5.0
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


def _spec(run_dir: Path) -> ProcessSpec:
    """Its command; forgets the record of an earlier one."""
    log = run_dir / "logs" / "watchdog.log"
    log.parent.mkdir(exist_ok=True)
    (run_dir / RECORD).unlink(missing_ok=True)
    return own_module("chaos.watchdog", "--run-dir", str(run_dir.resolve()), log=log.resolve())


def watchdog_alive(run_dir: Path) -> bool:
    """Whether the run's watchdog runs: not gone, not stopped."""
    record = read_json(run_dir / RECORD)
    return record is not None and is_running(record["pid"], record["started_ticks"])


def say(text: str) -> None:
    """To the log, which may lie on a full disk: not to be heard is no reason not to act."""
    with suppress(OSError):
        sys.stderr.write(f"{text}\n")


@dataclass(slots=True)
class Watchdog:
    """``run_dir`` is the run folder. ``changes`` and ``taken_down`` say what it did.

    ``engine_back_s`` is how long it waits for a container engine that does not answer.
    """

    run_dir: Path
    log: Callable[[str], None] = say
    engine_back_s: float = ENGINE_BACK_S
    changes: list[Change] = field(default_factory=list)
    taken_down: list[str] = field(default_factory=list)

    async def watch(self) -> int:
        """Wait for the end of the run or of its owner; the exit code."""
        pid = os.getpid()
        # What can't be read can't be undone: that is said now, not when it is too late.
        read_ledger(self.run_dir / LEDGER)
        write_json(self.run_dir / RECORD, {"pid": pid, "started_ticks": started_ticks(pid)})
        reason = await wait_until(self._why_now, math.inf, "the end of the run", every_s=LOOK_EVERY_S) or ""
        if reason == "closed":
            return 0
        return 1 if await self.take_over(reason) else 0

    async def take_over(self, reason: str) -> list[str]:
        """Steps 1 to 6, for this reason. What could not be undone or taken down; the ledger keeps it."""
        self.log(f"taking over: {reason}")
        with suppress(OSError):  # a full disk: nothing can be logged, but all can be undone
            take(self.run_dir / LEASE)
        try:
            cut_torn_line(self.run_dir / LEDGER)
            ledger = Ledger.open(self.run_dir / LEDGER)
            left = await self._clean_up(ledger)
            if left and await self._engine_answers(ledger):
                left = await self._clean_up(ledger)
        except Exception as error:  # noqa: BLE001 - whatever it is, the journal gets its end
            left = [f"the watchdog broke: {error!r}"]
        self._end(reason, left)
        self.log(f"done; left: {', '.join(left) or 'nothing'}")
        return left

    def _end(self, reason: str, left: list[str]) -> None:
        """Step 6, in this order: who finds a closed ledger finds the journal ended."""
        try:
            for journal, now_s in self._journals():
                end_journal(journal, now_s, reason, self.changes, left)
            if not left:
                Ledger.open(self.run_dir / LEDGER).close(BY)
        except (OSError, ValueError, LedgerError) as error:
            self.log(f"the end could not be written down: {error}")

    def _journals(self) -> list[tuple[Path, float]]:
        """Of a run on this lab, if one is under way, and the lab's own; with now on the clock of each.

        0 for a clock that went with another boot, or is not known.
        """
        own = self.run_dir / JOURNAL
        try:
            account = read_ledger(self.run_dir / LEDGER)
        except LedgerError:
            return [(own, 0.0)]
        epochs = {
            **{Path(name): epoch_s for name, epoch_s in account.journals.items()},
            own: account.header.epoch_s,
        }
        here = account.header.of_this_boot()
        return [(journal, time.monotonic() - epoch_s if here else 0.0) for journal, epoch_s in epochs.items()]

    def _why_now(self) -> str | None:
        """``closed``, or why the owner can't be trusted any more; the ledger is read only then."""
        reason = why_expired(self.run_dir / LEASE)
        return "closed" if is_closed(self.run_dir / LEDGER) else reason

    async def _clean_up(self, ledger: Ledger) -> list[str]:
        """Steps 3 to 5; what could not be undone or taken down."""
        rollback = Rollback(ledger, BY, self.changes.append)
        stuck = await rollback.everything()
        left = []
        for action in reversed(ledger.account.owned):
            undone = await rollback.undo(action)
            self.log(f"{action}: {undone}")
            if undone.done:
                self.taken_down.append(str(action))
            else:
                left.append(f"{action}: {undone.error}")
        if stuck:
            stuck = await rollback.everything()
        return [*stuck, *left]

    async def _engine_answers(self, ledger: Ledger) -> bool:
        """Whether an engine has what the run owns and answers, now or before long."""
        if not any(action.outlives_boot() for action in ledger.account.owned):
            return False
        self.log("asking whether the container engine answers")
        try:
            return await wait_until(
                lambda: with_engine(lambda engine: engine.ping(), ENGINE_ASK_S, "ask the engine"),
                self.engine_back_s,
                "the container engine to answer",
                every_s=1.0,
            )
        except WaitTimeoutError as late:
            self.log(str(late))
            return False


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
