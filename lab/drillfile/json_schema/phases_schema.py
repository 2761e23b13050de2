"""The phases: a role's own name with its duration, or any name with a duration, a role and a clock."""

from lab import units
from lab.drillfile.phase import ROLES
from lab.drillfile.read_phases import LONGEST_CLOCK, LONGEST_NAME, MOST, NAME_PATTERN
from lab.drillfile.scalar_schema import Schema, mapping_schema, quantity_schema, words_schema

_MEANING = {
    "baseline": "comes first; nothing is changed in it",
    "trigger": "where the trigger's steps are",
    "aftermath": "after a trigger, before anything is done about it",
    "mitigation": "where something is done about it",
    "retrigger": "applies the trigger's steps once more",
    "recovery": "afterwards",
}
_DURATION = quantity_schema(units.DURATION_S)


def phases_schema() -> Schema:
    """The section ``phases``; which phase may follow which is the reader's business."""
    clock = {
        "type": "string",
        "pattern": r"\S",
        "maxLength": LONGEST_CLOCK,
        "description": 'What a wall clock shows as it begins: "7:30 PST".',
    }
    role = words_schema({role: _MEANING[role] for role in ROLES}) | {"description": "The part that it plays."}
    whole = mapping_schema({"for": _DURATION, "role": role, "clock": clock}, ("for",))
    return {
        "type": "object",
        "description": "The phases in their order: names of your choice; the first has the role baseline.",
        "properties": {name: {"anyOf": [_DURATION, whole]} for name in ROLES},
        "additionalProperties": whole,
        "propertyNames": {"pattern": f"^(?:{NAME_PATTERN})$", "maxLength": LONGEST_NAME},
        "minProperties": 1,
        "maxProperties": MOST,
    }
