"""No retries: one attempt a call."""

from services.policies.base import Call, Outcome, Rejection
from services.policies.parameters import Spec


class NoRetries:
    """Every call makes exactly one attempt."""

    def delay_s(self, call: Call, now_s: float) -> float | None:  # noqa: ARG002  Policy's signature
        """Never again."""
        return None

    def acquire(self, call: Call, now_s: float) -> Rejection | None:  # noqa: ARG002  Policy's signature
        """A schedule refuses nothing."""
        return None

    def release(self, call: Call) -> None:
        """Nothing was taken."""

    def observe(self, call: Call, outcome: Outcome, now_s: float) -> None:
        """Nothing to learn."""

    def state(self) -> str | None:
        """None: no state."""
        return None


SPEC = Spec("none", "schedule", rank=9, parameters={}, build=lambda _given, _chance: NoRetries())
