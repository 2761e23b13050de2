"""Where the services of a Compose run are: names -> containers and published ports. Pure look-ups."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chaos.mark import run_mark
from chaos.target_resolver import Container
from lab.runtime.compose.engine import ContainerSeen
from lab.topology import ServiceSpec, known_names, spec_of, why_no_process

UNPUBLISHED = "isn't published: only the services on its networks reach it"


def project_name(mark: str) -> str:
    """A run's Compose project: its mark in the letters that Compose takes; the end of it differs from run to run."""
    return "lab-" + re.sub(r"[^a-z0-9_-]+", "-", mark.lower())[-50:]


@dataclass(slots=True)
class ContainerPlaces:
    """Satisfies :class:`chaos.target_resolver.TargetResolver`.

    ``caps`` is for who calibrates: the share of one core that a device got. ``mark`` is the label of all that is made.
    """

    run: str
    folder: Path
    mark: str = field(init=False)
    token_file: Path = field(init=False)
    project: str = field(init=False)
    caps: dict[str, float] = field(default_factory=dict, init=False)
    _services: dict[str, ServiceSpec] = field(default_factory=dict, init=False)
    _seen: dict[str, ContainerSeen] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.token_file = self.folder.resolve() / "token"
        self.mark = run_mark(self.run, self.folder)
        self.project = project_name(self.mark)

    def cpu_cap(self, service: str) -> float | None:
        """The share of one core that calibration set; None: none."""
        return self.caps.get(service)

    def handle(self, service: str) -> Container:
        """The container of a service, by its full id; a restart keeps it.

        Raises:
            KeyError: no such service, or it is a role of a process that plays others, too.
        """
        known = self._known(service)
        if service != known.service:
            raise KeyError(why_no_process(service, self._services[known.service]))
        return Container(service=service, id=known.id)

    def address(self, service: str, port: str) -> str:
        """``host:port`` at which the engine publishes a service's or a role's port ``control`` or ``api``.

        A container that is started again gets another host port; ``check_alive`` learns of it.

        Raises:
            KeyError: no such service, role or port, or one that isn't published; the message has the valid ones.
        """
        seen = self._known(service)
        named = self._services[seen.service].ports_of(service)
        known = _published(named, seen)
        if port in known:
            return known[port]
        why = UNPUBLISHED if port in named else "is none of its ports"
        there = ", ".join(known or self._addresses(seen.service)) or "none"
        raise KeyError(f"port `{port}` of service {service} {why}; published: {there}")

    def _addresses(self, service: str) -> dict[str, str]:
        """Of all its roles."""
        return _published(self._services[service].every_port, self._known(service))

    def _known(self, name: str) -> ContainerSeen:
        """The container of a service, or of that whose process plays a role."""
        found = spec_of(name, self._services)
        if found is None or found.name not in self._seen:
            known = ", ".join(known_names(self._services)) if self._seen else "none: the lab is not up"
            raise KeyError(f"no service `{name}`; there are {known}")
        return self._seen[found.name]


def _published(named: Mapping[str, int], seen: ContainerSeen) -> dict[str, str]:
    return {name: seen.ports[port] for name, port in named.items() if port in seen.ports}
