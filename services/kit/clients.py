"""Which service a front door passes a request to: by the first part of its path, else UPSTREAM.

UPSTREAM=http://storefront:8080                    what is not named
UPSTREAM_NAME=storefront                           its name; default: UPSTREAM's host
CLIENTS=streaming=http://streaming:8080            /streaming and /streaming/..., to streaming
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from yarl import URL

from services.kit.env import BadEnvironmentError, Environment, required

_PAIR = re.compile(r"([a-z0-9][a-z0-9-]*)=(http://[A-Za-z0-9.-]+:[0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class Clients:
    """The services behind a front door, which are clients of what is behind the bridge.

    Args:
        default: The name of that which gets what isn't named.
        urls: By name where each is.
    """

    default: str
    urls: Mapping[str, str]

    @classmethod
    def from_environment(cls, environment: Environment) -> Self:
        """UPSTREAM, UPSTREAM_NAME and CLIENTS."""
        upstream = required(environment, "UPSTREAM", "http://storefront:8080")
        default = environment.get("UPSTREAM_NAME") or URL(upstream).host or upstream
        urls = {default: upstream}
        for pair in environment.get("CLIENTS", "").split():
            match = _PAIR.fullmatch(pair)
            if match is None:
                raise BadEnvironmentError(f"CLIENTS: {pair!r} is not name=http://host:port")
            urls[match[1]] = match[2]
        return cls(default, urls)

    def named_by(self, path: str) -> str:
        """The name of the service that a path is for."""
        first = path.lstrip("/").partition("/")[0]
        return first if first in self.urls else self.default


def names(text: str) -> frozenset[str]:
    """Names in a text, separated by spaces."""
    return frozenset(text.split())


def check_names(text: str, environment: Environment) -> None:
    """Nothing, or a ValueError that names a client that isn't there, and those that are."""
    wanted = names(text)
    known = Clients.from_environment(environment).urls if wanted else {}
    for name in sorted(wanted - known.keys()):
        raise ValueError(f"there is no client {name!r} (valid: {', '.join(sorted(known))})")
