"""One step as a person types it on the command line, read exactly as in a drill file."""

import json
from collections.abc import Mapping

from lab.drillfile.method import read_steps
from lab.drillfile.model import Step
from lab.drillfile.problems import DrillError
from lab.drillfile.registries import known
from lab.drillfile.source import parse_source
from lab.drillfile.values import Reader

COMMAND_LINE = "command line"


def read_step(
    kind: str, what: str, target: str | None, values: Mapping[str, str], services: Mapping[str, str]
) -> Step:
    """A step from ``fault add``, ``policy set`` or ``mitigate``: ``{"latency": "3000ms"}`` and the like.

    ``target`` None: the one that is meant where nobody says another; where there is none, it is missed.

    Raises:
        DrillError: unknown fault, parameter, unit, service or policy; the nearest valid ones are offered.
    """
    # Flow mapping by hand: values keep the types that YAML gives them, as in a file; quotes guard what is no scalar.
    words = {"name": what, kind: what} | ({"target": target} if target else {}) | dict(values)
    written = ", ".join(f"{json.dumps(key)}: {_scalar(value)}" for key, value in words.items())
    top, problems = parse_source(COMMAND_LINE, f'{{"step": [{{{written}}}]}}'.encode())
    reader = Reader(problems)
    step = reader.keys(top, ("step",))["step"]
    steps = read_steps(reader, step, (), known(services), with_phase=False)
    if reader.problems:
        raise DrillError.of(COMMAND_LINE, reader.problems)
    return steps[0]


def _scalar(value: str) -> str:
    """Numbers and true/false as they are; everything else quoted."""
    plain = value.replace(".", "", 1).isdigit() or value in {"true", "false"}
    return value if plain else json.dumps(value)
