"""A whole drill file. Which section is needed depends on ``variants`` and ``search``, as in the reader."""

from collections.abc import Collection

from lab import units
from lab.drillfile.json_schema.condition_schema import abort_condition, expectation, steady_state_probe
from lab.drillfile.json_schema.load_schema import load_schema
from lab.drillfile.json_schema.phases_schema import phases_schema
from lab.drillfile.json_schema.settings_schema import configuration_schema
from lab.drillfile.json_schema.step_schema import steps_schema
from lab.drillfile.model import VERSION
from lab.drillfile.read_drill import CELL_SECTIONS, REQUIRED
from lab.drillfile.registries import Known
from lab.drillfile.roles import names_of
from lab.drillfile.scalar_schema import (
    FLAG,
    NAME,
    SERVICE,
    TEXT,
    Schema,
    integer_schema,
    list_schema,
    mapping_schema,
    one_of,
    quantity_schema,
    words_schema,
)
from lab.drillfile.search import MOST_SEEDS
from lab.drillfile.search import QUANTITIES as VARIED
from lab.drillfile.variants import FEWEST, KEY, MOST, OF_THE_FILE

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DURATION = quantity_schema(units.DURATION_S)


def drill_schema(using: Known) -> Schema:
    """The schema of a drill file.

    Args:
        using: what a drill may name, as the reader takes it.
    """
    sections = sections_schema(using)
    replaceable = {key: part for key, part in sections.items() if key not in OF_THE_FILE}
    variant = mapping_schema(
        {"name": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"}, **_referred(replaceable)},
        ("name",),
    )
    variants = list_schema(
        variant,
        "Ways of the same drill that are compared, each with what it replaces.",
        minItems=FEWEST,
        maxItems=MOST,
    )
    return {
        "$schema": DIALECT,
        "title": "Drill",
        "description": "A drill of the retry-storm lab: what is done to the system, when, and what should come of it.",
        **mapping_schema({**_referred(sections), KEY: variants}, ("version",)),
        "allOf": [_needed(key) for key in REQUIRED if key not in OF_THE_FILE],
        "$defs": {"service": service_schema(using), **sections},
    }


def service_schema(using: Known) -> Schema:
    """What a step may be aimed at; where only a role makes sense, the reader refuses a process."""
    return one_of(None if using.services is None else names_of(using.services))


def sections_schema(using: Known, *, partial: Collection[str] = ()) -> dict[str, Schema]:
    """Each section by its key; those in ``partial`` need not be whole."""
    return {
        "version": {"const": VERSION, "description": "Of the format of drill files."},
        "title": TEXT | {"description": "One line: what the drill shows."},
        "description": TEXT | {"description": "A paragraph for people."},
        "tags": list_schema(NAME, "Words to find the drill by."),
        "seed": integer_schema() | {"description": "Of the arrivals; --seed overrides it. Default: 1."},
        "load": load_schema(partial="load" in partial),
        "bridge": mapping_schema(
            {
                "headroom": {
                    "type": "number",
                    "exclusiveMinimum": 0,
                    "maximum": 100,
                    "description": "Capacity as a multiple of the offered rate, calibrated at bring-up.",
                },
                "queue": _DURATION
                | {"description": "Length of the accept queue in seconds of work. Default: 3.4 s."},
            },
            ("headroom",),
            "The device between the two networks.",
        ),
        "monitoring": one_of(using.modes)
        | {"description": "How the shared monitoring plane sees main; without it no plane watches."},
        "reserve": FLAG
        | {"description": "Whether there is a second device, idle until something is routed to it."},
        "configuration": configuration_schema(using),
        "steady-state-hypothesis": mapping_schema(
            {"title": TEXT, "probes": list_schema(steady_state_probe())},
            ("title", "probes"),
            "What must hold in the baseline. If it does not, nothing is applied and the drill is inconclusive.",
        ),
        "phases": phases_schema(),
        "method": steps_schema(using, when="needed") | {"description": "What is done, and until when."},
        "expect": list_schema(expectation(), "What you claim; each is judged.", minItems=1),
        "abort-if": list_schema(abort_condition(), "What ends the drill at once; everything is rolled back."),
        "blast-radius": list_schema(
            SERVICE, "Services that may be affected; another is a failed expectation."
        ),
        "rollbacks": steps_schema(using, when="none")
        | {"description": "Applied when all phases ran and all else was undone."},
        "search": _search(),
    }


def _referred(sections: dict[str, Schema]) -> dict[str, Schema]:
    return {key: {"$ref": f"#/$defs/{key}"} for key in sections}


def _needed(key: str) -> Schema:
    """A section at the top, or in each variant; a search's runs need not expect anything."""
    each = {"required": [KEY], "properties": {KEY: {"items": {"required": [key]}}}}
    free = [{"required": ["search"]}] if key not in CELL_SECTIONS else []
    return {"anyOf": [{"required": [key]}, each, *free]}


def _search() -> Schema:
    what = {
        "trigger": "how long the trigger lasts",
        "rate": "how much is offered, on a bridge that stays the same",
    }
    amount = {"anyOf": [quantity_schema(quantity) for quantity in VARIED.values()]}
    return mapping_schema(
        {
            "vary": words_schema(what),
            "from": amount,
            "to": amount,
            "resolution": amount,
            "seeds": integer_schema(1, MOST_SEEDS),
        },
        ("vary", "from", "to"),
        "What is varied to find where the lab tips.",
    )
