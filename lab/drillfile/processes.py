"""``processes`` under ``configuration``: by how many processes a service is played together, from the lab's start.

    configuration:
      storefront: {processes: 2, policy: immediate(retries=3)}

It is no live setting: who asks for another number needs another lab. Which services can have several, the topology says
(``x-lab: {processes: ...}``).
"""

from lab.drillfile.registries import Known
from lab.drillfile.scalar_schema import Schema, integer_schema
from lab.drillfile.source import Value
from lab.drillfile.values import Reader

PROCESSES = "processes"
MOST = 16

SCHEMA: Schema = integer_schema(1, MOST) | {
    "description": "How many processes play the service together; breakers, budgets and pools are each process's own."
}


def has_several(known: Known, service: str | None) -> bool:
    """Whether a service can be played by several processes; so far as it is known which services there are."""
    if known.services is None or service is None:
        return True
    return service in known.services and known.services[service].processes is not None


def read_processes(reader: Reader, value: Value, known: Known) -> dict[str, int]:
    """By service, how many, where that is not what the lab has anyway: as many need no other lab.

    Whoever reads the settings reports what is no mapping, and no service.
    """
    read: dict[str, int] = {}
    for service, settings in value.content.items() if isinstance(value.content, dict) else ():
        asked = reader.part(settings, PROCESSES)
        if asked is None or (known.services is not None and service not in known.services):
            continue
        if not has_several(known, service):
            able = ", ".join(sorted(name for name in known.services or () if has_several(known, name)))
            reader.fail(asked, f"{service} is played by one process; {able} can be played by several")
            continue
        wanted = reader.integer(asked, 1, MOST)
        if wanted != (known.services[service].processes if known.services else 1):
            read[service] = wanted
    return read
