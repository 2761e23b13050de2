"""What a drill or a person can name, from the registries: faults, mitigations, automations, retry policies."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from lab.drillfile.params import keys_of, unit_of
from lab.drillfile.registries import known
from services.policies import REGISTRY


@dataclass(frozen=True, slots=True)
class Named:
    """Something with a name: what it does, its parameters as they are typed, and what it is for.

    ``parameters``: name -> a value like ``3000ms`` where it is needed, else its default, in brackets.
    """

    name: str
    kind: str
    what: str
    parameters: Mapping[str, str]
    target: str


def faults() -> list[Named]:
    """What `lab fault add` and a drill's ``fault:`` and ``load:`` take."""
    return [_of_model(name, model) for name, model in known().faults.items()]


def mitigations() -> list[Named]:
    """What `lab mitigate` and a drill's ``mitigation:`` take."""
    return [_of_model(name, model) for name, model in known().mitigations.items()]


def automations() -> list[Named]:
    """What `lab automate` and a drill's ``automation:`` take."""
    return [_of_model(name, model) for name, model in known().automations.items()]


def policies() -> list[Named]:
    """What a ``policy`` is made of: one schedule, and as many guards as there should be."""
    found = []
    for name, spec in REGISTRY.items():
        about = _first(import_module(f"services.policies.{name.replace('-', '_')}").__doc__)
        defaults = {
            key: f"({parameter.show(parameter.default)})" for key, parameter in spec.parameters.items()
        }
        found.append(Named(name, spec.role, about, defaults, ""))
    return found


def _of_model(name: str, model: type[BaseModel]) -> Named:
    target = model.model_fields.get("target")
    default = "" if target is None or target.is_required() else str(target.default)
    about = _first(model.__doc__)
    for key, field in keys_of(model).items():
        about = about.replace(field, key)
    kind = str(getattr(model, "kind", "fault"))
    return Named(name, kind, about, dict(_parameters(model)), default)


def _parameters(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    for key, field in keys_of(model).items():
        info, quantity = model.model_fields[field], unit_of(field)[1]
        if info.is_required():
            words = get_args(info.annotation) if get_origin(info.annotation) is Literal else ()
            example = quantity.example if quantity is not None else "|".join(map(str, words)) or "..."
            yield key, example.replace(" ", "")
        elif info.default != "":
            yield key, f"({_default(info.default, field)})"


def _default(value: Any, field: str) -> str:  # noqa: ANN401 - whatever a model's field may be
    if value is PydanticUndefined or value is None:
        return "none"
    quantity = unit_of(field)[1]
    if quantity is None or isinstance(value, str):
        return str(value)
    own = min(quantity.units, key=lambda unit: abs(float(quantity.units[unit]) - 1))
    return f"{value:g} {own}" if float(quantity.units[own]) == 1 else f"{100 * value:g} %"


def _first(text: str | None) -> str:
    """The first paragraph of a docstring, on one line, as plain text."""
    return " ".join(inspect.cleandoc(text or "").split("\n\n")[0].split()).replace("``", "").replace("`", "")
