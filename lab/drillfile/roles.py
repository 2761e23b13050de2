"""Which live settings a service takes, so that a misplaced one is refused before anything starts.

A service's role is the module that it runs (``python -m services.auth``: auth). What is not ours has none, and takes
no settings.
"""

from collections.abc import Mapping

from lab.drillfile.source import Value
from lab.drillfile.values import Reader
from lab.units import quote, suggest

_EVERY = frozenset({"fail_share", "cancel_abandoned"})
_RETRIES = frozenset({"policy", "timeout_s"})
_CLIENT = _RETRIES | {"connections", "pool_limit", "device"}

TAKES: Mapping[str, frozenset[str]] = {
    "edge": _EVERY | _RETRIES | {"admit_share", "disabled", "drain_stop_s", "drain_ramp_s"},
    "storefront": _EVERY | _CLIENT | {"library", "library_timeout_s"},
    "fleet": _EVERY | _CLIENT | {"clients"},
    "router": _EVERY | _RETRIES,
    "auth": _EVERY | {"service_time_ms", "workers", "queue_limit", "admission", "drop_expired"},
    "updates": _EVERY | {"hold_s"},
    "canary": _EVERY,
    "oncall": _EVERY,
}
"""Role -> the settings of its service that a drill can name, in the service's own words."""

BEHIND_EDGE = "storefront"
"""The role of the clients that edge passes requests to."""

UNDER_LOAD = frozenset({"edge", BEHIND_EDGE})
"""The roles whose services answer customers: what the load can reach (TARGETS in compose.yaml)."""

DEVICES = ("bridge", "bridge-reserve")
"""What stands between the networks: its capacity is calibrated, its queue bounded."""


def check_takes(
    reader: Reader, place: Value, service: str, setting: str, services: Mapping[str, str] | None
) -> None:
    """A problem where a service has no such setting.

    Args:
        reader: where problems go.
        place: what asks for the setting.
        service: whose it would be.
        setting: in the services' own words.
        services: name -> role; None: nothing is known of them.
    """
    if services is None or service not in services or setting in TAKES.get(services[service], ()):
        return
    takers = sorted(name for name, role in services.items() if setting in TAKES.get(role, ()))
    reader.fail(place, f"{service} has no setting {quote(setting)}; it is for {', '.join(takers)}")


def check_behind_edge(reader: Reader, place: Value, service: str, services: Mapping[str, str] | None) -> None:
    """A problem where edge passes nothing to a service, so that it can't be switched off there."""
    if services is None or services.get(service) == BEHIND_EDGE:
        return
    clients = sorted(name for name, role in services.items() if role == BEHIND_EDGE)
    reader.fail(place, f"edge passes nothing to {service}; it can switch off {' and '.join(clients)}")


def check_under_load(reader: Reader, place: Value, target: str, services: Mapping[str, str] | None) -> None:
    """A problem where the load can't send its requests: not to a device, nor past the bridge, nor to an instrument."""
    if services is None or services.get(target) in UNDER_LOAD:
        return
    reachable = sorted(name for name, role in services.items() if role in UNDER_LOAD)
    valid = suggest(target, reachable) if reachable else ""
    reader.fail(place, f"{target} doesn't answer the load{valid}")


def check_device(reader: Reader, place: Value, target: str) -> None:
    """A problem where the target is no device between the networks."""
    if target not in DEVICES:
        reader.fail(place, f"{target} is no device; this is for {' and '.join(DEVICES)}")
