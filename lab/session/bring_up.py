"""Bring a lab up, hand it over, and take it down again whatever happens.

Everything is entered into one AsyncExitStack, so that it ends in the opposite order of its beginning.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from chaos.actions import cpu_cap
from chaos.errors import ChaosError
from chaos.injector import Injector
from lab.analysis import Timeline
from lab.journal import JournalWriter
from lab.journal.events import Event, RunOpened
from lab.journal.latency import FIRST_MS, GROWTH
from lab.probes import Sampler, watch_urls
from lab.probes.control import Control
from lab.probes.host import describe_machine
from lab.runner import watch_aborts
from lab.runs.folder import RunFolder
from lab.runs.provenance import versions
from lab.runtime import make_runtime
from lab.runtime.base import Runtime, SetupError
from lab.runtime.slots import hold_measure_lock
from lab.session.calibration import LivingBench, calibrate_bridge
from lab.session.guard import REPLACED_S, guarded, running
from lab.session.request import BRIDGE, RESERVE, Request
from lab.session.requirements import require_abilities, require_services
from lab.session.run_outcome import RunOutcome
from lab.session.server import serving
from lab.session.session import Session, service_changed
from lab.session.stop import Stop
from lab.session.watching import configured, watched
from lab.topology import Topology, load_topology

MEASURE_LOCK_S = 600.0


@asynccontextmanager
async def open_session(
    request: Request,
    folder: RunFolder,
    timeline: Timeline,
    stop: Stop,
    listener: Callable[[Event], None] | None = None,
) -> AsyncIterator[Session]:
    """A living, calibrated lab for as long as the context is open.

    1. the journal's first line, and the socket by which others ask or abort
    2. the machine-wide lock: measured drills take turns
    3. ledger, lease and watchdog: from here on a kill -9 is cleaned up after
    4. samples, each second, and with them ``abort-if``
    5. the runtime brings the topology up
    6. the drill's configuration, the bridge's calibration
    7. (the caller's turn)
    8. back in the opposite order: roll back, logs, down, watchdog, the journal's last line

    Raises:
        SetupError: it could not be brought up; the journal says so as well.
        Aborted: a condition under ``abort-if`` was met, or ``stop`` was asked for by hand.
    """
    ending = RunOutcome()
    async with AsyncExitStack() as stack:
        runtime = stack.enter_context(make_runtime(request.runtime, folder.name, folder.path))
        journal = stack.enter_context(JournalWriter(folder.journal))
        journal.listen(timeline.feed)
        if listener is not None:
            journal.listen(listener)
        journal.write(opened(request, folder, runtime))
        control = Control(folder.token.read_text())
        stack.push_async_callback(control.close)
        session = Session(folder, request.drill, runtime, journal, control, timeline, stop, request.measured)
        await stack.enter_async_context(serving(session))
        stack.push(partial(ending.write, journal))
        try:
            for drill in request.drills:
                require_abilities(drill, runtime)
            if request.measured:
                await stack.enter_async_context(hold_measure_lock(folder.name, MEASURE_LOCK_S))
            async with watching(session):
                await _bring_up(stack, request, session, ending)
                session.ready = True
                yield session
        except BaseException as error:
            cause = stop.cause(error)
            ending.record(cause)
            if cause is error:
                raise
            raise cause from None
        stop.ending = True
        ending.outcome, ending.reason = "completed", "all phases ran"


@asynccontextmanager
async def watching(session: Session) -> AsyncIterator[None]:
    """Ask the URLs that a drill wants healthy, and watch its ``abort-if``, while the context is open."""
    if not session.measured:
        yield
        return
    urls = sorted({condition.url for condition in session.drill.abort_if if condition.url is not None})
    async with (
        running(watch_urls(urls, session.ticker, session.write)),
        running(watch_aborts(session, session.drill)),
    ):
        yield


async def _bring_up(stack: AsyncExitStack, request: Request, session: Session, ending: RunOutcome) -> None:
    """Steps 3 to 6; each registers its own end before it begins."""
    runtime, folder = session.runtime, session.folder
    guard = await stack.enter_async_context(guarded(folder, session.journal))
    topology = load_topology(request.topology_file, {**runtime.variables(), **request.variables()})
    for drill in request.drills:
        require_services(drill, topology)
    planes = configured(request)
    guard.ledger.own(runtime.takedown())
    session.injector = Injector(
        guard.ledger, guard.lease, session.on_action, guard.watchdog_alive, REPLACED_S
    )
    stack.push_async_callback(_take_down, session, ending)
    sampler = make_sampler(session, topology)
    await stack.enter_async_context(running(session.sample_forever(sampler)))
    await runtime.up(topology, lambda report: session.write(service_changed(report)))
    sampler.up = True
    await stack.enter_async_context(watched(session, planes))
    stack.push_async_callback(_roll_back, session, ending)
    await _configure(session, request.home / f"calibration-{runtime.name}.json")


async def _configure(session: Session, remembered: Path) -> None:
    """Calibrate with clients that don't matter yet, then apply the drill's configuration."""
    bench = LivingBench(session.runtime, session.control, session.injector, BRIDGE)
    measured = await calibrate_bridge(bench, session.runtime, BRIDGE, session.drill, remembered)
    session.write(measured)
    if measured.cpu_share is not None:
        session.runtime.caps[BRIDGE] = measured.cpu_share
        if session.drill.reserve:
            await _cap_reserve(session, measured.cpu_share)
    for service, settings in session.drill.configuration.items():
        await session.configure(service, settings, by="drill")


async def _cap_reserve(session: Session, cpu_share: float) -> None:
    """Another device like the bridge has its capacity, too."""
    await session.injector.apply(
        name="reserve-capacity", kind="setting", fault="capacity", target=RESERVE, params={"cpu_share": cpu_share},
        actions=(cpu_cap(session.runtime.handle(RESERVE), cpu_share),), by="calibration",
    )  # fmt: skip
    session.runtime.caps[RESERVE] = cpu_share


def make_sampler(session: Session, topology: Topology) -> Sampler:
    """Reads every service's control port, the devices and the host."""
    services = tuple(name for name, service in topology.enabled().items() if "control" in service.named_ports)
    return Sampler(
        runtime=session.runtime,
        control=session.control,
        services=services,
        bridge=BRIDGE,
        reserves=(RESERVE,) if session.drill.reserve else (),
        folder=session.folder.path,
        epoch_s=session.journal.origin_s,
        patience_s=session.drill.load.patience_s,
        write=session.write,
        toxics=lambda device: tuple(
            i.name for i in session.injector.open() if i.kind == "fault" and i.target == device
        ),
    )


async def _roll_back(session: Session, ending: RunOutcome) -> None:
    ending.rollback_failed = await session.roll_back()


async def _take_down(session: Session, ending: RunOutcome) -> None:
    """Keep the logs and end every service; then try again what was stuck: much of it went with its process."""
    try:
        await session.runtime.collect_logs(session.folder.logs)
    finally:
        try:
            await session.runtime.down()
            session.injector.release()
        except (ChaosError, SetupError) as error:
            ending.standing = (f"the services: {error}",)
        if ending.rollback_failed:
            await _roll_back(session, ending)


def opened(request: Request, folder: RunFolder, runtime: Runtime) -> RunOpened:
    """The journal's first line."""
    return RunOpened(
        run=folder.name,
        drill=request.drill.resolved(),
        runtime=runtime.name,
        isolation=runtime.isolation,
        seed=request.drill.seed,
        started_utc=datetime.now(UTC).isoformat(timespec="seconds"),
        versions=versions([request.drill]),
        machine=describe_machine(),
        topology=dict(load_topology(request.topology_file).roles),
        latency_growth=GROWTH,
        latency_first_ms=FIRST_MS,
    )
