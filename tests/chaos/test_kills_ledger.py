"""Kill -9 of an owner that works on a Toxiproxy which is not its own, at any moment of its work.

``LAB_KILLS`` says how often (8; ``make soak``: 200), ``LAB_SEED`` at which moments.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

import psutil
import pytest

from chaos.ledger.ledger import read_ledger
from chaos.process.identity import of_run
from chaos.toxic import Toxic
from chaos.toxiproxy import Toxiproxy
from chaos.wait import wait_until
from tests.chaos.test_watchdog import HEAD, OWNER, RUN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.chaos.conftest import LiveToxiproxy, Stub

pytestmark = [pytest.mark.live, pytest.mark.scaled]
KILLS = int(os.environ.get("LAB_KILLS", "8"))
SEED = int(os.environ.get("LAB_SEED", "7"))
WITHIN_S = 1.0 + (5.0 if KILLS >= 100 else 25.0)
"""The lease and five seconds, as is promised, in `make soak`; with room where the machine has other work beside."""
FOREIGN = {
    toxic.name: toxic
    for toxic in (
        Toxic(name="someone.elses", type="latency", attributes={"latency": 1, "jitter": 0}),
        Toxic(name=f"{RUN}.slower", type="bandwidth", attributes={"rate": 100_000}),
        Toxic(name=f"{RUN}", type="slow_close", stream="upstream", attributes={"delay": 0}),
    )
}
"""On the same listener; two are called almost as the run's own are."""


async def test_all_of_its_own_is_gone_and_all_foreign_is_intact(
    live_toxiproxy: LiveToxiproxy,
    stub: Stub,
    token_file: Path,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    """While it begins, while it applies and undoes without a pause; after the lease and five seconds."""
    record_property("kills", KILLS)
    server = Toxiproxy(live_toxiproxy.api)
    for toxic in FOREIGN.values():
        await server.add("bridge", toxic)
    chance = random.Random(SEED)  # noqa: S311 - moments, no secrets
    for number in range(KILLS):
        run_dir, after_s = tmp_path / f"run-{number:03d}", chance.uniform(0, 2.0)
        run_dir.mkdir()
        try:
            await kill_owner(run_dir, after_s, live_toxiproxy.api, stub.address, token_file)
            await wait_until(partial(all_ended, run_dir), WITHIN_S, "the watchdog to end")
            assert await server.toxics("bridge") == FOREIGN
            assert stub.settings == {"policy": "none", "fail_share": 0.0, "surge": 1.0}
            assert_settled(run_dir)
        except BaseException as error:
            error.add_note(f"kill {number} of LAB_SEED={SEED}: after {after_s:.3f} s; {run_dir}")
            raise


async def kill_owner(run_dir: Path, after_s: float, *places: object) -> None:
    """Start it and end its process group so much later, wherever it is by then."""
    (run_dir / "journal.jsonl").write_text(HEAD)
    owner = await asyncio.create_subprocess_exec(
        sys.executable, str(OWNER), str(run_dir), *map(str, places), "--loop",
        stdout=asyncio.subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(OWNER.parents[2]), "CRASH_RUN": RUN},
        start_new_session=True,
    )  # fmt: skip
    due_s = time.monotonic() + after_s
    await wait_until(lambda: time.monotonic() >= due_s, after_s + 10, "the moment", every_s=0.002)
    os.killpg(owner.pid, signal.SIGKILL)
    await owner.wait()


def all_ended(run_dir: Path) -> bool:
    """No process has the run's mark, and none that was told its folder (the watchdog) runs."""
    told = [" ".join(p.info["cmdline"] or ()) for p in psutil.process_iter(["cmdline"])]
    return not of_run(RUN) and not any(str(run_dir) in line for line in told)


def assert_settled(run_dir: Path) -> None:
    """The ledger is closed with nothing open, or was no more than begun."""
    ledger = run_dir / "ledger.jsonl"
    if ledger.exists() and b"\n" in ledger.read_bytes():
        account = read_ledger(ledger)
        assert account.open() == []
        assert account.closed or not (account.owned or account.intents)
