"""A tournament's plan: a drill's sections, and four keys of its own."""

from lab.drillfile.json_schema.drill_schema import DIALECT, sections_schema, service_schema
from lab.drillfile.json_schema.step_schema import steps_schema
from lab.drillfile.read_drill import CELL_SECTIONS
from lab.drillfile.read_plan import OWN, THEIRS
from lab.drillfile.registries import Known
from lab.drillfile.scalar_schema import NAME, Schema, integer_schema, list_schema, mapping_schema


def plan_schema(using: Known) -> Schema:
    """The schema of a plan's file.

    Args:
        using: what a drill may name, as the reader takes it.
    """
    sections = sections_schema(using, partial=THEIRS)
    referred = {key: {"$ref": f"#/$defs/{key}"} for key in sections}
    theirs = mapping_schema({key: referred[key] for key in THEIRS})
    seeds = list_schema(integer_schema(), minItems=1, uniqueItems=True)
    own = {
        "contestants": _named(theirs, "Who takes part: by name, what each has in addition to what all have."),
        "triggers": _named(
            steps_schema(using, when="optional"), "By name, the steps of the phase `trigger`."
        ),
        "seeds": seeds | {"description": "Each contestant meets each trigger once with each seed."},
        "quick": mapping_schema(
            {"contestants": list_schema(NAME), "triggers": list_schema(NAME), "seeds": seeds},
            description="What `--quick` plays.",
        ),
    }
    return {
        "$schema": DIALECT,
        "title": "Plan",
        "description": "A tournament of the retry-storm lab: contestants under triggers over seeds, on one lab.",
        **mapping_schema({**referred, **own}, (*CELL_SECTIONS, *OWN[:3])),
        "$defs": {"service": service_schema(using), **sections},
    }


def _named(part: Schema, description: str) -> Schema:
    return {"type": "object", "minProperties": 1, "additionalProperties": part, "description": description}
