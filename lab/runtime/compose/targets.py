"""Where the services of a Compose run are: names -> containers and published ports. Pure look-ups."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from chaos.mark import run_mark
from chaos.target_resolver import Container
from lab.runtime.compose.engine import ContainerSeen
from lab.topology import ServiceSpec

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
            KeyError: no such service.
        """
        return Container(service=service, id=self._known(service).id)

    def address(self, service: str, port: str) -> str:
        """``host:port`` at which the engine publishes a service's port ``control`` or ``api``.

        A container that is started again gets another host port; ``check_alive`` learns of it.

        Raises:
            KeyError: no such service or port, or one that isn't published; the message has the valid ones.
        """
        known = self._addresses(service)
        if port in known:
            return known[port]
        why = UNPUBLISHED if port in self._services[service].named_ports else "is none of its ports"
        raise KeyError(f"port `{port}` of service {service} {why}; published: {', '.join(known) or 'none'}")

    def _addresses(self, service: str) -> dict[str, str]:
        published = self._known(service).ports
        named = self._services[service].named_ports
        return {name: published[port] for name, port in named.items() if port in published}

    def _known(self, service: str) -> ContainerSeen:
        if service not in self._seen:
            known = ", ".join(self._seen) or "none: the lab is not up"
            raise KeyError(f"no service `{service}`; there are {known}")
        return self._seen[service]
