"""A plan's file -> ``Plan``. It has the words of a drill file, and four of its own.

contestants   by name, what is theirs: `configuration`, `method` and `load`, in addition to what every cell has
triggers      by name, the steps of the trigger's phase
seeds         `[1, 2, 3]`
quick         which contestants, triggers and seeds give a first answer
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from lab.drillfile.model import Drill
from lab.drillfile.phase import PhaseRole
from lab.drillfile.plan import Field, Plan
from lab.drillfile.problems import DrillError
from lab.drillfile.read_drill import CELL_SECTIONS, OPTIONAL, REQUIRED, read_content, read_drill
from lab.drillfile.registries import Known
from lab.drillfile.source import Value, parse_source
from lab.drillfile.values import Reader

OWN = ("contestants", "triggers", "seeds", "quick")
TRIGGER: PhaseRole = "trigger"
"""The role of the phase in which a trigger's steps are applied, where they name none."""
THEIRS = ("configuration", "method", "load")


def is_plan(path: Path) -> bool:
    """Whether a file is a plan, or meant to be one: it names contestants.

    Raises:
        DrillError: it can't be read.
    """
    top, _ = parse_source(str(path), read_content(path))
    return isinstance(top.content, Mapping) and "contestants" in top.content


def load_plan(path: Path, using: Known) -> Plan:
    """Read a plan and all of its drills.

    Raises:
        DrillError: the file can't be read, or something in it is wrong; all of it is named at once.
    """
    content = read_content(path)
    top, problems = parse_source(str(path), content)
    reader = Reader(problems)
    text = content.decode("utf-8-sig")
    sections = reader.keys(top, (*CELL_SECTIONS, *OWN[:3]), {*REQUIRED, *OPTIONAL, *OWN})
    own = {key: part for key, part in sections.items() if key in OWN}
    shared = replace(top, content={k: v for k, v in sections.items() if k not in OWN})
    contestants = _named(reader, own.get("contestants"))
    triggers = _named(reader, own.get("triggers"))
    drills = {
        (who, what): read_drill(reader, _cell(reader, shared, theirs, steps), using, name=f"{who}--{what}",
                                text=text, required=CELL_SECTIONS)
        for who, theirs in contestants.items() for what, steps in triggers.items()
    }  # fmt: skip
    whole = Field(tuple(contestants), tuple(triggers), _seeds(reader, own.get("seeds")))
    quick = _quick(reader, own.get("quick"), whole)
    _one_bridge(reader, contestants, drills)
    if reader.problems:
        raise DrillError.of(str(path), reader.problems)
    checked = {pair: Drill.model_validate(drill.resolved()) for pair, drill in drills.items()}
    one = next(iter(checked.values()))
    return Plan(path, path.stem, one.title, one.description, whole, quick, checked, text)


def _named(reader: Reader, value: Value | None) -> dict[str, Value]:
    """What stands under names; at least one."""
    found = reader.mapping(value) if value is not None else {}
    if value is not None and not found:
        reader.fail(value, "is empty; write at least one name")
    for name, part in found.items():
        if not name.replace("-", "").replace(".", "").isalnum() or "--" in name:
            reader.fail(part, f"{name!r} can't be a name: letters, digits, dots and single hyphens")
    return found


def _cell(reader: Reader, shared: Value, theirs: Value, steps: Value) -> Value:
    """The sections of one cell: what all have, what is the contestant's, and the trigger's steps."""
    sections = dict(reader.mapping(shared))
    for key, part in reader.keys(theirs, (), THEIRS).items():
        sections[key] = _joined(sections[key], part) if key in sections else part
    phase = _trigger_phase(sections.get("phases"))
    trigger = tuple(_during_trigger(step, phase) for step in reader.items(steps))
    method = sections.get("method", replace(steps, content=()))
    sections["method"] = replace(method, content=(*reader.items(method), *trigger))
    return replace(shared, content=sections)


def _joined(first: Value, second: Value) -> Value:
    """Lists one after the other; mappings key by key, the second's words before the first's."""
    if isinstance(first.content, tuple) and isinstance(second.content, tuple):
        return replace(second, content=(*first.content, *second.content))
    if isinstance(first.content, dict) and isinstance(second.content, dict):
        both = dict(first.content)
        for key, part in second.content.items():
            both[key] = _joined(both[key], part) if key in both else part
        return replace(second, content=both)
    return second


def _trigger_phase(phases: Value | None) -> str:
    """The name of the first phase with the role trigger; what is wrong with the phases is reported with each drill."""
    written = phases.content if phases is not None and isinstance(phases.content, dict) else {}
    for name, part in written.items():
        role = part.content.get("role") if isinstance(part.content, dict) else None
        if role is not None and role.content == TRIGGER:
            return name
    return TRIGGER


def _during_trigger(step: Value, phase: str) -> Value:
    if not isinstance(step.content, dict) or {"during", "from"} & step.content.keys():
        return step
    return replace(step, content={**step.content, "during": Value(step.line, step.path, phase)})


def _seeds(reader: Reader, value: Value | None) -> tuple[int, ...]:
    seeds = tuple(reader.integer(item) for item in reader.items(value)) if value is not None else (1,)
    if value is not None and (not seeds or len(set(seeds)) < len(seeds)):
        reader.fail(value, "must name at least one seed, and each once, like `[1, 2, 3]`")
    return seeds


def _quick(reader: Reader, value: Value | None, whole: Field) -> Field:
    """The field of a first answer; what it doesn't name is the whole plan's, with one seed."""
    found = reader.keys(value, (), ("contestants", "triggers", "seeds")) if value is not None else {}

    def chosen(key: str, valid: tuple[str, ...]) -> tuple[str, ...]:
        items = reader.items(found[key]) if key in found else ()
        return tuple(reader.choice(item, valid, key.removesuffix("s")) for item in items) or valid

    seeds = _seeds(reader, found["seeds"]) if "seeds" in found else whole.seeds[:1]
    return Field(chosen("contestants", whole.contestants), chosen("triggers", whole.triggers), seeds)


def _one_bridge(
    reader: Reader, contestants: Mapping[str, Value], drills: Mapping[tuple[str, str], Drill]
) -> None:
    """All cells run on one lab: no one may ask for monitoring or a load that needs another one."""
    if not drills:
        return
    first = next(iter(drills.values()))
    for (who, _), drill in drills.items():
        if drill.load.target != first.load.target:
            reader.fail(contestants[who], "a contestant can't send its load elsewhere: all run on one lab")
