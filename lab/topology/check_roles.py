"""What must be true of the roles in a Compose file taken together, each refusal with its line."""

import difflib

from lab.topology.reader import Document, Location
from lab.topology.schema import ComposeModel, LabModel, RoleModel, ServiceModel

X_LAB = "x-lab"
PROCESSES = "PROCESSES"
"""The variable by which a service's first process knows how many it is to have."""


def processes_variable(service: str) -> str:
    """The variable of the Compose file that says how many processes a service has."""
    return f"{service.upper().replace('-', '_')}_{PROCESSES}"


def check_roles(document: Document, model: ComposeModel) -> None:
    """Each role has one name of its own and calls roles that there are; in a shared process, ports of its own, too.

    Raises:
        TopologyError: one doesn't; says which, where and what to write.
    """
    known = _named(document, model)
    for service, spec in model.services.items():
        said = spec.lab or LabModel()
        _check_calls(document, ("services", service, X_LAB), said, known)
        _check_sharing(document, service, spec, said)
        _check_processes(document, service, spec, said)
        for name, role in said.roles.items():
            _check_calls(document, ("services", service, X_LAB, "roles", name), role, known)


def _named(document: Document, model: ComposeModel) -> set[str]:
    """The names of all roles."""
    known: set[str] = set()
    for service, spec in model.services.items():
        sharing = (spec.lab or LabModel()).roles
        for name in sharing or (service,):
            where: Location = ("services", service, X_LAB, "roles", name)
            if name in known or (name in sharing and name in model.services):
                cause = f"the role `{name}` has the name of another role or service"
                raise document.error(where, cause, "Give it a name of its own")
            known.add(name)
    return known


def _check_sharing(document: Document, service: str, spec: ServiceModel, said: LabModel) -> None:
    """Several roles, each at ports that the service has and no other role of it."""
    where: Location = ("services", service, X_LAB, "roles")
    if len(said.roles) == 1:
        cause = f"`{service}` plays the one role `{next(iter(said.roles))}`"
        raise document.error(where, cause, f"Write it as `{X_LAB}` itself; its name is the service's")
    taken: dict[int, str] = {}
    for name, role in said.roles.items():
        for key, port, there in (("data", role.data, spec.expose), ("control", role.control, spec.ports)):
            at: Location = (*where, name, key)
            if port not in there:
                section = "expose" if key == "data" else "ports"
                listed = ", ".join(map(str, there)) or "none"
                cause = f"the {key} port {port} of `{name}` is not among the `{section}` of `{service}`"
                raise document.error(at, cause, f"It has {listed}; add this one, or take one of them")
            if port in taken:
                cause = f"`{name}` and `{taken[port]}` have the same port {port}"
                raise document.error(at, cause, "Give each role a data port and a control port of its own")
            taken[port] = name


def _check_processes(document: Document, service: str, spec: ServiceModel, said: LabModel) -> None:
    """So many as its command starts, of a role that counts and is all that its processes play."""
    if said.processes is None:
        return
    at: Location = ("services", service, X_LAB, "processes")
    given = spec.environment.get(PROCESSES)
    if said.roles or said.kind not in {"client", "server"}:
        cause = f"`{service}` can't be played by several processes: it is not one client or server"
        raise document.error(at, cause, "Take `processes` out")
    if given != str(said.processes):
        cause = f"`{X_LAB}` says {said.processes} processes, and `{PROCESSES}` in its environment {given or 'nothing'}"
        variable = f"${{{processes_variable(service)}:-1}}"
        raise document.error(at, cause, f"Write `{variable}` in both, so that a drill can say how many")


def _check_calls(document: Document, where: Location, role: RoleModel, known: set[str]) -> None:
    for at, name in enumerate(role.calls):
        if name not in known:
            near = difflib.get_close_matches(name, sorted(known), n=1)
            hint = f"Did you mean `{near[0]}`?" if near else f"Known: {', '.join(sorted(known))}"
            raise document.error((*where, "calls", at), f"it calls `{name}`, which is no role", hint)
