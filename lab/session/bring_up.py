"""Bring a lab up, hand it over, and take it down again whatever happens.

Everything is entered into one stack, so that it ends in the opposite order of its beginning; an end that fails is
noted and keeps no other from happening.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

from chaos.actions import cpu_cap
from chaos.errors import ChaosError
from chaos.faults.fault import is_toxic_of
from chaos.injector import Injector
from lab.analysis import Timeline
from lab.journal import JournalWriter
from lab.journal.events import WAITING, Event, NoteWritten
from lab.probes import Sampler
from lab.probes.control import ControlClient
from lab.runs.folder import RunFolder
from lab.runtime import make_runtime
from lab.runtime.base import SetupError
from lab.runtime.slots import MEASURE_LOCK_S, hold_measure_lock, measuring_now
from lab.session.calibration import LivingBench, calibrate_bridge
from lab.session.changes import Changes
from lab.session.environment import save_environment
from lab.session.governed import keep_governed
from lab.session.guard import REPLACED_S, guarded
from lab.session.herd import require_herd
from lab.session.host import Host, service_changed
from lab.session.opened import opened
from lab.session.plane_watch import configured
from lab.session.request import Request
from lab.session.requirements import (
    require_abilities,
    require_processes,
    require_services,
    require_settable_queue,
)
from lab.session.run import Run
from lab.session.server import serving
from lab.session.stop import Stop
from lab.session.take_down import TakeDown
from lab.session.taken_over import write_end
from lab.session.watch import under_watch, uninterrupted
from lab.topology import Topology, load_topology


@asynccontextmanager
async def open_host(
    request: Request,
    folder: RunFolder,
    stop: Stop,
    listener: Callable[[Event], None] | None = None,
    timeline: Timeline | None = None,
) -> AsyncIterator[Host]:
    """A living, calibrated lab for as long as the context is open.

    1. the journal's first line, and the socket by which others ask or abort
    2. the machine-wide lock: labs whose figures matter take turns; an interactive one does until it is calibrated
    3. ledger, lease and watchdog: from here on a kill -9 is cleaned up after
    4. samples, each second; a drill that has the lab to itself is watched by its ``abort-if`` from here on
    5. the runtime brings the topology up
    6. the bridge's calibration; of an interactive lab, the drill's configuration and load
    7. (the caller's turn)
    8. back in the opposite order: roll back, logs, down, watchdog, the journal's last line

    Args:
        request: what for.
        folder: new; the lab's, and of a drill that has it to itself the run's as well.
        stop: asked for an end, it ends what runs.
        listener: gets every event of the lab's journal; what it raises ends only the listening.
        timeline: fed every event of a drill that has the lab to itself, before the listener gets it.

    Raises:
        SetupError: it could not be brought up; the journal says so as well.
        Aborted, Interrupted: a condition under ``abort-if`` was met, or an end was asked for.
        ChaosError: it could not be taken down.
    """
    if request.purpose == "series":
        request = request.bare()
    save_environment(request, folder)
    async with AsyncExitStack() as stack:
        runtime = stack.enter_context(make_runtime(request.runtime, folder.name, folder.path))
        journal = stack.enter_context(JournalWriter(folder.journal))
        control = ControlClient(folder.token.read_text())
        stack.push_async_callback(control.close)
        host = Host(request, folder, runtime, journal, control, stop)
        if request.purpose == "drill":
            host.own_run(Timeline() if timeline is None else timeline)
        if listener is not None:
            journal.listen(listener)
        journal.write(opened(request, folder, runtime))
        await stack.enter_async_context(serving(host))
        ends = TakeDown(host.ending)
        try:
            await under_watch(_bring_up(ends, host), *host.ends, *host.ends_of_run)
            host.ready = True
            yield host
        except BaseException as error:
            if host.ending.error is None:
                host.ending.record(error)
            raise
        else:
            if host.ending.error is None:
                host.ending.completed()
        finally:
            stop.ending = True
            await uninterrupted(_end(ends, host))
    if ends.failed is not None:
        raise ends.failed


async def _end(ends: TakeDown, host: Host) -> None:
    """Take the lab down, then write the journal's last line: what it says is what was read back."""
    await ends.run()
    host.ending.left = host.ending.left or host.open_ends()
    await write_end(host.journal, host.ending)


async def _bring_up(ends: TakeDown, host: Host) -> None:
    """Steps 2 to 6; each registers its own end before it begins."""
    for drill in host.request.drills:
        require_abilities(drill, host.runtime)
    require_herd(host.request.drills, host.runtime)
    await asyncio.to_thread(require_settable_queue, host.runtime)
    if not host.request.takes_turns:
        await _start(ends, host)
        return
    if (holder := measuring_now()) is not None:
        said = f"waits for its turn: {holder} measures"
        host.write(NoteWritten(by="lab", role="session", kind=WAITING, text=said))
    turn = hold_measure_lock(host.folder.name, MEASURE_LOCK_S)
    if host.request.purpose == "interactive":  # calibrated in its turn; nothing is measured while people play
        async with turn:
            await _start(ends, host)
    else:
        await ends.enter("giving the machine back", turn)
        await _start(ends, host)


async def _start(ends: TakeDown, host: Host) -> None:
    """Steps 3 to 6."""
    request, runtime, folder = host.request, host.runtime, host.folder
    if isinstance(host.current, Run):
        ends.add("ending the run's watchers", host.current.watch.end)
        host.current.begin()
    guard = host.guard = await ends.enter("ending the watchdog", guarded(folder, host.journal, host.watch))
    topology = host.topology = load_topology(
        request.topology_file, {**runtime.variables(), **request.variables()}
    )
    for drill in request.drills:
        require_services(drill, topology)
        require_processes(drill, topology)
    configured(request)  # a file of a plane that can't be used is an error now, not when all is up
    guard.ledger.own(runtime.takedown())
    host.injector = Injector(guard.ledger, guard.lease, host.on_action, guard.watchdog_alive, REPLACED_S)
    host.changes = Changes(runtime, host.injector)
    ends.add("taking the services down", partial(_take_down, host))
    sampler = make_sampler(host, topology)
    ends.add("ending the samples", host.samples.end)
    host.samples.start(host.sample_forever(sampler))
    await runtime.up(topology, lambda report: host.write(service_changed(report)))
    sampler.up = True
    host.samples.start(keep_governed(host.runtime, host.write))
    ends.add("the rollback", partial(_roll_back, host))
    await _calibrate(host, request.home / f"calibration-{runtime.name}.json")
    if request.purpose == "interactive":
        await host.begin_interactive(request.drill)


async def _calibrate(host: Host, remembered: Path) -> None:
    """Calibrate with clients that don't matter yet; the bridge, and a device like it, get their capacity."""
    drill, roles = host.request.drill, host.recent.roles
    bench = LivingBench(host.runtime, host.control, host.injector, roles)
    measured = await calibrate_bridge(bench, host.runtime, roles.device, drill, remembered)
    host.write(measured)
    if measured.cpu_share is not None:
        host.runtime.caps[roles.device] = measured.cpu_share
        for device in roles.reserves if drill.reserve else ():
            await _cap_reserve(host, device, measured.cpu_share)


async def _cap_reserve(host: Host, device: str, cpu_share: float) -> None:
    """Another device like the bridge has its capacity, too."""
    await host.injector.apply(
        name="reserve-capacity", kind="setting", fault="capacity", target=device, params={"cpu_share": cpu_share},
        actions=(cpu_cap(host.runtime.handle(device), cpu_share),), by="calibration",
    )  # fmt: skip
    host.runtime.caps[device] = cpu_share


def make_sampler(host: Host, topology: Topology) -> Sampler:
    """Reads the control port of every role, the devices and the host."""
    return Sampler(
        runtime=host.runtime,
        control=host.control,
        services=topology.counted(),
        roles=topology.roles,
        ours=partial(is_toxic_of, host.runtime.run),
        reserves=topology.roles.reserves if host.request.drill.reserve else (),
        folder=host.folder.path,
        epoch_s=host.journal.origin_s,
        patience_s=max(drill.load.patience_s for drill in host.request.drills),
        write=host.write,
        toxics=lambda device: tuple(
            one.name for one in host.changes.active() if one.kind == "fault" and one.target == device
        ),
    )


async def _roll_back(host: Host) -> None:
    """Undo everything, the lab's own settings as well."""
    try:
        await host.end_interactive()
    finally:
        host.ending.left = host.open_ids()
        host.ending.left = await host.changes.roll_back()


async def _take_down(host: Host) -> None:
    """Keep the logs and end every service; then try again what was left: much of it went with its process."""
    standing: tuple[str, ...] = ()
    try:
        await host.runtime.collect_logs(host.folder.logs)
    finally:
        try:
            await host.runtime.down()
            host.injector.release()
        except (ChaosError, SetupError) as error:
            standing = (f"the services: {error}",)
        try:
            if host.ending.left:
                host.ending.left = await host.changes.roll_back()
        finally:
            host.ending.left += standing
