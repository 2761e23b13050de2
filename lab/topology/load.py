"""A Compose file -> Topology: read, drop what only containers need, fill in variables, validate, connect."""

import difflib
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dotenv import dotenv_values
from pydantic import ValidationError

from lab.topology.build import build_roles, build_service
from lab.topology.check_roles import X_LAB, check_roles
from lab.topology.container_only import CONTAINER_ONLY
from lab.topology.errors import TopologyError
from lab.topology.interpolate import interpolate
from lab.topology.model import ServiceSpec, Topology
from lab.topology.reader import Document, Location, read_document
from lab.topology.routes import routes
from lab.topology.schema import ComposeModel, LabModel, ServiceModel

_SHAPES = "Compare with compose/compose.yaml; docs/explanation/architecture.md lists what the lab interprets"


def load_topology(path: Path, variables: Mapping[str, str] = MappingProxyType({})) -> Topology:
    """Read a topology.

    Args:
        path: the Compose file. A ``.env`` beside it gives values to its variables.
        variables: values that outrank the ``.env``.

    Raises:
        TopologyError: the file can't be read or has anything that the lab does not interpret.
    """
    file = path.absolute()
    document = read_document(file)
    if not isinstance(document.content, dict):
        raise TopologyError(file, None, "this is no Compose file: it has no `services`", _SHAPES)
    values = _env_file(file.parent / ".env") | dict(variables)
    model = _validated(document, values)
    roles = build_roles(model)
    values = routes(roles, _built(model, file.parent)) | values
    model = _validated(document, values)
    return Topology(
        file=file,
        name=model.name,
        services=MappingProxyType(_built(model, file.parent)),
        roles=roles,
        networks=tuple(model.networks),
        volumes=tuple(model.volumes),
        variables=MappingProxyType(values),
    )


def _validated(document: Document, values: Mapping[str, str]) -> ComposeModel:
    content = interpolate(document, _interpreted(document.content), (), values)
    try:
        model = ComposeModel.model_validate(content)
    except ValidationError as error:
        raise _explained(document, error) from error
    _check_references(document, model)
    check_roles(document, model)
    return model


def _built(model: ComposeModel, folder: Path) -> dict[str, ServiceSpec]:
    return {name: build_service(name, model, folder) for name in model.services}


def _env_file(file: Path) -> dict[str, str]:
    return {name: value or "" for name, value in dotenv_values(file).items()} if file.is_file() else {}


def _interpreted(content: dict[str, Any]) -> dict[str, Any]:
    """The file without ``x-...`` and without the keys of services that are for containers only."""
    kept = {key: value for key, value in content.items() if not key.startswith("x-")}
    if isinstance(services := kept.get("services"), dict):
        kept["services"] = {name: _without_container_only(service) for name, service in services.items()}
    return kept


def _without_container_only(service: object) -> object:
    if not isinstance(service, dict):
        return service
    kept = {k: v for k, v in service.items() if k not in CONTAINER_ONLY}
    return {k: v for k, v in kept.items() if k == X_LAB or not k.startswith("x-")}


def _explained(document: Document, error: ValidationError) -> TopologyError:
    first = error.errors(include_url=False)[0]
    where: Location = first["loc"]
    shown = ".".join(str(part) for part in where if part != "[key]") or "the file"
    if first["type"] == "extra_forbidden":
        return document.error(where, f"`{shown}` is outside of what the lab interprets", _nearest(where))
    if first["type"] == "missing":
        return document.error(where, f"`{shown}` is missing", _SHAPES)
    message = first["msg"].removeprefix("Value error, ")
    got = "" if isinstance(first["input"], dict | list) else f" (got `{first['input']}`)"
    if first["type"] == "list_type":
        return document.error(where, f"`{shown}` is no list{got}", "Write it as a list: [first, second]")
    if first["type"] == "dict_type":
        return document.error(where, f"`{shown}` is no mapping{got}", "Write it as `name: value` pairs")
    return document.error(where, f"`{shown}`{got}: {message}", _SHAPES)


def _nearest(where: Location) -> str:
    if X_LAB in where:
        near = difflib.get_close_matches(str(where[-1]), [*LabModel.model_fields], n=1)
        return f"Did you mean `{near[0]}`?" if near else f"It may have: {', '.join(LabModel.model_fields)}"
    known = [*ServiceModel.model_fields, *CONTAINER_ONLY] if len(where) > 1 else [*ComposeModel.model_fields]
    near = difflib.get_close_matches(str(where[-1]), known, n=1)
    hint = f"Did you mean `{near[0]}`? " if near else ""
    return hint + "Take it out, or list it in lab/topology/container_only.py if only an engine needs it"


def _check_references(document: Document, model: ComposeModel) -> None:
    for name, service in model.services.items():
        where: Location = ("services", name)
        _require(document, (*where, "networks"), service.networks, model.networks, "network")
        _require(document, (*where, "secrets"), service.secrets, model.secrets, "secret")
        _require(document, (*where, "depends_on"), service.depends_on, model.services, "service")
        _check_health(document, (*where, "depends_on"), service, model)
        if not service.entrypoint and not service.command:
            raise document.error(where, f"`{name}` has no command", "Give it one: no image's default is read")
    try:
        TopologicalSorter({name: s.depends_on for name, s in model.services.items()}).prepare()
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        cause = f"`depends_on` runs in a circle: {circle}"
        raise document.error(
            ("services", error.args[1][0], "depends_on"), cause, "Take one of them out"
        ) from error


def _require(
    document: Document,
    where: Location,
    used: Mapping[str, Any] | list[str],
    known: Mapping[str, Any],
    kind: str,
) -> None:
    for at, name in enumerate(used):
        if name not in known:
            near = difflib.get_close_matches(name, list(known), n=1)
            hint = f"Did you mean `{near[0]}`?" if near else f"Known: {', '.join(known) or 'none'}"
            place = (*where, at if isinstance(used, list) else name)
            raise document.error(place, f"there is no {kind} `{name}`", hint)


def _check_health(document: Document, where: Location, service: ServiceModel, model: ComposeModel) -> None:
    for needed, dependency in service.depends_on.items():
        if dependency.condition == "service_healthy" and model.services[needed].healthcheck is None:
            cause = f"`{needed}` is waited for to be healthy but has no `healthcheck`"
            remedy = "Give it one, or wait for service_started"
            raise document.error((*where, needed), cause, remedy)
