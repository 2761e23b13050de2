"""The live settings of each role, as the role's own dataclass has them: bounds and words are typed there, once.

    services/auth.py: workers: int = whole(64, least=1, most=100_000)  ──▶  configuration: {auth: {workers: 8}}

The module is the one that compose.yaml names for the role (``x-lab: {settings: services.auth}``), and is loaded when a
drill is read, never before.
"""

import dataclasses
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal, Protocol

PACKAGE = "services"
"""Where the roles' own modules are."""


class Rule(Protocol):
    """What a setting may be, as ``services.kit.rules`` says it."""

    @property
    def shape(self) -> Literal["number", "whole", "flag", "text"]:
        """What kind of value it is."""

    @property
    def least(self) -> float | None:
        """The smallest number; None: it is no number."""

    @property
    def most(self) -> float | None:
        """The largest number; None: it is no number."""

    @property
    def words(self) -> tuple[str, ...]:
        """Words that it may be: the only ones of a text, beside the numbers of a number."""

    @property
    def names(self) -> str:
        """What a text names: ``policy``, ``admission``, ``library``, ``device``, ``clients``; empty: nothing."""


Rules = Mapping[str, Rule]
"""Setting, in the service's own words -> what it may be."""

RulesOf = Callable[[str], Rules]
"""A role's settings module -> its settings; of an empty name none."""


@cache
def rules_of(module: str) -> Rules:
    """The settings that a module's ``Settings`` has.

    Raises:
        ModuleNotFoundError, AttributeError: there is no such module, or it has no ``Settings``.
    """
    if not module:
        return MappingProxyType({})
    fields = dataclasses.fields(importlib.import_module(module).Settings)
    return MappingProxyType({field.name: field.metadata["rule"] for field in fields})


def all_rules() -> Rules:
    """The settings of every role that has a module, for where no topology says which services there are."""
    rules: dict[str, Rule] = {}
    for found in pkgutil.iter_modules(importlib.import_module(PACKAGE).__path__, f"{PACKAGE}."):
        if not found.ispkg:
            rules = {**rules_of(found.name), **rules}
    return rules
