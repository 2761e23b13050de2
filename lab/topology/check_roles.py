"""What must be true of the roles in a Compose file taken together, each refusal with its line."""

import difflib

from lab.topology.reader import Document, Location
from lab.topology.schema import ComposeModel, LabModel, RoleModel, ServiceModel

X_LAB = "x-lab"


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


def _check_calls(document: Document, where: Location, role: RoleModel, known: set[str]) -> None:
    for at, name in enumerate(role.calls):
        if name not in known:
            near = difflib.get_close_matches(name, sorted(known), n=1)
            hint = f"Did you mean `{near[0]}`?" if near else f"Known: {', '.join(sorted(known))}"
            raise document.error((*where, "calls", at), f"it calls `{name}`, which is no role", hint)
