"""A toy policy, a guard: no retry at all, whatever the schedule wants.

Source: none; it is for a test.
"""

from services.policies.noop import NoopPolicy
from services.policies.parameters import PolicySpec
from services.policies.policy import Call, Rejection


class NeverTwice(NoopPolicy):
    """Refuse every attempt but the first."""

    def acquire(self, call: Call, now_s: float) -> Rejection | None:
        """Refused where an attempt was made before."""
        return Rejection("never-twice") if call.attempts else None


SPEC = PolicySpec("never-twice", "guard", parameters={}, build=lambda _given, _chance: NeverTwice())
