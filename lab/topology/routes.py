"""What may cross a device and what the load can reach, as their programs want it written: who calls whom.

    LAB_ROUTES        auth=auth:8080 updates=updates:8080 oncall=oncall:8080 edge/metrics=edge:9000 ...
    LAB_WATCH_ROUTES  oncall=oncall:8080 edge/metrics=edge:9000 ...
    LAB_TARGETS       edge=http://edge:8080 ...                                what the load can reach

A role that is called over a device by its name, the pager, and the control port of whatever is watched. The Compose
file has the same text as the variables' defaults, so that it works without the lab; a test holds the two together.
"""

from collections.abc import Iterable, Iterator, Mapping

from lab.topology.model import CONTROL_PORT, ServiceSpec
from lab.topology.roles import Roles

ROUTES, WATCH_ROUTES, TARGETS = "LAB_ROUTES", "LAB_WATCH_ROUTES", "LAB_TARGETS"


def routes(roles: Roles, services: Mapping[str, ServiceSpec]) -> dict[str, str]:
    """The variables that a Compose file may use for it."""
    called = (to for name in roles.of_kind("client", "instrument") for to in roles[name].calls)
    under_load = (to for name in roles.of_kind("load") for to in roles[name].calls)
    watching = [*_data(roles, services, [roles.pager]), *_metrics(roles, services)]
    return {
        ROUTES: " ".join(dict.fromkeys([*_data(roles, services, called), *watching])),
        WATCH_ROUTES: " ".join(watching),
        TARGETS: " ".join(to.replace("=", "=http://") for to in _data(roles, services, under_load)),
    }


def _data(roles: Roles, services: Mapping[str, ServiceSpec], names: Iterable[str]) -> Iterator[str]:
    for name in dict.fromkeys(names):
        if name in roles and (port := services[roles[name].service].ports_of(name).get("data")):
            yield f"{name}={roles[name].service}:{port}"


def _metrics(roles: Roles, services: Mapping[str, ServiceSpec]) -> Iterator[str]:
    for name, role in roles.items():
        if role.watched:
            port = services[role.service].ports_of(name).get("control", CONTROL_PORT)
            yield f"{name}/metrics={role.service}:{port}"
