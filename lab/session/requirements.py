"""What a drill needs of runtime and topology, looked at before anything is started."""

import math
import sys
from collections.abc import Iterator

from chaos.listen_queue import SOMAXCONN, why_not_settable
from chaos.target_resolver import Ability
from lab.drillfile import Drill, make
from lab.runtime.base import Runtime, SetupError
from lab.session.request import listen_queue
from lab.topology import Topology, processes_variable
from lab.topology.roles import When
from services.libraries import LAB, LibraryError, check_installed


class UnsupportedDrillError(SetupError):
    """This runtime can't do what the drill needs (exit code 4)."""


class OtherLabError(SetupError):
    """A drill needs another lab than this one: other devices, services, planes, or another runtime."""


def require_same_lab(drill: Drill, brought_up_for: Drill) -> None:
    """Say what a drill needs that is decided when a lab is brought up, and was decided otherwise.

    Raises:
        OtherLabError: what it needs, and what this lab has.
    """
    differs = [
        f"{what} {wanted} (this lab: {has})"
        for what, wanted, has in (
            ("the bridge", drill.bridge, brought_up_for.bridge),
            ("monitoring", drill.monitoring, brought_up_for.monitoring),
            ("processes", drill.processes or "one each", brought_up_for.processes or "one each"),
        )
        if wanted != has
    ]
    if differs:
        raise OtherLabError(f"drill {drill.name} needs another lab: {'; '.join(differs)}. Start one for it")


def require_abilities(drill: Drill, runtime: Runtime) -> None:
    """Say what this runtime can't do.

    Raises:
        UnsupportedDrillError: with the step and what it needs.
    """
    for step in (*drill.method, *drill.rollbacks):
        missing = make(step).needs - runtime.abilities
        if missing:
            raise UnsupportedDrillError(
                f"unsupported: step {step.name} of drill {drill.name} needs {', '.join(sorted(missing))}, which "
                f"the runtime {runtime.name} can't do here. Try another --runtime."
            )
    if Ability.OWN_PYTHON in runtime.abilities:
        _require_libraries(drill)
    if Ability.LIVE_LISTEN_QUEUE in runtime.abilities and sys.platform == "linux":
        _require_queue(drill, longest_queue())


def require_settable_queue(runtime: Runtime) -> None:
    """Say that no queue can be set here, where this runtime's listeners are the host's own. Tried, in 20 ms.

    Raises:
        UnsupportedDrillError: with the kernel's words, and what to do.
    """
    if Ability.LIVE_LISTEN_QUEUE not in runtime.abilities or sys.platform != "linux":
        return
    why = why_not_settable()
    if why is not None:
        raise UnsupportedDrillError(
            f"unsupported: the bridge's queue can't be set here: {why}. In a container: --cap-add=SYS_PTRACE, or an "
            "engine whose seccomp profile allows pidfd_getfd; else kernel.yama.ptrace_scope must be 0 or 1; or use "
            "--runtime compose"
        )


def longest_queue() -> int:
    """Connections that a listener on this host can hold at most."""
    return int(SOMAXCONN.read_text(encoding="ascii"))


def _require_queue(drill: Drill, longest: int) -> None:
    """Say that the device's queue would be shorter than asked: this runtime's listeners are the host's own."""
    asked = listen_queue(drill)
    if asked <= longest:
        return
    rate_rps = drill.bridge.headroom * drill.load.requests_rps
    raise UnsupportedDrillError(
        f"unsupported: the bridge's queue of drill {drill.name} is {asked:,} connections ("
        f"{drill.bridge.queue_s:g} s at {rate_rps:g} /s), and this kernel allows {longest:,} (net.core.somaxconn). "
        f"Write `queue: {math.floor(longest / rate_rps * 10) / 10:g} s` or less, or: "
        f"sudo sysctl net.core.somaxconn={asked}"
    )


def _require_libraries(drill: Drill) -> None:
    """Say which client library is not installed."""
    for service, settings in drill.configuration.items():
        try:
            check_installed(str(settings.get("library", LAB)))
        except LibraryError as error:
            raise UnsupportedDrillError(f"unsupported: {service} in drill {drill.name}: {error}") from error


def require_services(drill: Drill, topology: Topology) -> None:
    """Say which service the drill names that this run won't have: some exist only where the drill asks for them.

    Raises:
        SetupError: with the step or setting, and what to write.
    """
    enabled, roles = topology.enabled(), topology.roles
    for what, name in _named(drill):
        service = roles[name].service if name in roles else name
        profiles = topology.services[service].profiles if service in topology.services else ()
        if service not in enabled:
            raise SetupError(
                f"{what} of drill {drill.name} is for {name}, which is not part of this run"
                + (f" (profile {', '.join(profiles)})" if profiles else "")
                + f". {_remedy(name, roles[name].when if name in roles else None)}"
            )


def require_processes(drill: Drill, topology: Topology) -> None:
    """Say which service does not have as many processes as the drill asks for.

    Raises:
        SetupError: with the variable that its entry in the topology must use.
    """
    for service, asked in drill.processes.items():
        has = topology.roles[service].processes if service in topology.roles else None
        if has != asked:
            raise SetupError(
                f"drill {drill.name} asks for {asked} processes of {service}, and it has {has or 1}. Write "
                f"${{{processes_variable(service)}:-1}} under `processes` and PROCESSES of its entry in {topology.file}"
            )


def _named(drill: Drill) -> Iterator[tuple[str, str]]:
    """What names a service, and that service."""
    for step in (*drill.method, *drill.rollbacks):
        yield f"step {step.name}", step.target
        named = {step.params["service"]} if "service" in step.params else set()
        for service in sorted(make(step).uses | named):
            yield f"step {step.name}", service
    for service, settings in drill.configuration.items():
        yield f"`configuration` of {service}", service
        if settings.get("device"):
            yield f"`device` of {service}", str(settings["device"])


def _remedy(name: str, when: When | None) -> str:
    """What to write for a role to be there, by on whose demand it is."""
    match when:
        case "reserve":
            return "Write `reserve: true` in the drill"
        case "load":
            customer = f"{{path: /{name}, rate: 30 /s}}"
            return f"Give it a customer in the drill, e.g. `load: {{customers: {{{name}: {customer}, ...}}}}`"
        case "configured":
            return f"Configure it in the drill, e.g. `configuration: {{{name}: {{...}}}}`"
        case _:
            return (
                "Say who watches, e.g. `monitoring: same-listener` in the drill or --monitoring on the "
                "command line"
            )
