"""Bring a lab up, hand it over, and take it down again whatever happens.

Everything is entered into one AsyncExitStack, so that it ends in the opposite order of its beginning.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from typing import Literal

from chaos.injector import Injector
from chaos.lease import Lease
from chaos.ledger import Ledger
from chaos.process import started_ticks
from chaos.wait import wait_until
from chaos.watchdog import start_watchdog, watchdog_alive
from lab.analysis import Timeline
from lab.drillfile import Drill, make
from lab.journal import JournalWriter
from lab.journal.events import Event, RunClosed, RunOpened
from lab.journal.latency import FIRST_MS, GROWTH
from lab.probes import Sampler, Ticker
from lab.probes.control import Control
from lab.probes.host import describe_machine
from lab.runner import Aborted, NotSteady
from lab.runtime import make_runtime
from lab.runtime.base import Runtime, SetupError
from lab.runtime.slots import hold_measure_lock
from lab.session.calibration import LivingBench, calibrate_bridge
from lab.session.request import Request
from lab.session.runfolder import RunFolder
from lab.session.session import Session, service_changed
from lab.topology import Topology, load_topology

BRIDGE = "bridge"
MEASURE_LOCK_S = 600.0
RENEW_S = 1.0
VERSIONS = ("retry-storm-lab", "aiohttp", "locust", "uvloop", "toxiproxy-python", "docker")


class UnsupportedDrillError(SetupError):
    """This runtime can't do what the drill needs (exit code 4)."""


Outcome = Literal["completed", "aborted", "interrupted", "broken", "not-started"]


@dataclass(slots=True)
class Ending:
    """How a run ended, as far as it is known."""

    outcome: Outcome = "interrupted"
    reason: str = ""
    left: tuple[str, ...] = ()


@asynccontextmanager
async def open_session(
    request: Request, folder: RunFolder, timeline: Timeline, listener: Callable[[Event], None] | None = None
) -> AsyncIterator[Session]:
    """A living, calibrated lab for as long as the context is open.

    1. the machine-wide lock: measured drills take turns
    2. the journal's first line
    3. ledger, lease and watchdog: from here on a kill -9 is cleaned up after
    4. the runtime brings the topology up
    5. samples, each second
    6. the drill's configuration, the bridge's calibration
    7. (the caller's turn)
    8. back in the opposite order: roll back, logs, down, watchdog, the journal's last line

    Raises:
        SetupError: it could not be brought up; the journal says so as well.
    """
    ending = Ending()
    async with AsyncExitStack() as stack:
        if request.measured:
            await stack.enter_async_context(hold_measure_lock(folder.name, MEASURE_LOCK_S))
        runtime = stack.enter_context(make_runtime(request.runtime, folder.name, folder.path, request.root))
        journal = stack.enter_context(JournalWriter(folder.journal))
        journal.listen(timeline.feed)
        if listener is not None:
            journal.listen(listener)
        journal.write(opened(request, folder, runtime))
        stack.callback(_close_journal, journal, ending)
        control = Control(folder.token.read_text())
        stack.push_async_callback(control.close)
        session = Session(folder, request.drill, runtime, journal, control, timeline)
        try:
            require_abilities(request.drill, runtime)
            await _bring_up(stack, request, session, ending)
            yield session
        except BaseException as error:
            ending.outcome, ending.reason = judge_ending(error)
            raise
        ending.outcome, ending.reason = "completed", "all phases ran"


async def _bring_up(stack: AsyncExitStack, request: Request, session: Session, ending: Ending) -> None:
    """Steps 3 to 6; each registers its own end before it begins."""
    runtime, folder = session.runtime, session.folder
    guard = await stack.enter_async_context(guarded(folder, session.journal))
    topology = load_topology(request.topology_file, {**runtime.variables(), **request.variables()})
    guard.ledger.own(runtime.takedown())
    session.injector = Injector(guard.ledger, guard.lease, session.on_action, guard.watchdog_alive)
    stack.push_async_callback(_take_down, session)
    await runtime.up(topology, lambda report: session.write(service_changed(report)))
    await stack.enter_async_context(running(session.sample_forever(make_sampler(session, topology))))
    stack.push_async_callback(_roll_back, session, ending)
    await _configure(session)


def require_abilities(drill: Drill, runtime: Runtime) -> None:
    """Say before anything is started what this runtime can't do.

    Raises:
        UnsupportedDrillError: with the step and what it needs.
    """
    for step in drill.method:
        missing = make(step).needs - runtime.abilities
        if missing:
            raise UnsupportedDrillError(
                f"unsupported: step {step.name} of drill {drill.name} needs {', '.join(sorted(missing))}, which "
                f"the runtime {runtime.name} can't do here. Try another --runtime."
            )


