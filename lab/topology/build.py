"""One validated service -> ServiceSpec."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from lab.topology.model import Health, Mount, ServiceSpec
from lab.topology.roles import Role, Roles
from lab.topology.schema import (
    ComposeModel,
    HealthcheckModel,
    LabModel,
    RoleModel,
    ServiceModel,
    SharingModel,
)

_HOST_PATH = (".", "/", "~")


def build_service(name: str, model: ComposeModel, folder: Path) -> ServiceSpec:
    """Connect a service with the file's secrets; relative paths start at the file's ``folder``."""
    service = model.services[name]
    return ServiceSpec(
        name=name,
        entrypoint=tuple(service.entrypoint),
        command=tuple(service.command),
        environment=MappingProxyType(service.environment),
        networks=MappingProxyType({net: tuple(how.aliases) for net, how in service.networks.items()}),
        expose=tuple(service.expose),
        ports=tuple(service.ports),
        mounts=tuple(_mount(text, folder) for text in service.volumes),
        secrets=MappingProxyType(
            {
                f"/run/secrets/{secret}": _path(model.secrets[secret].file, folder)
                for secret in service.secrets
            }
        ),
        health=_health(service.healthcheck),
        depends_on=MappingProxyType({other: how.condition for other, how in service.depends_on.items()}),
        sysctls=MappingProxyType(service.sysctls),
        profiles=tuple(service.profiles),
        sharing=MappingProxyType(
            {
                name: MappingProxyType({"data": role.data, "control": role.control})
                for name, role in _sharing(service)
            }
        ),
    )


def build_roles(model: ComposeModel) -> Roles:
    """The roles that the services play; one that says nothing of itself is a server by its own name."""
    roles: dict[str, Role] = {}
    for service, said in model.services.items():
        own = said.lab or LabModel()
        played: Mapping[str, RoleModel] = own.roles or {service: own}
        for name, role in played.items():
            roles[name] = Role(
                service=service,
                shared=len(own.roles) > 1,
                processes=own.processes,
                calls=tuple(role.calls),
                settings=role.settings,
                kind=role.kind,
                watched=role.watched,
                when=role.when,
                plane=role.plane,
            )
    return Roles(roles)


def _sharing(service: ServiceModel) -> Iterable[tuple[str, SharingModel]]:
    return service.lab.roles.items() if service.lab else ()


def _path(text: str, folder: Path) -> Path:
    return folder / Path(text).expanduser()


def _mount(text: str, folder: Path) -> Mount:
    source, target, *mode = text.split(":")
    read_only = mode == ["ro"]
    if source.startswith(_HOST_PATH):
        return Mount(target, source=_path(source, folder), volume=None, read_only=read_only)
    return Mount(target, source=None, volume=source, read_only=read_only)


def _health(check: HealthcheckModel | None) -> Health | None:
    if check is None:
        return None
    deadline_s = check.start_period + check.retries * check.interval
    return Health(url=check.test[-1], timeout_s=check.timeout, deadline_s=deadline_s)
