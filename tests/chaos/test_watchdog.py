"""Whatever happens to the owner, no fault outlives it; and nothing that isn't its own is touched."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chaos.errors import UnguardedError
from chaos.lease import Lease, LeaseLostError, why_expired
from chaos.ledger.ledger import Ledger, read_ledger
from chaos.process.identity import of_run, started_ticks
from chaos.process.spawn import exit_code
from chaos.toxic import Toxic
from chaos.toxiproxy import Toxiproxy
from chaos.wait import wait_until
from chaos.watchdog import start_watchdog, watchdog_alive
from lab.journal.events import EVENT
from tests.chaos.conftest import PATIENCE_S

if TYPE_CHECKING:
    from tests.chaos.conftest import LiveToxiproxy, Stub

pytestmark = pytest.mark.live
OWNER = Path(__file__).with_name("crash_owner.py")
FOREIGN = Toxic(name="someone.elses", type="latency", attributes={"latency": 1, "jitter": 0})
RUN = f"crash-run-{os.getpid()}"
HEAD = '{"type":"run.opened","seq":0,"t":0.1}\n{"type":"note.written","seq":1,"t":0.2}\n'


async def start_owner(
    run_dir: Path, live: LiveToxiproxy, stub: Stub, token_file: Path, *more: str
) -> asyncio.subprocess.Process:
    """A process that is killed later on; returns when its faults are active."""
    (run_dir / "journal.jsonl").write_text(HEAD + '{"type":"note.wr')
    owner = await asyncio.create_subprocess_exec(
        sys.executable, str(OWNER), str(run_dir), live.api, stub.address, str(token_file), *more,
        stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(OWNER.parents[2]), "CRASH_RUN": RUN},
        start_new_session=True,
    )  # fmt: skip
    assert owner.stdout is not None
    assert await asyncio.wait_for(owner.stdout.readline(), 2 * PATIENCE_S) == b"ready\n"
    return owner


async def assert_all_is_as_before(run_dir: Path, live: LiveToxiproxy, stub: Stub) -> None:
    """No owned toxic, setting or process; the foreign toxic is there; the journal has its end."""
    await wait_until(lambda: not watchdog_alive(run_dir), PATIENCE_S, "the watchdog to end")
    assert await Toxiproxy(live.api).toxics("bridge") == {FOREIGN.name: FOREIGN}
    assert stub.settings == {"policy": "none", "fail_share": 0.0, "surge": 1.0}
    assert of_run(RUN) == []
    account = read_ledger(run_dir / "ledger.jsonl")
    assert account.closed
    assert account.open() == []
    lines = [json.loads(line) for line in (run_dir / "journal.jsonl").read_text().splitlines()]
    assert [line["seq"] for line in lines] == list(range(len(lines)))
    for line in lines[2:]:
        EVENT.validate_python(line)
    assert {line["state"] for line in lines[2:-1]} == {"reverted"}
    end = lines[-1]
    assert (end["type"], end["outcome"], end["clean"], end["left"]) == ("run.closed", "interrupted", True, [])


@pytest.fixture
async def planted(live_toxiproxy: LiveToxiproxy) -> LiveToxiproxy:
    await Toxiproxy(live_toxiproxy.api).add("bridge", FOREIGN)
    return live_toxiproxy


async def test_a_killed_owners_faults_are_undone(
    planted: LiveToxiproxy, stub: Stub, token_file: Path, tmp_path: Path
) -> None:
    """By kill -9, with a toxic, a stopped process, a governor at 0 and an active setting."""
    owner = await start_owner(tmp_path, planted, stub, token_file)
    assert set(await Toxiproxy(planted.api).toxics("bridge")) == {FOREIGN.name, f"{RUN}.slow"}
    assert len(of_run(RUN)) == 3
    owner.kill()
    await owner.wait()
    await assert_all_is_as_before(tmp_path, planted, stub)


async def test_an_owner_that_hangs_is_taken_for_dead_and_learns_of_it(
    planted: LiveToxiproxy, stub: Stub, token_file: Path, tmp_path: Path
) -> None:
    """Stopped for longer than its lease; when it goes on, its next renewal says that it lost."""
    owner = await start_owner(tmp_path, planted, stub, token_file)
    owner.send_signal(signal.SIGSTOP)
    await assert_all_is_as_before(tmp_path, planted, stub)
    owner.send_signal(signal.SIGCONT)
    assert await asyncio.wait_for(owner.wait(), PATIENCE_S) == 1
    with pytest.raises(LeaseLostError):
        Lease(tmp_path / "lease").renew()


async def test_it_ends_when_the_owner_closes_the_ledger(tmp_path: Path) -> None:
    """Without a word in the journal: the owner wrote its end."""
    ledger = Ledger.create(tmp_path / "ledger.jsonl", RUN, 0, (os.getpid(), started_ticks(os.getpid()) or 0))
    Lease(tmp_path / "lease", length_s=60).renew()
    (tmp_path / "journal.jsonl").write_text(HEAD)
    await start_watchdog(tmp_path)
    ledger.close("owner")
    await wait_until(lambda: not watchdog_alive(tmp_path), PATIENCE_S, "the watchdog to end")
    assert (tmp_path / "journal.jsonl").read_text() == HEAD


async def test_a_watchdog_that_can_not_start_says_why(tmp_path: Path) -> None:
    """With the end of its log in the error, at once."""
    with pytest.raises(UnguardedError, match=r"ledger\.jsonl can't be read"):
        await start_watchdog(tmp_path)


async def test_a_dead_or_stopped_watchdog_is_noticed(tmp_path: Path) -> None:
    """It is only alive if it could act."""
    Ledger.create(tmp_path / "ledger.jsonl", RUN, 0, (os.getpid(), started_ticks(os.getpid()) or 0))
    Lease(tmp_path / "lease", length_s=60).renew()
    await start_watchdog(tmp_path)
    pid = json.loads((tmp_path / "watchdog.json").read_text())["pid"]
    os.kill(pid, signal.SIGSTOP)
    await wait_until(lambda: not watchdog_alive(tmp_path), PATIENCE_S, "the stop to show")
    os.kill(pid, signal.SIGKILL)
    await wait_until(lambda: exit_code(pid) is not None, PATIENCE_S, "its end")
    assert not watchdog_alive(tmp_path)


def test_how_long_an_owner_has_hung_counts_its_own_lease(tmp_path: Path) -> None:
    """Not the length that leases usually have."""
    Lease(tmp_path / "lease", length_s=-1.0).renew()
    said = why_expired(tmp_path / "lease") or ""
    assert said.endswith("has hung for 0.0 s")
