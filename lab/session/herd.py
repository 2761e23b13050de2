"""Thousands of clients with connections of their own: whether this machine can hold them, known before the start.

                                 a client    and once more while those that were cut are on their way out
    open files of one process    2 (router: to it, from it)                                            + 1
    ports between two addresses  1                                                                     + 1
    tracked connections          3 (to the device, to router, to the server)                           + 3
    memory                       all services together, and the kernel's: docs/measured/drills.md

In containers each service has a network and limits of its own: there the fleet asks for its open files itself, when it
is configured.
"""

import resource
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from chaos.target_resolver import Ability
from lab.cgroups import find_limits
from lab.drillfile import Drill
from lab.probes.host_probe import memory_free_bytes
from lab.runtime.base import Runtime
from lab.session.requirements import UnsupportedDrillError

FILES_EACH, FILES_BESIDE = 3, 200
PORTS_EACH, PORTS_BESIDE = 2, 2_000
"""Beside a fleet's: those of the load, of the calibration and of what was closed a moment ago."""
TRACKED_EACH = 6
MEMORY_EACH_BYTES, MEMORY_BESIDE_BYTES = 250_000, 400_000_000
MB = 10**6

NET = Path("/proc/sys/net")


@dataclass(frozen=True, slots=True)
class HerdLimits:
    """What there is for a herd. None: it can't be read here, or there is no limit.

    Attributes:
        open_files: how many a process may have at most.
        ports: between two addresses of this host.
        tracked: connections that the kernel's connection tracking can still take.
        memory_bytes: free.
    """

    open_files: int | None
    ports: int | None
    tracked: int | None
    memory_bytes: int

    @classmethod
    def here(cls, net: Path = NET) -> Self:
        """As this machine has them now."""
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        ports = _numbers(net / "ipv4" / "ip_local_port_range")
        tracked = _numbers(net / "netfilter" / "nf_conntrack_max")
        used = _numbers(net / "netfilter" / "nf_conntrack_count")
        return cls(
            open_files=None if most == resource.RLIM_INFINITY else most,
            ports=ports[1] - ports[0] + 1 if ports else None,
            tracked=tracked[0] - used[0] if tracked and used else None,
            memory_bytes=memory_free_bytes(find_limits()),
        )


def clients_of(drill: Drill) -> int:
    """The most clients with connections of their own that a run of this drill has: of variants, the one with most."""
    return max(_configured(one) + _grown(one) for one in drill.runs)


def require_herd(drills: Iterable[Drill], runtime: Runtime, limits: HerdLimits | None = None) -> None:
    """Say that this machine can't hold the clients of a drill.

    Raises:
        UnsupportedDrillError: every limit that is too low, and what to do about each.
    """
    for drill in drills:
        clients = clients_of(drill)
        if not clients:
            continue
        here = HerdLimits.here() if limits is None else limits
        reasons = list(too_many(clients, here, on_host=Ability.OWN_PYTHON in runtime.abilities))
        if reasons:
            said = "; ".join(reasons)
            raise UnsupportedDrillError(
                f"unsupported: this machine can't hold the {clients:,} clients of drill {drill.name}: {said}"
            )


def too_many(clients: int, limits: HerdLimits, *, on_host: bool) -> Iterator[str]:
    """Why so many clients are too many, and what to do; nothing where they fit.

    Args:
        clients: each with a connection of its own.
        limits: what there is.
        on_host: whether the services are processes of this host's network, with this process's limits.
    """
    files, ports = FILES_EACH * clients + FILES_BESIDE, PORTS_EACH * clients + PORTS_BESIDE
    if on_host and limits.open_files is not None and limits.open_files < files:
        yield (
            f"it needs {files:,} open files in one process, and the hard limit is {limits.open_files:,} "
            "(RLIMIT_NOFILE: `ulimit -Hn`; raise it in /etc/security/limits.conf or by LimitNOFILE= of systemd)"
        )
    if on_host and limits.ports is not None and limits.ports < ports:
        yield (
            f"it needs {ports:,} ports between two addresses, and there are {limits.ports:,} "
            "(sudo sysctl net.ipv4.ip_local_port_range='1024 65535')"
        )
    if limits.tracked is not None and limits.tracked < TRACKED_EACH * clients:
        yield (
            f"it needs {TRACKED_EACH * clients:,} tracked connections, and {limits.tracked:,} are left "
            "(sudo sysctl net.netfilter.nf_conntrack_max=262144)"
        )
    memory = MEMORY_EACH_BYTES * clients + MEMORY_BESIDE_BYTES
    if limits.memory_bytes < memory:
        yield f"it needs {memory / MB:,.0f} MB of memory, and {limits.memory_bytes / MB:,.0f} MB are free"


def _configured(drill: Drill) -> int:
    """Settings `clients` that are a number: of services that hold connections, not of those that name their clients."""
    given = (settings.get("clients") for settings in drill.configuration.values())
    return sum(clients for clients in given if isinstance(clients, int))


def _grown(drill: Drill) -> int:
    """Those that automations add."""
    steps = (step for step in (*drill.method, *drill.rollbacks) if step.kind == "automation")
    return sum(int(step.params.get("clients", 0)) for step in steps)


def _numbers(file: Path) -> list[int]:
    with suppress(OSError, ValueError):
        return [int(word) for word in file.read_text(encoding="ascii").split()]
    return []
