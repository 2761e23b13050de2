"""Plays several roles in this process, each under a name of its own, with ports, counters and settings of its own.

    python -m services.together shop=services.storefront:Storefront stock=services.auth:Auth

    SHOP__DATA=0.0.0.0:8080  SHOP__CONTROL=0.0.0.0:9000  SHOP__UPSTREAM=http://stock
    STOCK__DATA=0.0.0.0:8081 STOCK__CONTROL=0.0.0.0:9001
    TOKEN_FILE=/run/secrets/lab_token                       what all of them have alike

What ends or slows the process does so to all of them: a role that is to be killed or paused alone has its own service.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from pkgutil import resolve_name
from typing import Any

from services.kit.env import BadEnvironmentError, Environment, environment_of, process_environment
from services.kit.role import Role
from services.kit.server import PlayedRole, run_roles

NAME = "services.together"
_PAIR = re.compile(r"([a-z0-9][a-z0-9_-]*)=([A-Za-z0-9_.]+:[A-Za-z0-9_]+)")


def read_roles(arguments: Sequence[str]) -> Mapping[str, type[Role[Any]]]:
    """The roles by name.

    Raises:
        BadEnvironmentError: there is none, one is not `name=module:Class`, or two have one name or one's environment.
    """
    roles: dict[str, type[Role[Any]]] = {}
    for argument in arguments:
        match = _PAIR.fullmatch(argument)
        if match is None:
            raise BadEnvironmentError(f"{argument!r} is not name=module:Class, e.g. stock=services.auth:Auth")
        name, at = match[1], match[2]
        if alike := [other for other in roles if other.replace("-", "_") == name.replace("-", "_")]:
            raise BadEnvironmentError(
                f"{name} and {alike[0]} have one environment; give each a name of its own"
            )
        roles[name] = _role(at)
    if not roles:
        raise BadEnvironmentError("no role is named; e.g. stock=services.auth:Auth")
    return roles


def _role(at: str) -> type[Role[Any]]:
    try:
        found = resolve_name(at)
    except (ImportError, AttributeError) as error:
        raise BadEnvironmentError(f"there is no {at}: {error}") from error
    if not (isinstance(found, type) and issubclass(found, Role)):
        raise BadEnvironmentError(f"{at} is not a role")
    return found


def read_played(arguments: Sequence[str], whole: Environment) -> list[PlayedRole]:
    """The roles with what the environment says of each.

    Raises:
        BadEnvironmentError, SettingsError: something in it is wrong.
    """
    return [
        PlayedRole.from_environment(kind, environment_of(name, whole))
        for name, kind in read_roles(arguments).items()
    ]


if __name__ == "__main__":
    run_roles(NAME, lambda: read_played(sys.argv[1:], process_environment()))
