"""What must be true of the roles in a Compose file taken together, each refusal with its line."""

import difflib

from lab.topology.reader import Document, Location
from lab.topology.schema import ComposeModel, LabModel, RoleModel

X_LAB = "x-lab"


def check_roles(document: Document, model: ComposeModel) -> None:
    """Each role has one name of its own, and calls roles that there are.

    Raises:
        TopologyError: one doesn't; says which, where and what to write.
    """
    known = _named(document, model)
    for service, spec in model.services.items():
        said = spec.lab or LabModel()
        _check_calls(document, ("services", service, X_LAB), said, known)
        for name, role in said.roles.items():
            _check_calls(document, ("services", service, X_LAB, "roles", name), role, known)


def _named(document: Document, model: ComposeModel) -> set[str]:
    """The names of all roles."""
    known: set[str] = set()
    for service, spec in model.services.items():
        own = (spec.lab or LabModel()).roles or {service: LabModel()}
        for name in own:
            where: Location = ("services", service, X_LAB, "roles", name)
            if name in known or (name in model.services and name != service):
                cause = f"the role `{name}` has the name of another role or service"
                raise document.error(where, cause, "Give it a name of its own")
            known.add(name)
    return known


def _check_calls(document: Document, where: Location, role: RoleModel, known: set[str]) -> None:
    for at, name in enumerate(role.calls):
        if name not in known:
            near = difflib.get_close_matches(name, sorted(known), n=1)
            hint = f"Did you mean `{near[0]}`?" if near else f"Known: {', '.join(sorted(known))}"
            raise document.error((*where, "calls", at), f"it calls `{name}`, which is no role", hint)
