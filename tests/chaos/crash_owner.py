"""An owner to be killed: applies what the command line says, says ``ready``, and goes on changing the world.

crash_owner.py RUN_DIR TOXIPROXY_API CONTROL TOKEN_FILE [--loop]
"""

import asyncio
import os
import sys
import time
from pathlib import Path

from chaos.actions import Action, AddToxic, ChangeSettings, SendSignal, StopProcesses, cpu_cap
from chaos.errors import UnguardedError
from chaos.injector import Injector
from chaos.lease import Lease
from chaos.ledger.ledger import Ledger
from chaos.process.identity import started_ticks
from chaos.process.spawn import ProcessRecord, ProcessSpec, spawn_from, start_governor
from chaos.target_resolver import Process
from chaos.toxic import Toxic
from chaos.wait import wait_until
from chaos.watchdog import start_watchdog, watchdog_alive
from lab.session.guard import keep_renewed

RUN = os.environ["CRASH_RUN"]
VICTIM = "import time\nwhile True: time.sleep(0.001)"


def victim(run_dir: Path, name: str, *, governed: bool) -> Process:
    """A process of the run."""
    spec, record = run_dir / f"{name}.spec.json", run_dir / f"{name}.json"
    spec.write_text(
        ProcessSpec(
            argv=(sys.executable, "-c", VICTIM),
            env={"LAB_RUN": RUN},
            cwd=run_dir,
            log=run_dir / f"{name}.log",
        ).model_dump_json()
    )
    started: ProcessRecord = spawn_from(spec, record)
    folder = run_dir / "governor" / name if governed else None
    if folder is not None:
        start_governor(started, folder, RUN)
    return Process(
        service=name,
        pid=started.pid,
        started_ticks=started.started_ticks,
        spec=spec,
        record=record,
        governor=folder,
    )


def stop_at_once(error: UnguardedError) -> None:
    """A lease that can't be written: nothing that is tested here does that."""
    sys.exit(str(error))


async def main(run_dir: Path, api: str, control: str, token_file: Path, *, loop: bool) -> None:
    """Everything that a session does, in small."""
    me = (os.getpid(), started_ticks(os.getpid()) or 0)
    ledger = Ledger.create(run_dir / "ledger.jsonl", RUN, int(time.monotonic()), me)
    lease = Lease(run_dir / "lease", length_s=1.0)
    lease.renew()
    kept = asyncio.create_task(keep_renewed(lease, stop_at_once))
    await start_watchdog(run_dir)
    ledger.own(StopProcesses(run=RUN, grace_s=1))
    stopped, capped = victim(run_dir, "stopped", governed=False), victim(run_dir, "capped", governed=True)
    injector = Injector(ledger, lease, lambda _change: None, lambda: watchdog_alive(run_dir))

    async def inject(name: str, action: Action) -> str:
        return await injector.apply(
            name=name, kind="fault", fault="f", target=name, params={}, actions=(action,), by="owner"
        )

    slow = Toxic(name=f"{RUN}.slow", type="latency", attributes={"latency": 50, "jitter": 0})
    await inject("slow", AddToxic(api=api, proxy="bridge", toxic=slow))
    await inject("stop", SendSignal(handle=stopped, signal="stop"))
    await wait_until((run_dir / "governor/capped/status.json").exists, 30, "the governor")
    await inject("cap", cpu_cap(capped, 0.0))
    await inject(
        "policy", ChangeSettings(address=control, token_file=token_file, values={"policy": "budget"})
    )
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    surge = ChangeSettings(address=control, token_file=token_file, values={"surge": 3.0})
    more = AddToxic(api=api, proxy="bridge", toxic=slow.model_copy(update={"name": f"{RUN}.more"}))
    while loop:
        for one in [await inject("surge", surge), await inject("more", more)]:
            await injector.undo(one, "owner")
    await kept


if __name__ == "__main__":
    asyncio.run(
        main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4]), loop="--loop" in sys.argv)
    )
