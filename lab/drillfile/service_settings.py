"""``configuration``: live settings active from the start, in the services' names.

Which keys there are, their bounds and their words come from the settings of each role (``setting_rules``).
"""

from lab.drillfile.library import check_settings
from lab.drillfile.model import Setting
from lab.drillfile.named_settings import is_role
from lab.drillfile.processes import PROCESSES
from lab.drillfile.registries import Known
from lab.drillfile.roles import check_passes, check_takes
from lab.drillfile.setting_kinds import SettingKey, setting_keys
from lab.drillfile.setting_rules import Rule, all_rules
from lab.drillfile.source import Value
from lab.drillfile.values import Reader

SECTIONS = {"load": "use `load:` at the top", "device": "use `bridge:` at the top"}
"""Kinds of roles that have a section of their own, where they are part of every run."""


def keys_of_service(known: Known, service: str | None) -> dict[str, SettingKey]:
    """Those that a service takes; all that there are, where it or what services there are is not known."""
    if known.services is None:
        return setting_keys(all_rules())
    if service is not None and service in known.services:
        return setting_keys(known.rules_of(known.services[service].settings))
    every: dict[str, Rule] = {}
    for role in known.services.values():
        every = {**known.rules_of(role.settings), **every}
    return setting_keys(every)


def section_of(known: Known, service: str) -> str | None:
    """What to write instead, for a service that has a section of its own."""
    role = None if known.services is None else known.services.get(service)
    return SECTIONS.get(role.kind) if role is not None and role.when is None else None


def read_configuration(reader: Reader, value: Value, known: Known) -> dict[str, dict[str, Setting]]:
    """Read the settings of each service."""
    return {
        service: _service(reader, service, settings, known)
        for service, settings in reader.mapping(value).items()
        if is_role(reader, settings, service, known) and _may_be_set(reader, settings, service, known)
    }


def _may_be_set(reader: Reader, place: Value, service: str, known: Known) -> bool:
    instead = section_of(known, service)
    if instead is not None:
        reader.fail(place, f"the {service} has no settings here; {instead}")
    return instead is None


def _service(reader: Reader, service: str, value: Value, known: Known) -> dict[str, Setting]:
    valid = keys_of_service(known, None) | keys_of_service(known, service)
    found = reader.keys(value, required=(), optional={*valid, PROCESSES})
    found.pop(PROCESSES, None)
    check_settings(reader, found)
    read: dict[str, Setting] = {}
    for key, part in found.items():
        setting = valid[key]
        check_takes(reader, part, service, setting.name, known.services, known.rules_of)
        read[setting.name] = setting.kind.read(reader, part, known)
        for client in str(read[setting.name]).split() if setting.clients else ():
            check_passes(reader, part, service, client, known.services)
    return read
