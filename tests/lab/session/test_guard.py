"""A run is never without a watchdog: one that dies or hangs is replaced, and the journal says so."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chaos.errors import UnguardedError
from chaos.lease import Lease
from chaos.process.identity import is_alive
from chaos.wait import wait_until
from chaos.watchdog import RECORD
from lab.journal import JournalWriter
from lab.runs.folder import RunFolder
from lab.session import guard
from lab.session.watch import Watch, under_watch

pytestmark = pytest.mark.live


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[JournalWriter]:
    with JournalWriter(tmp_path / "journal.jsonl") as writer:
        yield writer


def watching(folder: Path) -> tuple[int, int]:
    """Which process the watchdog is."""
    record = json.loads((folder / RECORD).read_text())
    return record["pid"], record["started_ticks"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_watchdog_that_is_gone_or_stopped_is_replaced(
    tmp_path: Path, journal: JournalWriter, number: signal.Signals
) -> None:
    """Another process watches soon after, the first one is no more, and a note tells it."""
    async with guard.guarded(RunFolder(tmp_path), journal, Watch()) as guarded:
        first = watching(tmp_path)
        os.kill(first[0], number)

        def replaced() -> bool:
            return (tmp_path / RECORD).exists() and watching(tmp_path) != first and guarded.watchdog_alive()

        await wait_until(replaced, 60, "another watchdog")
        assert not is_alive(*first)
        await wait_until(lambda: guard.RESTARTED in journal.path.read_text(), 30, "the note")
    assert not guarded.watchdog_alive()
    assert '"closed"' in (tmp_path / "ledger.jsonl").read_text()


async def test_a_run_whose_watchdog_can_t_be_replaced_is_ended(
    tmp_path: Path, journal: JournalWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a watchdog nothing may stay active: what runs is ended, and the reason is what is raised."""

    async def refuse(_folder: Path) -> None:
        raise UnguardedError("no process can be started")

    async def lose_the_watchdog() -> None:
        watch = Watch()
        async with guard.guarded(RunFolder(tmp_path), journal, watch):
            monkeypatch.setattr(guard, "start_watchdog", refuse)
            os.kill(watching(tmp_path)[0], signal.SIGKILL)
            await asyncio.wait_for(under_watch(asyncio.Event().wait(), watch.failed), 60)

    with pytest.raises(UnguardedError, match="no process can be started"):
        await lose_the_watchdog()


async def test_a_lease_that_can_not_be_renewed_ends_the_run_and_is_renewed_as_soon_as_it_can_be(
    tmp_path: Path, journal: JournalWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk: the rollback that follows must not lose its lease to the watchdog while there is another way."""
    renew, full = Lease.renew, True

    def fails_while_full(lease: Lease) -> None:
        if full:
            raise OSError(28, "No space left on device")
        renew(lease)

    watch = Watch()
    async with guard.guarded(RunFolder(tmp_path), journal, watch) as guarded:
        monkeypatch.setattr(Lease, "renew", fails_while_full)
        with pytest.raises(UnguardedError, match=r"lease .* can't be renewed: No space left on device"):
            await asyncio.wait_for(under_watch(asyncio.Event().wait(), watch.failed), 60)
        until_s, full = guarded.lease.until_s, False
        await wait_until(lambda: guarded.lease.until_s > until_s, 30, "the lease to be renewed")
