"""The section ``load``: customers, or one arrival process without a name."""

from lab import units
from lab.drillfile.customer_session import MOST_STEPS, REQUESTS
from lab.drillfile.load_section import MOST_CUSTOMERS, SECOND
from lab.drillfile.scalar_schema import (
    SERVICE,
    Schema,
    integer_schema,
    list_schema,
    mapping_schema,
    quantity_schema,
)

_DURATION = quantity_schema(units.DURATION_S)
_RATE = quantity_schema(units.RATE_RPS)
_SHARE = quantity_schema(units.SHARE)
_WORD: Schema = {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"}
_PATH: Schema = {"type": "string", "pattern": r"^\s*/", "description": "Like /play. Default: /."}
_CONNECTION: Schema = {"enum": ["persistent", "pooled"]}


def load_schema(*, partial: bool = False) -> Schema:
    """The section: one mapping for each of its forms.

    Args:
        partial: whether it need not be whole, as where a plan adds to it.
    """
    both = {
        "target": SERVICE | {"description": "The service that requests are sent to."},
        "rate": _RATE | {"description": "Requests per second in all; customers may share it."},
        "arrivals": {"enum": ["poisson"]},
        **_limits(),
    }
    customers = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": MOST_CUSTOMERS,
        "propertyNames": _WORD,
        "additionalProperties": _customer(),
        "description": "By name, arrival processes of their own.",
    }
    second = _SHARE | {"description": "Share of a second customer, at /streaming. Better: `customers`."}
    named = mapping_schema({**both, "customers": customers}, () if partial else ("customers",))
    plain = mapping_schema({**both, SECOND: second}, () if partial else ("target", "rate"))
    return {"anyOf": [plain, named], "description": "What is offered: an open loop."}


def _limits() -> dict[str, Schema]:
    return {
        "give-up": _DURATION | {"description": "When a request is given up. Default: 5 s."},
        "slo": _DURATION | {"description": "An answer counts as good within it. Default: 2 s."},
    }


def _customer() -> Schema:
    return mapping_schema(
        {
            "target": SERVICE | {"description": "Default: the load's."},
            "path": _PATH,
            "rate": _RATE | {"description": "Sessions that begin per second."},
            "share": _SHARE | {"description": "In place of `rate`: the share of the load's."},
            **_limits(),
            "session": _session(),
        },
        (),
        "An arrival process of its own: its schedule is the same whoever else is there.",
    )


def _session() -> Schema:
    step = mapping_schema({"name": _WORD, "path": _PATH, "pause": _DURATION}, ("name", "path"))
    steps = list_schema(step, "One request after another.", minItems=1, maxItems=MOST_STEPS)
    kept = {"connection": _CONNECTION, "requests": integer_schema(2, MOST_STEPS), "every": _DURATION}
    return {
        "anyOf": [
            {"const": REQUESTS, "description": "each arrival is a request of its own (default)"},
            mapping_schema({"steps": steps, "connection": _CONNECTION}, ("steps",)),
            mapping_schema(kept, tuple(kept)),
        ],
        "description": "What one arrival does: one request, several steps, or several over a connection of its own.",
    }
