"""One step as a person types it on the command line, read exactly as in a drill file."""

import json
from collections.abc import Mapping
from typing import Literal, get_args, get_origin

from pydantic import BaseModel

from lab.drillfile.method import read_steps
from lab.drillfile.model import Step
from lab.drillfile.params import keys_of, unit_of
from lab.drillfile.problems import DrillError
from lab.drillfile.registries import known
from lab.drillfile.roles import Services, devices
from lab.drillfile.source import parse_source
from lab.drillfile.values import Reader

COMMAND_LINE = "command line"


def fault_of(what: str, target: str | None, services: Services) -> tuple[str, str | None]:
    """The kind of what ``lab fault add`` names, and its target: the one that is asked for, its own, or the device.

    A name that is not known is left to ``read_step``, which says the nearest.
    """
    faults = known().faults
    model = faults.get(what)
    own = (
        model is not None
        and "target" in model.model_fields
        and not model.model_fields["target"].is_required()
    )
    return getattr(model, "kind", "fault"), target or (None if own else next(iter(devices(services)), None))


def read_step(
    kind: str, what: str, target: str | None, values: Mapping[str, str], services: Services
) -> Step:
    """A step from ``fault add``, ``policy set``, ``mitigate`` or ``automate``: ``{"latency": "3000ms"}`` and the like.

    ``target`` None: the one that is meant where no one says another; where there is none, it is missed.

    Raises:
        DrillError: unknown fault, parameter, unit, service or policy; the nearest valid ones are offered.
    """
    _check_given(kind, what, values)
    # A flow mapping: values keep the types that YAML gives them, as in a file; quotes guard what is no scalar.
    words = {"name": what, kind: what} | ({"target": target} if target else {}) | dict(values)
    written = ", ".join(f"{json.dumps(key)}: {_scalar(value)}" for key, value in words.items())
    top, problems = parse_source(COMMAND_LINE, f'{{"step": [{{{written}}}]}}'.encode())
    reader = Reader(problems)
    step = reader.keys(top, ("step",))["step"]
    steps = read_steps(reader, step, (), known(services), with_phase=False)
    if reader.problems:
        raise DrillError.of(COMMAND_LINE, reader.problems)
    return steps[0]


def _check_given(kind: str, what: str, values: Mapping[str, str]) -> None:
    """Refuse a step without a parameter that it needs, with an example of how it is typed."""
    model = known().steps(kind).get(what)
    if model is None:
        return
    keys = keys_of(model)
    missing = [
        key for key, field in keys.items() if model.model_fields[field].is_required() and key not in values
    ]
    if missing and set(values) <= {*keys, "target"}:
        examples = " ".join(_example(key, keys[key], model) for key in missing)
        raise DrillError(f"{what} needs {' and '.join(missing)}, like: {examples}")


def _example(key: str, field: str, model: type[BaseModel]) -> str:
    quantity = unit_of(field)[1]
    if quantity is not None:
        return f"{key}={quantity.example.replace(' ', '')}"
    wanted = model.model_fields[field].annotation
    words = get_args(wanted) if get_origin(wanted) is Literal else ()
    samples = {"policy": '"budget + breaker"', "service": "streaming"}
    return f"{key}={words[0] if words else samples.get(key, '2')}"


def _scalar(value: str) -> str:
    """Numbers and true/false as they are; everything else quoted."""
    plain = value.replace(".", "", 1).isdigit() or value in {"true", "false"}
    return value if plain else json.dumps(value)
