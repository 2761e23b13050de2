"""No retries: one attempt a call.

Source: what clients do that are not configured otherwise, such as requests (`DEFAULT_RETRIES` 0).
"""

from services.policies.noop import NoopPolicy
from services.policies.parameters import PolicySpec
from services.policies.policy import Call


class NoRetries(NoopPolicy):
    """Every call makes exactly one attempt."""

    def delay_s(self, call: Call, now_s: float) -> float | None:  # noqa: ARG002  Policy's signature
        """Never again."""
        return None


SPEC = PolicySpec("none", "schedule", parameters={}, build=lambda _given, _chance: NoRetries())
