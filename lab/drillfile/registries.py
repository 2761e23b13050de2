"""The seam to what the lab can do: faults, mitigations, policies. Imported only when asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel

from lab.drillfile.model import Step

if TYPE_CHECKING:
    from chaos.faults import Fault

Registry = Mapping[str, type[BaseModel]]


@dataclass(frozen=True, slots=True)
class Known:
    """What a drill may name.

    Args:
        faults: by name; the model's fields are the fault's parameters, units as suffixes.
        mitigations: alike.
        check_policy: text, list or mapping -> the policy's text; raises ``ValueError``, whose text explains, for a
            policy that can't be read.
        services: names in the topology; None: any name will do.
        modes: ways in which the shared plane can see main; None: any name will do.
    """

    faults: Registry
    mitigations: Registry
    check_policy: Callable[[object], str]
    services: frozenset[str] | None = None
    modes: frozenset[str] | None = None

    def steps(self, kind: str) -> Registry:
        """The registry behind ``fault:``, ``mitigation:`` or ``load:`` (the model's own ``kind``)."""
        if kind == "mitigation":
            return self.mitigations
        return {name: model for name, model in self.faults.items() if getattr(model, "kind", "fault") == kind}


def known(services: frozenset[str] | None = None, modes: frozenset[str] | None = None) -> Known:
    """What this lab knows: the registries of ``chaos`` and the policies of ``services.policies``."""
    from chaos.faults import FAULTS  # noqa: PLC0415 - the seam: reading a drill must not load these
    from chaos.mitigations import MITIGATIONS  # noqa: PLC0415
    from services.policies import from_document  # noqa: PLC0415

    return Known(FAULTS, MITIGATIONS, from_document, services, modes)


def make(step: Step, using: Known | None = None) -> "Fault":
    """The fault or mitigation that a step asks for."""
    model = (using or known()).steps(step.kind)[step.what]
    values: dict[str, Any] = dict(step.params)
    own = {"name": step.name, "target": step.target}
    values.update((field, value) for field, value in own.items() if field in model.model_fields)
    return cast("Fault", model(**values))
