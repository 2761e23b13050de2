"""What the environment says about a service."""

import ipaddress
import os
from dataclasses import dataclass, field
from pathlib import Path

_LOOPBACK = ipaddress.ip_network("127.0.0.0/8")


class BadEnvironmentError(ValueError):
    """The environment of a service is wrong; says which variable and what it should look like."""


def address(variable: str, default: str) -> tuple[str, int]:
    """Host and port of a variable such as DATA=0.0.0.0:8080."""
    text = os.environ.get(variable, default)
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit():
        raise BadEnvironmentError(f"{variable}={text!r} is not host:port")
    return host, int(port)


def required(variable: str, example: str) -> str:
    """A variable that must be set."""
    text = os.environ.get(variable, "")
    if not text:
        raise BadEnvironmentError(f"{variable} is not set; e.g. {variable}={example}")
    return text


@dataclass(frozen=True, slots=True)
class BindAddresses:
    """Where a service listens and who may change it.

    Args:
        service: Its name.
        data: Host and port of the data port.
        control: Host and port of the control port.
        token_file: The file with the token that changes ask for; None: nothing can be changed.
    """

    service: str
    data: tuple[str, int]
    control: tuple[str, int]
    token_file: Path | None = field(default=None)

    @classmethod
    def from_environment(cls, service: str) -> "BindAddresses":
        """SERVICE, DATA, CONTROL and TOKEN_FILE."""
        token_file = os.environ.get("TOKEN_FILE", "")
        return cls(
            service=os.environ.get("SERVICE", service),
            data=address("DATA", "127.0.0.1:8080"),
            control=address("CONTROL", "127.0.0.1:9000"),
            token_file=Path(token_file) if token_file else None,
        )

    @property
    def source(self) -> str | None:
        """The address that outgoing connections come from: the service's own if it has one on loopback."""
        try:
            own = ipaddress.ip_address(self.data[0])
        except ValueError:
            return None
        return str(own) if own.version == 4 and own in _LOOPBACK else None  # noqa: PLR2004  IPv4
