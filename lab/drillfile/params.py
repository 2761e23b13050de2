"""A step's keys -> a fault's parameters, written over the model's fields: adding a fault needs nothing here.

A field's unit is its suffix and the key is the name without it: ``latency: 3000 ms`` is
``latency_ms=3000.0``.
"""

from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from lab import units
from lab.drillfile.source import Value
from lab.drillfile.values import Reader
from lab.units import Quantity, quote

SUFFIXES: Mapping[str, Quantity] = {
    "_ms": units.DURATION_MS,
    "_kbps": units.DATA_RATE_KBPS,
    "_rps": units.RATE_RPS,
    "_bytes": units.SIZE_BYTES,
    "_s": units.DURATION_S,
}
STEP_FIELDS = frozenset({"name", "target"})
"""Fields of a model that a step has keys of its own for."""


def unit_of(field: str) -> tuple[str, Quantity | None]:
    """The drill key of a field, and the quantity it is in (None: no unit)."""
    if field == "share" or field.endswith("_share"):
        return field, units.SHARE
    for suffix, quantity in SUFFIXES.items():
        if field.endswith(suffix):
            return field.removesuffix(suffix), quantity
    return field, None


def keys_of(model: type[BaseModel]) -> dict[str, str]:
    """Drill key -> field, without those that every step has."""
    return {unit_of(field)[0]: field for field in model.model_fields if field not in STEP_FIELDS}


def read_params(
    reader: Reader, step: Value, found: Mapping[str, Value], model: type[BaseModel], own: Mapping[str, str]
) -> dict[str, Any]:
    """Read the parameters of a step and have the model check them.

    Args:
        reader: where problems go.
        step: the whole step, for problems without a key.
        found: the step's keys; those that are no parameters are left alone.
        model: the fault or mitigation.
        own: the step's name and target, where the model has such fields.

    Returns:
        All parameters, defaults included, without name and target.
    """
    keys = keys_of(model)
    before = len(reader.problems)
    values = {field: _read(reader, found[key], field, model) for key, field in keys.items() if key in found}
    missing = any(model.model_fields[field].is_required() and key not in found for key, field in keys.items())
    if missing or len(reader.problems) > before:
        return {}
    given = {field: value for field, value in own.items() if field in model.model_fields}
    try:
        made = model(**values, **given)
    except ValidationError as error:
        for problem in error.errors():
            field = str(problem["loc"][0]) if problem["loc"] else ""
            where = found.get(unit_of(field)[0], step)
            reader.fail(where, f"{problem['msg']}; this is {quote(problem['input'])}")
        return {}
    return made.model_dump(mode="json", exclude=set(STEP_FIELDS))


def _read(reader: Reader, value: Value, field: str, model: type[BaseModel]) -> object:
    quantity = unit_of(field)[1]
    if quantity is not None:
        return reader.quantity(value, quantity)
    return _plain(reader, value, model.model_fields[field])


def _plain(reader: Reader, value: Value, info: FieldInfo) -> object:
    """A value without a unit, by the field's type."""
    wanted = info.annotation
    if get_origin(wanted) is Literal:
        return reader.choice(value, [str(word) for word in get_args(wanted)], "value")
    if wanted is bool:
        return reader.flag(value)
    if wanted is int:
        return reader.integer(value)
    if wanted is float:
        return reader.number(value, -1e9, 1e9)
    return reader.text(value)
