"""``configuration``: live settings in force from the start, in the services' names."""

from collections.abc import Callable, Mapping

from lab import units
from lab.drillfile.model import Setting
from lab.drillfile.reader import Reader
from lab.drillfile.registries import Known
from lab.drillfile.source import Value, plain
from lab.units import quote, suggest

_Read = Callable[[Reader, Value], Setting]

NOT_CONFIGURED = {"load": "use `load:` at the top", "bridge": "use `bridge:` at the top"}
"""Services with a section of their own."""


def _connections(reader: Reader, value: Value) -> Setting:
    return reader.choice(value, ("new", "pooled"), "kind of connections")


def _count(reader: Reader, value: Value) -> Setting:
    return reader.integer(value, least=1, most=1_000_000)


SETTINGS: Mapping[str, tuple[str, _Read]] = {
    "timeout": ("timeout_s", lambda r, v: r.quantity(v, units.DURATION_S, above_zero=True)),
    "connections": ("connections", _connections),
    "fail_share": ("fail_share", lambda r, v: r.quantity(v, units.SHARE)),
    "cancel_abandoned": ("cancel_abandoned", lambda r, v: r.flag(v)),
    "service_time": ("service_time_ms", lambda r, v: r.quantity(v, units.DURATION_MS)),
    "workers": ("workers", _count),
    "queue_limit": ("queue_limit", _count),
}
"""Drill key -> the service's own name, and how to read it. ``policy`` comes in addition."""


def read_configuration(reader: Reader, value: Value, known: Known) -> dict[str, dict[str, Setting]]:
    """Read the settings of each service."""
    return {
        service: _service(reader, settings, known)
        for service, settings in reader.mapping(value).items()
        if is_service(reader, settings, service, known) and _may_be_set(reader, settings, service)
    }


def is_service(reader: Reader, place: Value, name: str, known: Known) -> bool:
    """Whether the topology has a service; a problem where it has none."""
    if known.services is None or name in known.services:
        return True
    reader.fail(place, f"unknown service {quote(name)}{suggest(name, known.services)}")
    return False


def read_policy(reader: Reader, value: Value, known: Known) -> str:
    """A retry policy as text, list or mapping -> its text, checked by the policies themselves."""
    written = plain(value) if isinstance(value.content, tuple | dict) else reader.text(value)
    try:
        return known.check_policy(written) if written != "" else ""
    except ValueError as error:
        reader.fail(value, str(error))
    return ""


def _may_be_set(reader: Reader, place: Value, service: str) -> bool:
    if service in NOT_CONFIGURED:
        reader.fail(place, f"the {service} has no settings here; {NOT_CONFIGURED[service]}")
    return service not in NOT_CONFIGURED


def _service(reader: Reader, value: Value, known: Known) -> dict[str, Setting]:
    found = reader.keys(value, required=(), optional=("policy", *SETTINGS))
    settings: dict[str, Setting] = {}
    for key, part in found.items():
        if key == "policy":
            settings[key] = read_policy(reader, part, known)
        else:
            name, read = SETTINGS[key]
            settings[name] = read(reader, part)
    return settings
