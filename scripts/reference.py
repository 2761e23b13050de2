"""Write the parts of docs/reference/ that the code knows best, between their marks: ``make generate``."""

import re
from collections.abc import Callable, Iterable, Mapping
from inspect import cleandoc
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from lab.analysis.verdict.verdict import Figures, Finding, Judged, PhaseFigures, Plane, Verdict
from lab.drillfile.causes import KINDS
from lab.drillfile.metrics import METRICS
from lab.journal import events
from lab.schemas import make_schema
from scripts.command_reference import commands

PAGES = Path(__file__).parents[1] / "docs" / "reference"
ENVELOPE = frozenset({"type", "seq", "t"})
MOST_KEYS = 8
"""A list of more keys than this is no help in a table."""
VERDICT: Mapping[str, type[BaseModel]] = {
    "the whole": Verdict,
    "`expectations[]`": Judged,
    "`instrument[]`": Finding,
    "`phases[]`": PhaseFigures,
    "`metrics`": Figures,
    "`metrics.monitoring.PLANE`": Plane,
}


def table(*head: str, rows: Iterable[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def metrics() -> str:
    """Every metric of the registry."""
    rows = ((f"`{one.name}`", one.unit.value, one.sentence) for one in METRICS.values())
    return table("Name", "Unit", "Meaning", rows=rows)


def sections() -> str:
    """The sections of a drill file, by its schema."""
    schema = make_schema("drill")
    parts = {key: schema["$defs"].get(key, part) for key, part in schema["properties"].items()}
    rows = ((f"`{key}`", _keys(part), part.get("description", "")) for key, part in parts.items())
    return table("Section", "Keys in it", "Meaning", rows=rows)


def scenario_keys() -> str:
    """The keys of a scenario's file, by its schema; those of a part with the part before them."""
    rows: list[tuple[str, ...]] = []
    _keys_below(make_schema("scenario"), "", rows)
    return table("Key", "Needed", "Meaning", rows=rows)


def _keys_below(part: Mapping[str, Any], path: str, rows: list[tuple[str, ...]]) -> None:
    for key, below in part["properties"].items():
        whole = f"{path}{key}"
        rows.append((f"`{whole}`", "yes" if key in part.get("required", ()) else "", _meaning(below)))
        if whole in {"lab", "sealed", "sealed.victory"}:
            _keys_below(below, f"{whole}.", rows)


def _meaning(part: Mapping[str, Any]) -> str:
    return str(part.get("description", "true or false" if part.get("type") == "boolean" else ""))


def cause_kinds() -> str:
    """What can be declared."""
    return table(
        "Kind", "What it says of its target", rows=((f"`{kind}`", said) for kind, said in KINDS.items())
    )


def journal_lines() -> str:
    """Every type of line, by its model."""
    models = get_args(get_args(events.Event)[0])
    rows = ((f"`{one.model_fields['type'].default}`", _about(one), _fields(one)) for one in models)
    return table("`type`", "Meaning", "Fields", rows=rows)


def verdict_fields() -> str:
    """The parts of verdict.json, by their models."""
    rows = ((part, _about(model), _fields(model)) for part, model in VERDICT.items())
    return table("Part", "Meaning", "Fields", rows=rows)


def _keys(part: Mapping[str, Any]) -> str:
    below = part.get("properties", {})
    return ", ".join(f"`{key}`" for key in below) if len(below) <= MOST_KEYS else ""


def _about(model: type[BaseModel]) -> str:
    text = cleandoc(model.__doc__ or "").split("\n\n")[0].replace("\n", " ")
    return re.sub(r"``([^`]+)``", r"`\1`", text)


def _fields(model: type[BaseModel]) -> str:
    fields = (field.alias or name for name, field in model.model_fields.items() if name not in ENVELOPE)
    return ", ".join(f"`{name}`" for name in fields)


BLOCKS: Mapping[tuple[str, str], Callable[[], str]] = {
    ("metrics.md", "metrics"): metrics,
    ("drill-file.md", "sections"): sections,
    ("scenario-file.md", "keys"): scenario_keys,
    ("scenario-file.md", "causes"): cause_kinds,
    ("journal.md", "lines"): journal_lines,
    ("verdict.md", "fields"): verdict_fields,
    ("commands.md", "commands"): commands,
}
"""A page and the name of its marks -> what stands between them."""


def renewed(page: str, name: str, text: str) -> str:
    """A page's text with the block between its marks made anew.

    Raises:
        ValueError: the page does not have both marks once.
    """
    begin, end = f"<!-- {name}: made by scripts/reference.py -->", f"<!-- end of {name} -->"
    if text.count(begin) != 1 or text.count(end) != 1:
        raise ValueError(f"docs/reference/{page} needs `{begin}` and `{end}`, each once")
    before, _, rest = text.partition(begin)
    return f"{before}{begin}\n\n{BLOCKS[page, name]()}\n\n{end}{rest.partition(end)[2]}"


if __name__ == "__main__":
    for page, name in BLOCKS:
        file = PAGES / page
        file.write_text(renewed(page, name, file.read_text(encoding="utf-8")), encoding="utf-8")
        print(f"{file}: {name} written")
