"""What a policy answers that has nothing to say: the base of all others, which change what they have an opinion on."""

from services.policies.policy import Call, Outcome, Rejection


class NoopPolicy:
    """Retries at once and for ever, refuses nothing, holds nothing back, hedges nothing, keeps no deadline."""

    def delay_s(self, call: Call, now_s: float) -> float | None:  # noqa: ARG002  Policy's signature
        """0 s: the schedule is up to others."""
        return 0.0

    def pace_s(self, call: Call, now_s: float) -> float:  # noqa: ARG002  Policy's signature
        """0 s: nothing is held back."""
        return 0.0

    def acquire(self, call: Call, now_s: float) -> Rejection | None:  # noqa: ARG002  Policy's signature
        """Nothing is refused."""
        return None

    def release(self, call: Call) -> None:
        """Nothing was taken."""

    def observe(self, call: Call, outcome: Outcome, now_s: float) -> None:
        """Nothing to learn."""

    def hedge_s(self, call: Call, now_s: float) -> float | None:  # noqa: ARG002  Policy's signature
        """Never."""
        return None

    def left_s(self, call: Call, now_s: float) -> float | None:  # noqa: ARG002  Policy's signature
        """No deadline."""
        return None

    def state(self) -> str | None:
        """None: no state."""
        return None
