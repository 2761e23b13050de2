"""``configuration``: the settings that each service takes, by its role."""

from collections.abc import Mapping

from lab.drillfile.roles import TAKES
from lab.drillfile.scalar_schema import Schema, mapping_schema
from lab.drillfile.service_settings import NOT_CONFIGURED, SETTINGS


def configuration_schema(services: Mapping[str, str] | None) -> Schema:
    """Live settings from the start, per service; None: the services are not known."""
    about = "Live settings from the start of the run, per service."
    if services is None:
        return {"type": "object", "additionalProperties": _settings(None), "description": about}
    configured = {name: role for name, role in services.items() if name not in NOT_CONFIGURED}
    return mapping_schema({name: _settings(role) for name, role in configured.items()}, description=about)


def _settings(role: str | None) -> Schema:
    takes = {setting.name for setting in SETTINGS.values()} if role is None else TAKES.get(role, frozenset())
    return mapping_schema(
        {key: setting.kind.schema for key, setting in SETTINGS.items() if setting.name in takes}
    )
