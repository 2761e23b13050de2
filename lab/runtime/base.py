"""What a runtime is: names and life cycle of the topology's services. How to hurt them is in chaos.actions."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from chaos.actions import Action
from chaos.governor.governed import GovernorState
from chaos.lab_error import LabError
from chaos.target_resolver import Ability, TargetResolver
from lab.runtime.connections import Connections
from lab.topology import Topology

ServiceState = Literal["starting", "healthy", "unhealthy", "exited", "stopped"]


@dataclass(frozen=True, slots=True)
class ServiceReport:
    """A change in a service's life; ``log_tail`` holds its last lines when it failed."""

    service: str
    state: ServiceState
    addresses: dict[str, str]
    exit_code: int | None = None
    planned: bool = True
    log_tail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU of a whole service (all threads), in seconds, cumulative; None where this runtime does not know."""

    cpu_s_total: float | None
    throttled_s_total: float | None
    cpu_share: float | None  # the active cap, as read back; 1.0 = one core; None: no cap
    governor_cpu_s_total: float | None = None
    governor: GovernorState | None = None  # None: nothing but the kernel enforces the cap
    governor_age_s: float | None = None  # of its last word
    cpu: int | None = None  # the number of the one that it ran on last


@dataclass(frozen=True, slots=True)
class Sockets:
    """The sockets of a service's data listener as the kernel counts them; None where it can't be read."""

    open_connections: int | None
    accept_queue: int | None
    listen_queue: int | None
    listen_overflows_total: int | None


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line that a service wrote."""

    service: str
    text: str


class SetupError(LabError):
    """The lab could not be set up (exit code 4). The message says what happened, where, and what to do."""


class Runtime(TargetResolver, Protocol):
    """Brings a topology up and down and says where everything is."""

    name: str
    mark: str
    """What all that the run starts carries (``chaos.mark``)."""
    isolation: str  # "by network" or "by configuration"
    abilities: frozenset[Ability]
    caps: dict[str, float]
    """The share of one core that calibration set for a service; the session writes it, ``cpu_cap`` reads it."""

    def variables(self) -> dict[str, str]:
        """What this runtime decides about the topology's variables (networks, token file)."""

    def takedown(self) -> Action:
        """What takes down everything that ``up`` starts; goes to the ledger before it, for the watchdog."""

    async def up(self, topology: Topology, report: Callable[[ServiceReport], None]) -> None:
        """Start every service in order of ``depends_on`` and return when all are healthy.

        Raises:
            SetupError: a service did not start or never got healthy; its last log lines are in the message.
        """

    async def restore_listen_queue(self, service: str) -> None:
        """Give a service's new listener the device's queue again, after a restart or a rebuilt listener."""

    async def down(self) -> None:
        """Stop and remove everything that belongs to this run, and nothing else. Idempotent."""

    async def usage(self, service: str) -> Usage:
        """Read a service's CPU counters."""

    async def sockets(self, service: str) -> Sockets:
        """Read a service's listening socket (the first ``expose``d port) from outside of the service."""

    async def overflows_total(self, service: str) -> int | None:
        """Connections that found a service's accept queue full; None: not known. Cheaper than ``sockets``."""

    async def connections(self, service: str) -> Connections | None:
        """Begin to watch the connections of a service's data listener from outside; None where it can't be.

        Whoever asked closes it.
        """

    def whose(self, address: str) -> str | None:
        """The service that calls others from an address (without port); None: none of this run's own."""

    async def memory_bytes(self) -> dict[str, int]:
        """Memory by service: PSS (embedded) or the cgroup's working set (compose)."""

    async def check_alive(self) -> list[ServiceReport]:
        """Services that have exited since the last call, without being asked to."""

    def lost_governors(self) -> tuple[str, ...]:
        """Services that run, and whose CPU governor has died; none where the kernel enforces caps."""

    async def replace_governor(self, service: str) -> None:
        """Start another governor with the share that was asked for last; return when that is active.

        Raises:
            ChaosError: it can't be started, or did not take the share.
        """

    async def guests(self) -> tuple[str, ...]:
        """Names of containers of others that are on this run's networks; none where nothing can be.

        Raises:
            ChaosError: the engine did not answer.
        """

    def logs(self, service: str, *, follow: bool) -> AsyncIterator[LogLine]:
        """What a service wrote, oldest first."""

    async def collect_logs(self, folder: Path) -> None:
        """Put every service's log into ``folder`` as ``<service>.log`` (before ``down``)."""
