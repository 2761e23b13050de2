"""What a sampler may ask of a runtime: addresses and figures, nothing that changes anything."""

from typing import Literal, Protocol


class Usage(Protocol):
    """CPU of a whole service, in seconds, cumulative; ``cpu_share``: the active cap, 1.0 is one core."""

    @property
    def cpu_s_total(self) -> float | None:
        """CPU seconds used."""

    @property
    def throttled_s_total(self) -> float | None:
        """Seconds for which it was held back."""

    @property
    def cpu_share(self) -> float | None:
        """The cap as read back; None: no cap."""

    @property
    def governor_cpu_s_total(self) -> float | None:
        """What the governor itself cost; None where there is none."""

    @property
    def governor(self) -> Literal["running", "stopped", "gone"] | None:
        """The process that enforces the cap; None: the kernel does."""

    @property
    def governor_age_s(self) -> float | None:
        """How old the governor's last word is."""

    @property
    def cpu(self) -> int | None:
        """The number of the CPU that it ran on last."""


class Sockets(Protocol):
    """A data listener as the kernel counts it; None where it can't be read."""

    @property
    def open_connections(self) -> int | None:
        """Established connections."""

    @property
    def accept_queue(self) -> int | None:
        """Connections that wait to be accepted."""

    @property
    def listen_queue(self) -> int | None:
        """How many may wait."""

    @property
    def listen_overflows_total(self) -> int | None:
        """Connections that found the queue full."""


class Observed(Protocol):
    """The part of a runtime that only reads."""

    def address(self, service: str, port: str) -> str:
        """``host:port`` of a service's port."""

    async def usage(self, service: str) -> Usage:
        """A service's CPU counters."""

    async def sockets(self, service: str) -> Sockets:
        """A service's listening socket."""

    async def overflows_total(self, service: str) -> int | None:
        """Connections that found a service's accept queue full."""

    async def memory_bytes(self) -> dict[str, int]:
        """Memory by service."""
