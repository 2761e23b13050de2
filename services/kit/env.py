"""What the environment says about a role: its process's, or the part of it that is the role's own.

Of one role of a process that plays several:

    UPSTREAM=http://auth       what all of them have
    SHOP__UPSTREAM=http://...  what `shop` has instead
"""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

Environment = Mapping[str, str]

_LOOPBACK = ipaddress.ip_network("127.0.0.0/8")
_OWN = "__"
MOST_PROCESSES = 16


class BadEnvironmentError(ValueError):
    """The environment of a service is wrong; says which variable and what it should look like."""


def environment_of(role: str, whole: Environment) -> Environment:
    """A role's part of its process's environment: what is written for it outranks what is for all of them."""
    prefix = role.upper().replace("-", "_") + _OWN
    own = {name.removeprefix(prefix): text for name, text in whole.items() if name.startswith(prefix)}
    return {**whole, "SERVICE": role, **own}


def address(environment: Environment, variable: str, default: str) -> tuple[str, int]:
    """Host and port of a variable such as DATA=0.0.0.0:8080."""
    text = environment.get(variable, default)
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit():
        raise BadEnvironmentError(f"{variable}={text!r} is not host:port")
    return host, int(port)


def required(environment: Environment, variable: str, example: str) -> str:
    """A variable that must be set."""
    text = environment.get(variable, "")
    if not text:
        raise BadEnvironmentError(f"{variable} is not set; e.g. {variable}={example}")
    return text


def processes(environment: Environment) -> int:
    """PROCESSES: how many play the role together."""
    text = environment.get("PROCESSES", "1")
    if not text.isdecimal() or not 1 <= int(text) <= MOST_PROCESSES:
        raise BadEnvironmentError(f"PROCESSES={text!r} is not a whole number from 1 to {MOST_PROCESSES}")
    return int(text)


def process_environment() -> Environment:
    """What this process was started with."""
    return os.environ


@dataclass(frozen=True, slots=True)
class BindAddresses:
    """Where a role listens, who may change it, and what else its environment says.

    Args:
        service: Its name.
        data: Host and port of the data port.
        control: Host and port of the control port.
        token_file: The file with the token that changes ask for; None: nothing can be changed.
        environment: See the top of this file.
    """

    service: str
    data: tuple[str, int]
    control: tuple[str, int]
    token_file: Path | None = field(default=None)
    environment: Environment = field(default_factory=process_environment, repr=False, compare=False)

    @classmethod
    def from_environment(cls, service: str, environment: Environment) -> "BindAddresses":
        """SERVICE, DATA, CONTROL and TOKEN_FILE."""
        token_file = environment.get("TOKEN_FILE", "")
        return cls(
            service=environment.get("SERVICE", service),
            data=address(environment, "DATA", "127.0.0.1:8080"),
            control=address(environment, "CONTROL", "127.0.0.1:9000"),
            token_file=Path(token_file) if token_file else None,
            environment=environment,
        )

    @property
    def source(self) -> str | None:
        """The address that outgoing connections come from: the service's own if it has one on loopback."""
        try:
            own = ipaddress.ip_address(self.data[0])
        except ValueError:
            return None
        return str(own) if own.version == 4 and own in _LOOPBACK else None  # noqa: PLR2004  IPv4
