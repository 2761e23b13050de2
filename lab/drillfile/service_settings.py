"""``configuration``: live settings active from the start, in the services' names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lab import units
from lab.drillfile.library import check_settings
from lab.drillfile.model import DEFAULT, LAB, Setting
from lab.drillfile.registries import Known
from lab.drillfile.roles import DEVICES, check_behind_edge, check_takes
from lab.drillfile.scalar_schema import FLAG, TEXT, Schema, integer_schema, quantity_schema
from lab.drillfile.source import Value, plain
from lab.drillfile.values import Reader
from lab.units import Quantity, quote, suggest

_Read = Callable[[Reader, Value, Known], Setting]

NOT_CONFIGURED = {"load": "use `load:` at the top", "bridge": "use `bridge:` at the top"}
"""Services with a section of their own."""

MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Kind:
    """How a setting is read, and the JSON Schema of what may be written."""

    read: _Read
    schema: Schema


@dataclass(frozen=True, slots=True)
class SettingKey:
    """A setting: ``name`` in the service's own words, and its kind."""

    name: str
    kind: Kind


def _choice(*words: str, noun: str) -> Kind:
    return Kind(lambda reader, value, _: reader.choice(value, words, noun), {"enum": list(words)})


def _count(least: int, most: int = MOST) -> Kind:
    return Kind(lambda reader, value, _: reader.integer(value, least, most), integer_schema(least, most))


def _quantity(quantity: Quantity, *, above_zero: bool = False) -> Kind:
    return Kind(
        lambda reader, value, _: reader.quantity(value, quantity, above_zero=above_zero),
        quantity_schema(quantity),
    )


def _flag(reader: Reader, value: Value, _: Known) -> Setting:
    return reader.flag(value)


def _at_most_600_s(reader: Reader, value: Value, _: Known) -> Setting:
    amount = reader.quantity(value, units.DURATION_S)
    if amount > 600:  # noqa: PLR2004 - what the edge takes
        reader.fail(value, f"{quote(value.content)} is too much; a drain takes at most 10 min of each")
    return amount


def _names(reader: Reader, value: Value, known: Known) -> Setting:
    """Services in one text, separated by spaces."""
    names = [name for name in reader.text(value).split() if is_service(reader, value, name, known)]
    for name in names:
        check_behind_edge(reader, value, name, known.services)
    return " ".join(names)


def read_policy(reader: Reader, value: Value, known: Known) -> str:
    """A retry policy as text, list or mapping -> its text, checked by the policies themselves."""
    written = plain(value) if isinstance(value.content, tuple | dict) else reader.text(value)
    try:
        return known.check_policy(written) if written != "" else ""
    except ValueError as error:
        reader.fail(value, str(error))
    return ""


def read_admission(reader: Reader, value: Value, known: Known) -> str:
    """What a server's admission is written as, checked by the admissions themselves."""
    return _checked(reader, value, known.check_admission)


def read_library(reader: Reader, value: Value, known: Known) -> str:
    """A client library's name, checked by the libraries themselves."""
    return _checked(reader, value, None if value.content == LAB else known.check_library)


def _checked(reader: Reader, value: Value, check: Callable[[str], object] | None) -> str:
    text = reader.text(value)
    try:
        if text and check is not None:
            check(text)
    except ValueError as error:
        reader.fail(value, str(error))
    return text


def _library_timeout(reader: Reader, value: Value, _: Known) -> Setting:
    if value.content == DEFAULT:
        return DEFAULT
    return reader.quantity(value, units.DURATION_S, above_zero=True)


POLICY: Schema = {
    "description": "A retry policy: text such as `budget + breaker`, a list of layers, or a mapping.",
    "anyOf": [TEXT, {"type": "array"}, {"type": "object"}],
}
_LIBRARY_TIMEOUT: Schema = {"anyOf": [{"const": DEFAULT}, quantity_schema(units.DURATION_S)]}
_DRAIN = Kind(_at_most_600_s, quantity_schema(units.DURATION_S))

SETTINGS: Mapping[str, SettingKey] = {
    "policy": SettingKey("policy", Kind(read_policy, POLICY)),
    "timeout": SettingKey("timeout_s", _quantity(units.DURATION_S, above_zero=True)),
    "connections": SettingKey("connections", _choice("new", "pooled", noun="kind of connections")),
    "pool_limit": SettingKey("pool_limit", _count(0, 100_000)),
    "library": SettingKey("library", Kind(read_library, TEXT)),
    "library_timeout": SettingKey("library_timeout_s", Kind(_library_timeout, _LIBRARY_TIMEOUT)),
    "device": SettingKey("device", _choice(*DEVICES, noun="device")),
    "fail_share": SettingKey("fail_share", _quantity(units.SHARE)),
    "cancel_abandoned": SettingKey("cancel_abandoned", Kind(_flag, FLAG)),
    "service_time": SettingKey("service_time_ms", _quantity(units.DURATION_MS)),
    "workers": SettingKey("workers", _count(1)),
    "queue_limit": SettingKey("queue_limit", _count(0)),
    "admission": SettingKey("admission", Kind(read_admission, TEXT)),
    "drop_expired": SettingKey("drop_expired", Kind(_flag, FLAG)),
    "admit_share": SettingKey("admit_share", _quantity(units.SHARE)),
    "disabled": SettingKey("disabled", Kind(_names, TEXT)),
    "drain_stop": SettingKey("drain_stop_s", _DRAIN),
    "drain_ramp": SettingKey("drain_ramp_s", _DRAIN),
    "clients": SettingKey("clients", _count(0, 5_000)),
    "hold": SettingKey("hold_s", _quantity(units.DURATION_S)),
}
"""Drill key -> what it sets."""


def read_configuration(reader: Reader, value: Value, known: Known) -> dict[str, dict[str, Setting]]:
    """Read the settings of each service."""
    return {
        service: _service(reader, service, settings, known)
        for service, settings in reader.mapping(value).items()
        if is_service(reader, settings, service, known) and _may_be_set(reader, settings, service)
    }


def is_service(reader: Reader, place: Value, name: str, known: Known) -> bool:
    """Whether the topology has a service; a problem where it has none."""
    if known.services is None or name in known.services:
        return True
    reader.fail(place, f"unknown service {quote(name)}{suggest(name, known.services)}")
    return False


def _may_be_set(reader: Reader, place: Value, service: str) -> bool:
    if service in NOT_CONFIGURED:
        reader.fail(place, f"the {service} has no settings here; {NOT_CONFIGURED[service]}")
    return service not in NOT_CONFIGURED


def _service(reader: Reader, service: str, value: Value, known: Known) -> dict[str, Setting]:
    found = reader.keys(value, required=(), optional=SETTINGS)
    check_settings(reader, found)
    for key, part in found.items():
        check_takes(reader, part, service, SETTINGS[key].name, known.services)
    return {SETTINGS[key].name: SETTINGS[key].kind.read(reader, part, known) for key, part in found.items()}
