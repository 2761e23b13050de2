"""A scenario of a game day: what players see, the lab, and what is sealed."""

from lab import units
from lab.drillfile.causes import KINDS, NOTHING
from lab.drillfile.json_schema.condition_schema import envelope_schema
from lab.drillfile.json_schema.drill_schema import DIALECT, service_schema
from lab.drillfile.json_schema.settings_schema import configuration_schema
from lab.drillfile.json_schema.step_schema import steps_schema
from lab.drillfile.read_scenario import EYES, HARDEST, LONGEST_MIN, MOST_USERS, REQUIRED
from lab.drillfile.registries import Known
from lab.drillfile.scalar_schema import (
    FLAG,
    NAME,
    TEXT,
    Schema,
    integer_schema,
    list_schema,
    mapping_schema,
    one_of,
    quantity_schema,
)
from lab.drillfile.scenario import VERSION

_DURATION = quantity_schema(units.DURATION_S)


def scenario_schema(using: Known) -> Schema:
    """The schema of a scenario's file.

    Args:
        using: what its steps may name, as the reader takes it.
    """
    players: dict[str, Schema] = {
        "version": {"const": VERSION, "description": "Of the format of scenario files."},
        "title": TEXT | {"description": "One line that players see; it gives nothing away."},
        "warning": TEXT | {"description": "What may be hurt, for how long, and what is never touched."},
        "difficulty": integer_schema(1, HARDEST) | {"description": f"1 (easy) to {HARDEST}."},
        "minutes": integer_schema(1, LONGEST_MIN) | {"description": "How long the game lasts at most."},
        "lab": _lab(using),
        "users": {
            "type": "object",
            "additionalProperties": integer_schema(1, MOST_USERS),
            "description": "By customer of the load (`all` where it has none): the people behind it.",
        },
        "sealed": _sealed(using),
    }
    return {
        "$schema": DIALECT,
        "title": "Scenario",
        "description": "A scenario of a game day on the retry-storm lab.",
        **mapping_schema(players, REQUIRED),
        "$defs": {"service": service_schema(using)},
    }


def _lab(using: Known) -> Schema:
    return mapping_schema(
        {
            "drill": NAME | {"description": "Its load, bridge and configuration are this drill's."},
            "rate": quantity_schema(units.RATE_RPS)
            | {"description": "Of all customers together; default: the drill's."},
            "headroom": {
                "type": "number",
                "exclusiveMinimum": 0,
                "maximum": 100,
                "description": "Capacity as a multiple of the offered rate; default: the drill's.",
            },
            "queue": _DURATION
            | {"description": "The accept queue, in seconds of work; default: the drill's."},
            "monitoring": one_of(using.modes) | {"description": "The planes that watch; without it, none."},
            "reserve": FLAG
            | {"description": "Whether there is a second device, idle; default: as in the drill."},
            "configuration": configuration_schema(using),
            "eyes": list_schema(
                {"enum": list(EYES)}, "What responders see: the lab's own figures, or a plane's.", minItems=1
            ),
        },
        ("drill",),
        "The lab to respond in: a drill's, with what is replaced here.",
    )


def _sealed(using: Known) -> Schema:
    words = [kind for kind in KINDS if kind != NOTHING]
    cause: Schema = {"type": "string", "pattern": rf"^\s*({NOTHING}|({'|'.join(words)})\s+of\s+\S+)\s*$"}
    causes: Schema = {"anyOf": [cause, list_schema(cause, minItems=1)]}
    about = "`KIND of TARGET` or `nothing`; a list where several are as right: the first is the debrief's."
    hint = mapping_schema({"text": TEXT, "costs": _DURATION}, ("text", "costs"))
    victory = {
        "within": _DURATION | {"description": "So soon after the second trigger service must be back."},
        "again": _DURATION | {"description": "How long the trigger is played the second time."},
        "envelope": envelope_schema(),
    }
    return mapping_schema(
        {
            "steps": _timed(using, say=False) | {"description": "The trigger; played again after `resolve`."},
            "twists": _timed(using, say=True) | {"description": "What comes once, or is only said."},
            "hints": list_schema(hint, "Help in this order, and the time that each costs."),
            "cause": causes | {"description": about},
            "victory": mapping_schema(victory, (), "How soon it is back after the trigger came again."),
        },
        ("steps", "cause", "victory"),
        "What only the director and the facilitator know before the end.",
    )


def _timed(using: Known, *, say: bool) -> Schema:
    """Steps of a drill file with the keys for their times; with ``say``, words alone will do."""
    schema = steps_schema(using, when="none")
    times: dict[str, Schema] = {
        "at": _DURATION,
        "for": _DURATION,
        "scripted": mapping_schema({"at": _DURATION, "for": _DURATION}),
        **({"say": TEXT} if say else {}),
    }
    branches = [
        {
            **branch,
            "properties": {**branch["properties"], **times},
            "required": [*branch["required"], "at"],
        }
        for branch in schema["items"]["anyOf"]
    ]
    if say:
        branches.append(mapping_schema(times, ("at", "say")))
    return list_schema({"anyOf": branches})
