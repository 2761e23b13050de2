"""What a person can do to the lab from the page: made from the registries, so that a new fault is there by itself.

faults, load      lab fault add NAME --target T key=value
mitigations       lab mitigate NAME --target T key=value
policies          lab policy set CLIENT "POLICY"
"""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pydantic import BaseModel

from lab.drillfile import DrillError, Step, catalogue, fault_of, known, read_step
from lab.drillfile.model import StepKind
from lab.topology.roles import Roles
from lab.web.inputs import Input, inputs_of

POLICY = "policy"
"""The mitigation that has a command of its own, with a client instead of a target."""
SERVICE = "service"
"""A parameter that names a client."""
NO_POLICY = "none"
"""A policy that any client takes."""
KINDS: tuple[StepKind, ...] = ("fault", "load", "mitigation")
MOST_VALUE = 200


@dataclass(frozen=True, slots=True)
class Control:
    """One thing that can be applied.

    Attributes:
        kind: fault, load or mitigation, as the journal has it.
        what: its name in the registry.
        about: what it does, in a sentence.
        targets: where it can be applied; ``target`` is where it is by default.
        command: how the command that does the same begins.
    """

    kind: str
    what: str
    about: str
    targets: tuple[str, ...]
    target: str
    inputs: tuple[Input, ...]
    command: str

    @property
    def group(self) -> str:
        """Under which heading it stands."""
        return POLICY if self.what == POLICY else self.kind


def controls(roles: Roles, there: frozenset[str]) -> tuple[Control, ...]:
    """All that the registries have and this lab can take; takes a second, since each target is tried by its drill key.

    Args:
        roles: of the lab.
        there: the services that are part of it.
    """
    listed = (*catalogue.faults(), *catalogue.mitigations())
    about = {(one.kind, one.name): one.what.replace("*", "") for one in listed}
    here = Roles({name: role for name, role in roles.items() if role.service in there})
    return tuple(
        Control(kind, what, about[kind, what], targets, _default(what, model, here, targets), _inputs(model, here),
                _begins(what, kind))
        for kind in KINDS
        for what, model in known().steps(kind).items()
        if (targets := tuple(_targets(kind, what, model, here)))
    )  # fmt: skip


def _targets(kind: str, what: str, model: type[BaseModel], here: Roles) -> Iterator[str]:
    """Where it can be applied.

    Of a load change the load, of a proxy's fault the devices, of another fault what takes part in calls; of a
    mitigation whatever a drill file may name as its target.
    """
    if kind == "load":
        yield from here.of_kind("load")
    elif "listener" in model.model_fields:
        yield from here.of_kind("device")
    elif kind == "fault":
        yield from here.of_kind("device", "client", "server")
    elif getattr(model, "uses", frozenset()) <= set(here):
        yield from (name for name in here if _takes(what, name, _sample(model, name, here), here))


def _takes(what: str, name: str, values: Mapping[str, str], here: Roles) -> bool:
    try:
        read_step("mitigation", what, name, values, here)
    except DrillError:
        return False
    return True


def _sample(model: type[BaseModel], target: str, here: Roles) -> dict[str, str]:
    """Values of the parameters that must be given, so that only the target can be wrong."""
    found = {}
    for one in inputs_of(model):
        if one.required:
            least = 1.0 if one.least is None else one.least
            number = f"{least + (one.step or 1.0) * one.above_least:g}{one.unit}"
            found[one.key] = number if one.type == "number" else NO_POLICY
    if SERVICE in found:
        found[SERVICE] = next((name for name in here[target].calls if name in here), target)
    return found


def _inputs(model: type[BaseModel], here: Roles) -> tuple[Input, ...]:
    """With what can be suggested in this lab, where a word is asked for."""
    suggested = {
        SERVICE: tuple(sorted(here.serving)),
        POLICY: tuple(one.name for one in catalogue.policies()),
    }
    return tuple(replace(one, choices=one.choices or suggested.get(one.key, ())) for one in inputs_of(model))


def _default(what: str, model: type[BaseModel], here: Roles, targets: tuple[str, ...]) -> str:
    """Where it goes by default: what its class says or has as an example, the device, or the load's client."""
    field = model.model_fields["target"]
    own = None if field.is_required() else str(field.default)
    example = getattr(model, "example", {}).get("target")
    wanted = (own, example, fault_of(what, None, here)[1], here.client)
    return next((name for name in wanted if name in targets), targets[0])


def _begins(what: str, kind: str) -> str:
    if what == POLICY:
        return "lab policy set"
    return f"lab mitigate {what}" if kind == "mitigation" else f"lab fault add {what}"


def step_of(kind: str, what: str, target: str | None, values: Mapping[str, str], roles: Roles) -> Step:
    """What a page asks for, read as the command line is.

    Raises:
        DrillError: unknown fault, parameter, unit or service; the nearest valid ones are offered.
    """
    if kind not in KINDS:
        raise DrillError(f"{kind[:MOST_VALUE]!r} is not a fault, load or mitigation")
    if any(len(text) > MOST_VALUE for text in (what, target or "", *values, *values.values())):
        raise DrillError(f"a value has {MOST_VALUE} characters at most")
    model = known().steps(kind).get(what)
    if kind != "mitigation" and target is None and model is not None:
        target = fault_of(what, target, roles)[1]
    return read_step(kind, what, target, {key: value for key, value in values.items() if value}, roles)


def command_of(kind: str, what: str, target: str | None, values: Mapping[str, str]) -> str:
    """The command that does the same."""
    given = {key: value for key, value in values.items() if value}
    if what == POLICY and kind == "mitigation":
        return f"lab policy set {shlex.join([target or '', given.get(POLICY, '')])}"
    to = ["--target", target] if target else []
    return f"{_begins(what, kind)} {shlex.join([*to, *(f'{key}={value}' for key, value in given.items())])}".strip()
