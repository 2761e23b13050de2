"""``envelope``: how loose a fix may make what protects, like ``{auth: {queue_limit: 2000}, bridge: {queue: 600}}``."""

from collections.abc import Mapping

from lab.drillfile.model import Setting
from lab.drillfile.named_settings import is_role
from lab.drillfile.protection import LISTEN_QUEUE, PROTECTIVE
from lab.drillfile.registries import Known
from lab.drillfile.roles import check_takes
from lab.drillfile.service_settings import keys_of_service
from lab.drillfile.setting_kinds import SettingKey
from lab.drillfile.source import Value
from lab.drillfile.values import Reader

QUEUE = "queue"
"""A device's key: connections that may wait to be accepted."""
MOST_QUEUE = 65_535

Envelope = dict[str, dict[str, Setting]]


def protective(keys: Mapping[str, SettingKey]) -> dict[str, SettingKey]:
    """Those of a service's keys that protect."""
    return {key: setting for key, setting in keys.items() if setting.name in PROTECTIVE}


def read_envelope(reader: Reader, value: Value, using: Known) -> Envelope:
    """The loosest value that each protective setting may have, by service; the others may be no looser than before."""
    return {
        service: _service(reader, service, part, using)
        for service, part in reader.mapping(value).items()
        if is_role(reader, part, service, using)
    }


def _service(reader: Reader, service: str, value: Value, using: Known) -> dict[str, Setting]:
    valid = protective(keys_of_service(using, None)) | protective(keys_of_service(using, service))
    found = reader.keys(value, required=(), optional=(*valid, QUEUE))
    limits: dict[str, Setting] = {}
    for key, part in found.items():
        if key == QUEUE:
            limits[LISTEN_QUEUE] = reader.integer(part, 1, MOST_QUEUE)
            continue
        check_takes(reader, part, service, valid[key].name, using.services, using.rules_of)
        limits[valid[key].name] = valid[key].kind.read(reader, part, using)
    return limits
