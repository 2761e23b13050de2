"""What a client library is to storefront: something that GETs a URL through the bridge, in its own way."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class LibraryError(ValueError):
    """A library that doesn't exist or isn't installed; says what is near, what is valid, what to do."""


class Reply(NamedTuple):
    """An answer, whatever its status."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Route:
    """How the calls of a library leave.

    Args:
        bridge: The URL of the HTTP proxy that all of them go through.
        source: The address that connections come from; None: the system chooses.
        timeout_s: The timeout as the library itself has it, one number for everything it limits (seconds);
            None: the library's own default, and its own limit of open connections.
    """

    bridge: str
    source: str | None
    timeout_s: float | None

    @property
    def limited(self) -> bool:
        """Whether the library's pool may let requests wait, as it does by default: a bulkhead.

        With a timeout of ours it may not: then the library's retries are what still distinguishes libraries.
        """
        return self.timeout_s is None


class Library(Protocol):
    """One library, set up once and used for all calls."""

    @property
    def queued(self) -> int | None:
        """Calls that wait for a thread; None: this library needs none."""

    async def get(self, url: str, headers: Mapping[str, str]) -> Reply:
        """The answer to a GET, after as many attempts as the library makes; raises what the library raises."""

    async def close(self) -> None:
        """Close its connections. What it would still retry ends."""


class Blocking(Protocol):
    """A library that blocks its thread."""

    def get(self, url: str, headers: Mapping[str, str]) -> Reply:
        """As `Library.get`, blocking. Called from many threads at once."""

    def close(self) -> None:
        """As `Library.close`; calls may still be under way."""
