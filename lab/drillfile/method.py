"""``method``: what changes the world, in which phase, and until when."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Literal, TypeVar

from pydantic import BaseModel

from lab.drillfile.model import Step, StepKind
from lab.drillfile.named_settings import is_role, is_service, read_policy
from lab.drillfile.params import keys_of, read_params
from lab.drillfile.phase import Phase
from lab.drillfile.read_phases import read_phase_name
from lab.drillfile.registries import Known
from lab.drillfile.roles import check_device, check_passes, check_process, check_role, check_takes
from lab.drillfile.source import Value
from lab.drillfile.values import Reader
from lab.units import quote, suggest

When = Literal["during", "from"]
Word = TypeVar("Word", bound=str)

KINDS: tuple[StepKind, ...] = ("fault", "mitigation", "load", "automation")
WHEN: tuple[When, ...] = ("during", "from")
_COMMON = ("name", "target", *WHEN, *KINDS)
_UNREAD = Step(name="", when="from", phase="", kind="fault", what="", target="", params={})


def read_steps(
    reader: Reader, value: Value, phases: Sequence[Phase], known: Known, *, with_phase: bool = True
) -> tuple[Step, ...]:
    """Read ``method`` (or ``rollbacks``, whose steps have no phase)."""
    items = reader.items(value)
    steps = tuple(_step(reader, item, phases if with_phase else None, known) for item in items)
    reader.unique(value, zip(items, (step.name for step in steps), strict=True))
    return steps


def _step(reader: Reader, value: Value, phases: Sequence[Phase] | None, known: Known) -> Step:
    found = reader.mapping(value)
    kind = _one_of(reader, value, KINDS)
    when: When | None = _one_of(reader, value, WHEN) if phases is not None else "from"
    if kind is None or when is None:
        return _UNREAD
    registry = known.steps(kind)
    what = reader.choice(found[kind], registry, kind)
    model = registry.get(what)
    if model is None:
        return _UNREAD
    keys = reader.keys(value, *_keys(model, kind, when if phases is not None else None))
    name = reader.name(keys["name"]) if "name" in keys else ""
    target = _target(reader, keys, model, known)
    if "policy" in model.model_fields and "policy" in keys:
        keys["policy"] = replace(keys["policy"], content=read_policy(reader, keys["policy"], known) or "none")
    if "service" in model.model_fields and isinstance(named := keys.get("service", value).content, str):
        _check_client(reader, keys["service"], target, named, known)
    own = {"name": name or "unread", "target": target or "unread"}
    return Step.model_construct(
        name=name,
        when=when,
        phase=_phase(reader, keys[when], phases, kind, when) if phases is not None and when in keys else "",
        kind=kind,
        what=what,
        target=target,
        params=read_params(reader, value, keys, model, own),
    )


def _keys(model: type[BaseModel], kind: str, when: str | None) -> tuple[list[str], list[str]]:
    """The keys a step must have, and those it may have besides."""
    fields = {**keys_of(model), **({"target": "target"} if "target" in model.model_fields else {})}
    needed = [key for key, field in fields.items() if model.model_fields[field].is_required()]
    return ["name", kind, *([when] if when else []), *needed], list(fields)


def _one_of(reader: Reader, value: Value, words: Collection[Word]) -> Word | None:
    """Which of some keys a step has; it must be exactly one."""
    if not isinstance(value.content, dict):
        return None
    given = [word for word in words if word in value.content]
    if len(given) == 1:
        return given[0]
    if given:
        reader.fail(value, f"{' and '.join(f'`{word}`' for word in given)} exclude each other; keep one")
        return None
    spare = sorted(set(value.content) - set(_COMMON))
    hints = (suggest(key, [*words]) for key in spare)
    hint = next(
        (f" ({quote(key)}{h})" for key, h in zip(spare, hints, strict=True) if "did you mean" in h), ""
    )
    reader.fail(value, f"key is missing: one of {', '.join(f'`{word}`' for word in words)}{hint}")
    return None


def _phase(reader: Reader, value: Value, phases: Sequence[Phase], kind: StepKind, when: When) -> str:
    name = read_phase_name(reader, value, phases, "phase of this drill")
    role = next((phase.role for phase in phases if phase.name == name), None)
    if role == "baseline":
        reader.fail(
            value, "nothing is changed in the baseline; use `configuration` for what holds from the start"
        )
    if role == "retrigger" and kind != "mitigation":
        reader.fail(value, f"`{name}` applies the trigger's steps once more by itself; leave this {kind} out")
    again = any(phase.role == "retrigger" for phase in phases)
    if role == "trigger" and again and when == "from" and kind != "mitigation":
        reader.fail(value, "a trigger that comes again must have ended before: write `during`, not `from`")
    return name


def _target(reader: Reader, keys: dict[str, Value], model: type[BaseModel], known: Known) -> str:
    if "target" in keys:
        target = reader.text(keys["target"])
        if not target or not is_service(reader, keys["target"], target, known):
            return ""
        _check_suits(reader, keys["target"], target, model, known)
        return target
    field = model.model_fields.get("target")
    return str(field.default) if field is not None and not field.is_required() else ""


def _check_client(reader: Reader, place: Value, target: str, named: str, known: Known) -> None:
    if is_role(reader, place, named, known):
        check_passes(reader, place, target, named, known.services)


def _check_suits(reader: Reader, place: Value, target: str, model: type[BaseModel], known: Known) -> None:
    """A problem where a mitigation can do nothing for its target, or a fault would hit others with it."""
    if known.services is None:
        return
    for setting in getattr(model, "sets", ()):
        check_takes(reader, place, target, setting, known.services, known.rules_of)
    if getattr(model, "for_devices", False):
        check_device(reader, place, target, known.services)
    if getattr(model, "of_process", False):
        check_process(reader, place, target, f"`{getattr(model, 'fault', '')}`", known.services)
    else:
        check_role(reader, place, target, known.services)
