"""The seam to what the lab can do: faults, mitigations, policies. Imported only when asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel

from lab.drillfile.model import Step
from lab.drillfile.roles import Services
from lab.drillfile.setting_rules import RulesOf, rules_of

if TYPE_CHECKING:
    from chaos.faults import Fault


def _any_name(library: str) -> None:
    """Any name will do."""


Registry = Mapping[str, type[BaseModel]]


@dataclass(frozen=True, slots=True)
class Known:
    """What a drill may name.

    Args:
        faults: by name; the model's fields are the fault's parameters, units as suffixes.
        mitigations: alike.
        check_policy: text, list or mapping -> the policy's text; raises ``ValueError``, whose text explains, for a
            policy that can't be read.
        services: the roles of the topology by name (``roles``); None: any name will do.
        modes: ways in which the shared plane can see main; None: any name will do.
        check_admission: as ``check_policy``, for what a server's admission is written as; None: any text will do.
        rules_of: the live settings of a role, by the module that it names for them.
        automations: what a role can begin on request, as the faults.
        check_library: raises ``ValueError``, whose text explains, for a client library that there is not.
    """

    faults: Registry
    mitigations: Registry
    check_policy: Callable[[object], str]
    services: Services | None = None
    modes: frozenset[str] | None = None
    check_admission: Callable[[str], object] | None = None
    check_library: Callable[[str], object] = _any_name
    rules_of: RulesOf = rules_of
    automations: Registry = field(default_factory=dict)

    def steps(self, kind: str) -> Registry:
        """The registry behind ``fault:``, ``mitigation:``, ``automation:`` or ``load:`` (the model's own ``kind``)."""
        if kind == "mitigation":
            return self.mitigations
        if kind == "automation":
            return self.automations
        return {name: model for name, model in self.faults.items() if getattr(model, "kind", "fault") == kind}


def known(services: Services | None = None, modes: frozenset[str] | None = None) -> Known:
    """What this lab knows: the registries of ``chaos``, the policies, admissions and libraries of ``services``."""
    from chaos.automations import AUTOMATIONS  # noqa: PLC0415 - the seam: reading a drill must not load these
    from chaos.faults import FAULTS  # noqa: PLC0415
    from chaos.mitigations import MITIGATIONS  # noqa: PLC0415
    from services import admission, libraries, policies  # noqa: PLC0415

    return Known(
        FAULTS,
        MITIGATIONS,
        policies.from_document,
        services,
        modes,
        check_admission=admission.validate,
        check_library=libraries.validate,
        automations=AUTOMATIONS,
    )


def make(step: Step, using: Known | None = None) -> "Fault":
    """The fault or mitigation that a step asks for."""
    model = (using or known()).steps(step.kind)[step.what]
    values: dict[str, Any] = dict(step.params)
    own = {"name": step.name, "target": step.target}
    values.update((field, value) for field, value in own.items() if field in model.model_fields)
    return cast("Fault", model(**values))
