"""Which role takes what, so that a misplaced setting or mitigation is refused before anything starts.

Who plays which role is the topology's to say (``x-lab`` in compose.yaml), and what a role takes its own settings'.
"""

from collections.abc import Mapping
from typing import Protocol

from lab.drillfile.setting_rules import RulesOf
from lab.drillfile.source import Value
from lab.drillfile.values import Reader
from lab.units import quote, suggest


class ServiceRole(Protocol):
    """A role of the topology, as far as a drill file is read by it (``lab.topology.Role``)."""

    @property
    def service(self) -> str:
        """Whose process plays it."""

    @property
    def kind(self) -> str:
        """device, client, server, load, instrument or monitor."""

    @property
    def settings(self) -> str:
        """The module of its live settings; empty: it has none."""

    @property
    def calls(self) -> tuple[str, ...]:
        """Whom it calls."""

    @property
    def when(self) -> str | None:
        """On whose demand it is there; None: always."""

    @property
    def shared(self) -> bool:
        """Whether its process plays other roles, too."""

    @property
    def processes(self) -> int | None:
        """How many play it together; None: one, and no drill can have it otherwise."""


Services = Mapping[str, ServiceRole]
"""Every role by its name."""


def names_of(services: Services) -> frozenset[str]:
    """What a step may be aimed at: the roles, and the services whose process plays several."""
    return frozenset(services) | {role.service for role in services.values()}


def check_role(reader: Reader, place: Value, name: str, services: Services) -> bool:
    """Whether a name is a role's; a problem where it is that of a service whose process plays several."""
    played = sorted(role for role, one in services.items() if one.service == name and role != name)
    if played:
        reader.fail(place, f"{name} is a process that plays {' and '.join(played)}; name one of these roles")
    return not played


def devices(services: Services) -> tuple[str, ...]:
    """What stands between the networks: its capacity is calibrated, its queue bounded."""
    return tuple(name for name, role in services.items() if role.kind == "device")


def check_takes(  # noqa: PLR0913, PLR0917 - who, what, and where it is reported
    reader: Reader, place: Value, service: str, setting: str, services: Services | None, rules_of: RulesOf
) -> None:
    """A problem where a service has no such setting.

    Args:
        reader: where problems go.
        place: what asks for the setting.
        service: whose it would be.
        setting: in the services' own words.
        services: the roles; None: nothing is known of them.
        rules_of: the settings of a role's module.
    """
    if services is None or service not in services or setting in rules_of(services[service].settings):
        return
    takers = sorted(name for name, role in services.items() if setting in rules_of(role.settings))
    reader.fail(place, f"{service} has no setting {quote(setting)}; it is for {', '.join(takers)}")


def check_passes(reader: Reader, place: Value, front: str, client: str, services: Services | None) -> None:
    """A problem where a front door passes nothing to a service, so that it can't be switched off there."""
    if services is None or front not in services or client in services[front].calls:
        return
    valid = " and ".join(sorted(services[front].calls)) or "no service"
    reader.fail(place, f"{front} passes nothing to {client}; it can switch off {valid}")


def under_load(services: Services) -> frozenset[str]:
    """Whom the load can send its requests to: not a device, nor what is past it, nor an instrument."""
    return frozenset(name for role in services.values() if role.kind == "load" for name in role.calls)


def check_under_load(reader: Reader, place: Value, target: str, services: Services | None) -> None:
    """A problem where the load can't send its requests: not to a device, nor past the bridge, nor to an instrument."""
    if services is None or target in (reachable := under_load(services)):
        return
    valid = suggest(target, reachable) if reachable else ""
    reader.fail(place, f"{target} doesn't answer the load{valid}")


def check_device(reader: Reader, place: Value, target: str, services: Services) -> None:
    """A problem where the target is no device between the networks."""
    if target not in devices(services):
        reader.fail(place, f"{target} is no device; this is for {' and '.join(devices(services))}")


def check_process(reader: Reader, place: Value, target: str, what: str, services: Services) -> None:
    """A problem where what ends or slows a process would hit roles that share it and were not named."""
    role = services.get(target)
    if role is None or not role.shared:
        return
    others = sorted(name for name, one in services.items() if one.service == role.service and name != target)
    reader.fail(
        place,
        f"{target} shares its process with {', '.join(others)}, so {what} would hit them as well; "
        f"give it a service of its own in compose.yaml, or aim at the whole service {quote(role.service)}",
    )
