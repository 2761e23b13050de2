"""Automations by the names that drill files use: a trigger that a role carries out by itself, in steps."""

from chaos.automations.automation import BaseAutomation
from chaos.automations.grow import Grow

AUTOMATIONS: dict[str, type[BaseAutomation]] = {one.fault: one for one in (Grow,)}
"""Name -> model. Parameters are the model's fields; a pydantic error names the valid range."""

__all__ = ["AUTOMATIONS", "BaseAutomation"]
