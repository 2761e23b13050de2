"""``configuration``: the settings that each service takes, by its role."""

from lab.drillfile.processes import PROCESSES, SCHEMA, has_several
from lab.drillfile.registries import Known
from lab.drillfile.scalar_schema import Schema, mapping_schema
from lab.drillfile.service_settings import keys_of_service, section_of


def configuration_schema(using: Known) -> Schema:
    """Live settings from the start, per service."""
    services = using.services
    about = "Live settings from the start of the run, per service."
    if services is None:
        return {"type": "object", "additionalProperties": _settings(using, None), "description": about}
    configured = [name for name in services if section_of(using, name) is None]
    return mapping_schema({name: _settings(using, name) for name in configured}, description=about)


def _settings(using: Known, service: str | None) -> Schema:
    own = {key: setting.kind.schema for key, setting in keys_of_service(using, service).items()}
    return mapping_schema({**own, PROCESSES: SCHEMA} if has_several(using, service) else own)
