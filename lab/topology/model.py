"""What a topology is once read: frozen, without anything of YAML or Compose in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from lab.topology.roles import Roles

Condition = Literal["service_healthy", "service_started"]
CONTROL_PORT = 9000


@dataclass(frozen=True, slots=True)
class Mount:
    """A file or folder that a service sees at ``target``: the host's ``source`` or a named ``volume``."""

    target: str
    source: Path | None
    volume: str | None
    read_only: bool


@dataclass(frozen=True, slots=True)
class Health:
    """A GET that answers 2xx when the service is ready; it may take ``deadline_s`` to get there."""

    url: str
    timeout_s: float
    deadline_s: float


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """One service. Names in its texts are still the topology's, not yet addresses.

    ``networks`` maps each network to the extra names that the service has there, ``secrets`` the path at
    which the service sees a secret to the file that holds it, ``depends_on`` a service to what must be true
    of it. ``sharing`` maps each role, where its process plays several, to the ports that are the role's own.
    """

    name: str
    entrypoint: tuple[str, ...]
    command: tuple[str, ...]
    environment: Mapping[str, str]
    networks: Mapping[str, tuple[str, ...]]
    expose: tuple[int, ...]
    ports: tuple[int, ...]
    mounts: tuple[Mount, ...]
    secrets: Mapping[str, Path]
    health: Health | None
    depends_on: Mapping[str, Condition]
    sysctls: Mapping[str, str]
    profiles: tuple[str, ...]
    sharing: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def argv(self) -> tuple[str, ...]:
        """The whole command line."""
        return self.entrypoint + self.command

    @property
    def names(self) -> tuple[str, ...]:
        """Every name under which others reach the service."""
        return (self.name, *(alias for aliases in self.networks.values() for alias in aliases))

    @property
    def listen_queue(self) -> int | None:
        """The length of its listen queues: in a container ``somaxconn`` decides."""
        queue = self.sysctls.get("net.core.somaxconn")
        return int(queue) if queue else None

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that its process plays: one under its own name, or those that share it."""
        return tuple(self.sharing) or (self.name,)

    def ports_of(self, name: str) -> Mapping[str, int]:
        """The named ports of one of its roles, or its own where it plays one. A shared process has none by itself."""
        return self.sharing.get(name, {}) if self.sharing else self.named_ports

    @property
    def every_port(self) -> Mapping[str, int]:
        """All named ports; where roles share the process, ``shop data`` and the like."""
        shared = {f"{role} {name}": port for role, own in self.sharing.items() for name, port in own.items()}
        return MappingProxyType(shared) if shared else self.named_ports

    @property
    def named_ports(self) -> Mapping[str, int]:
        """``data``: the first exposed port; ``control``: 9000 where published; ``api``: what else is."""
        named = {"data": self.expose[0]} if self.expose else {}
        for port in self.ports:
            named.setdefault("control" if port == CONTROL_PORT else "api", port)
        return MappingProxyType(named)


@dataclass(frozen=True, slots=True)
class Topology:
    """Every service that a file lists, what they are for, and the values that were put in for its variables."""

    file: Path
    name: str
    services: Mapping[str, ServiceSpec]
    roles: Roles
    networks: tuple[str, ...]
    volumes: tuple[str, ...]
    variables: Mapping[str, str]

    def enabled(self) -> dict[str, ServiceSpec]:
        """The services of no profile, and those of a profile in ``COMPOSE_PROFILES`` (as Compose has it)."""
        chosen = set(filter(None, self.variables.get("COMPOSE_PROFILES", "").split(",")))
        return {
            name: service
            for name, service in self.services.items()
            if not service.profiles or "*" in chosen or chosen & set(service.profiles)
        }

    def counted(self) -> tuple[str, ...]:
        """The roles that report counters: those of enabled services that have a control port of their own."""
        played = [(role, service) for service in self.enabled().values() for role in service.roles]
        return tuple(role for role, service in played if "control" in service.ports_of(role))

    def start_order(self) -> tuple[str, ...]:
        """The enabled services, each after all that it depends on."""
        order: dict[str, None] = {}
        enabled = self.enabled()

        def place(name: str) -> None:
            for needed in enabled[name].depends_on:
                if needed in enabled and needed not in order:
                    place(needed)
            order[name] = None

        for name in enabled:
            place(name)
        return tuple(order)


def spec_of(name: str, services: Mapping[str, ServiceSpec]) -> ServiceSpec | None:
    """The service of this name, or whose process plays the role of this name; None: there is none."""
    return services.get(name) or next((spec for spec in services.values() if name in spec.sharing), None)


def known_names(services: Mapping[str, ServiceSpec]) -> tuple[str, ...]:
    """Everything that has an address or a process: services, and the roles that share one."""
    return tuple(dict.fromkeys(name for spec in services.values() for name in (spec.name, *spec.sharing)))


def why_no_process(role: str, spec: ServiceSpec) -> str:
    """What is wrong with asking for the process of one of several roles, and what to ask for."""
    return (
        f"{role} shares its process with {', '.join(name for name in spec.sharing if name != role)}: what is done to a "
        f"process is done to the whole service, `{spec.name}`"
    )
