"""Names -> addresses: the one place where embedded changes what a topology's texts say.

Only ``name:port`` is dialled directly, so only that is rewritten; a logical name without a port
(``http://auth/...``) crosses the bridge, which resolves it, and stays as it is in both runtimes.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

OWN = ("0.0.0.0", "127.0.0.1", "localhost")  # noqa: S104 - nothing is bound here
"""Inside a container these mean the service itself; here they would mean the whole host."""

_HOST_PORT = re.compile(r"(?<![\w.-])[A-Za-z0-9][\w.-]*(?=:\d{1,5}(?![\w.]))", re.ASCII)


@dataclass(frozen=True, slots=True)
class Rewriter:
    """Rewrites the texts of one service.

    Args:
        hosts: every name and alias of the topology -> its address.
        own: the address of the service whose texts these are.
        paths: paths as the service sees them (mounts, secrets) -> where they are here.
    """

    hosts: Mapping[str, str]
    own: str
    paths: Mapping[str, Path]

    def text(self, text: str) -> str:
        """Every ``name:port`` in a text (a file, an argument, a URL) with the address in the name's place."""
        return _HOST_PORT.sub(lambda match: self._host(match[0]), text)

    def value(self, value: str) -> str:
        """As :meth:`text`; besides, a value that *is* the own host or a path is replaced whole.

        ``--option=value`` and ``name=value`` are seen as their value.
        """
        head, equals, tail = value.rpartition("=")
        if tail in OWN:
            return head + equals + self.own
        if path := self._path(tail):
            return head + equals + path
        return self.text(value)

    def _host(self, name: str) -> str:
        return self.own if name in OWN else self.hosts.get(name, name)

    def _path(self, value: str) -> str | None:
        for target, source in self.paths.items():
            if value == target:
                return str(source)
            if value.startswith(target.rstrip("/") + "/"):
                return str(source) + value[len(target.rstrip("/")) :]
        return None


def addresses(names: Iterable[tuple[str, Iterable[str]]], net: str) -> dict[str, str]:
    """Name and aliases of each service -> loopback address ``net.k`` (``net``: three bytes), in order."""
    return {name: f"{net}.{k}" for k, (_, known_as) in enumerate(names, start=1) for name in known_as}
