"""Steps of ``method`` and ``rollbacks``: one branch a fault, load change and mitigation, made of its model."""

from inspect import cleandoc
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from lab.drillfile.method import KINDS, WHEN
from lab.drillfile.named_settings import POLICY
from lab.drillfile.params import keys_of, unit_of
from lab.drillfile.registries import Known
from lab.drillfile.scalar_schema import (
    FLAG,
    NAME,
    SERVICE,
    TEXT,
    Schema,
    integer_schema,
    list_schema,
    mapping_schema,
    quantity_schema,
)

_WHEN = {"during": "The phase; undone at its end.", "from": "The phase; kept until the rollback."}


def steps_schema(using: Known, *, when: Literal["needed", "optional", "none"]) -> Schema:
    """A list of steps.

    Args:
        using: the registries of faults and mitigations.
        when: whether each says ``during`` or ``from`` a phase, may say it, or can't (``rollbacks``).
    """
    branches = [
        _step(kind, what, model, when) for kind in KINDS for what, model in sorted(using.steps(kind).items())
    ]
    return list_schema({"anyOf": branches})


def _step(kind: str, what: str, model: type[BaseModel], when: str) -> Schema:
    properties: dict[str, Schema] = {"name": NAME}
    if when != "none":
        properties |= {word: NAME | {"description": _WHEN[word]} for word in WHEN}
    properties[kind] = {"const": what}
    if "target" in model.model_fields:
        properties["target"] = SERVICE
    properties |= {key: _parameter(field, model.model_fields[field]) for key, field in keys_of(model).items()}
    fields = {**keys_of(model), "target": "target"}
    needed = [
        key
        for key, field in fields.items()
        if field in model.model_fields and model.model_fields[field].is_required()
    ]
    schema = mapping_schema(properties, ("name", kind, *needed), _about(model))
    if when == "needed":
        schema["oneOf"] = [{"required": [word]} for word in WHEN]
    return schema


def _about(model: type[BaseModel]) -> str:
    return cleandoc(model.__doc__ or "").split("\n\n")[0].replace("\n", " ")


def _parameter(field: str, info: FieldInfo) -> Schema:
    """A parameter as a drill writes it: its unit by the field's suffix, else its type."""
    key, quantity = unit_of(field)
    if key == "policy":
        return POLICY
    if quantity is not None:
        return quantity_schema(quantity)
    return _plain(info.annotation)


def _plain(wanted: Any) -> Schema:  # noqa: ANN401 - a field's annotation can be anything
    if get_origin(wanted) is Literal:
        return {"enum": [str(word) for word in get_args(wanted)]}
    if wanted is bool:
        return FLAG
    if wanted is int:
        return integer_schema()
    return {"type": "number"} if wanted is float else TEXT