@dataclass(frozen=True, slots=True)
class Guard:
    """What cleans up if this process can't."""

    ledger: Ledger
    lease: Lease
    watchdog_alive: Callable[[], bool]


@asynccontextmanager
async def guarded(folder: RunFolder, journal: JournalWriter) -> AsyncIterator[Guard]:
    """Ledger, lease and watchdog; once everything is undone the ledger is closed, and the watchdog ends by itself."""
    pid = os.getpid()
    owner = (pid, started_ticks(pid) or 0)
    ledger = Ledger.create(folder.path / "ledger.jsonl", folder.name, journal.origin_s, owner)
    lease = Lease(folder.path / "lease")
    lease.renew()
    await start_watchdog(folder.path)
    ticker = Ticker(lambda: journal.now_s)

    async def renew() -> None:
        while True:
            lease.renew()
            await ticker.until(journal.now_s + RENEW_S)

    try:
        async with running(renew()):
            yield Guard(ledger, lease, partial(watchdog_alive, folder.path))
    finally:
        if not ledger.account.open():
            ledger.close("session")
            await wait_until(lambda: not watchdog_alive(folder.path), 5.0, "the watchdog to end")
            lease.path.unlink(missing_ok=True)
        # What could not be undone stays open: the watchdog tries again when this process is gone, then lab recover.


@asynccontextmanager
async def running(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """A task for as long as the context is open; its failure ends the context's body, and is what is raised."""
    owner = asyncio.current_task()
    task = asyncio.create_task(work)

    def failed(done: asyncio.Task[None]) -> None:
        if not done.cancelled() and done.exception() is not None and owner is not None:
            owner.cancel()

    task.add_done_callback(failed)
    try:
        yield
    finally:
        task.remove_done_callback(failed)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _configure(session: Session) -> None:
    """Calibrate with clients that don't matter yet, then put the drill's configuration in force."""
    bench = LivingBench(session.runtime, session.control, session.injector, BRIDGE)
    measured = await calibrate_bridge(bench, session.runtime, BRIDGE, session.drill)
    session.write(measured)
    if measured.cpu_share is not None:
        session.runtime.caps[BRIDGE] = measured.cpu_share
    for service, settings in session.drill.configuration.items():
        await session.configure(service, settings, by="drill")


def make_sampler(session: Session, topology: Topology) -> Sampler:
    """Reads every service's control port, the bridge and the host."""
    services = tuple(name for name, service in topology.enabled().items() if "control" in service.named_ports)
    return Sampler(
        runtime=session.runtime,
        control=session.control,
        services=services,
        bridge=BRIDGE,
        folder=session.folder.path,
        epoch_s=session.journal.origin_s,
        write=session.write,
        toxics=lambda: tuple(
            i.name for i in session.injector.open() if i.kind == "fault" and i.target == BRIDGE
        ),
    )


async def _roll_back(session: Session, ending: Ending) -> None:
    ending.left = await session.roll_back()


async def _take_down(session: Session) -> None:
    await session.runtime.collect_logs(session.folder.logs)
    await session.runtime.down()


def _close_journal(journal: JournalWriter, ending: Ending) -> None:
    journal.write(
        RunClosed(outcome=ending.outcome, reason=ending.reason, clean=not ending.left, left=ending.left)
    )


def judge_ending(error: BaseException) -> tuple[Outcome, str]:
    """What an exception that ended a run means for its journal."""
    match error:
        case asyncio.CancelledError() | KeyboardInterrupt():
            return "interrupted", "interrupted by a signal"
        case NotSteady() | Aborted():
            return "aborted", str(error)
        case SetupError():
            return "not-started", str(error)
        case _:
            return "broken", f"{type(error).__name__}: {error}"


def opened(request: Request, folder: RunFolder, runtime: Runtime) -> RunOpened:
    """The journal's first line."""
    return RunOpened(
        run=folder.name,
        drill=request.drill.resolved(),
        runtime=runtime.name,
        isolation=runtime.isolation,
        seed=request.drill.seed,
        started_utc=datetime.now(UTC).isoformat(timespec="seconds"),
        versions={name: version(name) for name in VERSIONS},
        machine=describe_machine(),
        latency_growth=GROWTH,
        latency_first_ms=FIRST_MS,
    )
