"""The JSON Schemas of what the lab reads and writes: drill file, plan, scenario, verdict, journal line.

``make_schema`` makes each from the models and registries; the files beside this module are those that were made last
(``make generate``), for editors and other programs. A test fails when they are stale.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from lab.analysis.verdict.verdict import Verdict
from lab.drillfile import known
from lab.drillfile.json_schema import drill_schema, plan_schema, scenario_schema
from lab.drillfile.json_schema.drill_schema import DIALECT
from lab.journal.events import EVENT
from lab.session import known_modes, known_services

Name = Literal["drill", "plan", "scenario", "verdict", "journal"]
NAMES: tuple[Name, ...] = get_args(Name)
FOLDER = Path(__file__).parent
SUFFIX = ".schema.json"


def make_schema(name: Name) -> dict[str, Any]:
    """The schema as the models and registries of this moment give it."""
    return _MAKERS[name]()


def schema_file(name: Name) -> Path:
    """Where the schema lies that was made last."""
    return FOLDER / f"{name}{SUFFIX}"


def as_text(schema: Mapping[str, Any]) -> str:
    """A schema as its file holds it."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def _drill() -> dict[str, Any]:
    return drill_schema(known(known_services(), known_modes()))


def _plan() -> dict[str, Any]:
    return plan_schema(known(known_services(), known_modes()))


def _scenario() -> dict[str, Any]:
    return scenario_schema(known(known_services(), known_modes()))


def _verdict() -> dict[str, Any]:
    return {"$schema": DIALECT, **Verdict.model_json_schema(mode="serialization")}


def _journal() -> dict[str, Any]:
    about = {"title": "Journal line", "description": "One line of journal.jsonl; `type` says which."}
    return {"$schema": DIALECT, **about, **EVENT.json_schema(mode="serialization")}


_MAKERS: Mapping[Name, Callable[[], dict[str, Any]]] = {
    "drill": _drill,
    "plan": _plan,
    "scenario": _scenario,
    "verdict": _verdict,
    "journal": _journal,
}
