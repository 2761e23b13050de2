"""Retry policies: pure and synchronous; time is an argument, chance a constructor argument.

A policy is written as text, `"immediate(retries=3)"` or `"budget(ratio=10%) + breaker"`, and read by `parse`.
Nothing here imports aiohttp or starts anything: the package can be lifted into another project as it is.
"""

from services.policies.compose import Composition
from services.policies.document import from_document
from services.policies.noop import NoopPolicy
from services.policies.parse import parse, validate
from services.policies.policy import Call, Outcome, OutcomeKind, Policy, Rejection
from services.policies.policy_error import PolicyError
from services.policies.registry import REGISTRY, names, rejections
from services.policies.retryable import next_delay_s, retryable

__all__ = [
    "REGISTRY",
    "Call",
    "Composition",
    "NoopPolicy",
    "Outcome",
    "OutcomeKind",
    "Policy",
    "PolicyError",
    "Rejection",
    "from_document",
    "names",
    "next_delay_s",
    "parse",
    "rejections",
    "retryable",
    "validate",
]
