"""What ends a storm, by the names that drill files use. A mitigation is made like a fault."""

from chaos.faults.base import BaseFault
from chaos.mitigations.policy import Policy

MITIGATIONS: dict[str, type[BaseFault]] = {mitigation.fault: mitigation for mitigation in (Policy,)}
"""Name -> model."""

__all__ = ["MITIGATIONS"]
